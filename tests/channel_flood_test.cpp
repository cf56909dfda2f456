#include "channel_testing.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <future>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// A peer that sends empty messages, and nothing else, for as long as it lives.
class flood {
public:
    explicit flood(channel& end)
        : sending_(in_background([this, &end] {
              std::error_code ec;
              while (!stop_ && !ec)
                  end.write_for({}, 100ms, ec);
          })) {}
    flood(const flood&) = delete;
    flood& operator=(const flood&) = delete;
    ~flood() {
        stop_ = true;
        sending_.get();
    }

private:
    std::atomic<bool> stop_{false};
    std::future<void> sending_;
};

/// In a stream of bytes they are nothing, however many come.
TEST(ChannelFlood, OfEmptyMessagesKeepsAReadFromNeitherDeadlineNorCancellation) {
    auto listener = channel_listener::create(unique_name("flood"), {.mode = channel_mode::message});
    auto client = channel::connect(listener.name(), {.mode = channel_mode::byte});
    auto server = listener.accept();
    std::array<std::byte, 16> buffer{};
    {
        const flood nothing(server);
        const auto start = clock::now();
        std::error_code ec;
        EXPECT_FALSE(client.read_for(buffer, 300ms, ec).has_value());
        EXPECT_EQ(ec, errc::timed_out);
        EXPECT_LT(clock::now() - start, 10s);
        auto reading = in_background([&] {
            std::error_code result;
            client.read(buffer, result);
            return result;
        });
        EXPECT_TRUE(still_blocked(reading));
        client.cancel();
        ASSERT_EQ(reading.wait_for(10s), std::future_status::ready);
        EXPECT_EQ(reading.get(), errc::canceled);
    }
    // What was sent after the last read may leave no room: the write then waits for the read.
    auto writing = in_background([&] { server.write(bytes("text")); });
    EXPECT_EQ(client.read_for(buffer, in_good_time)->size, 4U);
    writing.get();
}

} // namespace
} // namespace isthmus::test
