#include "sync_testing.hpp"

#include <random>

/// \file
/// Processes that create, open and use objects of all kinds, and are killed at random; others look
/// whether what must hold still does.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// What the mutex guards: the two are equal whenever nobody is in between.
struct pair_of_counters {
    volatile std::uint64_t first;
    volatile std::uint64_t second;
};

constexpr std::uint64_t region_size = 5'003;

struct names {
    std::string lock;
    std::string region;
    std::string count;
    std::string signal;

    explicit names(const std::string& base)
        : lock(base + "m"), region(base + "r"), count(base + "s"), signal(base + "e") {}
};

std::string use_unguarded(const names& all, std::minstd_rand& random) {
    auto lock = mutex::open_or_create(all.lock);
    const auto region = shared_region::open_or_create(all.region, region_size);
    if (region.object.size() != region_size) {
        return "a size of " + std::to_string(region.object.size());
    }
    const auto view = region.object.map();
    auto& counters = view.as<pair_of_counters>();
    const auto count = semaphore::open_or_create(all.count, {.initial = 2, .maximum = 2});
    auto signal = event::open_or_create(all.signal);
    signal.object.set();
    // Poll, or wait for one or all of them.
    auto got = wait_status::timed_out;
    switch (random() % 4) {
    case 0:
        got = lock.object.wait_for(2s);
        break;
    case 1:
        got = wait_all_for({lock.object, signal.object}, 5ms).status;
        break;
    case 2:
        got = wait_all_for({count.object, lock.object}, 5ms).status;
        break;
    default: {
        const auto any = wait_any_for({signal.object, lock.object}, 5ms);
        got = any.index == 1 ? any.status : wait_status::timed_out;
        break;
    }
    }
    if (got == wait_status::timed_out) {
        return "";
    }
    if (got == wait_status::signaled && counters.first != counters.second) {
        return "somebody was in between, and nobody told";
    }
    if (got == wait_status::abandoned) {
        counters.second = counters.first;
    }
    counters.first = counters.first + 1;
    if (random() % 4 == 0) {
        std::this_thread::yield();
    }
    counters.second = counters.second + 1;
    lock.object.unlock();
    return "";
}

/// One use of everything; what is wrong, or nothing.
std::string use(const names& all, std::minstd_rand& random) {
    try {
        return use_unguarded(all, random);
    } catch (const error& failure) {
        return failure.what();
    }
}

/// Uses everything until it is killed. Arguments: the beginning of the names, a seed.
const child_role victim("storm_victim", [](const std::vector<std::string>& arguments) {
    const names all(arguments.at(0));
    std::minstd_rand random(static_cast<unsigned>(std::stoul(arguments.at(1))));
    tell_test("ready");
    for (;;) {
        if (const auto found = use(all, random); !found.empty()) {
            tell_test(found);
            wait_for_test_to_end();
            return 1;
        }
    }
});

TEST(ObjectStorm, NoCrashHarmsTheOthers) {
    const auto base = unique_name("storm");
    const names all(base);
    std::minstd_rand random(4711);
    std::minstd_rand own(1);
    ASSERT_EQ(use(all, own), "");
    const auto before = descriptor_count();
    {
        // Who holds the mutex is sure to be told if somebody dies with it; but a mutex that dies
        // with its owner, a moment before the region, tells nobody.
        auto keeper = mutex::create(all.lock);
        constexpr std::size_t at_once = 4;
        std::vector<child_process> victims(at_once);
        const auto start = [&](child_process& each) {
            each = child_process::start("storm_victim", {base, std::to_string(random())});
            return each.read_line() == "ready";
        };
        for (auto& each : victims) {
            ASSERT_TRUE(start(each));
        }
        // Wine starts ten processes a second.
        const auto kills = scaled(under_wine() ? 300 : 3000);
        for (std::size_t i = 0; i < kills; ++i) {
            auto& each = victims[random() % at_once];
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 1000));
            // What it may have had to say.
            each.kill();
            const auto said = each.read_rest();
            ASSERT_EQ(said, "") << "after " << i << " kills";
            ASSERT_TRUE(each.wait());
            if (i % 8 == 0) {
                ASSERT_EQ(use(all, own), "") << "after " << i << " kills";
            }
            if (i % 64 == 0) {
                // Everybody dies: what comes next is new.
                for (auto& other : victims) {
                    other.kill_and_wait();
                }
                const auto region = shared_region::create(all.region, region_size);
                const auto view = region.map();
                ASSERT_TRUE(std::all_of(view.bytes().begin(), view.bytes().end(),
                                        [](auto byte) { return byte == std::byte{0}; }));
                keeper.close();
                keeper = mutex::create(all.lock);
                ASSERT_EQ(keeper.wait_for(0ms), wait_status::signaled);
                keeper.unlock();
                for (auto& other : victims) {
                    ASSERT_TRUE(start(other));
                }
            } else {
                ASSERT_TRUE(start(each));
            }
        }
        for (auto& each : victims) {
            each.kill();
            EXPECT_EQ(each.read_rest(), "");
            EXPECT_TRUE(each.wait());
        }
    }
    for (const auto& name : {all.lock, all.region, all.count, all.signal}) {
        EXPECT_EQ(error_of([&](auto& ec) { mutex::open(name, sync_rights::wait, ec); }),
                  errc::not_found)
            << name;
    }
    EXPECT_EQ(descriptor_count(), before);
}

TEST(ObjectStorm, AHeldObjectSurvivesEveryCrash) {
    const auto base = unique_name("storm");
    const names all(base);
    const auto region = shared_region::create(all.region, region_size);
    const auto view = region.map();
    view.bytes()[5'000] = std::byte{0x77};
    const auto lock = mutex::create(all.lock);
    const auto count = semaphore::create(all.count, {.initial = 2, .maximum = 2});
    const auto signal = event::create(all.signal);
    std::minstd_rand random(42);
    std::uint64_t seen = 0;
    const auto kills = scaled(under_wine() ? 50 : 500);
    for (std::size_t i = 0; i < kills; ++i) {
        auto child = child_process::start("storm_victim", {base, std::to_string(random())});
        ASSERT_EQ(child.read_line(), "ready");
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
        child.kill();
        ASSERT_EQ(child.read_rest(), "") << "after " << i << " kills";
        ASSERT_TRUE(child.wait());
        // The same region still, and a mutex that can be had.
        ASSERT_EQ(view.bytes()[5'000], std::byte{0x77});
        ASSERT_EQ(use(all, random), "");
        const auto now = shared_region::open(all.region).map().as<pair_of_counters>().first;
        ASSERT_GE(now, seen);
        seen = now;
    }
    EXPECT_GT(seen, 0U);
}

} // namespace
} // namespace isthmus::test
