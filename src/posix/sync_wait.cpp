#include "park.hpp"
#include "sync_protocol.hpp"
#include "sync_section.hpp"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>

/// \file
/// Waiting, for one object or for many.

namespace isthmus::posix {

namespace {

using namespace std::chrono_literals;
using detail::object_kind;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::chrono::nanoseconds;

/// How long a sleep lasts that depends on others, who may die at any step: whatever is lost with
/// them is found after that time.
constexpr nanoseconds longest_sleep = 50ms;
/// With mutexes it begins shorter: it watches the life of the owner of the moment.
constexpr nanoseconds first_sleep = 5ms;

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
            if (granted() || finish(until)) {
                hand_on();
                return ending_;
            }
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
        if (has_mutex_) {
            sleep_and_watch_owners(time);
        } else {
            park(mine_.wake, thread_record::asleep, time);
        }
    }

    void sleep_and_watch_owners(nanoseconds time) noexcept {
        std::array<futex_word, 1 + max_wait_objects> words;
        std::array<life_watch, max_wait_objects> watches;
        std::size_t count = 0;
        words[count++] = {.word = &mine_.wake, .value = thread_record::asleep};
        for (std::size_t i = 0; i < slots_.size(); ++i) {
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
        for (const auto& life : std::span(words).subspan(1, count - 1)) {
            const auto& word = *static_cast<const std::atomic<std::uint32_t>*>(life.word);
            if (word.load(memory_order_acquire) != life.value)
                unpark(word, INT_MAX);
        }
    }

    /// True if the wait has ended.
    bool finish(const deadline& until) noexcept {
        const bool expired = until.expired();
        // Who died with the lock may have begun a grant to this thread, which only shows when the
        // next holder completes it; and there may be no other.
        const bool look = expired || table_.layout().lock.load(memory_order_acquire) != 0 ||
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

    /// It may have been told of a free mutex, and have got another object instead: then the next
    /// waiter has to know of the mutex.
    void hand_on() noexcept {
        if (all_ || !has_mutex_ || slots_.size() == 1)
            return;
        for (const auto index : slots_) {
            const auto& slot = table_.slot(index);
            if (!is(slot, object_kind::mutex) || !is_ready(table_, slot, 0) ||
                (slot.state.load(memory_order_acquire) & object_slot::attended) == 0) {
                continue;
            }
            section locked(table_, self_);
            settle(locked, index);
        }
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
            if (slot.manual_reset == 0)
                taken = state & ~object_slot::signaled;
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

} // namespace isthmus::posix
