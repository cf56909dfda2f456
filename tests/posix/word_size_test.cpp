#include "support/child_role.hpp"
#include "support/object_child.hpp"
#include "sync_testing.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

/// \file
/// 32-bit processes beside 64-bit ones. This executable is the 64-bit one; peer_32 has the same
/// child roles as a 32-bit program.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

class WordSize : public testing::Test {
protected:
    void SetUp() override {
        if (const std::string reason = ISTHMUS_NO_PEER_32; !reason.empty())
            GTEST_SKIP() << reason;
    }

    static object_child peer() {
        return object_child(
            child_process::start_program(ISTHMUS_PEER_32, {"--child=object_child"}));
    }
};

TEST_F(WordSize, ARegionHasTheSameContent) {
    const auto name = unique_name("words");
    const auto region = shared_region::create(name, 100'000);
    const auto view = region.map();
    view.bytes()[99'999] = std::byte{7};
    auto child = peer();
    EXPECT_EQ(child.ask("region " + name), "opened 100000");
    EXPECT_EQ(child.ask("peek " + name + " 99999"), "7");
    EXPECT_EQ(child.ask("poke " + name + " 70000 8"), "ok");
    EXPECT_EQ(view.bytes()[70'000], std::byte{8});
}

TEST_F(WordSize, ARegionOfThe32BitProcessIsOpenedByThe64BitOne) {
    const auto name = unique_name("words");
    auto child = peer();
    EXPECT_EQ(child.ask("region " + name), "created 4096");
    EXPECT_EQ(child.ask("poke " + name + " 1 9"), "ok");
    const auto region = shared_region::open(name);
    EXPECT_EQ(region.size(), 4096U);
    EXPECT_EQ(region.map().bytes()[1], std::byte{9});
}

TEST_F(WordSize, AMutexExcludesBoth) {
    const auto name = unique_name("words");
    auto lock = mutex::create(name, {.initially_owned = true});
    auto child = peer();
    EXPECT_EQ(child.ask("mutex " + name), "opened");
    EXPECT_EQ(child.ask("wait " + name + " 20"), "timed_out");
    child.begin("wait " + name + " -1");
    lock.unlock();
    EXPECT_EQ(child.reply(), "signaled");
    EXPECT_FALSE(lock.try_lock_for(20ms));
    EXPECT_EQ(error_of([&](auto& ec) { lock.unlock(ec); }), errc::not_owner);
    EXPECT_EQ(child.ask("unlock " + name), "ok");
    EXPECT_TRUE(lock.try_lock_for(in_good_time));
    EXPECT_FALSE(lock.abandoned());
}

TEST_F(WordSize, AMutexThatA32BitProcessAbandonsIsHad) {
    const auto name = unique_name("words");
    auto lock = mutex::create(name);
    auto child = peer();
    EXPECT_EQ(child.ask("mutex " + name), "opened");
    // By a thread, and by the process; looked at afterwards, and waited for meanwhile.
    EXPECT_EQ(child.ask("abandon " + name), "ok");
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    lock.unlock();
    EXPECT_EQ(child.ask("wait " + name + " 0"), "signaled");
    auto waiting = in_background([&] {
        const auto result = lock.wait_for(in_good_time);
        lock.unlock();
        return result;
    });
    EXPECT_TRUE(still_blocked(waiting));
    child.process().kill_and_wait();
    EXPECT_EQ(waiting.get(), wait_status::abandoned);
    EXPECT_TRUE(lock.try_lock());
}

TEST_F(WordSize, AMutexThatA64BitProcessAbandonsIsHad) {
    const auto name = unique_name("words");
    auto child = peer();
    object_child owner;
    EXPECT_EQ(child.ask("mutex " + name), "created");
    EXPECT_EQ(owner.ask("mutex " + name), "opened");
    EXPECT_EQ(owner.ask("wait " + name + " 0"), "signaled");
    child.begin("wait " + name + " -1");
    std::this_thread::sleep_for(30ms);
    owner.process().kill_and_wait();
    EXPECT_EQ(child.reply(), "abandoned");
}

TEST_F(WordSize, ASemaphoreAndAnEventPassSignals) {
    const auto count_name = unique_name("words");
    const auto bell_name = unique_name("words");
    auto count = semaphore::create(count_name, {.initial = 0, .maximum = 5});
    auto bell = event::create(bell_name);
    auto child = peer();
    EXPECT_EQ(child.ask("semaphore " + count_name), "opened");
    EXPECT_EQ(child.ask("event " + bell_name), "opened");
    EXPECT_EQ(child.ask("release " + count_name + " 4"), "0");
    EXPECT_EQ(count.release(1), 4);
    EXPECT_EQ(child.ask("wait " + count_name + " 0"), "signaled");
    EXPECT_TRUE(count.try_acquire());
    child.begin("wait " + bell_name + " -1");
    std::this_thread::sleep_for(30ms);
    bell.set();
    EXPECT_EQ(child.reply(), "signaled");
    EXPECT_EQ(child.ask("set " + bell_name), "ok");
    EXPECT_EQ(bell.wait_for(in_good_time), wait_status::signaled);
}

TEST_F(WordSize, BothWaitForSeveralObjects) {
    std::vector<std::string> names;
    std::string command;
    std::vector<event> events;
    auto child = peer();
    for (int i = 0; i < 20; ++i) {
        names.push_back(unique_name("words"));
        events.push_back(event::create(names.back()));
        EXPECT_EQ(child.ask("event " + names.back()), "opened");
        command += ' ' + names.back();
    }
    child.begin("any -1" + command);
    std::this_thread::sleep_for(30ms);
    events[17].set();
    EXPECT_EQ(child.reply(), "signaled 17");
    child.begin("all -1" + command);
    for (auto& each : events)
        each.set();
    EXPECT_EQ(child.reply(), "signaled 0");
    auto waiting = in_background([&] { return wait_any_for(references(events), in_good_time); });
    EXPECT_EQ(child.ask("set " + names[11]), "ok");
    EXPECT_EQ(waiting.get(), (wait_result{.status = wait_status::signaled, .index = 11}));
}

TEST_F(WordSize, ManyOfBothCount) {
    const auto name = unique_name("words");
    auto lock = mutex::create(name);
    const auto region_name = unique_name("words");
    const auto region = shared_region::create(region_name, 4096);
    const auto view = region.map();
    const std::size_t rounds = scaled(2000);
    std::vector<object_child> children;
    for (int i = 0; i < 4; ++i) {
        if (i % 2 == 0) {
            children.push_back(peer());
        } else {
            children.emplace_back();
        }
        EXPECT_EQ(children.back().ask("mutex " + name), "opened");
        EXPECT_EQ(children.back().ask("region " + region_name), "opened 4096");
    }
    for (auto& each : children)
        each.begin("count " + name + ' ' + region_name + ' ' + std::to_string(rounds));
    for (auto& each : children)
        EXPECT_EQ(each.reply(), "ok");
    EXPECT_EQ(view.as<std::uint32_t>(), 4 * rounds);
}

} // namespace
} // namespace isthmus::test
