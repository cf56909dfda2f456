#include "support/object_child.hpp"
#include "sync_testing.hpp"

#include <array>
#include <numeric>

/// \file
/// Mutexes, semaphores and events between processes, some of which are killed.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using duration = clock::duration;

std::string number(std::size_t value) {
    return std::to_string(value);
}

// --- ownership

TEST(SyncProcess, OnlyTheOwningProcessReleases) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    object_child child;
    EXPECT_EQ(child.ask("mutex " + name), "opened");
    lock.lock();
    EXPECT_EQ(child.ask("wait " + name + " 0"), "timed_out");
    EXPECT_EQ(child.ask("unlock " + name),
              "error: unlock mutex `" + name + "`: the thread does not own it (Win32 error 288)");
    child.begin("wait " + name + " -1");
    lock.unlock();
    EXPECT_EQ(child.reply(), "signaled");
    EXPECT_FALSE(lock.try_lock());
    EXPECT_EQ(error_of([&](auto& ec) { lock.unlock(ec); }), errc::not_owner);
    EXPECT_EQ(child.ask("wait " + name + " 0"), "signaled"); // recursive
    EXPECT_EQ(child.ask("unlock " + name), "ok");
    EXPECT_FALSE(lock.try_lock());
    EXPECT_EQ(child.ask("unlock " + name), "ok");
    EXPECT_TRUE(lock.try_lock_for(in_good_time));
    lock.unlock();
}

TEST(SyncProcess, AProcessThatClosesItsLastHandleStillOwns) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    object_child child; // which holds no other object
    EXPECT_EQ(child.ask("open mutex " + name), "ok");
    EXPECT_EQ(child.ask("wait " + name + " 0"), "signaled");
    EXPECT_EQ(child.ask("close " + name), "ok");
    EXPECT_EQ(lock.wait_for(150ms), wait_status::timed_out);
    EXPECT_EQ(child.ask("open mutex " + name), "ok");
    EXPECT_EQ(child.ask("unlock " + name), "ok");
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::signaled);
    lock.unlock();
    EXPECT_EQ(child.ask("wait " + name + " 0"), "signaled");
    EXPECT_EQ(child.ask("close " + name), "ok");
    EXPECT_FALSE(lock.try_lock());
    child.process().kill();
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    lock.unlock();
}

/// Adds to a counter that a mutex guards and that no processor instruction guards. Arguments: the
/// names of mutex and region, how often.
const child_role adder("adder", [](const std::vector<std::string>& arguments) {
    auto lock = mutex::open(arguments.at(0));
    const auto view = shared_region::open(arguments.at(1)).map();
    auto& value = view.as<volatile std::uint64_t>();
    for (auto left = std::stoul(arguments.at(2)); left > 0; --left) {
        const std::scoped_lock hold(lock);
        value = value + 1;
    }
    return 0;
});

TEST(SyncProcess, AMutexExcludesProcesses) {
    const auto name = unique_name("sync");
    const auto lock = mutex::create(name);
    const auto region = shared_region::create(name + "r", 8);
    const auto each = scaled(3000);
    std::vector<child_process> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(child_process::start("adder", {name, name + "r", number(each)}));
    }
    for (auto& child : children) {
        EXPECT_EQ(child.wait(), 0);
    }
    EXPECT_EQ(region.map().as<std::uint64_t>(), 4 * each);
}

// --- abandoned

TEST(SyncProcessAbandoned, ByTheEndOfAThread) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    object_child child;
    child.ask("mutex " + name);
    EXPECT_EQ(child.ask("abandon " + name), "ok");
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    lock.unlock();
    EXPECT_EQ(child.ask("wait " + name + " 0"), "signaled");
    EXPECT_EQ(child.ask("unlock " + name), "ok");
}

TEST(SyncProcessAbandoned, ByTheEndOfAProcess) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    for (const bool killed : {false, true}) {
        object_child child;
        child.ask("mutex " + name);
        EXPECT_EQ(child.ask("wait " + name + " -1"), "signaled");
        if (killed) {
            child.process().kill();
        } else {
            child.process().close_input();
        }
        EXPECT_TRUE(lock.try_lock_for(in_good_time));
        EXPECT_TRUE(lock.abandoned());
        lock.unlock();
    }
}

/// How long after `die` the wait ended, of several times.
template <class Die>
std::vector<duration> times_to_notice(std::size_t rounds, Die die) {
    std::vector<duration> result;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto name = unique_name("sync");
        const auto lock = mutex::create(name);
        object_child child;
        child.ask("mutex " + name);
        auto noticing = die(child, lock, name);
        result.push_back(noticing);
    }
    std::sort(result.begin(), result.end());
    return result;
}

void expect_prompt(const std::vector<duration>& times) {
    // Normally 5 ms, always 50 ms: and what it takes to end a process, and to be scheduled.
    const auto median = times[times.size() / 2];
    EXPECT_LT(median, 30ms * slowness()) << median / 1us << " us";
    EXPECT_LT(times.back(), 50ms + 1s * slowness()) << times.back() / 1us << " us";
}

TEST(SyncProcessAbandoned, IsNoticedPromptlyWhenAProcessIsKilled) {
    expect_prompt(times_to_notice(
        scaled(20) + 4, [](object_child& child, const mutex& lock, const std::string& name) {
            child.ask("wait " + name + " -1");
            auto waiting = in_background([&] {
                const auto status = lock.wait_for(in_good_time);
                EXPECT_EQ(status, wait_status::abandoned);
                return clock::now();
            });
            std::this_thread::sleep_for(5ms);
            const auto start = clock::now();
            child.process().kill();
            return waiting.get() - start;
        }));
}

TEST(SyncProcessAbandoned, IsNoticedPromptlyWhenAThreadEnds) {
    expect_prompt(times_to_notice(
        scaled(20) + 4, [](object_child& child, const mutex& lock, const std::string& name) {
            auto waiting = in_background([&] {
                auto status = lock.wait_for(in_good_time);
                while (status == wait_status::signaled) { // before the other one came
                    const_cast<mutex&>(lock).unlock();
                    std::this_thread::sleep_for(1ms);
                    status = lock.wait_for(in_good_time);
                }
                EXPECT_EQ(status, wait_status::abandoned);
                return clock::now();
            });
            child.ask("abandon " + name);
            const auto told = clock::now();
            return std::max(waiting.get() - told, duration::zero());
        }));
}

TEST(SyncProcessAbandoned, IsNoticedInWaitsForMany) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    auto never = event::create_unnamed();
    auto set = event::create_unnamed({.reset = event_reset::manual, .initially_set = true});
    for (const bool all : {false, true}) {
        object_child child;
        child.ask("mutex " + name);
        child.ask("wait " + name + " -1");
        auto waiting = in_background([&] {
            const auto result = all ? wait_all_for({set, lock}, in_good_time)
                                    : wait_any_for({never, lock}, in_good_time);
            lock.unlock();
            return result;
        });
        EXPECT_TRUE(still_blocked(waiting));
        child.process().kill();
        EXPECT_EQ(waiting.get(), (wait_result{.status = wait_status::abandoned,
                                              .index = all ? std::size_t{0} : std::size_t{1}}));
    }
}

TEST(SyncProcessAbandoned, ByAnOwnerWhoHadWaitedForMany) {
    const auto name = unique_name("sync");
    auto first = mutex::create(name + "1");
    auto second = mutex::create(name + "2");
    object_child child;
    child.ask("mutex " + name + "1");
    child.ask("mutex " + name + "2");
    EXPECT_EQ(child.ask("all -1 " + name + "1 " + name + "2"), "signaled 0");
    EXPECT_FALSE(first.try_lock());
    EXPECT_FALSE(second.try_lock());
    child.process().kill();
    EXPECT_EQ(first.wait_for(in_good_time), wait_status::abandoned);
    EXPECT_EQ(second.wait_for(in_good_time), wait_status::abandoned);
    first.unlock();
    second.unlock();
}

/// The system wakes one of those who wait when the owner dies, and that one may die first.
TEST(SyncProcessAbandoned, IsNoticedAlsoIfWhoIsWokenIsKilledAtThatMoment) {
    const auto name = unique_name("sync");
    const auto lock = mutex::create(name);
    const auto rounds = scaled(under_wine() ? 3 : 20);
    for (std::size_t i = 0; i < rounds; ++i) {
        object_child owner;
        ASSERT_EQ(owner.ask("open mutex " + name), "ok");
        ASSERT_EQ(owner.ask("wait " + name + " -1"), "signaled");
        std::array<object_child, 3> waiters;
        object_child last;
        for (auto* const each : {&waiters[0], &waiters[1], &waiters[2], &last}) {
            ASSERT_EQ(each->ask("open mutex " + name), "ok");
            each->begin("wait " + name + " -1");
        }
        std::this_thread::sleep_for(10ms);
        owner.process().kill();
        std::this_thread::sleep_for(std::chrono::microseconds(50 * i));
        const auto begin = clock::now();
        for (auto& each : waiters)
            each.process().kill();
        ASSERT_EQ(last.reply(), "abandoned") << "round " << i;
        // Each of those before it may have been the owner for a moment.
        EXPECT_LT(clock::now() - begin, 200ms + 1s * slowness());
        // Who is not quite dead yet could still be given it, and abandon it.
        for (auto& each : waiters)
            each.process().kill_and_wait();
        EXPECT_EQ(last.ask("unlock " + name), "ok");
    }
}

TEST(SyncProcessAbandoned, OneOfManyWaitersIsTold) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    object_child owner;
    owner.ask("mutex " + name);
    owner.ask("wait " + name + " -1");
    std::atomic<int> told = 0;
    std::vector<std::thread> waiters;
    for (int i = 0; i < 5; ++i) {
        waiters.emplace_back([&] {
            const auto status = lock.wait_for(in_good_time);
            EXPECT_NE(status, wait_status::timed_out);
            told += status == wait_status::abandoned ? 1 : 0;
            lock.unlock();
        });
    }
    owner.process().kill();
    for (auto& each : waiters) {
        each.join();
    }
    EXPECT_EQ(told, 1);
}

// --- events

/// As many sets as waiters in several processes; true if every one of them came back.
bool sets_release(const event_options& options,
                  int children,
                  int threads,
                  std::chrono::milliseconds pause) {
    const auto name = unique_name("sync");
    auto signal = event::create(name, options);
    const bool once = options.reset == event_reset::manual;
    std::vector<object_child> waiting(static_cast<std::size_t>(children));
    for (auto& each : waiting) {
        each.ask("event " + name);
        each.ask("start " + name + ' ' + std::to_string(threads));
    }
    std::this_thread::sleep_for(pause);
    for (int i = 0; i < (once ? 1 : children * threads); ++i) {
        signal.set();
    }
    if (once) {
        signal.reset();
    }
    int released = 0;
    bool whole = true;
    for (auto& each : waiting) {
        each.begin("collect");
        const auto line = each.process().read_line(deadline::after(pause + 2s * slowness()));
        whole = whole && line == std::to_string(threads);
        released += line ? std::stoi(*line) : 0;
    }
    return whole && released == children * threads &&
           signal.wait_for(0ms) == wait_status::timed_out;
}

TEST(SyncProcessEvent, FiftySetsReleaseFiftyWaiters) {
    EXPECT_TRUE(after_some_pause([](auto pause) { return sets_release({}, 5, 10, pause); }));
}

TEST(SyncProcessEvent, OneSetOfAManualOneReleasesEverybody) {
    EXPECT_TRUE(after_some_pause(
        [](auto pause) { return sets_release({.reset = event_reset::manual}, 3, 5, pause); }));
}

TEST(SyncProcessEvent, APulseReleasesWhoWaits) {
    EXPECT_TRUE(after_some_pause([](auto pause) {
        const auto name = unique_name("sync");
        auto signal = event::create(name, {.reset = event_reset::manual});
        object_child child;
        child.ask("event " + name);
        child.ask("start " + name + " 3");
        std::this_thread::sleep_for(pause);
        signal.pulse();
        child.begin("collect");
        const auto line = child.process().read_line(deadline::after(pause + 2s));
        return line == "3" && signal.wait_for(0ms) == wait_status::timed_out;
    }));
}

TEST(SyncProcessEvent, ADeadWaiterTakesNothing) {
    const auto name = unique_name("sync");
    auto signal = event::create(name);
    auto count = semaphore::create(name + "s");
    const auto rounds = scaled(20) + 2;
    for (std::size_t i = 0; i < rounds; ++i) {
        object_child child;
        child.ask("event " + name);
        child.ask("semaphore " + name + "s");
        child.ask("start " + name + " 2");
        child.ask("start " + name + "s 2");
        child.begin("any -1 " + name + ' ' + name + 's');
        std::this_thread::sleep_for(5ms);
        child.process().kill_and_wait();
        signal.set();
        ASSERT_EQ(signal.wait_for(0ms), wait_status::signaled);
        ASSERT_EQ(count.release(), 0);
        ASSERT_TRUE(count.try_acquire());
    }
}

TEST(SyncProcessEvent, ALivingWaiterGetsWhatADyingOneDoesNot) {
    const auto name = unique_name("sync");
    auto signal = event::create(name);
    object_child survivor;
    survivor.ask("event " + name);
    const auto rounds = scaled(20) + 2;
    for (std::size_t i = 0; i < rounds; ++i) {
        object_child victim;
        victim.ask("event " + name);
        victim.begin("wait " + name + " -1");
        survivor.begin("wait " + name + " -1");
        victim.process().kill_and_wait();
        signal.set();
        ASSERT_EQ(survivor.reply(), "signaled");
    }
}

// --- semaphores

TEST(SyncProcessSemaphore, CountsAcrossProcesses) {
    const auto name = unique_name("sync");
    auto count = semaphore::create(name, {.initial = 1, .maximum = 4});
    object_child child;
    EXPECT_EQ(child.ask("semaphore " + name), "opened");
    EXPECT_EQ(child.ask("release " + name + " 2"), "1");
    EXPECT_EQ(child.ask("release " + name + " 2"),
              "error: release semaphore `" + name + "`: the maximum is exceeded (Win32 error 298)");
    EXPECT_EQ(count.release(), 3);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(child.ask("wait " + name + " 0"), "signaled");
    }
    EXPECT_FALSE(count.try_acquire());
    child.begin("wait " + name + " -1");
    EXPECT_EQ(count.release(), 0);
    EXPECT_EQ(child.reply(), "signaled");
    child.process().kill_and_wait();
    EXPECT_FALSE(count.try_acquire()); // what was taken stays taken
}

// --- many objects

TEST(SyncProcessWait, AnyOfManyAcrossProcesses) {
    const auto name = unique_name("sync");
    std::vector<event> events;
    std::string list;
    object_child child;
    for (std::size_t i = 0; i < max_wait_objects; ++i) {
        const auto each = name + number(i);
        events.push_back(event::create(each));
        ASSERT_EQ(child.ask("event " + each), "opened");
        list += ' ' + each;
    }
    EXPECT_EQ(child.ask("any 0" + list), "timed_out 0");
    for (const std::size_t which : {0, 1, 31, 63}) {
        child.begin("any -1" + list);
        events[which].set();
        EXPECT_EQ(child.reply(), "signaled " + number(which));
    }
    events[40].set();
    events[9].set();
    EXPECT_EQ(child.ask("any -1" + list), "signaled 9");
    EXPECT_EQ(child.ask("any -1" + list), "signaled 40");
    child.begin("all -1" + list);
    for (auto& each : events) {
        each.set();
    }
    EXPECT_EQ(child.reply(), "signaled 0");
    EXPECT_EQ(wait_any_for(references(events), 0ms).status, wait_status::timed_out);
}

TEST(SyncProcessWait, APollerNeverSeesOneTakenAndGivenBack) {
    const auto name = unique_name("sync");
    auto count = semaphore::create(name, {.initial = 1});
    auto never = event::create(name + "e");
    auto lock = mutex::create(name + "m");
    object_child poller;
    poller.ask("semaphore " + name);
    object_child waiter;
    waiter.ask("semaphore " + name);
    waiter.ask("event " + name + "e");
    waiter.ask("mutex " + name + "m");
    waiter.begin("all -1 " + name + ' ' + name + "e " + name + "m");
    std::atomic<bool> stop = false;
    auto waiting = in_background([&] {
        while (!stop) {
            EXPECT_EQ(wait_all_for({count, lock, never}, 300us).status, wait_status::timed_out);
        }
    });
    EXPECT_EQ(poller.ask("poll " + name + ' ' + number(scaled(20'000))), "0");
    stop = true;
    waiting.get();
    never.set();
    EXPECT_EQ(waiter.reply(), "signaled 0");
    EXPECT_FALSE(count.try_acquire());
    EXPECT_FALSE(lock.try_lock());
}

TEST(SyncProcessWait, IsCancelledByAnEventOfAnotherProcess) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name, {.initially_owned = true});
    auto cancel = event::create(name + "e", {.reset = event_reset::manual});
    std::vector<object_child> children(3);
    for (auto& each : children) {
        each.ask("mutex " + name);
        each.ask("event " + name + "e");
        each.begin("any -1 " + name + ' ' + name + 'e');
    }
    cancel.set();
    for (auto& each : children) {
        EXPECT_EQ(each.reply(), "signaled 1");
    }
    lock.unlock();
}

TEST(SyncProcessWait, AKilledWaitForAllLeavesEverythingFree) {
    const auto name = unique_name("sync");
    auto lock = mutex::create(name);
    auto count = semaphore::create(name + "s", {.initial = 1});
    auto never = event::create(name + "e");
    const auto rounds = scaled(20) + 2;
    for (std::size_t i = 0; i < rounds; ++i) {
        object_child child;
        child.ask("mutex " + name);
        child.ask("semaphore " + name + 's');
        child.ask("event " + name + 'e');
        child.begin("all -1 " + name + ' ' + name + "s " + name + 'e');
        std::this_thread::sleep_for(i % 2 == 0 ? 0ms : 5ms);
        child.process().kill_and_wait();
        ASSERT_EQ(lock.wait_for(0ms), wait_status::signaled);
        lock.unlock();
        ASSERT_TRUE(count.try_acquire());
        count.release();
    }
    never.set();
    EXPECT_EQ(wait_all_for({lock, count, never}, 0ms).status, wait_status::signaled);
    lock.unlock();
}

} // namespace
} // namespace isthmus::test
