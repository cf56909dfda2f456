#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>
#include <string>

/// \file
/// How the exact size of a region travels with its section, of which the system itself keeps only
/// the number of pages.
///
/// It is an entry of the security descriptor: a right that everybody who may open the section has
/// anyway (to read that descriptor), given to a principal whose identifier contains the size and
/// stands for nobody. So it is there from the moment that the name is, cannot be overwritten by who
/// may write to the region, and costs no byte of it: to a plain Win32 program the section is like
/// any other.

namespace isthmus::win32 {

/// The entry, as SDDL has it.
std::wstring size_remark(std::uint64_t size);

/// The size that the section's creator remarked, if it fits `pages`, the size in whole pages.
/// Nothing for a section that was made without this library, or a handle without READ_CONTROL.
std::optional<std::uint64_t> remarked_size(HANDLE section, std::uint64_t pages);

/// The size of any section, in whole pages; 0 if the system does not tell, and the last error says
/// why.
std::uint64_t size_in_pages(HANDLE section) noexcept;

/// Rounds up to a multiple.
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) noexcept {
    return (value + unit - 1) / unit * unit;
}

std::uint64_t page_size() noexcept;
/// Views begin at multiples of it.
std::uint64_t view_granularity() noexcept;

} // namespace isthmus::win32
