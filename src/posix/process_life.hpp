#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace isthmus::posix {

/// Where a life file is: a process has one for each runtime directory in which it synchronizes, and
/// there one among its user's own files and one that everybody can read, for tables that it shares
/// with other users. So what others can reach says nothing about a user's own affairs.
struct life_place {
    std::uint32_t base = 0; ///< which runtime directory, as this process counts them
    uid_t user = 0;
    bool hidden = true; ///< among the user's own files

    /// As the user's own records have it, and those that are shared with others. (No user has the
    /// largest number.)
    static constexpr std::uint32_t own = 0;
    std::uint32_t home() const noexcept { return hidden ? own : std::uint32_t{user} + 1; }
    /// Of another thread that uses the same table.
    life_place with(std::uint32_t home) const noexcept {
        return home == own ? life_place{base, user, true}
                           : life_place{base, static_cast<uid_t>(home - 1), false};
    }

    friend bool operator==(const life_place&, const life_place&) = default;
};

/// From now on forking waits for the lock of what is below, and children have lives of their own.
/// What is registered later is locked earlier: to be called before the same is done for locks under
/// which lives are asked for.
void ready_lives_for_forks() noexcept;

/// The calling user's place in a runtime directory.
life_place place_of_lives(const std::string& base, bool for_others);

/// A thread of some process, as all processes know it: never by thread or process ids, which are
/// equal in two pid namespaces and are used again.
struct life_id {
    std::uint64_t process = 0;    ///< the id of its process's life file
    std::uint32_t thread = 0;     ///< its word in that file
    std::uint32_t generation = 0; ///< of that word
    life_place place{};

    friend bool operator==(const life_id&, const life_id&) = default;
};

/// Every process that synchronizes has a life file, locked as long as it lives, with a life word
/// for each of its threads. Where the kernel keeps robust lists, a life word is a mutex that its
/// thread never releases: the kernel marks it, and wakes a sleeper on it, when the thread ends in
/// whatever way. Elsewhere the lock of the file tells, and a thread that ends says so itself.
///
/// The lock is exclusive, which takes the right to write: readers cannot pretend to be alive.
/// Others map the file read-only: glibc's list runs through it, and must not be theirs to change.
/// Other users' files are not mapped at all: who truncates one must not be everybody's SIGBUS.

/// The calling thread's, in one of its user's own places; made at the first call. False with errno.
bool own_life(const life_place& place, life_id& result);
/// The same without its threads: the id of the process's life file; 0 with errno.
std::uint64_t own_process_life(const life_place& place);
/// To be called when the thread ends. Its word may then serve another.
void end_life(const life_id& mine) noexcept;

/// False if it is sure that the thread has ended.
bool is_alive(const life_id& who) noexcept;

/// Of the process, whatever its threads do and wherever in the runtime directory its file is;
/// `unknown` counts as alive.
bool is_process_alive(std::uint64_t process, std::uint32_t base) noexcept;
bool is_own_process(std::uint64_t process) noexcept;

/// A life word to sleep on: it changes from `value` when the thread ends. `word` is null if there
/// is none to be had: the thread may have ended, or be another user's.
struct life_watch {
    std::shared_ptr<const void> mapping{};
    const std::atomic<std::uint32_t>* word = nullptr;
    std::uint32_t value = 0;
};
life_watch watch_life(const life_id& who) noexcept;

/// Forgets the other processes that have been looked at: each is a mapping, or a descriptor.
void forget_lives() noexcept;

} // namespace isthmus::posix
