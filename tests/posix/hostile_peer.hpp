#pragma once

#include "channel_testing.hpp"
#include "posix/frame.hpp"
#include "posix/hello.hpp"
#include "posix/link.hpp"
#include "posix/pipe_directory.hpp"
#include "posix/pipe_path.hpp"
#include "posix/raw_socket.hpp"

#include <unistd.h>

#include <random>

/// \file
/// Programs that connect to a channel's socket and do what no client of this library does. Whatever
/// it is, the channel ends with `broken` or `protocol_error`, costs nothing, and the next client is
/// served.

namespace isthmus::test {

using bytes_vector = std::vector<std::byte>;

inline constexpr std::chrono::milliseconds a_moment{1};

inline void append(bytes_vector& to, std::span<const std::byte> what) {
    to.insert(to.end(), what.begin(), what.end());
}

inline bytes_vector frame(std::string_view message) {
    bytes_vector result;
    append(result, posix::encode_frame_header(static_cast<std::uint32_t>(message.size())));
    append(result, bytes(message));
    return result;
}

/// What a client of the library holds before it says anything.
struct valid_client {
    raw_socket socket;
    posix::pipe_directory::claim claim;
    posix::link shared;

    explicit valid_client(std::string_view name) {
        const auto encoded = posix::encode_key(channel_address::parse(name).key());
        const auto directory = posix::pipe_directory::open(geteuid(), encoded);
        EXPECT_TRUE(directory);
        EXPECT_TRUE(eventually([&] {
            auto claimed = directory.claim_instance({});
            if (claimed)
                claim = std::move(*claimed);
            return claimed.has_value();
        }));
        socket = raw_socket::connect(name);
        EXPECT_TRUE(shared.make(claim.lock.get()));
    }

    /// What a hello carries.
    std::vector<int> descriptors() const {
        std::vector<int> result{claim.lock.get()};
        if (shared.memory() >= 0)
            result.push_back(shared.memory());
        return result;
    }

    /// As a client that closes or dies.
    void leave() {
        shared = {}; // where there is no shared memory it has the claimed file open
        claim.lock.reset();
        socket.close();
    }

    void say_hello() const {
        EXPECT_TRUE(posix::send_hello(socket.fd(), claim.lock.get(), shared.memory()));
    }
};

/// A channel that hostile peers attack, of either mode.
class hostile_peer_test : public testing::TestWithParam<std::string> {
protected:
    channel_mode mode() const {
        return GetParam() == "message" ? channel_mode::message : channel_mode::byte;
    }

    void SetUp() override {
        expect_good_service(); // the first call that waits opens what later ones use again
        descriptors_ = descriptor_count();
    }

    void TearDown() override {
        // What was sent to us and not wanted is closed, and the listener is as good as ever.
        EXPECT_EQ(descriptor_count(), descriptors_);
        expect_good_service();
        EXPECT_EQ(descriptor_count(), descriptors_);
    }

    void expect_good_service() {
        auto client = channel::connect(listener_.name(), {.mode = mode(), .wait = in_good_time});
        auto server = accept();
        client.write(bytes("hello"));
        EXPECT_EQ(next_text(server), "hello");
        server.write(bytes("welcome"));
        EXPECT_EQ(next_text(client), "welcome");
        bytes_vector buffer(1);
        EXPECT_EQ(client.read_for(buffer, a_moment), std::nullopt);
    }

    channel accept() {
        auto server = listener_.accept_for(in_good_time);
        if (!server)
            throw std::runtime_error("not accepted");
        return std::move(*server);
    }

    /// Everything that can be read; and how it ends, which must be one of the two ways.
    static std::vector<std::string> read_all(channel& server) {
        std::vector<std::string> all;
        std::error_code ec;
        bytes_vector buffer(64 * 1024);
        while (const auto got = server.read_for(buffer, in_good_time, ec)) {
            const auto part = text(std::span(buffer).first(got->size));
            if (server.mode() == channel_mode::byte && !all.empty()) {
                all.back() += part;
            } else {
                all.push_back(part);
            }
        }
        EXPECT_TRUE(ec == errc::broken || ec == errc::protocol_error) << ec.message();
        // It stays so.
        server.read_for(buffer, in_good_time, ec);
        EXPECT_TRUE(ec == errc::broken || ec == errc::protocol_error) << ec.message();
        return all;
    }

    /// Whatever the peer has done, no call on the channel hangs or throws something else.
    static void expect_every_call_returns(channel& server) {
        std::error_code ec;
        bytes_vector buffer(16);
        server.peek(buffer, ec);
        server.flush_for(a_moment, ec);
        server.peer(ec);
        server.write_for(bytes("x"), a_moment, ec);
        server.transact_for(bytes("x"), a_moment, ec);
        server.read_message_for(a_moment, ec);
        server.read_for(buffer, a_moment, ec);
        server.cancel();
        server.disconnect(ec);
    }

    channel_listener listener_ = channel_listener::create(unique_name("hostile"), {.mode = mode()});
    std::size_t descriptors_ = 0;
    std::mt19937 random_{std::random_device{}()};
};

} // namespace isthmus::test
