#pragma once

/// \file
/// What the system offers, in one place: the only file here that asks which system it is.
/// Everything has a portable fallback, and ISTHMUS_FORCE_PORTABLE forces all of them, so that what
/// macOS and old kernels run is tested on Linux as well.

#if defined(__linux__) && !defined(ISTHMUS_FORCE_PORTABLE)
#    define ISTHMUS_LINUX_FAST_PATHS 1
#else
#    define ISTHMUS_LINUX_FAST_PATHS 0
#endif

namespace isthmus::posix::capability {

/// Locks that belong to an open file description and have a test that takes nothing (F_OFD_GETLK).
/// Fallback: flock.
inline constexpr bool ofd_locks = ISTHMUS_LINUX_FAST_PATHS;

/// Anonymous shared memory that its maker can seal against truncation. Fallback: words in a file,
/// read and written by system calls (a mapping of a file that a peer can truncate is a SIGBUS to
/// come).
inline constexpr bool sealed_memory = ISTHMUS_LINUX_FAST_PATHS;

/// eventfd. Fallback: a pipe.
inline constexpr bool eventfd = ISTHMUS_LINUX_FAST_PATHS;

/// A socket tells how much of what was sent is still unread (SIOCOUTQ), so that flush works towards
/// a peer that does not use this library. Fallback: such a flush returns at once.
inline constexpr bool unread_by_peer = ISTHMUS_LINUX_FAST_PATHS;

/// SO_SNDBUF tells twice what was set, for what the kernel itself needs.
#ifdef __linux__
inline constexpr bool send_buffer_told_twice = true;
#else
inline constexpr bool send_buffer_told_twice = false;
#endif

/// Words in shared memory that a thread of any process can sleep on (futex). Fallback: a sleeper
/// polls.
inline constexpr bool shared_futex = ISTHMUS_LINUX_FAST_PATHS;

/// Mutexes that the kernel marks when their owner ends (robust lists). What is compiled for may
/// still be missing at run time (robust_futexes_work). Fallback: file locks.
inline constexpr bool robust_futex = ISTHMUS_LINUX_FAST_PATHS;

/// Huge pages for shared memory, for who asks. Fallback: none.
inline constexpr bool huge_pages = ISTHMUS_LINUX_FAST_PATHS;

/// Memory for a part of a file can be asked for while others write to that part (posix_fallocate
/// by the kernel). Fallback: zeros are written, once and under a lock.
inline constexpr bool harmless_allocation = ISTHMUS_LINUX_FAST_PATHS;

/// Memory of a part of a file can be given back (fallocate). Fallback: it stays with the file.
inline constexpr bool holes_in_files = ISTHMUS_LINUX_FAST_PATHS;

/// /proc/self/fd gives a short path to a long directory, and opens a file anew. Fallback: such a
/// path is refused, and what is opened anew is found by its name.
inline constexpr bool proc_self_fd = ISTHMUS_LINUX_FAST_PATHS;

} // namespace isthmus::posix::capability
