#include "slot_testing.hpp"

#include <random>

/// \file
/// Slots between processes, and what is left when one of them is killed.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// Sends numbered messages of all sizes. Arguments: name, its number, how many.
const child_role sender("slot_sender", [](const std::vector<std::string>& arguments) {
    auto writer = slot_writer::open(arguments.at(0));
    const auto number = static_cast<std::uint32_t>(std::stoul(arguments.at(1)));
    const auto count = std::stoull(arguments.at(2));
    std::minstd_rand random(number + 1);
    for (std::uint64_t i = 1; i <= count; ++i) {
        const auto message = numbered_message(number, i, random() % 3000);
        if (const auto ec = write_when_there_is_room(writer, message)) {
            tell_test(ec.message());
            return 1;
        }
    }
    tell_test("done");
    return 0;
});

/// Writes each line that it hears, and tells how it went. Argument: name.
const child_role line_writer("slot_line_writer", [](const std::vector<std::string>& arguments) {
    auto writer = slot_writer::open(arguments.at(0));
    tell_test("ready");
    while (const auto line = hear_test()) {
        const auto ec = writing_error(writer, *line);
        tell_test(ec ? ec.message() : "sent");
    }
    return 0;
});

/// Reads a slot for as long as it lives, and tells what it reads. Argument: name.
const child_role line_reader("slot_line_reader", [](const std::vector<std::string>& arguments) {
    auto reader = slot_reader::create(arguments.at(0));
    tell_test("ready");
    for (std::error_code ec;;) {
        const auto message = reader.read_message(ec);
        if (ec)
            return 1;
        tell_test("heard " + text(message));
    }
});

/// Holds a slot and does not read it. Argument: name.
const child_role deaf_reader("slot_deaf_reader", [](const std::vector<std::string>& arguments) {
    const auto reader = slot_reader::create(arguments.at(0));
    tell_test("ready");
    wait_for_test_to_end();
    return 0;
});

TEST(SlotProcess, EachWritersOrderIsKept) {
    auto reader = slot_reader::create(unique_name("slot"));
    constexpr std::uint32_t writers = 4;
    const std::uint64_t count = scaled(5000);
    std::vector<child_process> children;
    for (std::uint32_t i = 0; i < writers; ++i) {
        children.push_back(child_process::start(
            "slot_sender", {reader.name(), std::to_string(i), std::to_string(count)}));
    }
    order_check check;
    for (std::uint64_t i = 0; i < writers * count; ++i) {
        const auto message = reader.read_message_for(in_good_time);
        ASSERT_TRUE(message) << i;
        ASSERT_EQ(check.take(*message), "");
    }
    for (std::uint32_t i = 0; i < writers; ++i) {
        EXPECT_EQ(children[i].read_line(), "done");
        EXPECT_EQ(children[i].wait(), 0);
        EXPECT_EQ(check.last(i), count);
    }
    EXPECT_EQ(reader.info().next, std::nullopt);
}

TEST(SlotProcess, AReaderInAnotherProcessHears) {
    const auto name = unique_name("slot");
    auto child = child_process::start("slot_line_reader", {name});
    ASSERT_EQ(child.read_line(), "ready");
    EXPECT_EQ(creation_error(name), errc::already_exists);
    auto writer = slot_writer::open(name);
    for (const auto* line : {"first", "second", "ünï¢ödé"}) {
        writer.write(bytes(line));
        EXPECT_EQ(child.read_line(), std::string("heard ") + line);
    }
}

TEST(SlotProcess, AKilledReadersNameIsFree) {
    const auto name = unique_name("slot");
    auto child = child_process::start("slot_deaf_reader", {name});
    ASSERT_EQ(child.read_line(), "ready");
    {
        auto writer = slot_writer::open(name);
        writer.write(bytes("unread"));
    }
    child.kill_and_wait();
    EXPECT_EQ(opening_error(name), errc::not_found);
    auto reader = slot_reader::create(name);
    EXPECT_EQ(reader.info(), slot_info{});
    EXPECT_EQ(waiting_message(reader), "(nothing)");
    auto writer = slot_writer::open(name);
    writer.write(bytes("new"));
    EXPECT_EQ(next_message(reader), "new");
}

TEST(SlotProcess, AKilledReaderBreaksItsWriters) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: an open writer keeps a slot alive whose reader is gone";
    const auto name = unique_name("slot");
    auto child = child_process::start("slot_deaf_reader", {name});
    ASSERT_EQ(child.read_line(), "ready");
    auto writer = slot_writer::open(name);
    writer.write(bytes("unread"));
    child.kill_and_wait();
    EXPECT_EQ(writing_error(writer), errc::broken);
    EXPECT_EQ(opening_error(name), errc::not_found);
    // Another reader begins with nothing, and is nothing to the old writer.
    auto reader = slot_reader::create(name);
    EXPECT_EQ(reader.info(), slot_info{});
    EXPECT_EQ(writing_error(writer), errc::broken);
    EXPECT_EQ(waiting_message(reader), "(nothing)");
    auto another = slot_writer::open(name);
    another.write(bytes("new"));
    EXPECT_EQ(next_message(reader), "new");
}

TEST(SlotProcess, WhatAKilledWriterSentIsDelivered) {
    auto reader = slot_reader::create(unique_name("slot"));
    auto other = slot_writer::open(reader.name());
    auto child = child_process::start("slot_line_writer", {reader.name()});
    ASSERT_EQ(child.read_line(), "ready");
    for (const auto* line : {"one", "two"}) {
        child.write_line(line);
        ASSERT_EQ(child.read_line(), "sent");
    }
    child.kill_and_wait();
    other.write(bytes("three"));
    for (const auto* line : {"one", "two", "three"})
        EXPECT_EQ(next_message(reader), line);
    EXPECT_EQ(waiting_message(reader), "(nothing)");
}

TEST(SlotProcess, AReaderThatWaitsHearsAWriterThatComesLater) {
    auto reader = slot_reader::create(unique_name("slot"));
    auto reading = in_background([&] { return next_message(reader); });
    EXPECT_TRUE(still_blocked(reading));
    auto child = child_process::start("slot_line_writer", {reader.name()});
    ASSERT_EQ(child.read_line(), "ready");
    child.write_line("late");
    EXPECT_EQ(reading.get(), "late");
}

} // namespace
} // namespace isthmus::test
