#pragma once

#include "sync_section.hpp"
#include "sync_table.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// \file
/// What a wait does in one table. A wait for objects of several tables has a part in each.

namespace isthmus::posix {

struct wait_part {
    static constexpr std::size_t nowhere = SIZE_MAX;

    /// Not left to the compiler: GCC would clear all of it, `locked` included, at every wait.
    // NOLINTNEXTLINE(modernize-use-equals-default)
    wait_part() noexcept {}

    sync_table* table = nullptr;
    identity self = 0; ///< the calling thread, as this table knows it
    std::span<const std::uint32_t> slots;
    std::span<const std::uint8_t> places; ///< of these slots in the whole wait, ascending
    bool has_mutex = false;
    std::optional<section> locked; ///< while the table's lock is held

    thread_record& record() const noexcept { return table->record(sync_table::index_of(self)); }
    object_slot& object(std::size_t position) const noexcept {
        return table->slot(slots[position]);
    }

    void lock() noexcept { locked.emplace(*table, self); }
    bool try_lock() noexcept;
    void unlock() noexcept { locked.reset(); }

    // What follows, up to the next such line, needs the lock.

    void attend_all() noexcept;
    /// The position of the first object that can be taken; `nowhere` if there is none.
    std::size_t first_ready() const noexcept;
    bool all_ready() const noexcept;
    /// Puts the thread among the waiters.
    void enlist(waiting_for what) noexcept;
    /// Takes the object at `position`, or all: they are ready.
    void take(waiting_for what, std::size_t position) noexcept;
    /// The thread will sleep again; it has not been granted anything.
    void rearm() noexcept { record().wake.store(thread_record::asleep, std::memory_order_relaxed); }
    /// Puts right what the dead have left. May grant the thread what it waits for.
    void look_after_all() noexcept;
    void withdraw() noexcept { forget_waiter(*table, sync_table::index_of(self)); }
    /// Of what the thread was granted, when it keeps something else.
    void give_back() noexcept;
    /// At the end of a wait. With several objects that would take long; they are left attended, and
    /// the next who comes by finds that nobody waits.
    void settle_if_alone() noexcept;

    // What follows needs no lock.

    bool granted() const noexcept { return (wake() & thread_record::granted) != 0; }
    bool abandoned() const noexcept { return (wake() & thread_record::granted_abandoned) != 0; }
    /// The place of what was granted; to who waited for all, the first.
    std::size_t granted_place() const noexcept { return places[granted_position()]; }
    /// Whether somebody wants the thread to look, or should have wanted and may have died before.
    bool must_look() const noexcept;
    /// The thread waits no longer, and may have been told of a free mutex: the next has to know.
    void hand_on() noexcept;

private:
    std::uint32_t wake() const noexcept { return record().wake.load(std::memory_order_acquire); }
    std::size_t granted_position() const noexcept;
};

} // namespace isthmus::posix
