#include "posix/hostile_peer.hpp"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <thread>

/// Calls that something keeps busy without end, a peer that sends a little now and then or signals
/// that interrupt: their time runs out all the same, and they can be cancelled.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Longer than what is waited for by polling only.
constexpr auto some_time = 300ms;
constexpr auto much_longer = 10s;

/// Does something again and again while it lives, but not for ever: a call that waits for the end
/// of it shall fail its test, not hang.
class again_and_again {
public:
    template <class What>
    explicit again_and_again(What what)
        : thread_([this, what] {
              for (const auto end = clock::now() + 2 * much_longer; !done_ && clock::now() < end;)
                  what();
          }) {}
    again_and_again(const again_and_again&) = delete;
    again_and_again& operator=(const again_and_again&) = delete;
    ~again_and_again() { stop(); }

    void stop() {
        done_ = true;
        if (thread_.joinable())
            thread_.join();
    }

private:
    std::atomic<bool> done_ = false;
    std::thread thread_;
};

template <class Call>
void expect_to_time_out(Call call) {
    const auto start = clock::now();
    EXPECT_FALSE(call());
    EXPECT_GE(clock::now() - start, some_time);
    EXPECT_LT(clock::now() - start, much_longer);
}

template <class Call>
void expect_to_be_cancelled(channel& end, Call call) {
    const auto start = clock::now();
    auto calling = in_background([&] { return error_of(call); });
    EXPECT_EQ(cancel_until_done(calling, [&] { end.cancel(); }), errc::canceled);
    EXPECT_LT(clock::now() - start, much_longer);
}

class BusyPeer : public testing::Test {
protected:
    channel_listener listener_ =
        channel_listener::create(unique_name("busy"), {.mode = channel_mode::message});
};

TEST_F(BusyPeer, SendsItsMessageByteByByte) {
    const valid_client client(listener_.name());
    client.say_hello();
    auto server = listener_.accept();
    const std::string message(1'000'000, 'x');
    const auto whole = frame(message);
    std::size_t sent = posix::frame_header_size;
    client.socket.send(std::span(whole).first(sent));
    again_and_again trickle([&] {
        client.socket.send(std::span(whole).subspan(sent++, 1));
        std::this_thread::sleep_for(2ms);
    });
    bytes_vector buffer(message.size());
    expect_to_time_out([&] { return server.read_message_for(some_time).has_value(); });
    expect_to_time_out([&] { return server.read_for(buffer, some_time).has_value(); });
    expect_to_be_cancelled(server, [&](auto& ec) { server.read_message(ec); });
    expect_to_be_cancelled(server, [&](auto& ec) { server.read(buffer, ec); });
    trickle.stop();
    // Nothing of it was lost.
    auto sending = in_background([&] { client.socket.send(std::span(whole).subspan(sent)); });
    EXPECT_EQ(next_message(server), message);
    sending.get();
}

TEST_F(BusyPeer, SendsEmptyMessagesWithoutEndToWhoReadsBytes) {
    auto reader = channel_listener::create(listener_.name(), {.mode = channel_mode::byte});
    const valid_client client(listener_.name());
    client.say_hello();
    auto server = reader.accept();
    ASSERT_EQ(server.read_mode(), channel_mode::byte);
    bytes_vector many;
    for (int i = 0; i < 1000; ++i)
        append(many, frame(""));
    again_and_again flood([&] { client.socket.send(many); });
    bytes_vector buffer(16);
    expect_to_time_out([&] { return server.read_for(buffer, some_time).has_value(); });
    expect_to_be_cancelled(server, [&](auto& ec) { server.read(buffer, ec); });
    server.close(); // ends a send that waits
}

/// Interrupts the thread that made it every few milliseconds. The handler stays for good: the
/// thread sanitizer delivers late.
class signals {
public:
    signals() {
        struct sigaction ignoring {};
        ignoring.sa_handler = [](int) {};
        sigaction(SIGUSR1, &ignoring, nullptr);
    }

private:
    const pthread_t target_ = pthread_self();
    again_and_again storm_{[this] {
        std::this_thread::sleep_for(3ms);
        pthread_kill(target_, SIGUSR1);
    }};
};

class Interrupted : public testing::TestWithParam<channel_mode> {
protected:
    connection ends_ = make_connection({.mode = GetParam()});
    bytes_vector buffer_ = bytes_vector(16);
};

INSTANTIATE_TEST_SUITE_P(Mode,
                         Interrupted,
                         testing::Values(channel_mode::byte, channel_mode::message),
                         [](const auto& each) {
                             return each.param == channel_mode::byte ? "byte" : "message";
                         });

TEST_P(Interrupted, AReadTimesOut) {
    const signals storm;
    expect_to_time_out([&] { return ends_.server.read_for(buffer_, some_time).has_value(); });
}

TEST_P(Interrupted, AWriteTimesOut) {
    const signals storm;
    const auto data = pattern(more_than_fits);
    expect_to_time_out([&] { return ends_.server.write_for(data, some_time); });
}

TEST_P(Interrupted, AnAcceptTimesOut) {
    const signals storm;
    expect_to_time_out([&] { return ends_.listener.accept_for(some_time).has_value(); });
}

TEST_P(Interrupted, AFlushTimesOut) {
    const signals storm;
    ends_.server.write(bytes("unread"));
    expect_to_time_out([&] { return ends_.server.flush_for(some_time); });
}

TEST_P(Interrupted, AReadAndAWriteCanBeCancelled) {
    expect_to_be_cancelled(ends_.server, [&](auto& ec) {
        const signals storm;
        ends_.server.read(buffer_, ec);
    });
    expect_to_be_cancelled(ends_.server, [&](auto& ec) {
        const signals storm;
        ends_.server.write(pattern(more_than_fits), ec);
    });
}

TEST_P(Interrupted, EverythingArrives) {
    const auto data = pattern(more_than_fits);
    auto writing = in_background([&] {
        const signals storm;
        ends_.client.write(data);
    });
    const signals storm;
    EXPECT_EQ(read_exactly(ends_.server, data.size()), data);
    writing.get();
}

} // namespace
} // namespace isthmus::test
