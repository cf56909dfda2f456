#include "sync_protocol.hpp"
#include "sync_section.hpp"

/// \file
/// Unlocking, releasing, setting: at once if nobody waits, else under the table's lock.

namespace isthmus::posix {

namespace {

using std::memory_order_acq_rel;
using std::memory_order_relaxed;
using std::memory_order_release;

} // namespace

release_result unlock_mutex(sync_table& table, std::uint32_t index) noexcept {
    const identity self = table.self();
    auto& slot = table.slot(index);
    auto state = slot.state.load(memory_order_relaxed);
    if (self == 0 || (state & object_slot::owner) != self)
        return release_result::not_owner;
    const auto depth = slot.recursion.load(memory_order_relaxed);
    if (depth > 1) {
        slot.recursion.store(depth - 1, memory_order_relaxed);
        return release_result::done;
    }
    if ((state & object_slot::attended) == 0 &&
        slot.state.compare_exchange_strong(state, 0, memory_order_release, memory_order_relaxed)) {
        return release_result::done;
    }
    section locked(table, self);
    slot.state.store(object_slot::attended, memory_order_release);
    settle(locked, index);
    return release_result::done;
}

release_result release_semaphore(sync_table& table,
                                 std::uint32_t index,
                                 std::int32_t update,
                                 std::int32_t& previous) noexcept {
    auto& slot = table.slot(index);
    const auto add = [&](std::uint64_t state, std::uint64_t& result) {
        const auto count = static_cast<std::uint32_t>(state >> 32U);
        if (count > slot.maximum || static_cast<std::uint32_t>(update) > slot.maximum - count)
            return false;
        previous = static_cast<std::int32_t>(count);
        result = state + static_cast<std::uint64_t>(update) * object_slot::one;
        return true;
    };
    std::uint64_t result = 0;
    auto state = slot.state.load(memory_order_relaxed);
    while ((state & object_slot::attended) == 0) {
        if (!add(state, result))
            return release_result::past_maximum;
        if (slot.state.compare_exchange_weak(state, result, memory_order_acq_rel,
                                             memory_order_relaxed))
            return release_result::done;
    }
    const identity self = table.self();
    if (self == 0)
        return release_result::failed;
    section locked(table, self);
    attend(slot);
    if (!add(slot.state.load(memory_order_relaxed), result))
        return release_result::past_maximum;
    slot.state.store(result, memory_order_release);
    settle(locked, index);
    return release_result::done;
}

namespace {

/// Changes an event: at once if nobody waits, else under the lock, where `then` follows.
template <class Change, class Then>
release_result change_event(sync_table& table,
                            std::uint32_t index,
                            Change change,
                            Then then) noexcept {
    auto& slot = table.slot(index);
    auto state = slot.state.load(memory_order_relaxed);
    while ((state & object_slot::attended) == 0) {
        if (slot.state.compare_exchange_weak(state, change(state, false), memory_order_acq_rel,
                                             memory_order_relaxed))
            return release_result::done;
    }
    const identity self = table.self();
    if (self == 0)
        return release_result::failed;
    section locked(table, self);
    attend(slot);
    slot.state.store(change(slot.state.load(memory_order_relaxed), true), memory_order_release);
    then(locked);
    return release_result::done;
}

} // namespace

release_result set_event(sync_table& table, std::uint32_t index) noexcept {
    return change_event(
        table, index, [](std::uint64_t state, bool) { return state | object_slot::signaled; },
        [index](section& locked) { settle(locked, index); });
}

release_result reset_event(sync_table& table, std::uint32_t index) noexcept {
    return change_event(
        table, index, [](std::uint64_t state, bool) { return state & ~object_slot::signaled; },
        [index](section& locked) { settle(locked, index); });
}

release_result pulse_event(sync_table& table, std::uint32_t index) noexcept {
    return change_event(
        table, index,
        // With nobody waiting there is nobody to release.
        [](std::uint64_t state, bool waited_for) {
            return waited_for ? state | object_slot::signaled : state & ~object_slot::signaled;
        },
        [index](section& locked) {
            settle(locked, index);
            locked.table().slot(index).state.fetch_and(~object_slot::signaled,
                                                       memory_order_release);
        });
}

} // namespace isthmus::posix
