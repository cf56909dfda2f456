#include "posix/two_tables.hpp"

#include <array>

/// \file
/// wait_any for objects of two tables: all that holds for one holds for both together.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

TEST(WaitAnyAcrossTables, TakesTheLowestIndexAndNothingElse) {
    std::array home{event::create_unnamed(), event::create_unnamed()};
    const away there;
    std::array far{there([] { return event::create_unnamed(); }),
                   there([] { return event::create_unnamed(); })};
    const std::vector<waitable_ref> all{far[0], home[0], far[1], home[1]};
    for (const std::array lowest : {std::array{0, 1}, std::array{1, 2}, std::array{2, 3}}) {
        for (const int index : lowest)
            (index % 2 == 0 ? far : home)[static_cast<std::size_t>(index / 2)].set();
        EXPECT_EQ(wait_any(all), got(static_cast<std::size_t>(lowest[0])));
        EXPECT_EQ(wait_any_for(all, 0ms), got(static_cast<std::size_t>(lowest[1])));
        EXPECT_EQ(wait_any_for(all, 0ms), nothing);
    }
}

TEST(WaitAnyAcrossTables, TakesTheLowestIndexAlsoWhileOthersWait) {
    auto first = event::create_unnamed();
    auto second = event::create_unnamed();
    auto missing = event::create_unnamed();
    const away there;
    auto far = there([] { return event::create_unnamed(); });
    // Somebody attends to all of them, and takes none.
    auto other = in_background([&] { return wait_all({first, far, second, missing}); });
    EXPECT_TRUE(still_blocked(other));
    for (int i = 0; i < 100; ++i) {
        second.set();
        far.set();
        EXPECT_EQ(wait_any({first, far, second}), got(1));
        EXPECT_EQ(wait_any({first, far, second}), got(2));
        EXPECT_EQ(wait_any_for({first, far, second}, 0ms), nothing);
    }
    for (auto* each : {&first, &far, &second, &missing})
        each->set();
    EXPECT_EQ(other.get(), got(0));
}

TEST(WaitAnyAcrossTables, EndsWithItsTime) {
    const auto home = event::create_unnamed();
    const away there;
    const auto far = there([] { return event::create_unnamed(); });
    EXPECT_EQ(wait_any_for({home, far}, 0ms), nothing);
    for (const auto time : {1ms, 20ms, 80ms}) {
        const auto start = clock::now();
        EXPECT_EQ(wait_any_for({far, home}, time), nothing);
        EXPECT_GE(clock::now() - start, time);
    }
}

TEST(WaitAnyAcrossTables, WakesForEveryKindInEither) {
    auto home_event = event::create_unnamed();
    auto home_count = semaphore::create_unnamed();
    auto home_lock = mutex::create_unnamed();
    const away there;
    auto far_event = there([] { return event::create_unnamed({.reset = event_reset::manual}); });
    auto far_count = there([] { return semaphore::create_unnamed(); });
    auto far_lock = there([] { return mutex::create_unnamed(); });
    home_lock.lock();
    far_lock.lock();
    const auto wait = [&] {
        return in_background([&] {
            const auto result =
                wait_any({far_lock, home_event, far_count, home_lock, far_event, home_count});
            if (result.index == 0)
                far_lock.unlock();
            if (result.index == 3)
                home_lock.unlock();
            return result;
        });
    };
    const auto expect_woken = [&](std::size_t index, auto signal) {
        auto waiting = wait();
        EXPECT_TRUE(still_blocked(waiting, 10ms));
        signal();
        EXPECT_EQ(waiting.get(), got(index));
    };
    expect_woken(1, [&] { home_event.set(); });
    expect_woken(2, [&] { far_count.release(); });
    expect_woken(5, [&] { home_count.release(); });
    expect_woken(0, [&] { far_lock.unlock(); });
    far_lock.lock();
    expect_woken(3, [&] { home_lock.unlock(); });
    home_lock.lock();
    expect_woken(4, [&] { far_event.set(); });
    EXPECT_TRUE(is_set(far_event));
    home_lock.unlock();
    far_lock.unlock();
}

TEST(WaitAnyAcrossTables, APulseReleasesWhoWaits) {
    auto home = event::create_unnamed();
    const away there;
    auto far = there([] { return event::create_unnamed(); });
    for (auto* pulsed : {&home, &far}) {
        EXPECT_TRUE(after_some_pause([&](auto pause) {
            auto waiting = in_background([&] { return wait_any_for({home, far}, 2 * pause + 1s); });
            std::this_thread::sleep_for(pause);
            pulsed->pulse();
            EXPECT_FALSE(is_set(*pulsed));
            return waiting.get() == got(pulsed == &home ? 0 : 1);
        }));
    }
}

TEST(WaitAnyAcrossTables, TakesSixtyFour) {
    std::vector<event> home;
    std::vector<event> far;
    for (int i = 0; i < 32; ++i)
        home.push_back(event::create_unnamed());
    const away there;
    for (int i = 0; i < 32; ++i)
        far.push_back(there([] { return event::create_unnamed(); }));
    std::vector<waitable_ref> all;
    for (std::size_t i = 0; i < 32; ++i) {
        all.emplace_back(far[i]);
        all.emplace_back(home[i]);
    }
    auto waiting = in_background([&] { return wait_any(all); });
    EXPECT_TRUE(still_blocked(waiting, 10ms));
    home[31].set();
    EXPECT_EQ(waiting.get(), got(63));
    auto for_all = in_background([&] { return wait_all(all); });
    for (std::size_t i = 0; i < 32; ++i) {
        far[i].set();
        home[31 - i].set();
    }
    EXPECT_EQ(for_all.get(), got(0));
}

TEST(WaitAnyAcrossTables, AsManySetsAsWaitersReleaseThemAll) {
    constexpr int waiters = 20;
    auto home = event::create_unnamed();
    const away there;
    auto far = there([] { return event::create_unnamed(); });
    EXPECT_TRUE(after_some_pause([&](auto pause) {
        std::vector<std::future<wait_result>> all;
        for (int i = 0; i < waiters; ++i)
            all.push_back(in_background([&] { return wait_any_for({home, far}, 2 * pause + 1s); }));
        std::this_thread::sleep_for(pause);
        for (int i = 0; i < waiters; ++i)
            (i % 2 == 0 ? home : far).set();
        // Two sets that come to one waiter before it wakes count twice: the second is given back,
        // to the next one.
        return std::none_of(all.begin(), all.end(),
                            [](auto& each) { return each.get().timed_out(); });
    }));
}

TEST(WaitAnyAcrossTables, WaitersOfSeveralProcessesAreAllReleased) {
    for (const std::string how : {"futexes", "no futex_waitv"}) {
        const auto name = unique_name("across");
        auto home = semaphore::create(name);
        const away there;
        auto far = there([&] { return semaphore::create(name); });
        std::vector<waiter> all;
        for (int i = 0; i < 6; ++i) {
            all.emplace_back(there, std::vector{"home:semaphore:" + name, "away:semaphore:" + name},
                             how);
        }
        for (int round = 0; round < 20; ++round) {
            for (auto& each : all)
                each.begin("any -1");
            for (int i = 0; i < 3; ++i) {
                home.release();
                far.release();
            }
            for (auto& each : all)
                EXPECT_EQ(each.reply().substr(0, 9), "signaled ");
            EXPECT_FALSE(home.try_acquire());
            EXPECT_FALSE(far.try_acquire());
        }
    }
}

// --- what came from two tables

TEST(WaitAnyAcrossTables, GivesBackWhatItDoesNotKeep) {
    const auto name = unique_name("across");
    auto first = event::create(name + "1");
    auto third = semaphore::create(name + "3", {.initial = 0, .maximum = 1});
    const away there;
    auto second = there([&] { return event::create(name + "2"); });
    auto fourth = there([&] { return mutex::create(name + "4"); });
    waiter child(there, {"home:event:" + name + "1", "away:event:" + name + "2",
                         "home:semaphore:" + name + "3", "away:mutex:" + name + "4"});
    // A waiter that is stopped cannot withdraw from one table when the other has given it
    // something.
    const auto both = [&](auto one, auto two) {
        fourth.lock();
        child.begin("any -1");
        until_somebody_waits(there);
        child.stop();
        one();
        two();
        child.go_on();
        const auto reply = child.reply();
        if (fourth.wait_for(0ms) != wait_status::timed_out)
            fourth.unlock();
        return reply;
    };
    EXPECT_EQ(both([&] { first.set(); }, [&] { second.set(); }), "signaled 0");
    EXPECT_TRUE(is_set(second));
    fourth.unlock();
    EXPECT_EQ(both([&] { second.set(); }, [&] { first.set(); }), "signaled 0");
    EXPECT_TRUE(is_set(second));
    fourth.unlock();
    EXPECT_EQ(both([&] { third.release(); }, [&] { second.set(); }), "signaled 1");
    EXPECT_TRUE(third.try_acquire());
    fourth.unlock();
    EXPECT_EQ(both([&] { fourth.unlock(); }, [&] { third.release(); }), "signaled 2");
    EXPECT_TRUE(fourth.try_lock());
    EXPECT_FALSE(third.try_acquire());
    fourth.unlock();
    EXPECT_EQ(wait_any_for({first, second, third}, 0ms), nothing);
}

TEST(WaitAnyAcrossTables, AnAbandonedMutexGivenBackStaysAbandoned) {
    const auto name = unique_name("across");
    auto signal = event::create(name);
    const away there;
    auto lock = there([&] { return mutex::create(name); });
    waiter child(there, {"home:event:" + name, "away:mutex:" + name});
    event end = event::create_unnamed();
    event owned = event::create_unnamed();
    auto owner = in_background([&] {
        lock.lock();
        owned.set();
        end.wait();
    });
    owned.wait();
    child.begin("any -1");
    until_somebody_waits(there);
    auto next = in_background([&] {
        const auto status = lock.wait_for(in_good_time);
        lock.unlock();
        return status;
    });
    EXPECT_TRUE(still_blocked(next));
    child.stop();
    end.set();
    owner.get();
    // It is given to who came first, who cannot take note of it now.
    EXPECT_TRUE(still_blocked(next, 200ms));
    signal.set();
    child.go_on();
    EXPECT_EQ(child.reply(), "signaled 0");
    EXPECT_EQ(next.get(), wait_status::abandoned);
}

} // namespace
} // namespace isthmus::test
