#include "sync_testing.hpp"

#include <iostream>

/// \file
/// Who waits for a mutex gets it, however busy others are with it: after half a millisecond the
/// next release hands it over.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Holds the mutex nearly always, and comes back for it at once, until its input ends. Arguments:
/// the mutex, an event that ends it.
const child_role glutton("glutton", [](const std::vector<std::string>& arguments) {
    auto guard = mutex::open(arguments.at(0));
    const auto enough = event::open(arguments.at(1));
    tell_test("ready");
    while (enough.wait_for(0ms) == wait_status::timed_out) {
        for (int i = 0; i < 100; ++i) {
            const std::scoped_lock hold(guard);
            const auto until = clock::now() + 20us;
            while (clock::now() < until) {}
        }
    }
    return 0;
});

struct waits {
    clock::duration median;
    clock::duration longest;
};

/// How long it takes to get the mutex from a glutton.
template <class Acquire>
waits time_waits(const std::string& name, Acquire acquire) {
    auto guard = mutex::create(name);
    auto enough = event::create(name + "-enough", {.reset = event_reset::manual});
    auto busy = child_process::start("glutton", {name, name + "-enough"});
    EXPECT_EQ(busy.read_line(), "ready");
    std::vector<clock::duration> times;
    for (std::size_t i = 0; i < scaled(200) + 10; ++i) {
        const auto start = clock::now();
        acquire(guard);
        times.push_back(clock::now() - start);
        guard.unlock();
        std::this_thread::sleep_for(300us);
    }
    enough.set();
    EXPECT_EQ(busy.wait(), 0);
    std::sort(times.begin(), times.end());
    std::cout << "median " << times[times.size() / 2] / 1us << " us, longest " << times.back() / 1us
              << " us\n";
    return {times[times.size() / 2], times.back()};
}

void expect_fair(const waits& times) {
    // Half a millisecond, one more turn of the glutton, and a wake-up; the rest is for machines
    // with more to do than processors to do it.
    EXPECT_LT(times.median, 10ms * slowness());
    EXPECT_LT(times.longest, 1s * slowness());
}

TEST(MutexFairness, AWaiterIsNotStarved) {
    expect_fair(time_waits(unique_name("fair"), [](mutex& guard) { guard.lock(); }));
}

TEST(MutexFairness, ALongWaitEndsWithTheNextRelease) {
    auto guard = mutex::create_unnamed();
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(after_some_pause([&](auto pause) {
            guard.lock();
            auto waiting = in_background([&] {
                guard.lock();
                std::this_thread::sleep_for(20ms); // so that it still has it when it is asked for
                guard.unlock();
            });
            std::this_thread::sleep_for(pause);
            guard.unlock();
            const bool again = guard.try_lock();
            if (again)
                guard.unlock();
            waiting.get();
            return !again;
        })) << "it was not handed over";
    }
}

TEST(MutexFairness, NorWhoWaitsForMore) {
    const auto never = event::create_unnamed();
    expect_fair(time_waits(unique_name("fair"), [&](mutex& guard) {
        const auto got = wait_any_for({never, guard}, in_good_time);
        EXPECT_EQ(got.index, 1U);
    }));
    const auto always =
        event::create_unnamed({.reset = event_reset::manual, .initially_set = true});
    expect_fair(time_waits(unique_name("fair"), [&](mutex& guard) {
        EXPECT_FALSE(wait_all_for({always, guard}, in_good_time).timed_out());
    }));
}

} // namespace
} // namespace isthmus::test
