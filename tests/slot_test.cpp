#include "slot_testing.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>

/// \file
/// Slots within one process: names, who finds whom, how long a reader waits and what it is told.
/// What is written, and how much of it: slot_message_test.cpp.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view prefix = R"(\\.\mailslot\)";

std::string upper_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
    return text;
}

// --- names

TEST(SlotName, BelongsToOneReader) {
    const auto name = unique_name("slot");
    auto first = slot_reader::create(name);
    EXPECT_TRUE(first.is_open());
    EXPECT_EQ(first.name(), name);
    const auto ec = creation_error(name);
    EXPECT_EQ(ec, errc::already_exists);
    EXPECT_EQ(ec.value(), 183);
    EXPECT_EQ(creation_error(std::string(prefix) + upper_case(name)), errc::already_exists);
    first.close();
    EXPECT_EQ(creation_error(name), std::error_code());
}

TEST(SlotName, HasManySpellings) {
    const auto base = unique_name("alerts");
    auto reader = slot_reader::create(std::string(prefix) + base + R"(\Disk)");
    for (const auto& name :
         {base + R"(\disk)", base + "/DISK", upper_case(base) + R"(\Disk)",
          R"(\\.\MAILSLOT\)" + base + R"(\disk)", R"(\\?\mailslot\)" + base + R"(\disk)",
          "//./mailslot/" + base + "/disk"}) {
        EXPECT_EQ(creation_error(name), errc::already_exists) << name;
        auto writer = slot_writer::open(name);
        EXPECT_EQ(writer.name(), name);
        writer.write(bytes(name));
        EXPECT_EQ(next_message(reader), name);
    }
    EXPECT_EQ(opening_error(base), errc::not_found);
    EXPECT_EQ(opening_error(base + R"(\disk\first)"), errc::not_found);
    auto parent = slot_reader::create(base);
    slot_writer::open(base).write(bytes("parent"));
    EXPECT_EQ(next_message(parent), "parent");
}

TEST(SlotName, IgnoresCaseBeyondAscii) {
    const auto base = unique_name("slot");
    auto reader = slot_reader::create(base + "ÄÖÜ-жук");
    slot_writer::open(base + "äöü-ЖУК").write(bytes("found"));
    EXPECT_EQ(next_message(reader), "found");
}

TEST(SlotName, OfAReaderIsLocalAndValid) {
    const auto name = unique_name("slot");
    for (const auto& refused :
         {R"(\\*\mailslot\)" + name, R"(\\host\mailslot\)" + name, R"(\\.\pipe\)" + name,
          std::string(), std::string(prefix), name + R"(\\twice)", name + R"(\..\up)", name + ".",
          name + "\n", R"(\)" + name}) {
        const auto ec = creation_error(refused);
        EXPECT_EQ(ec, errc::invalid_name) << refused;
        EXPECT_EQ(ec.value(), 123) << refused;
    }
    EXPECT_EQ(creation_error(std::string(300, 'x')), errc::name_too_long);
    EXPECT_EQ(opening_error(R"(\\.\pipe\)" + name), errc::invalid_name);
    EXPECT_EQ(opening_error(std::string(300, 'x')), errc::name_too_long);
}

TEST(SlotName, IsNobodyElses) {
    const auto ec = opening_error(unique_name("slot"));
    EXPECT_EQ(ec, errc::not_found);
    EXPECT_EQ(ec.value(), 2);
}

TEST(SlotOptions, AreChecked) {
    const auto name = unique_name("slot");
    for (const std::size_t quota : {std::size_t{0}, (std::size_t{1} << 30) + 1}) {
        const auto ec = creation_error(name, {.quota = quota});
        EXPECT_EQ(ec, errc::invalid_argument);
        EXPECT_EQ(ec.value(), 87);
    }
    // One message fits, or nothing ever would.
    EXPECT_EQ(creation_error(name, {.quota = 7}), errc::invalid_argument);
    EXPECT_FALSE(creation_error(name, {.quota = 8}));
    EXPECT_EQ(creation_error(name, {.max_message = 9, .quota = 23}), errc::invalid_argument);
    EXPECT_FALSE(creation_error(name, {.max_message = 9, .quota = 24}));
    EXPECT_EQ(creation_error(name, {.max_message = SIZE_MAX}), errc::invalid_argument);
    EXPECT_EQ(creation_error(name, {.max_message = SIZE_MAX, .quota = 1 << 20}),
              errc::invalid_argument);
}

// --- reading, and its time

TEST(SlotRead, TakesAMessage) {
    slot_pair slot;
    slot.writer.write(bytes("message"));
    std::array<std::byte, 100> buffer{};
    EXPECT_EQ(slot.reader.read(buffer), 7U);
    EXPECT_EQ(text(std::span(buffer).first(7)), "message");
    slot.writer.write(bytes("fits"));
    EXPECT_EQ(slot.reader.read(std::span(buffer).first(4)), 4U);
    EXPECT_EQ(waiting_message(slot.reader), "(nothing)");
}

TEST(SlotRead, WaitsNotAtAll) {
    slot_pair slot({.read_timeout = 0ms});
    std::array<std::byte, 10> buffer{};
    const auto ec = error_of([&](auto& code) { slot.reader.read(buffer, code); });
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_EQ(ec.value(), 121);
    EXPECT_EQ(error_of([&](auto& code) { slot.reader.read_message(code); }), errc::timed_out);
    EXPECT_EQ(slot.reader.read_for(buffer, 0ms), std::nullopt);
    EXPECT_EQ(slot.reader.read_for(buffer, -1s), std::nullopt);
    EXPECT_EQ(slot.reader.read_message_until(std::chrono::steady_clock::now() - 1h), std::nullopt);
    // What is there is had, however short the time.
    slot.writer.write(bytes("a"));
    slot.writer.write(bytes("b"));
    slot.writer.write(bytes("c"));
    EXPECT_EQ(slot.reader.read(buffer), 1U);
    EXPECT_EQ(slot.reader.read_for(buffer, 0ms), 1U);
    EXPECT_EQ(waiting_message(slot.reader), "c");
}

TEST(SlotRead, WaitsForItsTime) {
    slot_pair slot({.read_timeout = 50ms});
    std::array<std::byte, 10> buffer{};
    const auto takes = [](auto call) {
        const auto begin = std::chrono::steady_clock::now();
        call();
        return std::chrono::steady_clock::now() - begin;
    };
    EXPECT_GE(takes([&] {
                  EXPECT_EQ(error_of([&](auto& ec) { slot.reader.read(buffer, ec); }),
                            errc::timed_out);
              }),
              50ms);
    EXPECT_GE(takes([&] { EXPECT_EQ(slot.reader.read_for(buffer, 30ms), std::nullopt); }), 30ms);
    EXPECT_GE(takes([&] { EXPECT_EQ(slot.reader.read_message_for(30ms), std::nullopt); }), 30ms);
    const auto when = std::chrono::steady_clock::now() + 30ms;
    EXPECT_EQ(slot.reader.read_until(buffer, when), std::nullopt);
    EXPECT_GE(std::chrono::steady_clock::now(), when);
}

TEST(SlotRead, WaitsForever) {
    slot_pair slot;
    auto reading = in_background([&] { return text(slot.reader.read_message()); });
    EXPECT_TRUE(still_blocked(reading));
    slot.writer.write(bytes("at last"));
    EXPECT_EQ(reading.get(), "at last");
}

TEST(SlotRead, EndsWithAMessageBeforeItsTime) {
    slot_pair slot({.read_timeout = std::chrono::milliseconds(in_good_time)});
    std::array<std::byte, 10> buffer{};
    auto reading = in_background([&] { return slot.reader.read(buffer); });
    EXPECT_TRUE(still_blocked(reading, 20ms));
    slot.writer.write(bytes("in time"));
    EXPECT_EQ(reading.get(), 7U);
}

TEST(SlotRead, HasATimeThatCanBeChanged) {
    slot_pair slot;
    EXPECT_EQ(slot.reader.info().read_timeout, std::nullopt);
    slot.reader.set_read_timeout(5ms);
    EXPECT_EQ(slot.reader.info().read_timeout, 5ms);
    EXPECT_EQ(error_of([&](auto& ec) { slot.reader.read_message(ec); }), errc::timed_out);
    slot.reader.set_read_timeout(-3ms);
    EXPECT_EQ(slot.reader.info().read_timeout, 0ms);
    EXPECT_EQ(error_of([&](auto& ec) { slot.reader.read_message(ec); }), errc::timed_out);
    slot.reader.set_read_timeout(std::nullopt);
    EXPECT_EQ(slot.reader.info().read_timeout, std::nullopt);
    auto reading = in_background([&] { return text(slot.reader.read_message()); });
    EXPECT_TRUE(still_blocked(reading));
    // A read that has begun keeps its time.
    slot.reader.set_read_timeout(0ms);
    EXPECT_TRUE(still_blocked(reading));
    slot.writer.write(bytes("message"));
    EXPECT_EQ(reading.get(), "message");
}

TEST(SlotRead, ByManyThreadsGivesEachMessageToOne) {
    slot_pair slot({.read_timeout = std::chrono::milliseconds(in_good_time)});
    constexpr std::size_t threads = 4;
    const auto count = scaled(4000) / threads * threads;
    std::vector<std::future<std::vector<std::uint64_t>>> reading;
    for (std::size_t i = 0; i < threads; ++i) {
        reading.push_back(in_background([&] {
            std::vector<std::uint64_t> got;
            for (;;) {
                const auto header = parse_numbered(slot.reader.read_message());
                if (!header || header->sequence == 0)
                    return got;
                got.push_back(header->sequence);
            }
        }));
    }
    for (std::uint64_t i = 1; i <= count; ++i)
        ASSERT_EQ(write_when_there_is_room(slot.writer, numbered_message(0, i, i % 300)),
                  std::error_code());
    for (std::size_t i = 0; i < threads; ++i)
        slot.writer.write(numbered_message(0, 0, 0)); // the end, for one each
    std::vector<std::uint64_t> all;
    for (auto& each : reading) {
        const auto got = each.get();
        EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
        all.insert(all.end(), got.begin(), got.end());
    }
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), count);
    for (std::uint64_t i = 0; i < count; ++i)
        ASSERT_EQ(all[i], i + 1);
}

// --- cancelling

TEST(SlotCancel, EndsTheReadsThatWait) {
    slot_pair slot;
    std::vector<std::future<std::error_code>> reading;
    for (int i = 0; i < 3; ++i) {
        reading.push_back(in_background([&, i] {
            std::array<std::byte, 10> buffer{};
            return error_of([&](auto& ec) {
                i == 0 ? void(slot.reader.read_message(ec)) : void(slot.reader.read(buffer, ec));
            });
        }));
    }
    for (auto& each : reading) {
        const auto ec = cancel_until_done(each, [&] { slot.reader.cancel(); });
        EXPECT_EQ(ec, errc::canceled);
        EXPECT_EQ(ec.value(), 995);
    }
    slot.writer.write(bytes("afterwards"));
    EXPECT_EQ(next_message(slot.reader), "afterwards");
}

TEST(SlotCancel, EndsAReadWithATimeOfItsOwn) {
    slot_pair slot;
    auto reading = in_background([&] {
        return error_of([&](auto& ec) { slot.reader.read_message_for(in_good_time, ec); });
    });
    EXPECT_EQ(cancel_until_done(reading, [&] { slot.reader.cancel(); }), errc::canceled);
}

TEST(SlotCancel, IsNothingToWhoComesLater) {
    slot_pair slot;
    slot.reader.cancel();
    slot.writer.write(bytes("message"));
    EXPECT_EQ(next_message(slot.reader), "message");
    slot.reader.cancel();
    EXPECT_EQ(error_of([&](auto& ec) { slot.reader.read_message_for(5ms, ec); }), errc::timed_out);
    slot_reader().cancel();
}

TEST(SlotCancel, LosesNothing) {
    slot_pair slot;
    const auto count = scaled(3000);
    std::atomic<bool> done = false;
    auto canceling = in_background([&] {
        while (!done) {
            slot.reader.cancel();
            std::this_thread::yield();
        }
    });
    auto writing = in_background([&] {
        for (std::uint64_t i = 1; i <= count; ++i) {
            if (const auto ec =
                    write_when_there_is_room(slot.writer, numbered_message(0, i, i % 100)))
                return ec;
            if (i % 4 == 0)
                std::this_thread::sleep_for(20us);
        }
        return std::error_code();
    });
    order_check check;
    std::size_t round = 0;
    const auto until = deadline::after(in_good_time);
    while (check.last(0) < count && !until.expired()) {
        // Cancelled, out of time, or neither.
        const auto time = ++round % 2 == 0 ? deadline::after(50us) : until;
        std::error_code ec;
        const auto message = slot.reader.read_message_until(time, ec);
        if (message) {
            EXPECT_EQ(check.take(*message), "");
        } else {
            EXPECT_TRUE(ec == errc::canceled || ec == errc::timed_out) << ec.message();
        }
    }
    done = true;
    canceling.get();
    EXPECT_EQ(writing.get(), std::error_code());
    EXPECT_EQ(check.last(0), count);
}

// --- handles

TEST(SlotHandle, ThatIsNotOpenRefusesEverything) {
    slot_pair slot;
    auto reader = std::move(slot.reader);
    auto writer = std::move(slot.writer);
    writer.write(bytes("moved"));
    EXPECT_EQ(next_message(reader), "moved");
    reader.close();
    writer.close();
    slot_reader no_reader;
    slot_writer no_writer;
    for (auto* each : {&slot.reader, &reader, &no_reader}) {
        std::array<std::byte, 10> buffer{};
        EXPECT_FALSE(each->is_open());
        EXPECT_EQ(each->name(), "");
        each->cancel();
        each->close();
        for (const auto& ec : {error_of([&](auto& code) { each->read(buffer, code); }),
                               error_of([&](auto& code) { each->read_for(buffer, 1ms, code); }),
                               error_of([&](auto& code) { each->read_message(code); }),
                               error_of([&](auto& code) { each->read_message_for(1ms, code); }),
                               error_of([&](auto& code) { each->info(code); }),
                               error_of([&](auto& code) { each->set_read_timeout(1ms, code); })}) {
            EXPECT_EQ(ec, errc::invalid_handle);
            EXPECT_EQ(ec.value(), 6);
        }
    }
    for (auto* each : {&slot.writer, &writer, &no_writer}) {
        EXPECT_FALSE(each->is_open());
        EXPECT_EQ(each->name(), "");
        each->close();
        EXPECT_EQ(writing_error(*each), errc::invalid_handle);
    }
}

TEST(SlotHandle, LeavesNothingBehind) {
    const auto name = unique_name("slot");
    { const auto warm = slot_reader::create(name); }
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        auto reader = slot_reader::create(name);
        auto writer = slot_writer::open(name);
        writer.write(bytes("message"));
        EXPECT_EQ(next_message(reader), "message");
    }
    EXPECT_EQ(descriptor_count(), before);
    EXPECT_EQ(opening_error(name), errc::not_found);
}

// --- errors

template <class Call>
std::string text_of_error(Call call) {
    try {
        call();
    } catch (const error& failure) {
        return failure.what();
    }
    return "no error";
}

TEST(SlotError, NamesTheObjectAndTheOperation) {
    slot_pair slot({.read_timeout = 0ms});
    const auto& name = slot.reader.name();
    std::array<std::byte, 1> buffer{};
    // The raw code follows.
    using testing::StartsWith;
    EXPECT_THAT(text_of_error([&] { slot_reader::create(name); }),
                StartsWith("create slot `" + name + "`: the slot exists already"));
    EXPECT_THAT(text_of_error([&] { slot_writer::open(name + "x"); }),
                StartsWith("open slot `" + name + "x`: nobody reads a slot of that name"));
    EXPECT_THAT(text_of_error([&] { slot.reader.read(buffer); }),
                StartsWith("read slot `" + name + "`: no message came in time"));
    EXPECT_THAT(text_of_error([&] { slot_reader::create(name + "y", {.quota = 0}); }),
                StartsWith("create slot `" + name + "y`: the quota is 1 byte to 1 GiB"));
    EXPECT_THAT(text_of_error([&] { slot_reader::create(R"(\\.\pipe\x)"); }),
                StartsWith("create slot"));
    EXPECT_THAT(text_of_error([&] { slot_reader().info(); }), StartsWith("query slot"));
}

} // namespace
} // namespace isthmus::test
