#pragma once

#include <isthmus/deadline.hpp>

#include <windows.h>

#include <algorithm>
#include <chrono>

namespace isthmus::win32 {

/// The next wait towards a deadline, in milliseconds: rounded up, because waking early would report
/// a timeout before its time. A wait longer than what is sure to be finite for every Win32 call is
/// cut into slices; the caller loops until the deadline has expired. INFINITE only for `never`.
inline DWORD wait_slice(const deadline& until) noexcept {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
    if (until.is_never()) {
        return INFINITE;
    }
    if (until.expired()) {
        return 0;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until.remaining());
    return static_cast<DWORD>(std::min(left, longest).count());
}

} // namespace isthmus::win32
