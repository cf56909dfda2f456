#include "park.hpp"
#include "sync_protocol.hpp"
#include "sync_section.hpp"
#include "sync_wait_part.hpp"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <span>
#include <utility>

/// \file
/// Waiting, for one object or for many.

namespace isthmus::posix {

namespace {

using namespace std::chrono_literals;
using detail::object_kind;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::chrono::nanoseconds;

/// How long a sleep lasts that depends on others, who may die at any step: whatever is lost with
/// them is found after that time.
constexpr nanoseconds longest_sleep = 50ms;
/// With mutexes it begins shorter: it watches the life of the owner of the moment.
constexpr nanoseconds first_sleep = 5ms;

/// A wait whose objects are in one table, or in several: then it has a part in each, and begins and
/// ends with the locks of all of them. docs/synchronization.md tells what differs then. `Count` is
/// 1, so that the compiler sees one table for what it is, or std::dynamic_extent.
template <std::size_t Count>
class wait_operation {
public:
    wait_operation(std::span<wait_part, Count> parts, bool all) noexcept
        : parts_(parts), all_(all) {}

    wait_ending run(const deadline& until) noexcept {
        if (begin(until))
            return ending_;
        for (nanoseconds time = has_mutex() ? first_sleep : longest_sleep;;
             time = std::min(time * 2, longest_sleep)) {
            if (until.is_never()) {
                sleep(time, timing::rough); // only to look whether all is well
            } else {
                sleep(std::min<nanoseconds>(time, until.remaining()), timing::exact);
            }
            if (granted_the_only_part() || finish(until)) {
                if (!all_)
                    hand_on();
                return ending_;
            }
        }
    }

private:
    bool has_mutex() const noexcept {
        return std::any_of(parts_.begin(), parts_.end(),
                           [](const wait_part& part) { return part.has_mutex; });
    }

    /// Never waits for one lock while it holds another: a table may be other users' as well, who
    /// must not be able to stop those who use the first. So there is no deadlock either.
    void lock_all() noexcept {
        for (auto* first = &parts_.front();;) {
            first->lock();
            const auto busy = std::find_if(parts_.begin(), parts_.end(), [&](wait_part& part) {
                return &part != first && !part.try_lock();
            });
            if (busy == parts_.end())
                return;
            unlock_all();
            first = &*busy;
        }
    }

    void unlock_all() noexcept {
        for (auto& part : parts_)
            part.unlock();
    }

    /// Takes what is there, or puts itself among the waiters. True if the wait has ended.
    bool begin(const deadline& until) noexcept {
        lock_all();
        for (auto& part : parts_) {
            part.attend_all();
            part.rearm();
        }
        bool ended = take_what_is_ready();
        if (!ended && until.expired()) {
            settle_if_alone();
            ended = true;
        } else if (!ended) {
            for (auto& part : parts_)
                part.enlist(!all_               ? waiting_for::any
                            : parts_.size() > 1 ? waiting_for::part_of_all
                                                : waiting_for::all);
        }
        unlock_all();
        return ended;
    }

    bool take_what_is_ready() noexcept {
        if (all_) {
            if (!std::all_of(parts_.begin(), parts_.end(),
                             [](const wait_part& part) { return part.all_ready(); })) {
                return false;
            }
            for (auto& part : parts_)
                part.take(waiting_for::all, 0);
        } else {
            wait_part* first = nullptr;
            std::size_t position = 0;
            for (auto& part : parts_) {
                const auto ready = part.first_ready();
                if (ready == wait_part::nowhere ||
                    (first && first->places[position] < part.places[ready])) {
                    continue;
                }
                first = &part;
                position = ready;
            }
            if (!first)
                return false;
            first->take(waiting_for::any, position);
        }
        return keep_what_was_granted();
    }

    /// Ends the wait if something was granted: keeps all of it, or that with the lowest index.
    bool keep_what_was_granted() noexcept {
        wait_part* kept = nullptr;
        bool abandoned = false;
        for (auto& part : parts_) {
            if (!part.granted())
                continue;
            abandoned = abandoned || part.abandoned();
            if (!kept || part.granted_place() < kept->granted_place())
                kept = &part;
        }
        if (!kept)
            return false;
        for (auto& part : parts_) {
            if (!part.granted()) {
                part.withdraw();
            } else if (!all_ && &part != kept) {
                part.give_back();
            }
        }
        end_with(*kept, all_ ? abandoned : kept->abandoned());
        settle_if_alone();
        return true;
    }

    void end_with(const wait_part& part, bool abandoned) noexcept {
        ending_.status = abandoned ? wait_status::abandoned : wait_status::signaled;
        ending_.index = all_ ? 0 : part.granted_place();
    }

    void settle_if_alone() noexcept {
        for (auto& part : parts_)
            part.settle_if_alone();
    }

    /// With one table there is nothing to withdraw from, and no lock to take.
    bool granted_the_only_part() noexcept {
        if (parts_.size() > 1 || !parts_.front().granted())
            return false;
        end_with(parts_.front(), parts_.front().abandoned());
        return true;
    }

    /// Sleeps until somebody wakes it, or the owner of a mutex dies, or the time has passed.
    void sleep(nanoseconds time, timing how) noexcept {
        if (parts_.size() == 1 && !parts_.front().has_mutex) {
            park(parts_.front().record().wake, thread_record::asleep, time, how);
        } else {
            sleep_and_watch_owners(time);
        }
    }

    void sleep_and_watch_owners(nanoseconds time) noexcept {
        std::array<futex_word, 2 * max_wait_objects> words;
        std::array<life_watch, max_wait_objects> watches;
        std::size_t count = 0;
        std::size_t watched = 0;
        for (const auto& part : parts_)
            words[count++] = {.word = &part.record().wake, .value = thread_record::asleep};
        for (const auto& part : parts_) {
            for (std::size_t i = 0; part.has_mutex && i < part.slots.size(); ++i) {
                const auto& slot = part.object(i);
                if (!is(slot, object_kind::mutex))
                    continue;
                const identity owner = slot.state.load(memory_order_acquire) & object_slot::owner;
                if (owner == 0 || owner == part.self)
                    continue;
                life_id life;
                if (!part.table->life_of(owner, life) || !is_alive(life))
                    return; // there is nobody to wait for
                auto& watch = watches[watched++];
                watch = watch_life(life);
                if (watch.word)
                    words[count++] = {.word = watch.word, .value = watch.value};
            }
        }
        park_on_any({words.data(), count}, parts_.size(), time);
        // The kernel wakes one who sleeps on a life; all the others have to know as well.
        for (const auto& life : std::span(words).subspan(parts_.size(), count - parts_.size())) {
            const auto& word = *static_cast<const std::atomic<std::uint32_t>*>(life.word);
            if (word.load(memory_order_acquire) != life.value)
                unpark(word, INT_MAX);
        }
    }

    /// True if the wait has ended.
    bool finish(const deadline& until) noexcept {
        const bool expired = until.expired();
        if (!expired && std::none_of(parts_.begin(), parts_.end(),
                                     [](const wait_part& part) { return part.must_look(); })) {
            return false;
        }
        lock_all();
        const bool ended = keep_what_was_granted() || look_again() || (expired && give_up());
        unlock_all();
        return ended;
    }

    bool look_again() noexcept {
        for (auto& part : parts_)
            part.rearm();
        for (auto& part : parts_)
            part.look_after_all();
        return keep_what_was_granted() || (all_ && parts_.size() > 1 && take_what_is_ready());
    }

    bool give_up() noexcept {
        for (auto& part : parts_)
            part.withdraw();
        settle_if_alone();
        return true;
    }

    /// It may have been told of a free mutex, and have got another object instead.
    void hand_on() noexcept {
        for (auto& part : parts_) {
            if (parts_.size() > 1 || part.slots.size() > 1)
                part.hand_on();
        }
    }

    const std::span<wait_part, Count> parts_;
    const bool all_;
    wait_ending ending_;
};

/// Where each object of a wait in one table stands.
constexpr std::array<std::uint8_t, max_wait_objects> make_order() noexcept {
    std::array<std::uint8_t, max_wait_objects> places{};
    for (std::size_t i = 0; i < places.size(); ++i)
        places[i] = static_cast<std::uint8_t>(i);
    return places;
}
constexpr auto in_order = make_order();

wait_ending wait_in_one_table(std::span<const wait_target> targets,
                              bool all,
                              const deadline& until) noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing would cost every wait
    std::array<std::uint32_t, max_wait_objects> slots;
    for (std::size_t i = 0; i < targets.size(); ++i)
        slots[i] = targets[i].slot;
    std::array<wait_part, 1> parts;
    parts[0].table = targets.front().table;
    parts[0].self = targets.front().table->self();
    parts[0].slots = {slots.data(), targets.size()};
    parts[0].places = in_order;
    if (parts[0].self == 0)
        return {.failure = errno};
    return wait_operation<1>(parts, all).run(until);
}

wait_ending wait_in_several_tables(std::span<const wait_target> targets,
                                   bool all,
                                   const deadline& until) noexcept {
    // In the same order in all processes, so that two such waits rarely disturb each other.
    auto places = in_order;
    const auto end = places.begin() + static_cast<std::ptrdiff_t>(targets.size());
    std::sort(places.begin(), end, [&](std::uint8_t a, std::uint8_t b) {
        return std::pair(targets[a].table->id(), a) < std::pair(targets[b].table->id(), b);
    });
    std::array<std::uint32_t, max_wait_objects> slots{};
    std::array<std::uint8_t, max_wait_objects + 1> begins{}; // of each table's objects
    std::size_t tables = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto& target = targets[places[i]];
        slots[i] = target.slot;
        if (i == 0 || target.table != targets[places[i - 1]].table) {
            if (i != 0 && target.table->id() == targets[places[i - 1]].table->id())
                return {.failure = ENOTSUP}; // mapped twice: the thread is two there
            begins[tables++] = static_cast<std::uint8_t>(i);
        }
    }
    begins[tables] = static_cast<std::uint8_t>(targets.size());
    const std::unique_ptr<wait_part[]> parts(new (std::nothrow) wait_part[tables]);
    if (!parts)
        return {.failure = ENOMEM};
    for (std::size_t i = 0; i < tables; ++i) {
        const std::size_t count = begins[i + 1] - begins[i];
        auto& part = parts[i];
        part.table = targets[places[begins[i]]].table;
        part.self = part.table->self();
        part.slots = std::span(slots).subspan(begins[i], count);
        part.places = std::span(places).subspan(begins[i], count);
        if (part.self == 0)
            return {.failure = errno};
    }
    return wait_operation<std::dynamic_extent>({parts.get(), tables}, all).run(until);
}

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

wait_ending wait_for_objects(std::span<const wait_target> targets,
                             bool all,
                             const deadline& until) noexcept {
    if (!all || targets.size() == 1) {
        bool none = true;
        sync_table* table = nullptr;
        identity self = 0;
        for (std::size_t i = 0; i < targets.size() && none; ++i) {
            if (self == 0 || targets[i].table != table) {
                table = targets[i].table;
                self = table->self();
                if (self == 0)
                    return {.failure = errno};
            }
            switch (take_quickly(*table, table->slot(targets[i].slot), self)) {
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
    const bool one_table = std::all_of(targets.begin(), targets.end(), [&](const auto& target) {
        return target.table == targets.front().table;
    });
    return one_table ? wait_in_one_table(targets, all, until)
                     : wait_in_several_tables(targets, all, until);
}

} // namespace isthmus::posix
