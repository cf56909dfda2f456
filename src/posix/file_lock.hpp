#pragma once

namespace isthmus::posix {

/// Whole-file locks which belong to an open file description: they last until the last descriptor
/// of it is closed, in whatever process, so a crash releases them. Open-file-description locks
/// where there are any, else flock.
///
/// The file must be open for writing to be locked, and for reading to be tested.

/// Tries to take the exclusive lock; false with errno EAGAIN if another description holds it.
bool try_lock(int fd) noexcept;

enum class lock_state { free, held, unknown };

/// Whether another description holds the exclusive lock; `unknown` (errno tells) if that cannot be
/// found out.
lock_state test_lock(int fd) noexcept;

} // namespace isthmus::posix
