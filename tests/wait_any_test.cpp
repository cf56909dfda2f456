#include "sync_testing.hpp"

#include <array>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

std::vector<event> make_events(std::size_t count, const event_options& options = {}) {
    std::vector<event> result;
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(event::create_unnamed(options));
    }
    return result;
}

constexpr wait_result ready(std::size_t index) {
    return {.status = wait_status::signaled, .index = index};
}

constexpr wait_result nothing{.status = wait_status::timed_out, .index = 0};

TEST(WaitAny, TakesTheLowestOfThoseThatAreReady) {
    auto events = make_events(4);
    events[3].set();
    events[1].set();
    events[2].set();
    const auto all = references(events);
    EXPECT_EQ(wait_any(all), ready(1));
    EXPECT_EQ(wait_any(all), ready(2));
    EXPECT_EQ(wait_any(all), ready(3));
    EXPECT_EQ(wait_any_for(all, 0ms), nothing);
}

TEST(WaitAny, TakesNothingElse) {
    auto count = semaphore::create_unnamed({.initial = 1});
    auto signal = event::create_unnamed({.initially_set = true});
    auto lock = mutex::create_unnamed();
    EXPECT_EQ(wait_any({signal, count, lock}), ready(0));
    EXPECT_EQ(wait_any({signal, count, lock}), ready(1));
    EXPECT_TRUE(in_other_thread([&] {
        const bool free = lock.try_lock();
        lock.unlock();
        return free;
    }));
    EXPECT_EQ(wait_any({signal, count, lock}), ready(2));
    EXPECT_FALSE(in_other_thread([&] { return lock.try_lock(); }));
    lock.unlock();
    EXPECT_EQ(count.release(), 0);
}

TEST(WaitAny, WaitsForTheFirstToBecomeReady) {
    for (std::size_t which = 0; which < 3; ++which) {
        auto lock = mutex::create_unnamed({.initially_owned = true});
        auto count = semaphore::create_unnamed();
        auto signal = event::create_unnamed();
        auto waiting = in_background([&] {
            const auto result = wait_any({lock, count, signal});
            if (result.index == 0) {
                lock.unlock();
            }
            return result;
        });
        EXPECT_TRUE(still_blocked(waiting, 20ms));
        if (which == 0) {
            lock.unlock();
        } else if (which == 1) {
            count.release();
        } else {
            signal.set();
        }
        EXPECT_EQ(waiting.get(), ready(which));
        EXPECT_FALSE(count.try_acquire());
        EXPECT_EQ(signal.wait_for(0ms), wait_status::timed_out);
    }
}

TEST(WaitAny, OfOneIsAWait) {
    auto signal = event::create_unnamed({.initially_set = true});
    EXPECT_EQ(wait_any({signal}), ready(0));
    EXPECT_EQ(wait_any_for({signal}, 1ms), nothing);
}

TEST(WaitAny, AManualEventStaysSet) {
    auto events = make_events(2, {.reset = event_reset::manual, .initially_set = true});
    EXPECT_EQ(wait_any(references(events)), ready(0));
    EXPECT_EQ(wait_any(references(events)), ready(0));
    events[0].reset();
    EXPECT_EQ(wait_any(references(events)), ready(1));
}

TEST(WaitAny, TimesOut) {
    const auto events = make_events(3);
    const auto start = clock::now();
    EXPECT_EQ(wait_any_for(references(events), 20ms), nothing);
    EXPECT_GE(clock::now() - start, 20ms);
    std::error_code ec;
    EXPECT_EQ(wait_any_for(references(events), 1ms, ec), nothing);
    EXPECT_FALSE(ec);
    EXPECT_EQ(wait_any_for(references(events), -1h), nothing);
    EXPECT_EQ(wait_any_until(references(events), clock::now()), nothing);
    EXPECT_TRUE(wait_any_for(references(events), 0ms).timed_out());
}

TEST(WaitAny, TellsWhichWasAbandoned) {
    auto signal = event::create_unnamed();
    auto first = mutex::create_unnamed();
    auto second = mutex::create_unnamed();
    abandon(second);
    in_other_thread([&] {
        first.lock();
        const auto result = wait_any_for({signal, second}, in_good_time);
        EXPECT_EQ(result, (wait_result{.status = wait_status::abandoned, .index = 1}));
        EXPECT_TRUE(result.abandoned());
        second.unlock();
        first.unlock();
        return 0;
    });
    EXPECT_EQ(wait_any({signal, first, second}), ready(1));
    EXPECT_EQ(wait_any({signal, second}), ready(1));
    second.unlock();
    first.unlock();
}

TEST(WaitAny, ANoticeOfAbandonmentWakesIt) {
    auto lock = mutex::create_unnamed();
    auto signal = event::create_unnamed();
    auto owned = event::create_unnamed();
    auto leave = event::create_unnamed();
    std::thread owner([&] {
        lock.lock();
        owned.set();
        leave.wait();
    });
    owned.wait();
    auto waiting = in_background([&] { return wait_any_for({signal, lock}, in_good_time); });
    EXPECT_TRUE(still_blocked(waiting));
    leave.set();
    owner.join();
    EXPECT_EQ(waiting.get(), (wait_result{.status = wait_status::abandoned, .index = 1}));
}

TEST(WaitAny, OwningAMutexAlreadyIsBeingReady) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    auto signal = event::create_unnamed();
    EXPECT_EQ(wait_any({signal, lock}), ready(1));
    lock.unlock();
    EXPECT_FALSE(in_other_thread([&] { return lock.try_lock(); }));
    lock.unlock();
    EXPECT_EQ(error_of([&](auto& ec) { lock.unlock(ec); }), errc::not_owner);
}

TEST(WaitAny, IsCancelledByAnEvent) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    auto cancel = event::create_unnamed({.reset = event_reset::manual});
    std::vector<std::future<wait_result>> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(in_background([&] { return wait_any({lock, cancel}); }));
    }
    EXPECT_TRUE(still_blocked(waiting.back()));
    cancel.set();
    for (auto& each : waiting) {
        EXPECT_EQ(each.get(), ready(1));
    }
    lock.unlock();
}

TEST(WaitAny, SixtyFourObjectsOfAnyKind) {
    std::vector<event> events = make_events(22);
    std::vector<semaphore> semaphores;
    std::vector<mutex> mutexes;
    std::vector<waitable_ref> all;
    for (std::size_t i = 0; i < 21; ++i) {
        semaphores.push_back(semaphore::create_unnamed());
        mutexes.push_back(mutex::create_unnamed());
    }
    std::thread owner;
    auto owned = event::create_unnamed();
    auto leave = event::create_unnamed();
    for (std::size_t i = 0; i < 21; ++i) {
        all.insert(all.end(), {events[i], semaphores[i], mutexes[i]});
    }
    all.emplace_back(events[21]);
    ASSERT_EQ(all.size(), max_wait_objects);
    owner = std::thread([&] {
        for (auto& each : mutexes) {
            each.lock();
        }
        owned.set();
        leave.wait();
        mutexes[20].unlock();
        leave.wait();
        for (std::size_t i = 0; i < 20; ++i) {
            mutexes[i].unlock();
        }
    });
    owned.wait();
    EXPECT_EQ(wait_any_for(all, 1ms), nothing);
    for (const std::size_t which : {std::size_t{0}, std::size_t{63}}) {
        auto waiting = in_background([&] { return wait_any(all); });
        EXPECT_TRUE(still_blocked(waiting, 10ms));
        events[which / 3].set();
        EXPECT_EQ(waiting.get(), ready(which));
    }
    auto waiting = in_background([&] { return wait_any(all); });
    semaphores[20].release();
    EXPECT_EQ(waiting.get(), ready(61));
    leave.set();
    EXPECT_EQ(wait_any_for(all, in_good_time), ready(62));
    mutexes[20].unlock();
    leave.set();
    owner.join();
}

TEST(WaitAny, RefusesTooFewAndTooMany) {
    auto events = make_events(65);
    auto all = references(events);
    const auto ec = error_of([&](auto& code) { wait_any(all, code); });
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_EQ(ec.value(), 87);
    EXPECT_THROW(wait_any(all), error);
    EXPECT_EQ(error_of([&](auto& code) { wait_any({}, code); }), errc::invalid_argument);
    all.pop_back();
    EXPECT_EQ(wait_any_for(all, 0ms), nothing);
}

TEST(WaitAny, RefusesTheSameHandleTwice) {
    auto events = make_events(64, {.initially_set = true});
    EXPECT_EQ(error_of([&](auto& code) {
                  wait_any({events[0], events[0]}, code);
              }),
              errc::invalid_argument);
    auto all = references(events);
    for (const auto& [from, to] : {std::pair{0, 63}, {63, 0}, {31, 32}, {5, 6}}) {
        auto twice = all;
        twice[static_cast<std::size_t>(to)] = all[static_cast<std::size_t>(from)];
        const auto ec = error_of([&](auto& code) { wait_any(twice, code); });
        EXPECT_EQ(ec, errc::invalid_argument);
        EXPECT_EQ(ec.value(), 87);
    }
    for (auto& each : events) { // nothing was taken
        EXPECT_EQ(each.wait_for(0ms), wait_status::signaled);
    }
}

TEST(WaitAny, TakesTwoHandlesOfOneObject) {
    const auto name = unique_name("event");
    auto one = event::create(name);
    auto two = event::open(name);
    one.set();
    EXPECT_EQ(wait_any({two, one}), ready(0));
    EXPECT_EQ(wait_any_for({two, one}, 1ms), nothing);
}

TEST(WaitAny, RefusesWhatCannotBeWaitedFor) {
    const auto name = unique_name("event");
    auto signal = event::create(name, {.initially_set = true});
    const event closed;
    EXPECT_EQ(error_of([&](auto& ec) { wait_any({signal, closed}, ec); }), errc::invalid_handle);
    const auto sets = event::open(name, sync_rights::modify);
    EXPECT_EQ(error_of([&](auto& ec) { wait_any({signal, sets}, ec); }), errc::access_denied);
    EXPECT_EQ(signal.wait_for(0ms), wait_status::signaled);
}

TEST(WaitAnyThreads, EveryTokenIsTakenOnce) {
    auto first = semaphore::create_unnamed();
    auto second = semaphore::create_unnamed();
    auto signal = event::create_unnamed();
    auto stop = event::create_unnamed({.reset = event_reset::manual});
    const auto rounds = static_cast<int>(scaled(2000));
    std::array<std::atomic<int>, 3> taken{};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (;;) {
                // In different orders.
                const bool turned = t % 2 == 1;
                const auto got = turned ? wait_any({signal, second, first, stop})
                                        : wait_any({first, second, signal, stop});
                if (got.index == 3) {
                    return;
                }
                ++taken[turned ? 2 - got.index : got.index];
            }
        });
    }
    for (int i = 0; i < rounds; ++i) {
        first.release();
        second.release(2);
        signal.set();
    }
    EXPECT_TRUE(eventually([&] { return taken[0] == rounds && taken[1] == 2 * rounds; }));
    EXPECT_TRUE(eventually([&] { return taken[2] >= 1; }));
    EXPECT_LE(taken[2], rounds);
    stop.set();
    for (auto& each : threads) {
        each.join();
    }
    EXPECT_EQ(taken[0], rounds);
    EXPECT_EQ(taken[1], 2 * rounds);
    EXPECT_FALSE(first.try_acquire());
}

} // namespace
} // namespace isthmus::test
