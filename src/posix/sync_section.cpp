#include "sync_section.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

namespace isthmus::posix {

namespace {

using namespace std::chrono_literals;
using detail::object_kind;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::chrono::nanoseconds;

/// A waiter that was woken for a free mutex has to be quicker than others; but not for longer.
constexpr nanoseconds unfair_for = 500us;

} // namespace

std::int64_t now_ns() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch() / 1ns;
}

// --- objects

void attend(object_slot& slot) noexcept {
    if ((slot.state.load(memory_order_acquire) & object_slot::attended) == 0)
        slot.state.fetch_or(object_slot::attended, memory_order_acq_rel);
}

bool is_ready(const sync_table& table, const object_slot& slot, identity who) noexcept {
    const auto state = slot.state.load(memory_order_acquire);
    if (is(slot, object_kind::event))
        return (state & object_slot::signaled) != 0;
    if (is(slot, object_kind::semaphore))
        return state >= object_slot::one;
    const identity owner = state & object_slot::owner;
    return owner == 0 || owner == who || !table.alive(owner);
}

namespace {

/// What the object becomes when `who` takes it. True if it was abandoned.
bool after_taking(const object_slot& slot, identity who, grant_journal::entry& entry) noexcept {
    const auto state = slot.state.load(memory_order_relaxed);
    entry.state = state;
    entry.recursion = 0;
    if (is(slot, object_kind::event)) {
        if (slot.manual_reset == 0)
            entry.state = state & ~object_slot::signaled;
        return false;
    }
    if (is(slot, object_kind::semaphore)) {
        entry.state = state - object_slot::one;
        return false;
    }
    const identity owner = state & object_slot::owner;
    if (owner == who) {
        entry.recursion = slot.recursion.load(memory_order_relaxed) + 1;
        return false;
    }
    entry.recursion = 1;
    entry.state = who | object_slot::attended;
    return owner != 0 || (state & object_slot::abandoned) != 0;
}

} // namespace

void forget_waiter(sync_table& table, std::uint32_t record) noexcept {
    table.record(record).waiting.store(waiting_for::nothing, memory_order_relaxed);
    auto& bits = table.layout().waiters[record / 64]; // which only the lock's holder changes
    bits.store(bits.load(memory_order_relaxed) & ~(std::uint64_t{1} << (record % 64)),
               memory_order_relaxed);
}

namespace {

void apply(sync_table& table, const grant_journal& journal) noexcept {
    const auto count =
        std::min<std::size_t>(journal.count.load(memory_order_relaxed), max_wait_objects);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& entry = journal.entries[i];
        if (entry.slot >= table_layout::most_slots)
            continue;
        table.slot(entry.slot).recursion.store(entry.recursion, memory_order_relaxed);
        table.slot(entry.slot).state.store(entry.state, memory_order_release);
    }
    if (journal.record < table_layout::most_records) {
        forget_waiter(table, journal.record);
        table.record(journal.record).wake.store(journal.wake, memory_order_release);
    }
}

} // namespace

void grant(sync_table& table, std::uint32_t record, std::size_t index) noexcept {
    auto& waiter = table.record(record);
    auto& journal = table.layout().journal;
    const identity who =
        sync_table::identity_of(record, waiter.generation.load(memory_order_relaxed));
    const bool all = waiter.waiting.load(memory_order_relaxed) == waiting_for::all;
    const std::uint32_t count = all ? std::min<std::uint32_t>(waiter.count, max_wait_objects) : 1;
    bool abandoned = false;
    for (std::uint32_t i = 0; i < count; ++i) {
        auto& entry = journal.entries[i];
        entry.slot = waiter.objects[all ? i : index];
        abandoned = after_taking(table.slot(entry.slot), who, entry) || abandoned;
    }
    journal.record = record;
    journal.wake = thread_record::granted | (all ? 0U : static_cast<std::uint32_t>(index)) |
                   (abandoned ? thread_record::granted_abandoned : 0U);
    journal.count.store(count, memory_order_release);
    apply(table, journal);
    journal.count.store(0, memory_order_release);
}

void give_back(section& locked, std::uint32_t index, bool abandoned) noexcept {
    auto& slot = locked.table().slot(index);
    attend(slot); // nobody else may have waited for it since
    auto state = slot.state.load(memory_order_relaxed);
    if (is(slot, object_kind::mutex)) {
        state = object_slot::attended | (abandoned ? object_slot::abandoned : 0);
    } else if (is(slot, object_kind::semaphore)) {
        if (state >> 32U < slot.maximum) // somebody may have filled it up meanwhile
            state += object_slot::one;
    } else {
        state |= object_slot::signaled;
    }
    slot.state.store(state, memory_order_release);
    settle(locked, index);
}

// --- waiters

namespace {

struct waiter_found {
    std::uint32_t record = 0;
    std::uint32_t index = 0; ///< of the object among those it waits for
};

/// Calls `visit` for every live thread that waits for the object, until it returns false.
template <class Visit>
void for_each_waiter(sync_table& table, std::uint32_t slot, Visit visit) noexcept {
    const std::uint32_t used = std::min(table.layout().records_used.load(memory_order_acquire),
                                        table_layout::most_records);
    const std::uint64_t mark = std::uint64_t{1} << (slot % 64);
    for (std::uint32_t word = 0; word * 64 < used; ++word) {
        auto bits = table.layout().waiters[word].load(memory_order_acquire);
        for (; bits != 0; bits &= bits - 1) {
            const auto record = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
            if (record >= used)
                break;
            auto& waiter = table.record(record);
            if ((waiter.filter.load(memory_order_relaxed) & mark) == 0 ||
                waiter.waiting.load(memory_order_relaxed) == waiting_for::nothing) {
                continue;
            }
            const auto* const first = waiter.objects.data();
            const auto* const last =
                first + std::min<std::size_t>(waiter.count, waiter.objects.size());
            const auto* const found = std::find(first, last, slot);
            if (found == last)
                continue;
            const auto who =
                sync_table::identity_of(record, waiter.generation.load(memory_order_relaxed));
            if (!table.alive(who)) {
                forget_waiter(table, record);
                continue;
            }
            if (!visit(waiter_found{record, static_cast<std::uint32_t>(found - first)}))
                return;
        }
    }
}

/// Whether the waiter could go on if the object, which is ready for anyone, were given to it.
bool could_go_on(const sync_table& table, const thread_record& waiter, identity who) noexcept {
    if (waiter.waiting.load(memory_order_relaxed) == waiting_for::any)
        return true;
    const auto count = std::min<std::size_t>(waiter.count, waiter.objects.size());
    return std::all_of(
        waiter.objects.begin(), waiter.objects.begin() + static_cast<std::ptrdiff_t>(count),
        [&](std::uint32_t slot) {
            return slot < table_layout::most_slots && is_ready(table, table.slot(slot), who);
        });
}

/// While it is attended nobody else changes the state. It need not be: an earlier section may have
/// stopped already.
void stop_attending(object_slot& slot) noexcept {
    const auto state = slot.state.load(memory_order_relaxed);
    if ((state & object_slot::attended) != 0)
        slot.state.store(state & ~object_slot::attended, memory_order_release);
}

void tell_to_look(section& locked, std::uint32_t record) noexcept {
    std::uint32_t asleep = thread_record::asleep;
    if (locked.table().record(record).wake.compare_exchange_strong(
            asleep, thread_record::look_again, memory_order_release)) {
        locked.wake(record);
    }
}

/// The object is ready: those who wait for others with it, in other tables, have to look at all.
void tell_parts_of_all(section& locked, std::uint32_t index) noexcept {
    auto& table = locked.table();
    for_each_waiter(table, index, [&](const waiter_found& found) {
        const auto& waiter = table.record(found.record);
        const auto who =
            sync_table::identity_of(found.record, waiter.generation.load(memory_order_relaxed));
        if (waiter.waiting.load(memory_order_relaxed) == waiting_for::part_of_all &&
            could_go_on(table, waiter, who)) {
            tell_to_look(locked, found.record);
        }
        return true;
    });
}

} // namespace

void settle(section& locked, std::uint32_t index, fairness how) noexcept {
    auto& table = locked.table();
    auto& slot = table.slot(index);
    const bool manual = is(slot, object_kind::event) && slot.manual_reset != 0;
    for (;;) {
        const bool signaled = is_ready(table, slot, 0);
        std::uint32_t left = 0; // of those who wait for it; exact if it is signaled
        bool part_of_all = false;
        std::optional<waiter_found> next;
        std::uint64_t ticket = 0;
        for_each_waiter(table, index, [&](const waiter_found& found) {
            const auto& waiter = table.record(found.record);
            const auto who =
                sync_table::identity_of(found.record, waiter.generation.load(memory_order_relaxed));
            if (waiter.waiting.load(memory_order_relaxed) == waiting_for::part_of_all) {
                part_of_all = true;
            } else if (signaled && (!next || waiter.ticket < ticket) &&
                       could_go_on(table, waiter, who)) {
                if (manual) { // there is enough for everybody
                    grant(table, found.record, found.index);
                    locked.wake(found.record);
                    return true;
                }
                next = found;
                ticket = waiter.ticket;
            }
            ++left;
            return signaled; // else all that matters is whether there is one
        });
        const bool left_free =
            next && is(slot, object_kind::mutex) && how == fairness::usual &&
            table.record(next->record).waiting.load(memory_order_relaxed) == waiting_for::any &&
            now_ns() - table.record(next->record).since < unfair_for.count();
        if (next && !left_free) {
            grant(table, next->record, next->index);
            locked.wake(next->record);
            // Most often there is no more of it: then nothing is to be learned from looking again.
            if (!is(slot, object_kind::mutex) && is_ready(table, slot, 0))
                continue;
            --left;
            if (left == 0)
                stop_attending(slot);
            return;
        }
        if (left_free)
            tell_to_look(locked, next->record);
        if (signaled && part_of_all && how == fairness::usual)
            tell_parts_of_all(locked, index);
        if (left == 0)
            stop_attending(slot);
        return;
    }
}

void look_after(section& locked, std::uint32_t index) noexcept {
    auto& table = locked.table();
    auto& slot = table.slot(index);
    if (is(slot, object_kind::mutex)) {
        const auto state = slot.state.load(memory_order_acquire);
        const identity owner = state & object_slot::owner;
        if (owner != 0 && !table.alive(owner)) {
            slot.state.store(object_slot::attended | object_slot::abandoned, memory_order_release);
        }
    }
    if (is_ready(table, slot, 0))
        settle(locked, index, fairness::strict);
}

void complete_grant(sync_table& table) noexcept {
    auto& journal = table.layout().journal;
    if (journal.count.load(memory_order_acquire) == 0)
        return;
    if (journal.record < table_layout::most_records) {
        auto& wake = table.record(journal.record).wake;
        // Waking comes last. Who may be awake already may have gone on, and locked once more.
        if (wake.load(memory_order_acquire) != journal.wake)
            apply(table, journal);
        unpark(wake, 1);
    }
    journal.count.store(0, memory_order_release);
}

} // namespace isthmus::posix
