#pragma once

#include <cstdint>

namespace isthmus::posix {

/// The calling thread's number: unique in the system (in its pid namespace) where the system has
/// such numbers, else in the process. Never 0.
std::uint32_t thread_id() noexcept;

} // namespace isthmus::posix
