#include "posix/hostile_peer.hpp"

#include <fcntl.h>
#include <sys/socket.h>

/// Peers that send what they should not, too much or too little.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

class HostilePeer : public hostile_peer_test {};

INSTANTIATE_TEST_SUITE_P(Against,
                         HostilePeer,
                         testing::Values("byte", "message"),
                         [](const auto& each) { return each.param; });

/// Only messages have frames.
class HostileFrames : public HostilePeer {};

INSTANTIATE_TEST_SUITE_P(Against, HostileFrames, testing::Values("message"), [](const auto& each) {
    return each.param;
});

// --- bytes

TEST_P(HostilePeer, SendsRandomBytes) {
    for (std::size_t i = 0; i < scaled(200); ++i) {
        auto client = raw_socket::connect(listener_.name());
        bytes_vector noise(random_() % 3000);
        for (auto& each : noise)
            each = static_cast<std::byte>(random_());
        client.send(noise);
        client.close();
        auto server = accept();
        const auto got = read_all(server);
        if (mode() == channel_mode::byte) {
            ASSERT_EQ(got.empty() ? "" : got.front(), text(noise));
        } else {
            ASSERT_TRUE(got.empty());
        }
    }
}

TEST_P(HostilePeer, SendsRandomBytesAfterAHello) {
    for (std::size_t i = 0; i < scaled(200); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        bytes_vector noise(random_() % 3000);
        for (auto& each : noise)
            each = static_cast<std::byte>(random_());
        client.socket.send(noise);
        client.leave();
        auto server = accept();
        const auto got = read_all(server);
        if (mode() == channel_mode::byte) {
            ASSERT_EQ(got.empty() ? "" : got.front(), text(noise));
        }
    }
}

TEST_P(HostileFrames, SendsAValidFrameAndThenNoise) {
    for (std::size_t i = 0; i < scaled(100); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        auto data = frame("good");
        append(data, frame(""));
        bytes_vector noise(8 + random_() % 100, std::byte{'?'});
        append(data, noise);
        client.socket.send(data);
        auto server = accept();
        EXPECT_EQ(read_all(server), (std::vector<std::string>{"good", ""}));
        expect_every_call_returns(server);
    }
}

TEST_P(HostileFrames, ClosesAtEveryPointOfAConversation) {
    auto conversation = frame("first");
    const std::size_t after_first = conversation.size();
    append(conversation, frame(""));
    const std::size_t after_second = conversation.size();
    append(conversation, frame(std::string(20, 'x')));
    for (std::size_t cut = 0; cut <= conversation.size(); ++cut) {
        valid_client client(listener_.name());
        client.say_hello();
        client.socket.send(std::span(conversation).first(cut));
        client.leave();
        auto server = accept();
        const auto got = read_all(server);
        std::size_t complete = 0;
        if (cut >= after_first)
            ++complete;
        if (cut >= after_second)
            ++complete;
        if (cut == conversation.size())
            ++complete;
        // A part of a message may have been delivered as such, before its end was missed.
        ASSERT_GE(got.size(), complete) << "cut at " << cut;
        ASSERT_LE(got.size(), complete + 1) << "cut at " << cut;
        if (complete > 0) {
            ASSERT_EQ(got[0], "first");
        }
    }
}

TEST_P(HostileFrames, ClosesInTheMiddleOfAMessageThatIsReadWhole) {
    auto half = frame(std::string(1000, 'x'));
    half.resize(half.size() - 1);
    valid_client client(listener_.name());
    client.say_hello();
    client.socket.send(half);
    auto server = accept();
    EXPECT_EQ(server.read_message_for(20ms), std::nullopt);
    client.leave();
    std::error_code ec;
    server.read_message_for(in_good_time, ec);
    EXPECT_TRUE(ec == errc::broken || ec == errc::protocol_error) << ec.message();
}

TEST_P(HostilePeer, TricklesBytesOneByOne) {
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    const auto data = mode() == channel_mode::message ? frame("slow") : bytes("slow");
    bytes_vector buffer(4);
    for (std::size_t i = 0; i + 1 < data.size(); ++i) {
        client.socket.send(std::span(data).subspan(i, 1));
        if (mode() == channel_mode::message) {
            EXPECT_EQ(server.read_for(buffer, 0ms), std::nullopt);
        }
    }
    client.socket.send(std::span(data).last(1));
    EXPECT_EQ(text(read_exactly(server, 4)), "slow");
}

// --- lying lengths

TEST_P(HostileFrames, AnnouncesAMessageOverTheLimit) {
    for (const std::uint32_t length :
         {std::uint32_t{max_message_size + 1}, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
        valid_client client(listener_.name());
        client.say_hello();
        client.socket.send(posix::encode_frame_header(length));
        auto server = accept();
        std::error_code ec;
        server.read_message_for(in_good_time, ec);
        EXPECT_EQ(ec, errc::protocol_error) << length;
        expect_every_call_returns(server);
    }
}

TEST_P(HostileFrames, AnnouncesMuchAndSendsLittle) {
    const auto before = resident_memory();
    std::vector<valid_client> clients;
    std::vector<channel> servers;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(listener_.name());
        clients.back().say_hello();
        clients.back().socket.send(posix::encode_frame_header(max_message_size));
        clients.back().socket.send("a little");
        servers.push_back(accept());
        EXPECT_EQ(servers.back().read_message_for(5ms), std::nullopt);
    }
    // 20 times 256 MiB were announced.
    EXPECT_LT(resident_memory(), before + 64 * 1024 * 1024);
    for (auto& client : clients)
        client.leave();
    for (auto& server : servers) {
        std::error_code ec;
        server.read_message_for(in_good_time, ec);
        EXPECT_EQ(ec, errc::broken);
    }
}

TEST_P(HostilePeer, SendsWithoutEndToOneWhoDoesNotRead) {
    const auto before = resident_memory();
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    fcntl(client.socket.fd(), F_SETFL, O_NONBLOCK);
    const auto noise = mode() == channel_mode::message ? frame(std::string(1000, 'x'))
                                                       : bytes(std::string(1000, 'x'));
    std::size_t sent = 0;
    for (int i = 0; i < 100; ++i) {
        while (sent < 500'000'000 &&
               ::send(client.socket.fd(), noise.data(), noise.size(), MSG_NOSIGNAL) > 0) {
            sent += noise.size();
        }
        // Looking takes in some, but not all that ever comes.
        server.peek();
    }
    EXPECT_LT(sent, 64U * 1024 * 1024);
    EXPECT_LT(resident_memory(), before + 64 * 1024 * 1024);
}

TEST_P(HostilePeer, NeverReads) {
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    EXPECT_FALSE(server.write_for(pattern(more_than_fits), 20ms));
    expect_every_call_returns(server);
}

// --- many, and early leavers

TEST_P(HostilePeer, ConnectsAndLeavesWithoutAWordManyTimes) {
    const std::size_t count = scaled(300);
    for (std::size_t i = 0; i < count; ++i)
        raw_socket::connect(listener_.name()).close();
    for (std::size_t i = 0; i < count; ++i) {
        auto server = accept();
        EXPECT_TRUE(read_all(server).empty());
    }
}

TEST_P(HostilePeer, HoldsManyConnectionsThatNobodyAccepted) {
    std::vector<raw_socket> idle;
    for (int i = 0; i < 200; ++i)
        idle.push_back(raw_socket::connect(listener_.name()));
    auto serving = in_background([&] {
        // Somewhere behind all those comes one that talks.
        for (;;) {
            auto server = accept();
            std::error_code ec;
            bytes_vector buffer(16);
            if (server.read_for(buffer, 1ms, ec))
                return text(std::span(buffer).first(4));
        }
    });
    auto client = channel::connect(listener_.name(), {.mode = mode(), .wait = in_good_time});
    client.write(bytes("good"));
    EXPECT_EQ(serving.get(), "good");
}

TEST_P(HostilePeer, KeepsItsClaimWhenItHasHungUp) {
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    client.socket.close();
    read_all(server);
    const auto start = std::chrono::steady_clock::now();
    server.close();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST_P(HostilePeer, ClaimsAnInstanceAndDies) {
    const auto encoded = posix::encode_key(channel_address::parse(listener_.name()).key());
    const auto directory = posix::pipe_directory::open(geteuid(), encoded);
    {
        const auto claim = directory.claim_instance({});
        ASSERT_TRUE(claim.has_value());
        std::error_code ec;
        channel::connect(listener_.name(), {.mode = mode()}, ec);
        EXPECT_EQ(ec, errc::busy);
    }
    // The claim went with its holder; the good client in TearDown gets the instance.
}

TEST_P(HostilePeer, ResetsWhileTheServerWrites) {
    for (std::size_t i = 0; i < scaled(30); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        auto server = accept();
        auto writing = in_background(
            [&] { return error_of([&](auto& ec) { server.write(pattern(2'000'000), ec); }); });
        // Unread data makes the close a reset.
        EXPECT_TRUE(client.socket.receive().has_value());
        client.leave();
        const auto ec = writing.get();
        EXPECT_EQ(ec, errc::broken) << ec.message();
        EXPECT_EQ(ec.value(), 232);
    }
}

} // namespace
} // namespace isthmus::test
