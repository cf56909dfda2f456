#include "sync_testing.hpp"

#include <array>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr wait_result done{.status = wait_status::signaled, .index = 0};
constexpr wait_result abandoned{.status = wait_status::abandoned, .index = 0};
constexpr wait_result nothing{.status = wait_status::timed_out, .index = 0};

bool is_set(const event& each) {
    return each.wait_for(0ms) == wait_status::signaled;
}

TEST(WaitAll, TakesAllOfThem) {
    auto lock = mutex::create_unnamed();
    auto count = semaphore::create_unnamed({.initial = 2});
    auto signal = event::create_unnamed({.initially_set = true});
    EXPECT_EQ(wait_all({lock, count, signal}), done);
    EXPECT_FALSE(in_other_thread([&] { return lock.try_lock(); }));
    EXPECT_FALSE(is_set(signal));
    EXPECT_EQ(count.release(), 1);
    lock.unlock();
}

TEST(WaitAll, TakesNothingIfOneIsMissing) {
    auto lock = mutex::create_unnamed();
    auto count = semaphore::create_unnamed({.initial = 1});
    auto set = event::create_unnamed({.initially_set = true});
    auto unset = event::create_unnamed();
    const auto start = clock::now();
    EXPECT_EQ(wait_all_for({lock, count, set, unset}, 20ms), nothing);
    EXPECT_GE(clock::now() - start, 20ms);
    EXPECT_EQ(wait_all_for({unset, set, count, lock}, 0ms), nothing);
    std::error_code ec;
    EXPECT_EQ(wait_all_for({set, unset, count, lock}, -1s, ec), nothing);
    EXPECT_FALSE(ec);
    EXPECT_EQ(error_of([&](auto& code) { lock.unlock(code); }), errc::not_owner);
    EXPECT_TRUE(is_set(set));
    EXPECT_TRUE(count.try_acquire());
}

TEST(WaitAll, HoldsNothingWhileItWaits) {
    auto lock = mutex::create_unnamed();
    auto count = semaphore::create_unnamed({.initial = 1});
    auto signal = event::create_unnamed();
    auto waiting = in_background([&] {
        const auto result = wait_all({lock, count, signal});
        lock.unlock();
        return result;
    });
    EXPECT_TRUE(still_blocked(waiting));
    EXPECT_TRUE(lock.try_lock());
    EXPECT_TRUE(count.try_acquire());
    signal.set();
    EXPECT_TRUE(still_blocked(waiting, 20ms)); // the other two are ours
    EXPECT_TRUE(is_set(signal));
    signal.set();
    lock.unlock();
    EXPECT_TRUE(still_blocked(waiting, 20ms));
    EXPECT_TRUE(lock.try_lock());
    lock.unlock();
    count.release();
    EXPECT_EQ(waiting.get(), done);
    EXPECT_FALSE(is_set(signal));
    EXPECT_FALSE(count.try_acquire());
}

TEST(WaitAll, NobodySeesOneTakenAndGivenBack) {
    auto count = semaphore::create_unnamed({.initial = 1});
    auto never = event::create_unnamed();
    std::atomic<bool> stop = false;
    auto waiting = in_background([&] {
        while (!stop) {
            EXPECT_EQ(wait_all_for({count, never}, 200us), nothing);
            EXPECT_EQ(wait_all_for({never, count}, 0ms), nothing);
        }
    });
    int missed = 0;
    const auto polls = scaled(20'000);
    for (std::size_t i = 0; i < polls; ++i) {
        if (count.try_acquire()) {
            count.release();
        } else {
            ++missed;
        }
    }
    stop = true;
    waiting.get();
    EXPECT_EQ(missed, 0);
}

TEST(WaitAll, OfOneIsAWait) {
    auto signal = event::create_unnamed({.initially_set = true});
    EXPECT_EQ(wait_all({signal}), done);
    EXPECT_EQ(wait_all_for({signal}, 1ms), nothing);
}

TEST(WaitAll, AMutexThatIsOwnedCountsAsReady) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    auto signal = event::create_unnamed({.initially_set = true});
    EXPECT_EQ(wait_all({lock, signal}), done);
    lock.unlock();
    EXPECT_FALSE(in_other_thread([&] { return lock.try_lock(); })); // it was locked once more
    lock.unlock();
    EXPECT_EQ(error_of([&](auto& code) { lock.unlock(code); }), errc::not_owner);
    // Nobody else's.
    auto other = mutex::create_unnamed({.initially_owned = true});
    signal.set();
    EXPECT_EQ(in_other_thread([&] { return wait_all_for({other, signal}, 1ms); }), nothing);
    other.unlock();
}

TEST(WaitAll, TellsThatOneWasAbandoned) {
    auto first = mutex::create_unnamed();
    auto second = mutex::create_unnamed();
    auto signal = event::create_unnamed({.reset = event_reset::manual, .initially_set = true});
    abandon(second);
    EXPECT_EQ(wait_all_for({signal, first, second}, in_good_time), abandoned);
    first.unlock();
    second.unlock();
    EXPECT_EQ(wait_all({signal, first, second}), done);
    first.unlock();
    second.unlock();
}

TEST(WaitAll, AWaitThatFailsLeavesItAbandoned) {
    auto lock = mutex::create_unnamed();
    auto never = event::create_unnamed();
    abandon(lock);
    EXPECT_EQ(wait_all_for({lock, never}, 100ms), nothing);
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    lock.unlock();
}

TEST(WaitAll, ANoticeOfAbandonmentWakesIt) {
    auto lock = mutex::create_unnamed();
    auto signal = event::create_unnamed({.initially_set = true});
    auto owned = event::create_unnamed();
    auto leave = event::create_unnamed();
    std::thread owner([&] {
        lock.lock();
        owned.set();
        leave.wait();
    });
    owned.wait();
    auto waiting = in_background([&] { return wait_all_for({signal, lock}, in_good_time); });
    EXPECT_TRUE(still_blocked(waiting));
    leave.set();
    owner.join();
    EXPECT_EQ(waiting.get(), abandoned);
}

TEST(WaitAll, SixtyFourObjects) {
    std::vector<event> events;
    for (std::size_t i = 0; i < max_wait_objects; ++i) {
        events.push_back(event::create_unnamed());
    }
    const auto all = references(events);
    auto waiting = in_background([&] { return wait_all(all); });
    for (std::size_t i = 1; i < events.size(); ++i) {
        events[i].set();
    }
    EXPECT_TRUE(still_blocked(waiting, 20ms));
    events[0].set();
    EXPECT_EQ(waiting.get(), done);
    EXPECT_TRUE(std::none_of(events.begin(), events.end(), is_set));
}

TEST(WaitAll, RefusesWhatWaitAnyRefuses) {
    std::vector<event> events;
    for (std::size_t i = 0; i < max_wait_objects + 1; ++i) {
        events.push_back(event::create_unnamed({.initially_set = true}));
    }
    const auto ec = error_of([&](auto& code) { wait_all(references(events), code); });
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_EQ(ec.value(), 87);
    EXPECT_EQ(error_of([&](auto& code) { wait_all({}, code); }), errc::invalid_argument);
    EXPECT_EQ(error_of([&](auto& code) {
                  wait_all({events[0], events[0]}, code);
              }),
              errc::invalid_argument);
    const event closed;
    EXPECT_EQ(error_of([&](auto& code) {
                  wait_all({events[0], closed}, code);
              }),
              errc::invalid_handle);
    EXPECT_THROW(wait_all({events[0], closed}), error);
    EXPECT_TRUE(is_set(events[0]));
}

TEST(WaitAll, RefusesTwoHandlesOfOneObject) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine waits for two handles of one object at once";
    }
    const auto name = unique_name("event");
    auto one = event::create(name, {.reset = event_reset::manual, .initially_set = true});
    auto two = event::open(name);
    const auto ec = error_of([&](auto& code) { wait_all({one, two}, code); });
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_EQ(ec.value(), 87);
}

TEST(WaitAllThreads, OverlappingSetsNeverLockUp) {
    constexpr std::size_t seats = 5;
    std::vector<mutex> forks;
    for (std::size_t i = 0; i < seats; ++i) {
        forks.push_back(mutex::create_unnamed());
    }
    std::array<int, seats> used{}; // each guarded by its fork
    const auto rounds = static_cast<int>(scaled(1000));
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < seats; ++t) {
        threads.emplace_back([&, t] {
            auto& left = forks[t];
            auto& right = forks[(t + 1) % seats];
            for (int i = 0; i < rounds; ++i) {
                ASSERT_EQ(wait_all_for({left, right}, in_good_time), done);
                ++used[t];
                ++used[(t + 1) % seats];
                right.unlock();
                left.unlock();
            }
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    for (const int each : used) {
        EXPECT_EQ(each, 2 * rounds);
    }
}

TEST(WaitAllThreads, SignalsSharedWithSingleWaitersAreNeitherLostNorDoubled) {
    auto left = semaphore::create_unnamed();
    auto right = semaphore::create_unnamed();
    auto stop = event::create_unnamed({.reset = event_reset::manual});
    const auto rounds = static_cast<int>(scaled(1000));
    std::atomic<int> pairs = 0;
    std::atomic<int> singles = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            for (;;) {
                const auto got = wait_all_for({left, right}, 5ms);
                pairs += got == done ? 1 : 0;
                if (got == nothing && is_set(stop)) {
                    return;
                }
            }
        });
        threads.emplace_back([&] {
            while (wait_any({left, stop}).index == 0) {
                ++singles;
            }
        });
    }
    for (int i = 0; i < rounds; ++i) {
        left.release(2);
        right.release();
    }
    EXPECT_TRUE(eventually([&] { return pairs + singles >= 1; }));
    stop.set();
    for (auto& each : threads) {
        each.join();
    }
    int rest_left = 0;
    int rest_right = 0;
    while (left.try_acquire()) {
        ++rest_left;
    }
    while (right.try_acquire()) {
        ++rest_right;
    }
    EXPECT_EQ(pairs + singles + rest_left, 2 * rounds);
    EXPECT_EQ(pairs + rest_right, rounds);
    EXPECT_TRUE(rest_left == 0 || rest_right == 0) << "both were there and nobody took them";
}

} // namespace
} // namespace isthmus::test
