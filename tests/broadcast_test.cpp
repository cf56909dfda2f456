#include "support/support.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

/// \file
/// Broadcasts to the readers of one machine.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

std::string everywhere(const std::string& name) {
    return R"(\\*\mailslot\)" + name;
}

/// The next message, or why there is none.
std::string hear(message_source& source, std::chrono::milliseconds time = in_good_time) {
    std::error_code ec;
    const auto message = source.read_message_for(time, ec);
    return message ? text(*message) : "error: " + ec.message();
}

bool hears_nothing(message_source& source) {
    std::error_code ec;
    return !source.read_message_for(50ms, ec) && ec == errc::timed_out;
}

// --- one process

TEST(Broadcast, ReachesEveryReaderOfTheNameOnce) {
    const auto name = unique_name("broadcast");
    auto slot = slot_reader::create(name);
    std::array<broadcast_reader, 3> readers;
    for (auto& each : readers)
        each = broadcast_reader::create(R"(\\.\mailslot\)" + name);
    auto other = broadcast_reader::create(name + "2");
    auto writer = slot_writer::open(everywhere(name));
    for (const char* const each : {"one", "two", "three"})
        writer.write(bytes(each));
    for (auto& each : readers) {
        EXPECT_EQ(hear(each), "one");
        EXPECT_EQ(hear(each), "two");
        EXPECT_EQ(hear(each), "three");
        EXPECT_TRUE(hears_nothing(each));
    }
    EXPECT_EQ(hear(slot), "one");
    EXPECT_EQ(hear(slot), "two");
    EXPECT_EQ(hear(slot), "three");
    EXPECT_TRUE(hears_nothing(slot));
    EXPECT_TRUE(hears_nothing(other));
}

TEST(Broadcast, AnEmptyMessageIsOne) {
    if (under_wine())
        GTEST_SKIP() << "Wine's mailslots fail to read an empty message";
    const auto name = unique_name("broadcast");
    auto reader = broadcast_reader::create(name);
    slot_writer::open(everywhere(name)).write({});
    EXPECT_EQ(reader.info().count, 1U);
    EXPECT_EQ(reader.info().next, 0U);
    EXPECT_EQ(hear(reader), "");
}

TEST(Broadcast, NamesAreNestedAndWithoutCase) {
    const auto name = unique_name("Broadcast") + R"(\a\b)";
    auto reader = broadcast_reader::create(name);
    std::string capital = name;
    std::transform(capital.begin(), capital.end(), capital.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    slot_writer::open(everywhere(capital)).write(bytes("found"));
    EXPECT_EQ(hear(reader), "found");
}

TEST(Broadcast, AWriterOpensWithoutReadersAndFindsThoseThatCome) {
    const auto name = unique_name("broadcast");
    auto writer = slot_writer::open(everywhere(name));
    writer.write(bytes("nobody hears this"));
    auto first = broadcast_reader::create(name);
    writer.write(bytes("one"));
    auto second = broadcast_reader::create(name);
    auto slot = slot_reader::create(name);
    writer.write(bytes("two"));
    first.close();
    writer.write(bytes("three"));
    EXPECT_EQ(hear(second), "two");
    EXPECT_EQ(hear(second), "three");
    EXPECT_EQ(hear(slot), "two");
    EXPECT_EQ(hear(slot), "three");
    EXPECT_TRUE(hears_nothing(slot));
}

TEST(Broadcast, AWriterFindsTheSlotThatTakesTheOldOnesPlace) {
    if (under_wine())
        GTEST_SKIP() << "Wine's mailslots live on while a writer is open";
    const auto name = unique_name("broadcast");
    auto writer = slot_writer::open(everywhere(name));
    for (int i = 0; i < 3; ++i) {
        auto slot = slot_reader::create(name);
        writer.write(bytes(std::to_string(i)));
        EXPECT_EQ(hear(slot), std::to_string(i));
        EXPECT_TRUE(hears_nothing(slot));
        slot.close();
        writer.write(bytes("nobody hears this"));
    }
}

TEST(Broadcast, AWriterFindsWhoComesHoweverLongNobodyWasThere) {
    if (under_wine())
        GTEST_SKIP() << "Wine's mailslots live on while a writer is open";
    const auto name = unique_name("broadcast");
    auto writer = slot_writer::open(everywhere(name));
    for (int i = 0; i < 30; ++i) {
        writer.write(bytes("nobody hears this"));
        std::this_thread::sleep_for(std::chrono::milliseconds(i % 3 * 15));
        writer.write(bytes("nor this"));
        auto slot = slot_reader::create(name);
        writer.write(bytes("for the slot"));
        // (Of everyone's readers there need be none: on Windows that needs a privilege.)
        std::error_code ec;
        auto reader = broadcast_reader::create(name, {.who = access::everyone}, ec);
        writer.write(bytes("for both"));
        ASSERT_EQ(hear(slot), "for the slot");
        ASSERT_EQ(hear(slot), "for both");
        if (!ec) {
            ASSERT_EQ(hear(reader), "for both");
        }
    }
}

TEST(Broadcast, ReadersThatAreGoneMakeRoomForOthers) {
    const auto name = unique_name("broadcast");
    auto first = broadcast_reader::create(name); // so that what the others leave stays
    const std::size_t many = 1023 + 20;
    for (std::size_t i = 0; i < many; ++i) {
        std::error_code ec;
        auto reader = broadcast_reader::create(name, {}, ec);
        ASSERT_FALSE(ec) << i << ": " << ec.message();
    }
    auto last = broadcast_reader::create(name);
    slot_writer::open(everywhere(name)).write(bytes("still here"));
    EXPECT_EQ(hear(first), "still here");
    EXPECT_EQ(hear(last), "still here");
}

TEST(Broadcast, AReaderDoesNotHearWhatIsWrittenToTheSlotAlone) {
    const auto name = unique_name("broadcast");
    auto reader = broadcast_reader::create(name);
    EXPECT_EQ(error_of([&](auto& ec) { slot_writer::open(name, ec); }), errc::not_found);
    auto slot = slot_reader::create(name);
    slot_writer::open(name).write(bytes("for one"));
    EXPECT_EQ(hear(slot), "for one");
    EXPECT_TRUE(hears_nothing(reader));
}

TEST(Broadcast, MessagesEndAt424Bytes) {
    const auto name = unique_name("broadcast");
    auto reader = broadcast_reader::create(name);
    auto writer = slot_writer::open(everywhere(name));
    const auto largest = pattern(424);
    writer.write(largest);
    EXPECT_EQ(reader.read_message(), largest);
    const auto larger = pattern(425);
    EXPECT_EQ(error_of([&](auto& ec) { writer.write(larger, ec); }), errc::message_too_large);
    EXPECT_TRUE(hears_nothing(reader));
}

TEST(Broadcast, TheDomainsNameIsItsAddressToo) {
    const auto name = unique_name("broadcast");
    auto slot = slot_reader::create(name);
    auto reader = broadcast_reader::create(name);
    slot_writer::open(R"(\\workgroup\mailslot\)" + name).write(bytes("by name"));
    EXPECT_EQ(hear(slot), "by name");
    EXPECT_EQ(hear(reader), "by name");
    slot_writer::open(R"(\\elsewhere\mailslot\)" + name).write(bytes("to others"));
    EXPECT_TRUE(hears_nothing(slot));
    EXPECT_TRUE(hears_nothing(reader));
}

TEST(Broadcast, WithinTheMachineHasADomainAndASizeAsWell) {
    const auto name = unique_name("broadcast");
    network_options options;
    options.domain = "Staff";
    options.max_payload = 1000;
    auto reader = broadcast_reader::create(name, {.network = options});
    auto writer = slot_writer::open(R"(\\staff\mailslot\)" + name, {.network = options});
    writer.write(bytes(std::string(1000, 'x')));
    EXPECT_EQ(hear(reader), std::string(1000, 'x'));
    EXPECT_EQ(error_of([&](auto& ec) { writer.write(bytes(std::string(1001, 'x')), ec); }),
              errc::message_too_large);
    auto other = slot_writer::open(R"(\\workgroup\mailslot\)" + name, {.network = options});
    other.write(bytes("not ours"));
    EXPECT_TRUE(hears_nothing(reader));
}

TEST(Broadcast, ToTheMachineItselfReachesItsSlot) {
    const auto name = unique_name("broadcast");
    auto slot = slot_reader::create(name);
    auto reader = broadcast_reader::create(name);
    for (const char* const host : {"localhost", "LocalHost", "127.0.0.1"}) {
        auto writer = slot_writer::open(R"(\\)" + std::string(host) + R"(\mailslot\)" + name);
        writer.write(bytes(host));
        EXPECT_EQ(hear(slot), host);
    }
    EXPECT_TRUE(hears_nothing(reader));
}

TEST(Broadcast, AReaderThatIsFullMissesMessagesAndTheOthersDoNot) {
    if (!slots_have_quotas())
        GTEST_SKIP() << "a native mailslot has no quota of its own";
    const auto name = unique_name("broadcast");
    auto small = broadcast_reader::create(name, {.quota = 200});
    auto large = broadcast_reader::create(name);
    auto writer = slot_writer::open(everywhere(name));
    for (const char* const each : {"one", "two", "three"})
        writer.write(pattern(80, static_cast<std::uint64_t>(each[0])));
    EXPECT_EQ(small.info().count, 2U);
    EXPECT_EQ(large.info().count, 3U);
}

TEST(Broadcast, ReadersNeedALocalName) {
    const auto name = unique_name("broadcast");
    EXPECT_EQ(error_of([&](auto& ec) { broadcast_reader::create(everywhere(name), {}, ec); }),
              errc::invalid_name);
    EXPECT_EQ(error_of([&](auto& ec) { broadcast_reader::create("", {}, ec); }),
              errc::invalid_name);
    EXPECT_EQ(error_of([&](auto& ec) { slot_reader::create(everywhere(name), {}, ec); }),
              errc::invalid_name);
}

TEST(Broadcast, WhatIsClosedSaysSo) {
    broadcast_reader reader;
    EXPECT_FALSE(reader.is_open());
    EXPECT_EQ(error_of([&](auto& ec) { reader.read_message(ec); }), errc::invalid_handle);
    EXPECT_EQ(error_of([&](auto& ec) { reader.info(ec); }), errc::invalid_handle);
    EXPECT_EQ(reader.network().received, 0U);
}

// --- several processes

const child_role listener{"broadcast_listener", [](const auto& arguments) {
                              auto reader = broadcast_reader::create(arguments.at(0));
                              tell_test("ready");
                              for (;;) {
                                  const auto message = text(reader.read_message());
                                  tell_test(message);
                                  if (message == "end")
                                      return 0;
                              }
                          }};

TEST(BroadcastProcess, ReadersInSeveralProcessesHearEverything) {
    const auto name = unique_name("broadcast");
    std::vector<child_process> children;
    for (int i = 0; i < 4; ++i)
        children.push_back(child_process::start("broadcast_listener", {name}));
    for (auto& each : children)
        ASSERT_EQ(each.read_line(), "ready");
    auto writer = slot_writer::open(everywhere(name));
    for (int i = 0; i < 100; ++i)
        writer.write(bytes("message " + std::to_string(i)));
    children[3].kill_and_wait();
    writer.write(bytes("one is gone"));
    writer.write(bytes("end"));
    children.pop_back();
    for (auto& each : children) {
        for (int i = 0; i < 100; ++i)
            ASSERT_EQ(each.read_line(), "message " + std::to_string(i));
        EXPECT_EQ(each.read_line(), "one is gone");
        EXPECT_EQ(each.read_line(), "end");
        EXPECT_EQ(each.wait(), 0);
    }
}

} // namespace
} // namespace isthmus::test
