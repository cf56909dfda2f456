#include "slot_testing.hpp"

#include <isthmus/region.hpp>

#include <array>
#include <atomic>
#include <random>

/// \file
/// Writers that are killed at random, in numbers: what a slot has accepted arrives, whole, once and
/// in its writer's order, and nobody else waits for the dead.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// How far a writer has come; in shared memory, so that it outlives the writer.
struct progress {
    std::uint64_t begun;    ///< the message that is being written, or was the last one
    std::uint64_t accepted; ///< the last one that the slot has taken
};

std::size_t random_size(std::minstd_rand& random) {
    // Mostly small, so that there are many; some large, so that they can be torn.
    return random() % 8 == 0 ? random() % 20'000 : random() % 200;
}

/// Sends the next message and notes how far it has come.
std::error_code send_next(slot_writer& writer,
                          std::uint32_t number,
                          progress& noted,
                          std::minstd_rand& random) {
    std::atomic_ref begun(noted.begun);
    const auto sequence = begun.load() + 1;
    const auto message = numbered_message(number, sequence, random_size(random));
    begun = sequence;
    const auto ec = write_when_there_is_room(writer, message);
    if (!ec)
        std::atomic_ref(noted.accepted) = sequence;
    return ec;
}

/// Writes until it is killed. Arguments: slot, region, its number, a seed.
const child_role victim("slot_victim", [](const std::vector<std::string>& arguments) {
    auto writer = slot_writer::open(arguments.at(0));
    const auto view = shared_region::open(arguments.at(1)).map();
    const auto number = static_cast<std::uint32_t>(std::stoul(arguments.at(2)));
    std::minstd_rand random(static_cast<unsigned>(std::stoul(arguments.at(3))));
    auto& noted = view.as<progress>(number * sizeof(progress));
    tell_test("ready");
    for (;;) {
        if (const auto ec = send_next(writer, number, noted, random)) {
            tell_test(ec.message());
            wait_for_test_to_end();
            return 1;
        }
    }
});

class storm {
public:
    static constexpr std::uint32_t victims = 4;

    storm() {
        std::minstd_rand seeds(20'26);
        for (std::uint32_t i = 0; i < victims; ++i)
            start(i, seeds());
        reading_ = std::thread([this] { read(); });
        writing_ = std::thread([this] { write(); });
    }

    ~storm() { finish(); }

    bool start(std::uint32_t number, std::minstd_rand::result_type seed) {
        auto& each = children_[number];
        each = child_process::start("slot_victim", {reader_.name(), region_name_,
                                                    std::to_string(number), std::to_string(seed)});
        return each.read_line() == "ready";
    }

    /// What it may have had to say.
    std::string kill(std::uint32_t number) {
        auto& each = children_[number];
        each.kill();
        auto said = each.read_rest();
        if (!each.wait())
            said += "it does not end";
        const auto& noted = progress_of(number);
        if (noted.begun != noted.accepted)
            check_.doubt(number, noted.begun);
        return said;
    }

    std::string complaint() {
        const std::lock_guard lock(mutex_);
        return complaint_;
    }

    /// Lets everything arrive that is still to come.
    void finish() {
        if (!writing_.joinable())
            return;
        stop_writing_ = true;
        writing_.join();
        for (std::uint32_t i = 0; i < victims; ++i)
            complain(kill(i));
        stop_reading_ = true;
        reading_.join();
        for (std::uint32_t i = 0; i <= victims; ++i)
            complain(check_.finish(i, progress_of(i).accepted));
    }

    std::chrono::nanoseconds longest_write() const { return longest_write_; }
    std::uint64_t sent_by_survivor() { return check_.last(victims); }

private:
    progress& progress_of(std::uint32_t number) {
        return view_.as<progress>(number * sizeof(progress));
    }

    void complain(const std::string& what) {
        const std::lock_guard lock(mutex_);
        if (complaint_.empty())
            complaint_ = what;
    }

    void read() {
        for (;;) {
            const bool last_look = stop_reading_;
            std::error_code ec;
            const auto message = reader_.read_message_for(last_look ? 0ms : 20ms, ec);
            if (message) {
                complain(check_.take(*message));
            } else if (ec != errc::timed_out) {
                complain(ec.message());
                return;
            } else if (last_look) {
                return;
            }
        }
    }

    /// The writer that is never killed, and never made to wait by those who are.
    void write() {
        auto writer = slot_writer::open(reader_.name());
        std::minstd_rand random(7);
        while (!stop_writing_) {
            std::this_thread::sleep_for(200us);
            const auto begin = std::chrono::steady_clock::now();
            if (const auto ec = send_next(writer, victims, progress_of(victims), random))
                complain(ec.message());
            longest_write_ = std::max<std::chrono::nanoseconds>(
                longest_write_, std::chrono::steady_clock::now() - begin);
        }
    }

    slot_reader reader_ = slot_reader::create(unique_name("slot"), {.quota = std::size_t{8} << 20});
    std::string region_name_ = unique_name("storm");
    shared_region region_ = shared_region::create(region_name_, 4096);
    region_view view_ = region_.map();
    order_check check_;
    std::array<child_process, victims> children_;
    std::mutex mutex_;
    std::string complaint_;
    std::chrono::nanoseconds longest_write_ = 0ns;
    std::atomic<bool> stop_writing_ = false;
    std::atomic<bool> stop_reading_ = false;
    std::thread reading_;
    std::thread writing_;
};

void run_storm(std::size_t kills) {
    storm all;
    std::minstd_rand random(4711);
    for (std::size_t i = 0; i < kills; ++i) {
        const auto number = static_cast<std::uint32_t>(random() % storm::victims);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
        ASSERT_EQ(all.kill(number), "") << "after " << i << " kills";
        ASSERT_EQ(all.complaint(), "") << "after " << i << " kills";
        ASSERT_TRUE(all.start(number, random())) << "after " << i << " kills";
    }
    all.finish();
    EXPECT_EQ(all.complaint(), "");
    EXPECT_GT(all.sent_by_survivor(), 0U);
    EXPECT_LT(all.longest_write(), 5s);
}

TEST(SlotStorm, NothingAcceptedIsLostWhoeverIsKilled) {
    run_storm(4); // what a process keeps, it takes in its first round
    const auto before = descriptor_count();
    // Wine starts ten processes a second.
    run_storm(scaled(under_wine() ? 150 : 600));
    // A directory may have been opened since that the process keeps; it is not one for each kill.
    EXPECT_TRUE(eventually([&] { return descriptor_count() <= before + 2; }));
}

} // namespace
} // namespace isthmus::test
