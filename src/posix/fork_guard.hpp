#pragma once

#include "descriptor.hpp"

#include <cstdint>

namespace isthmus::posix {

/// Keeps a descriptor from children that are forked and do not exec (those that do lose it anyway):
/// a child that held a lock or a connection would keep a name or a peer waiting for its parent. In
/// the child the number refers to /dev/null, so that what the child's copies of our objects do to
/// it does no harm. Thread-safe.
class fork_guard {
public:
    fork_guard() noexcept = default;
    explicit fork_guard(int fd);
    fork_guard(fork_guard&& other) noexcept;
    fork_guard& operator=(fork_guard&& other) noexcept;
    /// To be destroyed before the descriptor is closed.
    ~fork_guard();

    /// Says that its descriptor, with a shared lock, is about to be mapped. A forked child inherits
    /// mappings, and with them the open file that has the lock: so before the next fork the lock
    /// moves to another open file, which takes the number over. (If there is none to be had, the
    /// child keeps the lock as long as it keeps the mapping.) To be called, and the mapping made,
    /// under one fork_delay. False if the system has no way to do that: then it must not be mapped.
    bool allow_mapping() noexcept;

    /// Says that the lock is about to be given up: no fork moves it any more.
    void end_mapping() noexcept;

    /// Closes the descriptor that it guards, with no fork in between.
    void close(descriptor& guarded) noexcept;

private:
    int fd_ = -1;
};

/// While one lives, the forks of other threads wait: for the moment between the birth of a
/// descriptor and its guard. To be held briefly, and not over anything that blocks. May be nested.
class fork_delay {
public:
    fork_delay();
    fork_delay(const fork_delay&) = delete;
    fork_delay& operator=(const fork_delay&) = delete;
    ~fork_delay();
};

/// Another one in each process than in all that it descends from: what is found in memory with
/// another stamp is a parent's. A process id does not tell: a child in a pid namespace of its own
/// may have its parent's.
std::uint64_t process_stamp() noexcept;

/// The same without a system call, and blind for processes that are made without the C library's
/// knowledge: how many forks there are between this process and the first of its program.
std::uint32_t forks_so_far() noexcept;

} // namespace isthmus::posix
