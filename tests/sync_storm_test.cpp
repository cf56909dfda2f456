#include "sync_testing.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <random>
#include <stdexcept>

/// \file
/// Waiters, owners and setters that are killed at any moment, while others use the same objects,
/// and objects of their own, undisturbed.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// What the storm's mutex guards: both halves are equal, unless an owner has died between them.
struct ledger {
    volatile std::uint64_t left;
    volatile std::uint64_t right;
    volatile std::uint64_t inside; ///< who is in the section; 0: nobody
};

[[noreturn]] void violation(const std::string& what) {
    throw std::runtime_error(what);
}

/// One visit of the section that the mutex guards.
void visit(mutex& guard, ledger& book, std::uint64_t me, bool abandoned) {
    if (!abandoned && (book.inside != 0 || book.left != book.right))
        violation("the mutex was not abandoned, but its section was");
    if (abandoned)
        book.left = std::uint64_t{book.right};
    book.inside = me;
    book.left = book.left + 1;
    if (book.inside != me)
        violation("two owners at the same time");
    book.right = book.right + 1;
    book.inside = 0;
    guard.unlock();
}

/// Does something with each kind of object, for ever. Arguments: a prefix of names, a seed.
int rage(const std::vector<std::string>& arguments) {
    const std::string& prefix = arguments.at(0);
    const auto seed = static_cast<unsigned>(std::stoul(arguments.at(1)));
    std::mt19937 random(seed);
    const auto name = [&](const char* kind) {
        return prefix + kind + std::to_string(random() % 3);
    };
    const std::uint64_t me = std::uint64_t{own_process_id()} << 32U | seed;
    for (;;) {
        switch (random() % 5) {
        case 0: { // a region that is new is zero
            auto [region, created] = shared_region::open_or_create(name("r"), 5000);
            const auto view = region.map();
            if (region.size() != 5000)
                violation("a size that nobody asked for");
            if (created &&
                std::any_of(view.bytes().begin(), view.bytes().end(), [](std::byte each) {
                    return each != std::byte{0} && each != std::byte{7};
                }))
                violation("a new region is not zero");
            view.bytes()[random() % 5000] = std::byte{7};
            break;
        }
        case 1: { // a mutex keeps what it guards together
            const auto which = std::to_string(random() % 3);
            auto guard = mutex::open_or_create(prefix + "m" + which).object;
            const auto region =
                shared_region::open_or_create(prefix + "g" + which, sizeof(ledger)).object;
            const auto view = region.map();
            const auto status = guard.wait_for(in_good_time);
            if (status == wait_status::timed_out)
                violation("a mutex could not be had");
            // Whoever is in the section holds both objects; who is not may have let one of them go.
            auto& book = view.as<ledger>();
            if (status == wait_status::signaled && book.inside != 0)
                violation("the mutex was not abandoned, but its section was");
            book.inside = me;
            if (book.inside != me)
                violation("two owners at the same time");
            book.inside = 0;
            guard.unlock();
            break;
        }
        case 2: { // a semaphore keeps to its maximum
            auto gate = semaphore::open_or_create(name("s"), {.initial = 2, .maximum = 2}).object;
            if (gate.try_acquire_for(1ms)) {
                std::error_code ec;
                gate.release(1, ec);
                if (ec)
                    violation("what was acquired could not be released: " + ec.message());
            }
            std::error_code ec;
            gate.release(3, ec);
            if (ec != errc::limit_exceeded)
                violation("a semaphore past its maximum");
            break;
        }
        case 3: { // events
            auto bell = event::open_or_create(name("e")).object;
            if (random() % 2 == 0) {
                bell.set();
            } else {
                bell.wait_for(std::chrono::microseconds(random() % 300));
            }
            break;
        }
        default: { // what the test holds is always there, and always whole
            const auto held = shared_region::open(prefix + "held");
            auto guard = mutex::open(prefix + "held-mutex");
            auto bell = event::open(prefix + "held-event");
            auto gate = semaphore::open(prefix + "held-semaphore");
            const auto view = held.map();
            const auto result =
                wait_any_for({guard, gate, bell}, std::chrono::microseconds(random() % 500));
            if (!result.timed_out() && result.index == 0)
                visit(guard, view.as<ledger>(), me, result.abandoned());
            bell.set();
            const auto all = wait_all_for({bell, guard}, std::chrono::microseconds(random() % 500));
            if (!all.timed_out())
                visit(guard, view.as<ledger>(), me, all.abandoned());
            break;
        }
        }
    }
}

const child_role rager("rager", rage);

/// Two of these play ping-pong through events that nobody else touches, beside the storm.
/// Arguments: the prefix, which of the two.
const child_role player("player", [](const std::vector<std::string>& arguments) {
    const bool first = arguments.at(1) == "1";
    auto ping = event::open(arguments.at(0) + "ping");
    auto pong = event::open(arguments.at(0) + "pong");
    auto stop = event::open(arguments.at(0) + "stop");
    std::uint64_t rounds = 0;
    clock::duration slowest{};
    if (first)
        ping.set();
    for (;;) {
        const auto start = clock::now();
        const auto result = wait_any_for({stop, first ? pong : ping}, in_good_time);
        if (result.timed_out())
            violation("a signal was lost");
        if (result.index == 0)
            break;
        slowest = std::max(slowest, clock::now() - start);
        ++rounds;
        (first ? ping : pong).set();
    }
    tell_test(std::to_string(rounds) + " rounds, the slowest " + std::to_string(slowest / 1us) +
              " us");
    return 0;
});

TEST(SyncStorm, LosesNoSignalAndLeavesNoTrace) {
    const auto prefix = unique_name("storm") + '-';
    const auto kills = scaled(under_wine() ? 300 : 1500);
    constexpr unsigned at_once = 6;
    { // warm up: what a process opens once does not count
        const auto warm = event::create(prefix + "warm");
        EXPECT_EQ(warm.wait_for(1ms), wait_status::timed_out);
    }
    const auto descriptors = descriptor_count();
    {
        const auto held = shared_region::create(prefix + "held", sizeof(ledger));
        const auto guard = mutex::create(prefix + "held-mutex");
        const auto bell = event::create(prefix + "held-event");
        const auto gate =
            semaphore::create(prefix + "held-semaphore", {.initial = 0, .maximum = 1});
        const auto ping = event::create(prefix + "ping");
        const auto pong = event::create(prefix + "pong");
        auto stop = event::create(prefix + "stop", {.reset = event_reset::manual});
        std::array players{child_process::start("player", {prefix, "1"}),
                           child_process::start("player", {prefix, "2"})};
        std::mt19937 random(20260101);
        unsigned seed = 0;
        const auto start = [&] {
            return child_process::start("rager", {prefix, std::to_string(++seed)});
        };
        std::vector<child_process> ragers;
        for (unsigned i = 0; i < at_once; ++i)
            ragers.push_back(start());
        for (std::size_t i = 0; i < kills; ++i) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
            auto& victim = ragers[random() % at_once];
            victim.kill();
            const auto ended = victim.wait();
            ASSERT_EQ(ended, child_process::killed) << victim.read_rest();
            victim = start();
        }
        for (auto& each : ragers) {
            each.kill();
            EXPECT_EQ(each.wait(), child_process::killed) << each.read_rest();
        }
        stop.set();
        for (auto& each : players) {
            EXPECT_EQ(each.wait(), 0);
            std::cout << each.read_rest();
        }
        // The survivors' objects are whole.
        auto alive = mutex::open(prefix + "held-mutex");
        ASSERT_TRUE(alive.try_lock_for(in_good_time));
        const auto view = held.map();
        if (!alive.abandoned()) {
            EXPECT_EQ(std::uint64_t{view.as<ledger>().left},
                      std::uint64_t{view.as<ledger>().right});
        }
        alive.unlock();
    }
    // All others are gone with their holders: whoever creates one now gets a new one.
    for (const char each : {'0', '1', '2'}) {
        const auto region = shared_region::create(prefix + 'r' + each, 100);
        const auto view = region.map();
        for (const auto byte : view.bytes())
            ASSERT_EQ(byte, std::byte{0});
        shared_region::create(prefix + 'g' + each, 100);
        auto guard = mutex::create(prefix + 'm' + each);
        EXPECT_TRUE(guard.try_lock());
        EXPECT_FALSE(guard.abandoned());
        guard.unlock();
        EXPECT_FALSE(event::create(prefix + 'e' + each).wait_for(0ms) == wait_status::signaled);
        EXPECT_FALSE(semaphore::create(prefix + 's' + each).try_acquire());
    }
    EXPECT_EQ(descriptor_count(), descriptors);
}

} // namespace
} // namespace isthmus::test
