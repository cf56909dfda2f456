#include "sync_wait_part.hpp"

#include <algorithm>

namespace isthmus::posix {

using detail::object_kind;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

bool wait_part::try_lock() noexcept {
    if (!table_lock::try_acquire(*table, self))
        return false;
    locked.emplace(*table, self, std::adopt_lock);
    return true;
}

void wait_part::attend_all() noexcept {
    for (const auto index : slots) {
        attend(table->slot(index));
        has_mutex = has_mutex || is(table->slot(index), object_kind::mutex);
    }
}

std::size_t wait_part::first_ready() const noexcept {
    const auto found = std::find_if(slots.begin(), slots.end(), [&](std::uint32_t index) {
        return is_ready(*table, table->slot(index), self);
    });
    return found == slots.end() ? nowhere : static_cast<std::size_t>(found - slots.begin());
}

bool wait_part::all_ready() const noexcept {
    return std::all_of(slots.begin(), slots.end(), [&](std::uint32_t index) {
        return is_ready(*table, table->slot(index), self);
    });
}

void wait_part::enlist(waiting_for what) noexcept {
    auto& mine = record();
    const auto number = sync_table::index_of(self);
    std::uint64_t filter = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        mine.objects[i] = slots[i];
        filter |= std::uint64_t{1} << (slots[i] % 64);
    }
    mine.count = static_cast<std::uint16_t>(slots.size());
    mine.filter.store(filter, memory_order_relaxed);
    mine.ticket = table->layout().next_ticket++;
    if (has_mutex) // fairness concerns no other kind
        mine.since = now_ns();
    mine.wake.store(thread_record::asleep, memory_order_relaxed);
    auto& bits = table->layout().waiters[number / 64]; // which only the lock's holder changes
    bits.store(bits.load(memory_order_relaxed) | std::uint64_t{1} << (number % 64),
               memory_order_relaxed);
    mine.waiting.store(what, memory_order_release);
}

void wait_part::take(waiting_for what, std::size_t position) noexcept {
    enlist(what);
    grant(*table, sync_table::index_of(self), position);
}

void wait_part::look_after_all() noexcept {
    for (std::size_t i = 0; i < slots.size() && !granted(); ++i)
        look_after(*locked, slots[i]);
}

void wait_part::give_back() noexcept {
    posix::give_back(*locked, slots[granted_position()], abandoned());
}

void wait_part::settle_if_alone() noexcept {
    if (slots.size() == 1)
        settle(*locked, slots.front());
}

bool wait_part::must_look() const noexcept {
    // Who died with the lock may have begun a grant to this thread, which only shows when the next
    // holder completes it; and there may be no other.
    return wake() != thread_record::asleep ||
           table->layout().lock.load(memory_order_acquire) != 0 ||
           std::any_of(slots.begin(), slots.end(), [&](std::uint32_t index) {
               return is_ready(*table, table->slot(index), 0);
           });
}

void wait_part::hand_on() noexcept {
    if (!has_mutex)
        return;
    for (const auto index : slots) {
        const auto& slot = table->slot(index);
        if (!is(slot, object_kind::mutex) || !is_ready(*table, slot, 0) ||
            (slot.state.load(memory_order_acquire) & object_slot::attended) == 0) {
            continue;
        }
        section alone(*table, self);
        settle(alone, index);
    }
}

std::size_t wait_part::granted_position() const noexcept {
    return std::min<std::size_t>(wake() & 0xffU, slots.size() - 1);
}

} // namespace isthmus::posix
