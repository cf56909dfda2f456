#include "slot_testing.hpp"

#include <array>

/// \file
/// What is written to a slot: whole messages in their order, of all sizes, as many as there may be;
/// and what a reader is told of them.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* wine_keeps_closed =
    "Wine 8: an open writer keeps a slot alive whose reader is gone";
constexpr const char* wine_loses_empty = "Wine 8: reading an empty message fails (109)";

/// Time enough for anything but waiting.
template <class Call>
void expect_no_waiting(Call call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, in_good_time / 2);
}

// --- sizes

TEST(SlotMessage, IsWholeAndInOrder) {
    slot_pair slot;
    // Wine 8 has room for some 200 KiB and 278 messages.
    const std::size_t count = under_wine() ? 40 : 400;
    for (std::size_t i = 0; i < count; ++i)
        slot.writer.write(pattern(1 + i * 61 % 1000, i));
    for (std::size_t i = 0; i < count; ++i) {
        const auto message = slot.reader.read_message_for(in_good_time);
        ASSERT_TRUE(message);
        ASSERT_TRUE(*message == pattern(1 + i * 61 % 1000, i)) << i;
    }
    EXPECT_EQ(waiting_message(slot.reader), "(nothing)");
}

TEST(SlotMessage, MayHave64KiB) {
    slot_pair slot;
    for (const std::size_t size : {4095, 4096, 4097, 65'535, 65'536}) {
        const auto data = pattern(size, size);
        slot.writer.write(data);
        EXPECT_EQ(slot.reader.info().next, size);
        EXPECT_TRUE(slot.reader.read_message_for(in_good_time) == data) << size;
        auto reading = in_background([&] { return slot.reader.read_message_for(in_good_time); });
        std::this_thread::sleep_for(5ms);
        slot.writer.write(data);
        EXPECT_TRUE(reading.get() == data) << size;
    }
}

TEST(SlotMessage, MayHaveAMegabyte) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: a message has at most some 200 KiB";
    slot_pair slot;
    for (const std::size_t size : {65'537, 300'000, 1 << 20, 5'000'001}) {
        const auto data = pattern(size, size);
        slot.writer.write(data);
        EXPECT_EQ(slot.reader.info().next, size);
        EXPECT_TRUE(slot.reader.read_message_for(in_good_time) == data) << size;
        // The same for who began to wait before anybody knew the size.
        auto reading = in_background([&] { return slot.reader.read_message_for(in_good_time); });
        std::this_thread::sleep_for(5ms);
        slot.writer.write(data);
        EXPECT_TRUE(reading.get() == data) << size;
    }
}

TEST(SlotMessage, OverTheMaximumIsRefused) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: the maximum size is ignored";
    slot_pair slot({.max_message = 10});
    EXPECT_EQ(slot.reader.info().max_message, 10U);
    const auto ec = writing_error(slot.writer, "eleven byte");
    EXPECT_EQ(ec, errc::message_too_large);
    EXPECT_EQ(ec.value(), 87);
    EXPECT_EQ(slot.reader.info().next, std::nullopt);
    slot.writer.write(bytes("ten bytes!"));
    slot.writer.write(bytes("less"));
    EXPECT_EQ(next_message(slot.reader), "ten bytes!");
    EXPECT_EQ(next_message(slot.reader), "less");
}

TEST(SlotMessage, StaysIfTheBufferIsTooSmall) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: a short read takes a part, and loses the rest";
    slot_pair slot;
    slot.writer.write(bytes("message"));
    slot.writer.write(bytes("next"));
    std::array<std::byte, 7> buffer{};
    for (const std::size_t room : {6, 1, 0}) {
        const auto small = std::span(buffer).first(room);
        const auto ec = error_of([&](auto& code) { slot.reader.read(small, code); });
        EXPECT_EQ(ec, errc::buffer_too_small) << room;
        EXPECT_EQ(ec.value(), 122);
        EXPECT_EQ(error_of([&](auto& code) { slot.reader.read_for(small, 0ms, code); }),
                  errc::buffer_too_small);
        EXPECT_EQ(slot.reader.info().next, 7U);
        EXPECT_EQ(slot.reader.info().count, 2U);
    }
    EXPECT_THROW(slot.reader.read_for(std::span(buffer).first(3), 1ms), error);
    EXPECT_EQ(slot.reader.read(buffer), 7U);
    EXPECT_EQ(text(buffer), "message");
    EXPECT_EQ(next_message(slot.reader), "next");
}

TEST(SlotMessage, StaysIfTheBufferOfWhoWaitsIsTooSmall) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: a short read takes a part, and loses the rest";
    slot_pair slot;
    auto reading = in_background([&] {
        std::array<std::byte, 3> buffer{};
        return error_of([&](auto& ec) { slot.reader.read(buffer, ec); });
    });
    EXPECT_TRUE(still_blocked(reading));
    slot.writer.write(bytes("message"));
    EXPECT_EQ(reading.get(), errc::buffer_too_small);
    EXPECT_EQ(next_message(slot.reader), "message");
}

TEST(SlotMessage, MayBeEmpty) {
    if (under_wine())
        GTEST_SKIP() << wine_loses_empty;
    slot_pair slot;
    EXPECT_EQ(slot.reader.info().next, std::nullopt);
    EXPECT_EQ(slot.reader.info().count, 0U);
    slot.writer.write({});
    EXPECT_EQ(slot.reader.info().next, 0U);
    EXPECT_EQ(slot.reader.info().count, 1U);
    EXPECT_EQ(slot.reader.read({}), 0U);
    EXPECT_EQ(slot.reader.info().next, std::nullopt);
    slot.writer.write(bytes("a"));
    slot.writer.write({});
    slot.writer.write(bytes("b"));
    for (const auto* expected : {"a", "", "b"})
        EXPECT_EQ(next_message(slot.reader), expected);
    EXPECT_EQ(waiting_message(slot.reader), "(nothing)");
    auto reading = in_background([&] { return slot.reader.read_message().size(); });
    EXPECT_TRUE(still_blocked(reading));
    slot.writer.write({});
    EXPECT_EQ(reading.get(), 0U);
}

// --- what the reader is told

TEST(SlotInfo, TellsTheOptions) {
    const auto reader =
        slot_reader::create(unique_name("slot"), {.max_message = 424, .read_timeout = 1500ms});
    EXPECT_EQ(reader.info(), (slot_info{.max_message = 424, .read_timeout = 1500ms}));
    EXPECT_EQ(slot_reader::create(unique_name("slot")).info(), slot_info{});
}

TEST(SlotInfo, TellsTheNextMessage) {
    slot_pair slot;
    slot.writer.write(bytes("first"));
    slot.writer.write(bytes("2nd"));
    EXPECT_EQ(slot.reader.info().next, 5U);
    EXPECT_EQ(slot.reader.info().next, 5U);
    EXPECT_EQ(next_message(slot.reader), "first");
    EXPECT_EQ(slot.reader.info().next, 3U);
    EXPECT_EQ(next_message(slot.reader), "2nd");
    EXPECT_EQ(slot.reader.info().next, std::nullopt);
    EXPECT_EQ(slot.reader.info().count, 0U);
}

TEST(SlotInfo, CountsTheMessages) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: the count is 0 or 1";
    slot_pair slot;
    auto other = slot_writer::open(slot.reader.name());
    for (std::size_t i = 1; i <= 10; ++i) {
        (i % 2 == 0 ? slot.writer : other).write(bytes("message"));
        EXPECT_EQ(slot.reader.info().count, i);
    }
    for (std::size_t i = 10; i-- > 0;) {
        EXPECT_EQ(next_message(slot.reader), "message");
        EXPECT_EQ(slot.reader.info().count, i);
    }
}

// --- writers and the reader's life

TEST(SlotWriter, MayBeOneOfMany) {
    slot_pair slot;
    std::vector<slot_writer> writers;
    for (int i = 0; i < 20; ++i)
        writers.push_back(slot_writer::open(slot.reader.name()));
    for (std::size_t i = 0; i < writers.size(); ++i)
        writers[i].write(bytes(std::to_string(i)));
    slot.writer.write(bytes("last"));
    writers.clear(); // what they wrote stays
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(next_message(slot.reader), std::to_string(i));
    EXPECT_EQ(next_message(slot.reader), "last");
}

TEST(SlotWriter, MayBeUsedByManyThreads) {
    slot_pair slot;
    constexpr std::uint32_t threads = 4;
    const auto count = scaled(2000);
    std::vector<std::future<std::error_code>> writing;
    for (std::uint32_t i = 0; i < threads; ++i) {
        writing.push_back(in_background([&, i] {
            std::error_code ec;
            for (std::uint64_t each = 1; each <= count && !ec; ++each)
                ec = write_when_there_is_room(slot.writer, numbered_message(i, each, each % 200));
            return ec;
        }));
    }
    order_check check;
    for (std::size_t i = 0; i < threads * count; ++i) {
        const auto message = slot.reader.read_message_for(in_good_time);
        ASSERT_TRUE(message);
        ASSERT_EQ(check.take(*message), "");
    }
    for (auto& each : writing)
        EXPECT_EQ(each.get(), std::error_code());
}

TEST(SlotWriter, IsBrokenWhenTheReaderIsGone) {
    if (under_wine())
        GTEST_SKIP() << wine_keeps_closed;
    slot_pair slot;
    const auto name = slot.reader.name();
    slot.writer.write(bytes("unread"));
    slot.reader.close();
    const auto ec = writing_error(slot.writer);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 38);
    EXPECT_EQ(writing_error(slot.writer, ""), errc::broken);
    EXPECT_EQ(opening_error(name), errc::not_found);
    EXPECT_TRUE(slot.writer.is_open());
}

TEST(SlotWriter, StaysBrokenWhenAnotherReaderComes) {
    if (under_wine())
        GTEST_SKIP() << wine_keeps_closed;
    slot_pair slot;
    const auto name = slot.reader.name();
    slot.writer.write(bytes("unread"));
    slot.reader.close();
    auto reader = slot_reader::create(name);
    EXPECT_EQ(reader.info(), slot_info{});
    EXPECT_EQ(writing_error(slot.writer), errc::broken);
    EXPECT_EQ(waiting_message(reader), "(nothing)");
    slot_writer::open(name).write(bytes("new"));
    EXPECT_EQ(next_message(reader), "new");
}

TEST(SlotWriter, FindsNothingAfterTheReaderIsGone) {
    slot_pair slot;
    const auto name = slot.reader.name();
    slot.writer.write(bytes("unread"));
    slot.writer.close();
    slot.reader.close();
    EXPECT_EQ(opening_error(name), errc::not_found);
    auto reader = slot_reader::create(name);
    EXPECT_EQ(reader.info(), slot_info{});
}

// --- many messages

TEST(SlotQueue, TakesAHundredThousandMessages) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: the 279th message waits for the reader";
    slot_pair slot;
    constexpr std::uint32_t count = 100'000;
    expect_no_waiting([&] {
        for (std::uint32_t i = 0; i < count; ++i)
            slot.writer.write(std::as_bytes(std::span(&i, 1)));
    });
    EXPECT_EQ(slot.reader.info().count, count);
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint32_t got = 0;
        ASSERT_EQ(slot.reader.read_for(std::as_writable_bytes(std::span(&got, 1)), in_good_time),
                  sizeof got);
        ASSERT_EQ(got, i);
    }
    EXPECT_EQ(slot.reader.info(), slot_info{});
}

TEST(SlotQueue, NeverMakesAWriterWait) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: the 279th message waits for the reader";
    slot_pair slot;
    std::error_code ec;
    expect_no_waiting([&] {
        for (int i = 0; i < 200 && !ec; ++i)
            slot.writer.write(pattern(1 << 20, 1), ec);
    });
    // Where there is a quota it is 64 MiB.
    if (slots_have_quotas()) {
        EXPECT_EQ(ec, errc::quota_exceeded);
    } else {
        EXPECT_EQ(ec, std::error_code());
    }
    EXPECT_TRUE(slot.reader.read_message_for(0ms) == pattern(1 << 20, 1));
}

TEST(SlotQueue, KeepsWhatItHasTakenWhenItIsFull) {
    if (!slots_have_quotas())
        GTEST_SKIP() << "Windows has no quota but the system's memory";
    slot_pair slot({.quota = 1024});
    // Each counts as 16 bytes.
    std::uint64_t count = 0;
    for (; count < 64; ++count)
        slot.writer.write(std::as_bytes(std::span(&count, 1)));
    for (int i = 0; i < 3; ++i) {
        const auto ec = writing_error(slot.writer, "too much");
        EXPECT_EQ(ec, errc::quota_exceeded);
        EXPECT_EQ(ec.value(), 1816);
    }
    auto other = slot_writer::open(slot.reader.name());
    EXPECT_EQ(writing_error(other, "x"), errc::quota_exceeded);
    EXPECT_EQ(slot.reader.info().count, count);
    std::uint64_t got = 0;
    ASSERT_EQ(slot.reader.read_for(std::as_writable_bytes(std::span(&got, 1)), 0ms), sizeof got);
    EXPECT_EQ(got, 0U);
    slot.writer.write(bytes("12345678"));
    EXPECT_EQ(writing_error(slot.writer, "x"), errc::quota_exceeded);
    for (std::uint64_t i = 1; i < count; ++i) {
        ASSERT_EQ(slot.reader.read_for(std::as_writable_bytes(std::span(&got, 1)), 0ms),
                  sizeof got);
        ASSERT_EQ(got, i);
    }
    EXPECT_EQ(waiting_message(slot.reader), "12345678");
    EXPECT_EQ(waiting_message(slot.reader), "(nothing)");
}

TEST(SlotQueue, RefusesWhatIsLargerThanTheQuota) {
    if (!slots_have_quotas())
        GTEST_SKIP() << "Windows has no quota but the system's memory";
    slot_pair slot({.quota = 1000});
    const auto ec = error_of([&](auto& code) { slot.writer.write(pattern(2000), code); });
    EXPECT_TRUE(ec == errc::quota_exceeded || ec == errc::message_too_large) << ec.message();
    slot.writer.write(pattern(900));
    EXPECT_TRUE(slot.reader.read_message_for(0ms) == pattern(900));
}

TEST(SlotQueue, GoesRound) {
    // Much more than fits at once, through a queue that is never empty for long.
    slot_pair slot({.quota = 10'000});
    order_check check;
    const auto count = scaled(5000);
    for (std::uint64_t i = 1; i <= count; ++i) {
        const auto message = numbered_message(0, i, i * 37 % 900);
        std::error_code ec;
        slot.writer.write(message, ec);
        while (ec == errc::quota_exceeded) {
            ASSERT_EQ(check.take(slot.reader.read_message_for(0ms).value()), "");
            slot.writer.write(message, ec);
        }
        ASSERT_EQ(ec, std::error_code());
        if (i - check.last(0) > 20) {
            ASSERT_EQ(check.take(slot.reader.read_message_for(0ms).value()), "");
        }
    }
    while (check.last(0) < count)
        ASSERT_EQ(check.take(slot.reader.read_message_for(in_good_time).value()), "");
}

} // namespace
} // namespace isthmus::test
