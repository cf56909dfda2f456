#pragma once

namespace isthmus::posix {

/// Whole-file locks which belong to an open file description: they last until the last descriptor
/// of it is closed, in whatever process, so a crash releases them. Open-file-description locks
/// where there are any, else flock.
///
/// The file must be open for writing to be locked, and for reading to be tested.

/// Tries to take the exclusive lock; false with errno EAGAIN if another description holds a lock. A
/// shared lock that is held becomes exclusive (with flock it is lost if that fails).
bool try_lock(int fd) noexcept;

/// The same for the shared lock. An exclusive lock that is held becomes shared; with flock that is
/// not one step, and others may have been in between.
bool try_lock_shared(int fd) noexcept;

/// As try_lock(), for who takes the lock only to make an end of what nobody holds any more: for
/// that moment test_lock() does not call it held.
bool try_lock_to_remove(int fd) noexcept;

void unlock(int fd) noexcept;

enum class lock_state { free, held, unknown };

/// Whether another description holds the exclusive lock; `unknown` (errno tells) if that cannot be
/// found out. With flock, who is about to remove it counts as well: test_lock_patiently() waits a
/// moment for that one.
lock_state test_lock(int fd) noexcept;
lock_state test_lock_patiently(int fd) noexcept;

/// Whether nobody holds any lock; false if that cannot be found out. Needs no right to write.
bool test_unlocked(int fd) noexcept;

} // namespace isthmus::posix
