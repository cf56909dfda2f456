#include "posix/two_tables.hpp"

#include <array>

/// \file
/// wait_all, and the death of owners, for objects of two tables: all that holds for one holds for
/// both together.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

TEST(WaitAllAcrossTables, TakesAllOrNothing) {
    auto home = event::create_unnamed();
    auto count = semaphore::create_unnamed();
    const away there;
    auto far = there([] { return event::create_unnamed(); });
    auto lock = there([] { return mutex::create_unnamed(); });
    home.set();
    far.set();
    EXPECT_EQ(wait_all_for({home, lock, far, count}, 0ms), nothing);
    EXPECT_EQ(wait_all_for({home, lock, far, count}, 20ms), nothing);
    EXPECT_TRUE(is_set(home));
    EXPECT_TRUE(is_set(far));
    for (auto* each : {&home, &far})
        each->set();
    count.release(2);
    EXPECT_EQ(wait_all({count, far, lock, home}), got(0));
    EXPECT_FALSE(is_set(home));
    EXPECT_FALSE(is_set(far));
    EXPECT_FALSE(in_other_thread([&] { return lock.try_lock(); }));
    EXPECT_EQ(count.release(), 1);
    lock.unlock();
}

TEST(WaitAllAcrossTables, HoldsNothingAndGoesOnWithTheLast) {
    auto home = event::create_unnamed();
    auto count = semaphore::create_unnamed();
    const away there;
    auto far = there([] { return event::create_unnamed(); });
    auto lock = there([] { return mutex::create_unnamed(); });
    for (int last = 0; last < 4; ++last) {
        lock.lock();
        auto waiting = in_background([&] {
            const auto result = wait_all({home, far, count, lock});
            lock.unlock();
            return result;
        });
        EXPECT_TRUE(still_blocked(waiting, 10ms));
        const std::array<std::function<void()>, 4> signal{[&] { home.set(); }, [&] { far.set(); },
                                                          [&] { count.release(); },
                                                          [&] { lock.unlock(); }};
        for (int i = 0; i < 4; ++i) {
            if (i != last)
                signal.at(static_cast<std::size_t>(i))();
        }
        EXPECT_TRUE(still_blocked(waiting, 10ms));
        if (last != 0) {
            EXPECT_TRUE(is_set(home));
            home.set();
        }
        if (last != 1) {
            EXPECT_TRUE(is_set(far));
            far.set();
        }
        signal.at(static_cast<std::size_t>(last))();
        EXPECT_EQ(waiting.get(), got(0));
        EXPECT_FALSE(is_set(home));
        EXPECT_FALSE(is_set(far));
        EXPECT_FALSE(count.try_acquire());
    }
}

TEST(WaitAllAcrossTables, CountsAMutexOfTheCaller) {
    auto home = mutex::create_unnamed();
    const away there;
    auto far = there([] { return mutex::create_unnamed(); });
    far.lock();
    EXPECT_EQ(wait_all({home, far}), got(0));
    far.unlock();
    EXPECT_FALSE(in_other_thread([&] { return far.try_lock(); }));
    far.unlock();
    home.unlock();
    EXPECT_EQ(error_of([&](auto& code) { far.unlock(code); }), errc::not_owner);
}

TEST(WaitAllAcrossTables, RefusesAnObjectTwice) {
    const auto name = unique_name("across");
    const auto home = event::create_unnamed();
    const away there;
    const auto far = there([&] { return event::create(name); });
    const auto again = there([&] { return event::open(name); });
    EXPECT_EQ(error_of([&](auto& ec) {
                  wait_all_for({home, far, again}, 0ms, ec);
              }),
              errc::invalid_argument);
    EXPECT_EQ(error_of([&](auto& ec) {
                  wait_any_for({far, home, far}, 0ms, ec);
              }),
              errc::invalid_argument);
    EXPECT_EQ(wait_any_for({home, far, again}, 0ms), nothing);
}

TEST(WaitAllAcrossTables, OverlappingSetsDoNotBlockEachOther) {
    constexpr int threads = 4;
    const auto rounds = static_cast<int>(scaled(2000)) / threads;
    std::array home{mutex::create_unnamed(), mutex::create_unnamed()};
    const away there;
    std::array far{there([] { return mutex::create_unnamed(); }),
                   there([] { return mutex::create_unnamed(); })};
    const std::array<mutex*, threads> ring{&home[0], &far[0], &home[1], &far[1]};
    std::array<int, threads> guarded{};
    std::vector<std::future<void>> all;
    for (std::size_t i = 0; i < threads; ++i) {
        all.push_back(in_background([&, i] {
            const std::size_t j = (i + 1) % threads;
            for (int round = 0; round < rounds; ++round) {
                ASSERT_EQ(wait_all_for({*ring[i], *ring[j]}, in_good_time), got(0));
                ++guarded[i];
                ++guarded[j];
                ring[i]->unlock();
                ring[j]->unlock();
            }
        }));
    }
    for (auto& each : all)
        each.get();
    for (const int each : guarded)
        EXPECT_EQ(each, 2 * rounds);
}

// --- who dies

TEST(WaitAcrossTables, IsToldOfADeadOwner) {
    for (const bool all : {false, true}) {
        for (const bool at_home : {false, true}) {
            const auto name = unique_name("across");
            auto set = event::create_unnamed({.reset = event_reset::manual});
            auto home = mutex::create(name);
            const away there;
            auto far = there([&] { return mutex::create(name); });
            auto far_set =
                there([] { return event::create_unnamed({.reset = event_reset::manual}); });
            if (all) {
                set.set();
                far_set.set();
            }
            auto& lock = at_home ? home : far;
            waiter child(there, {(at_home ? "home:mutex:" : "away:mutex:") + name});
            EXPECT_EQ(child.ask("any -1"), "signaled 0");
            auto waiting = in_background([&] {
                const auto result = all ? wait_all_for({set, far_set, lock}, in_good_time)
                                        : wait_any_for({set, far_set, lock}, in_good_time);
                const auto end = clock::now();
                lock.unlock();
                return std::pair(result, end);
            });
            EXPECT_TRUE(still_blocked(waiting, 20ms));
            const auto start = clock::now();
            child.process().kill();
            const auto [result, end] = waiting.get();
            EXPECT_EQ(result, (wait_result{.status = wait_status::abandoned,
                                           .index = all ? std::size_t{0} : std::size_t{2}}));
            EXPECT_LT(end - start, 500ms * slowness());
        }
    }
}

} // namespace
} // namespace isthmus::test
