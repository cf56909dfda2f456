#pragma once

#include "sync_table.hpp"

#include <isthmus/deadline.hpp>
#include <isthmus/wait.hpp>

#include <cstdint>
#include <span>
#include <system_error>

/// \file
/// What happens to objects and to those who wait for them. docs/synchronization.md explains it, and
/// tests/model/sync.pml models it, name for name.

namespace isthmus::posix {

/// Each object's quick way: one compare-and-swap while nobody attends to it. False: it takes the
/// table's lock (or, taking: it cannot be had).
enum class quick { done, abandoned, not_signaled, attended };
quick take_quickly(const sync_table& table, object_slot& slot, identity self) noexcept;

/// How a wait ended; `failed`: errno tells.
struct wait_ending {
    wait_status status = wait_status::timed_out;
    std::size_t index = 0;
    int failure = 0;
};

struct wait_target {
    sync_table* table;
    std::uint32_t slot;
};

/// Waits for one object or for several, of any tables.
wait_ending wait_for_objects(std::span<const wait_target> targets,
                             bool all,
                             const deadline& until) noexcept;

/// What is done to an object, given its slot. After `failed`, errno tells.
enum class release_result { done, not_owner, past_maximum, failed };
release_result unlock_mutex(sync_table& table, std::uint32_t index) noexcept;
release_result release_semaphore(sync_table& table,
                                 std::uint32_t index,
                                 std::int32_t update,
                                 std::int32_t& previous) noexcept;
release_result set_event(sync_table& table, std::uint32_t index) noexcept;
release_result reset_event(sync_table& table, std::uint32_t index) noexcept;
release_result pulse_event(sync_table& table, std::uint32_t index) noexcept;

/// Completes what a dead holder of the lock had begun; the caller holds it now.
void complete_grant(sync_table& table) noexcept;

} // namespace isthmus::posix
