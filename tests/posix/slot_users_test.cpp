#include "slot_testing.hpp"
#include "support/other_users.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

/// \file
/// Slots among programs of several users.

namespace isthmus::test {
namespace {

using testing::ElementsAre;

std::string text_of(const std::error_code& ec) {
    return ec ? ec.message() : "ok";
}

/// Arguments: the name, and who may write. Reads until its input ends, then tells what it has read.
const child_role reading("read_slot", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    const auto& who = arguments.at(1);
    auto reader = slot_reader::create(arguments.at(0),
                                      {.who = who == "everyone" ? access::everyone
                                              : who == "group"  ? access::group
                                                                : access::owner},
                                      ec);
    tell_test(text_of(ec));
    if (ec)
        return 0;
    hear_test();
    while (const auto message = reader.read_message_for(std::chrono::seconds(0), ec))
        tell_test(text(*message));
    return 0;
});

/// Argument: the name. The same with both kinds of readers of broadcasts, for everyone.
const child_role hearing("hear_broadcasts", [](const std::vector<std::string>& arguments) {
    auto slot = slot_reader::create(arguments.at(0), {.who = access::everyone});
    auto reader = broadcast_reader::create(arguments.at(0), {.who = access::everyone});
    tell_test("ok");
    hear_test();
    for (auto* each :
         {static_cast<message_source*>(&slot), static_cast<message_source*>(&reader)}) {
        std::error_code ec;
        while (const auto message = each->read_message_for(std::chrono::seconds(0), ec))
            tell_test(text(*message));
    }
    return 0;
});

/// Arguments: the name, and what to write.
const child_role writing("write_slot", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    auto writer = slot_writer::open(arguments.at(0), ec);
    if (!ec)
        writer.write(bytes(arguments.at(1)), ec);
    tell_test(text_of(ec));
    return 0;
});

/// Arguments: the name, who it is, and how many. Numbered messages as fast as it can.
const child_role flooding("flood_slot", [](const std::vector<std::string>& arguments) {
    auto writer = slot_writer::open(arguments.at(0));
    const auto count = std::stoul(arguments.at(2));
    for (std::size_t i = 0; i < count;) {
        std::error_code ec;
        writer.write(bytes(arguments.at(1) + " " + std::to_string(i)), ec);
        if (!ec) {
            ++i;
        } else if (ec != errc::quota_exceeded) {
            tell_test(ec.message());
            return 1;
        }
    }
    tell_test("ok");
    return 0;
});

class SlotUsers : public OtherUsers {
protected:
    static child_process start(const char* role,
                               const somebody& who,
                               const std::vector<std::string>& arguments,
                               const std::vector<unsigned>& groups = {}) {
        return child_process::start(
            role, arguments,
            {.user = run_as{.user = who.user, .group = who.group, .further_groups = groups}});
    }

    static std::string result_of(child_process child) {
        const auto line = child.read_line();
        EXPECT_EQ(child.wait(), 0);
        return line.value_or("(nothing)");
    }

    static std::string write(const somebody& who,
                             const std::string& name,
                             const std::string& what,
                             const std::vector<unsigned>& groups = {}) {
        return result_of(start("write_slot", who, {name, what}, groups));
    }

    static std::vector<std::string> all_lines(child_process& reader) {
        reader.close_input();
        std::vector<std::string> lines;
        while (auto line = reader.read_line())
            lines.push_back(*line);
        EXPECT_EQ(reader.wait(), 0);
        return lines;
    }
};

TEST_F(SlotUsers, OfEveryoneIsWrittenToByEveryone) {
    auto reader = start("read_slot", alice, {"x", "everyone"});
    ASSERT_EQ(reader.read_line(), "ok");
    EXPECT_EQ(write(bob, "x", "one"), "ok");
    EXPECT_EQ(write(alice, "x", "two"), "ok");
    EXPECT_EQ(write({0, 0}, "x", "three"), "ok");
    EXPECT_THAT(all_lines(reader), ElementsAre("one", "two", "three"));
    EXPECT_EQ(write(bob, "x", "late"), text_of(opening_error("nobody's")));
}

TEST_F(SlotUsers, OfAGroupIsForItsMembers) {
    auto reader = start("read_slot", alice, {"x", "group"});
    ASSERT_EQ(reader.read_line(), "ok");
    EXPECT_EQ(write(bob, "x", "one", {alice.group}), "ok");
    EXPECT_THAT(write(carol, "x", "two"), testing::HasSubstr("denied"));
    EXPECT_THAT(all_lines(reader), ElementsAre("one"));
}

TEST_F(SlotUsers, OfItsOwnerOnlyIsDeniedToOthersButRoot) {
    auto reader = start("read_slot", alice, {"x", "owner"});
    ASSERT_EQ(reader.read_line(), "ok");
    EXPECT_THAT(write(bob, "x", "one"), testing::HasSubstr("denied"));
    EXPECT_EQ(write(alice, "x", "two"), "ok");
    EXPECT_EQ(write({0, 0}, "x", "three"), "ok");
    EXPECT_THAT(all_lines(reader), ElementsAre("two", "three"));
}

TEST_F(SlotUsers, ANameHasOneReaderOnTheHostWhosesoever) {
    auto reader = start("read_slot", alice, {"x", "owner"});
    ASSERT_EQ(reader.read_line(), "ok");
    for (const auto& who : {alice, bob, somebody{0, 0}})
        EXPECT_THAT(result_of(start("read_slot", who, {"x", "everyone"})),
                    testing::HasSubstr("exists"));
    reader.kill_and_wait();
    auto next = start("read_slot", bob, {"x", "owner"});
    EXPECT_EQ(next.read_line(), "ok");
}

/// Each of them has to see that the other, who has the queue's lock, is alive.
TEST_F(SlotUsers, ABroadcastReachesThoseOfOthersAsSoonAsTheyAreThere) {
    const auto name = unique_name("slot");
    auto writer = slot_writer::open(R"(\\*\mailslot\)" + name);
    for (const auto& who : {alice, bob}) { // who have no directory before, and then one
        for (int i = 0; i < 2; ++i) {
            writer.write(bytes("nobody hears this"));
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            writer.write(bytes("nor this"));
            auto child = start("hear_broadcasts", who, {name});
            ASSERT_EQ(child.read_line(), "ok");
            writer.write(bytes("for all"));
            EXPECT_THAT(all_lines(child), ElementsAre("for all", "for all"));
        }
    }
}

TEST_F(SlotUsers, WritersOfSeveralUsersDoNotTearTheQueue) {
    auto reader = slot_reader::create("x", {.who = access::everyone, .quota = 1 << 16});
    auto mine = start("read_slot", alice, {"y", "owner"});
    ASSERT_EQ(mine.read_line(), "ok");
    const std::string count = std::to_string(scaled(20'000));
    std::vector<child_process> writers;
    for (const auto& who : {alice, bob, somebody{0, 0}})
        writers.push_back(start("flood_slot", who, {"x", std::to_string(who.user), count}));
    std::map<std::string, std::size_t> next;
    std::size_t messages = 0;
    while (messages < 3 * scaled(20'000)) {
        const auto message = next_message(reader);
        const auto space = message.find(' ');
        ASSERT_NE(space, std::string::npos) << message;
        ASSERT_EQ(message.substr(space + 1), std::to_string(next[message.substr(0, space)]++))
            << message;
        ++messages;
    }
    for (auto& each : writers) {
        EXPECT_EQ(each.read_line(), "ok");
        EXPECT_EQ(each.wait(), 0);
    }
}

/// As above, of a slot that only root, beside its owner, may write to.
TEST_F(SlotUsers, RootDoesNotTearTheQueueOfAnother) {
    auto reader = start("read_slot", alice, {"x", "owner"});
    ASSERT_EQ(reader.read_line(), "ok");
    const std::size_t count = scaled(20'000);
    std::vector<child_process> writers;
    for (const auto& who : {alice, somebody{0, 0}, alice, somebody{0, 0}})
        writers.push_back(
            start("flood_slot", who, {"x", std::to_string(writers.size()), std::to_string(count)}));
    for (auto& each : writers) {
        EXPECT_EQ(each.read_line(), "ok");
        EXPECT_EQ(each.wait(), 0);
    }
    std::map<std::string, std::size_t> next;
    for (const auto& message : all_lines(reader)) {
        const auto space = message.find(' ');
        ASSERT_NE(space, std::string::npos) << message;
        ASSERT_EQ(message.substr(space + 1), std::to_string(next[message.substr(0, space)]++))
            << message;
    }
    EXPECT_EQ(next.size(), 4U);
    for (const auto& [who, messages] : next)
        EXPECT_EQ(messages, count) << who;
}

} // namespace
} // namespace isthmus::test
