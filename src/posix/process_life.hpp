#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace isthmus::posix {

/// A thread of some process, as all processes know it: never by thread or process ids, which are
/// equal in two pid namespaces and are used again.
struct life_id {
    std::uint64_t process = 0;    ///< the id of its process's life file
    std::uint32_t thread = 0;     ///< its word in that file
    std::uint32_t generation = 0; ///< of that word

    friend bool operator==(const life_id&, const life_id&) = default;
};

/// Every process that synchronizes has a life file, locked as long as it lives, with a life word
/// for each of its threads. Where the kernel keeps robust lists, a life word is a mutex that its
/// thread never releases: the kernel marks it, and wakes a sleeper on it, when the thread ends in
/// whatever way. Elsewhere the lock of the file tells, and a thread that ends says so itself.
///
/// Others map the file read-only: glibc's list runs through it, and must not be theirs to change.

/// The calling thread's; made at the first call. False with errno.
bool own_life(life_id& result);
/// To be called when the thread ends. Its word may then serve another.
void end_life(const life_id& mine) noexcept;

/// False if it is sure that the thread has ended.
bool is_alive(const life_id& who) noexcept;

/// Of the process, whatever its threads do; `unknown` counts as alive.
bool is_process_alive(std::uint64_t process) noexcept;
bool is_own_process(std::uint64_t process) noexcept;

/// A life word to sleep on: it changes from `value` when the thread ends. `word` is null if there
/// is none to be had; the thread may have ended then.
struct life_watch {
    std::shared_ptr<const void> mapping{};
    const std::atomic<std::uint32_t>* word = nullptr;
    std::uint32_t value = 0;
};
life_watch watch_life(const life_id& who) noexcept;

/// Forgets the other processes that have been looked at: each is a mapping, and may be a descriptor.
void forget_lives() noexcept;

} // namespace isthmus::posix
