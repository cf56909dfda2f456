#include "slot_testing.hpp"

#include <isthmus/region.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>

/// \file
/// A reader that is killed at random, again and again: what it had goes with it, its writers learn
/// of it, and the next reader begins with nothing and misses nothing.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t writers = 3;

/// Written by the test, read by the reader that comes next: no message before these is for it.
struct floors {
    std::array<std::uint64_t, writers> first;
};

/// Reads until it is killed, and tells what is wrong. Arguments: slot, region.
const child_role victim("slot_reader_victim", [](const std::vector<std::string>& arguments) -> int {
    const auto view = shared_region::open(arguments.at(1)).map();
    auto reader = slot_reader::create(arguments.at(0), {.quota = std::size_t{4} << 20});
    std::array<std::uint64_t, writers> last{};
    tell_test("ready");
    for (;;) {
        const auto message = reader.read_message();
        const auto header = parse_numbered(message);
        if (!header || header->writer >= writers) {
            tell_test("a torn message of " + std::to_string(message.size()) + " bytes");
            continue;
        }
        auto& before = last[header->writer];
        const auto floor = view.as<floors>().first[header->writer];
        const auto where =
            std::to_string(header->sequence) + " of writer " + std::to_string(header->writer);
        if (header->sequence < floor)
            tell_test("an old reader's message: " + where);
        // Each attempt has a number of its own; only attempts on this reader come in one piece.
        if (before != 0 && header->sequence != before + 1)
            tell_test(where + " after " + std::to_string(before));
        before = header->sequence;
    }
});

class reader_storm {
public:
    reader_storm() {
        for (std::uint32_t i = 0; i < writers; ++i)
            threads_.emplace_back([this, i] { write(i); });
    }
    ~reader_storm() { finish(); }

    /// A new reader; it tells what went wrong.
    std::string start() {
        for (std::uint32_t i = 0; i < writers; ++i)
            view_.as<floors>().first[i] = begun_[i].load() + 1;
        reader_ = child_process::start("slot_reader_victim", {name_, region_name_});
        const auto line = reader_.read_line();
        return line == "ready" ? "" : line.value_or("it ended");
    }

    std::string kill() {
        reader_.kill();
        auto said = reader_.read_rest();
        return reader_.wait() ? said : said + "it does not end";
    }

    std::string complaint() {
        const std::lock_guard lock(mutex_);
        return complaint_;
    }

    void finish() {
        enough_ = true;
        for (auto& each : threads_)
            each.join();
        threads_.clear();
    }

    std::uint64_t accepted() const { return accepted_; }
    std::uint64_t broken() const { return broken_; }

private:
    void complain(const std::string& what) {
        const std::lock_guard lock(mutex_);
        if (complaint_.empty())
            complaint_ = what;
    }

    /// Opens the slot, writes until it is broken, and opens the next one.
    void write(std::uint32_t number) {
        std::minstd_rand random(number + 1);
        while (!enough_) {
            std::error_code ec;
            auto writer = slot_writer::open(name_, ec);
            if (ec) {
                if (ec != errc::not_found)
                    complain("open: " + ec.message());
                std::this_thread::sleep_for(100us);
                continue;
            }
            while (!ec && !enough_) {
                const auto sequence = begun_[number].load() + 1;
                const auto size = random() % 8 == 0 ? random() % 20'000 : random() % 200;
                const auto message = numbered_message(number, sequence, size);
                begun_[number] = sequence;
                do {
                    writer.write(message, ec);
                    if (ec == errc::quota_exceeded)
                        std::this_thread::sleep_for(200us);
                } while (ec == errc::quota_exceeded && !enough_);
                accepted_ += ec ? 0U : 1U;
            }
            if (ec == errc::broken) {
                ++broken_;
            } else if (ec && ec != errc::quota_exceeded) {
                complain("write: " + ec.message());
            }
        }
    }

    const std::string name_ = unique_name("slot");
    const std::string region_name_ = unique_name("storm");
    shared_region region_ = shared_region::create(region_name_, sizeof(floors));
    region_view view_ = region_.map();
    child_process reader_;
    std::array<std::atomic<std::uint64_t>, writers> begun_{};
    std::atomic<std::uint64_t> accepted_ = 0;
    std::atomic<std::uint64_t> broken_ = 0;
    std::atomic<bool> enough_ = false;
    std::mutex mutex_;
    std::string complaint_;
    std::vector<std::thread> threads_;
};

TEST(SlotReaderStorm, ANewReaderBeginsWithNothingAndMissesNothing) {
    if (under_wine())
        GTEST_SKIP() << "Wine 8: an open writer keeps a slot alive whose reader is gone";
    const std::size_t kills = scaled(300);
    reader_storm storm;
    std::minstd_rand random(1202);
    for (std::size_t i = 0; i < kills; ++i) {
        ASSERT_EQ(storm.start(), "") << "after " << i << " kills";
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
        ASSERT_EQ(storm.kill(), "") << "after " << i << " kills";
        ASSERT_EQ(storm.complaint(), "") << "after " << i << " kills";
    }
    storm.finish();
    EXPECT_GT(storm.accepted(), kills);
    EXPECT_GT(storm.broken(), kills / 4);
}

} // namespace
} // namespace isthmus::test
