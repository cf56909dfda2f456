#include "sync_protocol.hpp"

#include "park.hpp"

#include <climits>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <optional>

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

/// How long a sleep lasts that depends on others, who may die at any step: whatever is lost with
/// them is found after that time.
constexpr nanoseconds longest_sleep = 50ms;
/// With mutexes it begins shorter: it watches the life of the owner of the moment.
constexpr nanoseconds first_sleep = 5ms;

std::int64_t now_ns() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch() / 1ns;
}

bool is(const object_slot& slot, object_kind kind) noexcept {
    return slot.kind == static_cast<std::uint32_t>(kind);
}

/// A section under the table's lock. Whom it wakes is woken when the lock is free again.
class section {
public:
    section(sync_table& table, identity self) noexcept
        : table_(table), lock_(std::in_place, table, self) {}
    section(const section&) = delete;
    section& operator=(const section&) = delete;
    ~section() {
        lock_.reset();
        for (std::size_t i = 0; i < count_; ++i)
            unpark(table_.record(sleepers_[i]).wake, 1);
    }

    sync_table& table() const noexcept { return table_; }

    void wake(std::uint32_t record) noexcept {
        if (count_ == sleepers_.size()) {
            unpark(table_.record(record).wake, 1);
        } else {
            sleepers_[count_++] = record;
        }
    }

private:
    sync_table& table_;
    std::optional<table_lock> lock_;
    std::size_t count_ = 0;
    std::array<std::uint32_t, 128> sleepers_;
};

// --- objects; what follows needs the lock, and the object attended to

void attend(object_slot& slot) noexcept {
    if ((slot.state.load(memory_order_acquire) & object_slot::attended) == 0)
        slot.state.fetch_or(object_slot::attended, memory_order_acq_rel);
}

/// Whether a wait of `who` could take the object now.
bool is_ready(const sync_table& table, const object_slot& slot, identity who) noexcept {
    const auto state = slot.state.load(memory_order_acquire);
    if (is(slot, object_kind::event))
        return (state & object_slot::signaled) != 0;
    if (is(slot, object_kind::semaphore))
        return state >= object_slot::one;
    const identity owner = state & object_slot::owner;
    return owner == 0 || owner == who || !table.alive(owner);
}

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

void forget_waiter(sync_table& table, std::uint32_t record) noexcept {
    table.record(record).waiting.store(waiting_for::nothing, memory_order_relaxed);
    table.layout().waiters[record / 64].fetch_and(~(std::uint64_t{1} << (record % 64)),
                                                  memory_order_relaxed);
}

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

/// Gives a waiter what it waits for: the object at `index`, or all.
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

// --- waiters

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

enum class fairness { usual, strict };

/// Gives an object to those who wait for it, in the order of their arrival, for as long as it is
/// signaled; leaves it alone (no longer attended) if nobody waits.
void settle(section& locked, std::uint32_t index, fairness how = fairness::usual) noexcept {
    auto& table = locked.table();
    auto& slot = table.slot(index);
    const bool manual = is(slot, object_kind::event) && slot.manual_reset != 0;
    for (;;) {
        const bool signaled = is_ready(table, slot, 0);
        bool waited_for = false;
        std::optional<waiter_found> next;
        std::uint64_t ticket = 0;
        for_each_waiter(table, index, [&](const waiter_found& found) {
            const auto& waiter = table.record(found.record);
            const auto who =
                sync_table::identity_of(found.record, waiter.generation.load(memory_order_relaxed));
            if (signaled && (!next || waiter.ticket < ticket) && could_go_on(table, waiter, who)) {
                if (manual) { // there is enough for everybody
                    grant(table, found.record, found.index);
                    locked.wake(found.record);
                    return true;
                }
                next = found;
                ticket = waiter.ticket;
            }
            waited_for = true;
            return signaled; // else all that matters is whether there is one
        });
        if (!next) {
            if (!waited_for)
                slot.state.fetch_and(~object_slot::attended, memory_order_release);
            return;
        }
        auto& waiter = table.record(next->record);
        if (is(slot, object_kind::mutex) && how == fairness::usual &&
            waiter.waiting.load(memory_order_relaxed) == waiting_for::any &&
            now_ns() - waiter.since < unfair_for.count()) {
            std::uint32_t asleep = thread_record::asleep;
            if (waiter.wake.compare_exchange_strong(asleep, thread_record::look_again,
                                                    memory_order_release))
                locked.wake(next->record);
            return;
        }
        grant(table, next->record, next->index);
        locked.wake(next->record);
    }
}

/// Puts right what somebody who died has left: a mutex without a living owner is free and
/// abandoned, and what is signaled is given to who waits for it.
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

// --- one wait

class wait_operation {
public:
    wait_operation(sync_table& table,
                   identity self,
                   std::span<const std::uint32_t> slots,
                   bool all) noexcept
        : table_(table),
          self_(self),
          record_(sync_table::index_of(self)),
          mine_(table.record(record_)),
          slots_(slots),
          all_(all) {}

    wait_ending run(const deadline& until) noexcept {
        if (begin(until))
            return ending_;
        for (nanoseconds time = has_mutex_ ? first_sleep : longest_sleep;;
             time = std::min(time * 2, longest_sleep)) {
            sleep(until.is_never() ? time : std::min<nanoseconds>(time, until.remaining()));
            if (granted() || finish(until))
                return ending_;
        }
    }

private:
    /// Takes what is there, or puts itself among the waiters. True if the wait has ended.
    bool begin(const deadline& until) noexcept {
        section locked(table_, self_);
        for (const auto index : slots_) {
            attend(table_.slot(index));
            has_mutex_ = has_mutex_ || is(table_.slot(index), object_kind::mutex);
        }
        const auto ready = [&](std::uint32_t index) {
            return is_ready(table_, table_.slot(index), self_);
        };
        const auto first =
            all_ ? slots_.begin() : std::find_if(slots_.begin(), slots_.end(), ready);
        const bool take =
            all_ ? std::all_of(slots_.begin(), slots_.end(), ready) : first != slots_.end();
        enlist();
        if (take) {
            grant(table_, record_, static_cast<std::size_t>(first - slots_.begin()));
        } else if (until.expired()) {
            forget_waiter(table_, record_);
        } else {
            return false;
        }
        settle_if_alone(locked);
        granted();
        return true;
    }

    void enlist() noexcept {
        std::uint64_t filter = 0;
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            mine_.objects[i] = slots_[i];
            filter |= std::uint64_t{1} << (slots_[i] % 64);
        }
        mine_.count = static_cast<std::uint32_t>(slots_.size());
        mine_.filter.store(filter, memory_order_relaxed);
        mine_.ticket = table_.layout().next_ticket++;
        mine_.since = now_ns();
        mine_.wake.store(thread_record::asleep, memory_order_relaxed);
        table_.layout().waiters[record_ / 64].fetch_or(std::uint64_t{1} << (record_ % 64),
                                                       memory_order_relaxed);
        mine_.waiting.store(all_ ? waiting_for::all : waiting_for::any, memory_order_release);
    }

    /// With several objects that would take long; they are left attended, and the next who comes by
    /// finds that nobody waits.
    void settle_if_alone(section& locked) noexcept {
        if (slots_.size() == 1)
            settle(locked, slots_.front());
    }

    bool granted() noexcept {
        const auto wake = mine_.wake.load(memory_order_acquire);
        if ((wake & thread_record::granted) == 0)
            return false;
        ending_.status = (wake & thread_record::granted_abandoned) != 0 ? wait_status::abandoned
                                                                        : wait_status::signaled;
        ending_.index = wake & 0xffU;
        return true;
    }

    /// Sleeps until somebody wakes it, or the owner of a mutex dies, or the time has passed.
    void sleep(nanoseconds time) noexcept {
        std::array<futex_word, 1 + max_wait_objects> words;
        std::array<life_watch, max_wait_objects> watches;
        std::size_t count = 0;
        words[count++] = {.word = &mine_.wake, .value = thread_record::asleep};
        for (std::size_t i = 0; has_mutex_ && i < slots_.size(); ++i) {
            const auto& slot = table_.slot(slots_[i]);
            if (!is(slot, object_kind::mutex))
                continue;
            const identity owner = slot.state.load(memory_order_acquire) & object_slot::owner;
            life_id life;
            if (owner == 0 || owner == self_ || !table_.life_of(owner, life))
                continue;
            watches[i] = watch_life(life);
            if (watches[i].word)
                words[count++] = {.word = watches[i].word, .value = watches[i].value};
        }
        park_on_any({words.data(), count}, time);
        // The kernel wakes one who sleeps on a life; all the others have to know as well.
        for (std::size_t i = 1; i < count; ++i) {
            const auto& word = *static_cast<const std::atomic<std::uint32_t>*>(words[i].word);
            if (word.load(memory_order_acquire) != words[i].value)
                unpark(word, INT_MAX);
        }
    }

    /// True if the wait has ended.
    bool finish(const deadline& until) noexcept {
        const bool expired = until.expired();
        const bool look = expired ||
                          mine_.wake.load(memory_order_acquire) == thread_record::look_again ||
                          std::any_of(slots_.begin(), slots_.end(), [&](std::uint32_t index) {
                              return is_ready(table_, table_.slot(index), 0);
                          });
        if (!look)
            return false;
        section locked(table_, self_);
        if (granted())
            return true;
        mine_.wake.store(thread_record::asleep, memory_order_relaxed);
        for (const auto index : slots_) {
            look_after(locked, index);
            if (granted())
                return true;
        }
        if (!expired)
            return false;
        forget_waiter(table_, record_);
        settle_if_alone(locked);
        return true;
    }

    sync_table& table_;
    const identity self_;
    const std::uint32_t record_;
    thread_record& mine_;
    const std::span<const std::uint32_t> slots_;
    const bool all_;
    bool has_mutex_ = false;
    wait_ending ending_;
};

} // namespace

// --- the quick ways

quick take_quickly(const sync_table& table, object_slot& slot, identity self) noexcept {
    auto state = slot.state.load(memory_order_acquire);
    for (;;) {
        auto taken = state;
        auto result = quick::done;
        if (is(slot, object_kind::mutex)) {
            const identity owner = state & object_slot::owner;
            if (owner == self) {
                slot.recursion.store(slot.recursion.load(memory_order_relaxed) + 1,
                                     memory_order_relaxed);
                return quick::done;
            }
            if (owner != 0 && (state & object_slot::attended) == 0)
                return table.alive(owner) ? quick::not_signaled : quick::attended;
            taken = self;
            if ((state & object_slot::abandoned) != 0)
                result = quick::abandoned;
        } else if (is(slot, object_kind::event)) {
            if ((state & (object_slot::attended | object_slot::signaled)) == 0)
                return quick::not_signaled;
            taken = slot.manual_reset != 0 ? state : state & ~object_slot::signaled;
        } else {
            if (state == 0)
                return quick::not_signaled;
            taken = state - object_slot::one;
        }
        if ((state & object_slot::attended) != 0)
            return quick::attended;
        if (taken == state)
            return result;
        if (slot.state.compare_exchange_weak(state, taken, memory_order_acq_rel,
                                             memory_order_acquire)) {
            if (is(slot, object_kind::mutex))
                slot.recursion.store(1, memory_order_relaxed);
            return result;
        }
    }
}

wait_ending wait_for_objects(sync_table& table,
                             std::span<const std::uint32_t> slots,
                             bool all,
                             const deadline& until) noexcept {
    const identity self = table.self();
    if (self == 0)
        return {.failure = errno};
    if (!all || slots.size() == 1) {
        bool none = true;
        for (std::size_t i = 0; i < slots.size() && none; ++i) {
            switch (take_quickly(table, table.slot(slots[i]), self)) {
            case quick::done:
                return {.status = wait_status::signaled, .index = i};
            case quick::abandoned:
                return {.status = wait_status::abandoned, .index = i};
            case quick::not_signaled:
                break;
            case quick::attended:
                none = false; // what it is must be known before those after it are looked at
                break;
            }
        }
        if (none && until.expired())
            return {};
    }
    return wait_operation(table, self, slots, all).run(until);
}

// --- signals

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

void complete_grant(sync_table& table) noexcept {
    auto& journal = table.layout().journal;
    if (journal.count.load(memory_order_acquire) == 0)
        return;
    apply(table, journal);
    journal.count.store(0, memory_order_release);
    if (journal.record < table_layout::most_records)
        unpark(table.record(journal.record).wake, 1);
}

} // namespace isthmus::posix
