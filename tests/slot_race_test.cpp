#include "slot_testing.hpp"

#include <isthmus/region.hpp>

#include <atomic>
#include <random>

/// \file
/// Many that create, open and close the slot of one name at the same time: it never has two
/// readers, and nobody sees one that is half made.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// Reads for a moment, if nobody else does. What is wrong, or nothing.
std::string try_reading(const std::string& name, std::uint32_t& readers, std::minstd_rand& random) {
    std::error_code ec;
    auto reader = slot_reader::create(name, {}, ec);
    if (ec)
        return ec == errc::already_exists ? "" : "create: " + ec.message();
    std::atomic_ref count(readers);
    std::string wrong;
    if (count.fetch_add(1) != 0)
        wrong = "two readers";
    if (creation_error(name) != errc::already_exists)
        wrong = "created twice";
    if (const auto found = reader.info(ec); ec || found.max_message != 0)
        wrong = "info: " + ec.message();
    const auto rounds = random() % 8;
    for (std::uint32_t i = 0; i < rounds && wrong.empty(); ++i) {
        const auto message = reader.read_message_for(100us, ec);
        if (message ? !parse_numbered(*message) : ec != errc::timed_out)
            wrong = message ? "a torn message" : "read: " + ec.message();
    }
    count.fetch_sub(1);
    return wrong;
}

/// Writes a little, if somebody reads.
std::string try_writing(const std::string& name, std::uint32_t number, std::minstd_rand& random) {
    std::error_code ec;
    auto writer = slot_writer::open(name, ec);
    if (ec)
        return ec == errc::not_found ? "" : "open: " + ec.message();
    const auto rounds = random() % 8;
    for (std::uint32_t i = 0; i < rounds; ++i) {
        writer.write(numbered_message(number, i, random() % 500), ec);
        if (ec == errc::broken)
            return "";
        if (ec)
            return "write: " + ec.message();
    }
    return "";
}

std::string race(const std::string& name,
                 std::uint32_t& readers,
                 std::uint32_t number,
                 std::size_t rounds) {
    std::minstd_rand random(number + 1);
    for (std::size_t i = 0; i < rounds; ++i) {
        // Wine 8: an open writer keeps a slot alive that nobody reads, and waits when it is full.
        const bool reads = under_wine() || random() % 2 == 0;
        const auto wrong =
            reads ? try_reading(name, readers, random) : try_writing(name, number, random);
        if (!wrong.empty())
            return "round " + std::to_string(i) + ": " + wrong;
    }
    return "done";
}

/// Arguments: slot, region, its number, how many rounds.
const child_role racer("slot_racer", [](const std::vector<std::string>& arguments) {
    const auto view = shared_region::open(arguments.at(1)).map();
    tell_test("ready");
    hear_test();
    tell_test(race(arguments.at(0), view.as<std::uint32_t>(),
                   static_cast<std::uint32_t>(std::stoul(arguments.at(2))),
                   std::stoul(arguments.at(3))));
    return 0;
});

TEST(SlotRace, AmongProcesses) {
    const auto name = unique_name("slot");
    const auto region_name = unique_name("race");
    const auto region = shared_region::create(region_name, sizeof(std::uint32_t));
    constexpr std::size_t processes = 6;
    const auto rounds = scaled(8'000) / processes + 1;
    std::vector<child_process> children;
    for (std::size_t i = 0; i < processes; ++i) {
        children.push_back(child_process::start(
            "slot_racer", {name, region_name, std::to_string(i), std::to_string(rounds)}));
    }
    for (auto& each : children)
        ASSERT_EQ(each.read_line(), "ready");
    for (auto& each : children)
        each.write_line("go");
    for (auto& each : children) {
        EXPECT_EQ(each.read_line(), "done");
        EXPECT_EQ(each.wait(), 0);
    }
    EXPECT_EQ(opening_error(name), errc::not_found);
}

void race_among_threads(const std::string& name, std::size_t rounds) {
    constexpr std::uint32_t threads = 4;
    std::uint32_t readers = 0;
    std::vector<std::future<std::string>> racing;
    for (std::uint32_t i = 0; i < threads; ++i) {
        racing.push_back(
            in_background([&, i] { return race(name, readers, i, rounds / threads + 1); }));
    }
    for (auto& each : racing)
        EXPECT_EQ(each.get(), "done");
}

TEST(SlotRace, AmongThreads) {
    const auto name = unique_name("slot");
    race_among_threads(name, 40); // what a process keeps, it takes in its first round
    const auto before = descriptor_count();
    race_among_threads(name, scaled(5'000));
    EXPECT_EQ(opening_error(name), errc::not_found);
    // The threads' own handles go a moment after the threads; a directory may have come that the
    // process keeps.
    EXPECT_TRUE(eventually([&] { return descriptor_count() <= before + 2; }));
}

TEST(SlotRace, AWriterFindsTheWholeSlotOrNone) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: an open writer keeps a slot alive whose reader is gone";
    const auto name = unique_name("slot");
    std::atomic<bool> stop = false;
    auto writing = in_background([&]() -> std::string {
        std::uint64_t found = 0;
        while (!stop) {
            std::error_code ec;
            auto writer = slot_writer::open(name, ec);
            if (ec) {
                if (ec != errc::not_found)
                    return "open: " + ec.message();
                continue;
            }
            ++found;
            writer.write(bytes("whole"), ec);
            if (ec && ec != errc::broken)
                return "write: " + ec.message();
        }
        return found > 0 ? "done" : "never found it";
    });
    for (std::size_t i = 0; i < scaled(2000); ++i) {
        auto reader = slot_reader::create(name);
        std::error_code ec;
        const auto message = reader.read_message_for(1ms, ec);
        if (message) {
            ASSERT_EQ(text(*message), "whole");
        } else {
            ASSERT_EQ(ec, errc::timed_out);
        }
    }
    {
        // Once for sure.
        auto reader = slot_reader::create(name);
        EXPECT_EQ(next_message(reader), "whole");
    }
    stop = true;
    EXPECT_EQ(writing.get(), "done");
}

} // namespace
} // namespace isthmus::test
