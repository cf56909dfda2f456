#include "channel_testing.hpp"

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// Each test once with the server leaving and once with the client.
class ChannelClose : public testing::TestWithParam<std::string> {
protected:
    channel& leaver() { return GetParam() == "Server" ? ends_.server : ends_.client; }
    channel& survivor() { return GetParam() == "Server" ? ends_.client : ends_.server; }

    connection ends_ = make_message_connection();
};

INSTANTIATE_TEST_SUITE_P(By,
                         ChannelClose,
                         testing::Values("Server", "Client"),
                         [](const auto& each) { return each.param; });

TEST_P(ChannelClose, TheOtherEndReadsWhatWasWrittenThenBroken) {
    leaver().write(bytes("one"));
    leaver().write({});
    leaver().write(bytes("three"));
    leaver().close();
    EXPECT_EQ(next_message(survivor()), "one");
    EXPECT_EQ(next_message(survivor()), "");
    std::vector<std::byte> buffer(3);
    EXPECT_EQ(survivor().read(buffer), (read_result{3, true}));
    EXPECT_EQ(next_message(survivor()), "ee");
    for (int i = 0; i < 2; ++i) {
        std::error_code ec;
        survivor().read(buffer, ec);
        EXPECT_EQ(ec, errc::broken);
        EXPECT_EQ(ec.value(), 109);
    }
}

TEST_P(ChannelClose, ByteDataIsDeliveredThenBroken) {
    ends_ = make_connection();
    const auto sent = pattern(30'001);
    leaver().write(sent);
    leaver().close();
    std::error_code ec;
    EXPECT_TRUE(read_to_end(survivor(), ec) == sent);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 109);
}

TEST_P(ChannelClose, AWriteToAClosedEndIsBroken) {
    leaver().close();
    for (int i = 0; i < 2; ++i) {
        std::error_code ec;
        survivor().write(bytes("anyone?"), ec);
        EXPECT_EQ(ec, errc::broken);
        EXPECT_EQ(ec.value(), 232);
    }
}

TEST_P(ChannelClose, WritingToAClosedEndLosesNothingItWrote) {
    leaver().write(bytes("testament"));
    leaver().close();
    EXPECT_EQ(error_of([&](auto& ec) { survivor().write(bytes("x"), ec); }), errc::broken);
    EXPECT_EQ(next_message(survivor()), "testament");
}

TEST_P(ChannelClose, ABlockedReadIsBroken) {
    auto reading =
        in_background([&] { return error_of([&](auto& ec) { survivor().read_message(ec); }); });
    EXPECT_TRUE(still_blocked(reading));
    leaver().close();
    const auto ec = reading.get();
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 109);
}

TEST_P(ChannelClose, ABlockedWriteIsBroken) {
    auto writing = in_background(
        [&] { return error_of([&](auto& ec) { survivor().write(pattern(more_than_fits), ec); }); });
    EXPECT_TRUE(still_blocked(writing));
    leaver().close();
    EXPECT_EQ(writing.get(), errc::broken);
}

TEST_P(ChannelClose, AFlushIsBrokenWhenThePeerLeavesWithoutReading) {
    survivor().write(bytes("unread"));
    auto flushing =
        in_background([&] { return error_of([&](auto& ec) { survivor().flush(ec); }); });
    EXPECT_TRUE(still_blocked(flushing));
    leaver().close();
    EXPECT_EQ(flushing.get(), errc::broken);
}

TEST_P(ChannelClose, FlushReturnsWhenEverythingIsRead) {
    survivor().write(bytes("one"));
    survivor().write(bytes("two"));
    auto flushing = in_background([&] { survivor().flush(); });
    EXPECT_TRUE(still_blocked(flushing));
    EXPECT_EQ(next_message(leaver()), "one");
    EXPECT_TRUE(still_blocked(flushing));
    std::vector<std::byte> buffer(2);
    EXPECT_EQ(leaver().read(buffer), (read_result{2, true}));
    EXPECT_TRUE(still_blocked(flushing));
    EXPECT_EQ(next_message(leaver()), "o");
    flushing.get();
}

TEST_P(ChannelClose, FlushWithNothingWrittenReturnsAtOnce) {
    EXPECT_TRUE(survivor().flush_for(0ms));
    leaver().write(bytes("the other direction does not matter"));
    EXPECT_TRUE(survivor().flush_for(0ms));
}

TEST_P(ChannelClose, FlushOfABlockOfBytesReturnsWhenItIsRead) {
    ends_ = make_connection();
    survivor().write(pattern(10'000));
    EXPECT_FALSE(survivor().flush_for(20ms));
    auto flushing = in_background([&] { survivor().flush(); });
    read_exactly(leaver(), 9'999);
    EXPECT_TRUE(still_blocked(flushing));
    read_exactly(leaver(), 1);
    flushing.get();
}

// --- disconnect

TEST(ChannelDisconnect, ThrowsAwayWhatTheClientHadNotRead) {
    auto [listener, server, client] = make_message_connection();
    server.write(bytes("never to be read"));
    server.disconnect();
    std::error_code ec;
    client.read_message(ec);
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(ChannelDisconnect, ThrowsAwayWhatTheServerHadNotRead) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("never to be read"));
    server.disconnect();
    std::error_code ec;
    server.read_message(ec);
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(ChannelDisconnect, ThrowsAwayTheRestOfAMessageBegun) {
    auto [listener, server, client] = make_message_connection();
    server.write(bytes("0123456789"));
    std::vector<std::byte> buffer(4);
    ASSERT_EQ(client.read(buffer), (read_result{4, true}));
    server.disconnect();
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.read_message(ec); }), errc::not_connected);
}

TEST(ChannelDisconnect, BothEndsAreNotConnectedForEveryCall) {
    auto [listener, server, client] = make_connection();
    server.disconnect();
    std::vector<std::byte> buffer(10);
    for (auto* end : {&server, &client}) {
        for (int i = 0; i < 2; ++i) {
            const auto reading = error_of([&](auto& ec) { end->read(buffer, ec); });
            EXPECT_EQ(reading, errc::not_connected);
            EXPECT_EQ(reading.value(), 233);
            const auto writing = error_of([&](auto& ec) { end->write(buffer, ec); });
            EXPECT_EQ(writing, errc::not_connected);
            EXPECT_EQ(writing.value(), 233);
        }
    }
}

TEST(ChannelDisconnect, EndsABlockedReadOfTheClient) {
    auto [listener, server, client] = make_message_connection();
    auto reading = in_background(
        [&end = client] { return error_of([&](auto& ec) { end.read_message(ec); }); });
    EXPECT_TRUE(still_blocked(reading));
    server.disconnect();
    const auto ec = reading.get();
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(ChannelDisconnect, EndsABlockedReadOfTheServer) {
    auto [listener, server, client] = make_message_connection();
    auto reading = in_background(
        [&end = server] { return error_of([&](auto& ec) { end.read_message(ec); }); });
    EXPECT_TRUE(still_blocked(reading));
    server.disconnect();
    const auto ec = reading.get();
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(ChannelDisconnect, EndsABlockedWriteOfTheClient) {
    auto [listener, server, client] = make_message_connection();
    auto writing = in_background([&end = client] {
        return error_of([&](auto& ec) { end.write(pattern(more_than_fits), ec); });
    });
    EXPECT_TRUE(still_blocked(writing));
    server.disconnect();
    const auto ec = writing.get();
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(ChannelDisconnect, IsRefusedToAClient) {
    auto [listener, server, client] = make_connection();
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.disconnect(ec); }), errc::invalid_argument);
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.accept(ec); }), errc::invalid_argument);
    client.write(bytes("still here"));
    EXPECT_EQ(next_text(server), "still here");
}

TEST(ChannelDisconnect, TheInstanceAcceptsAgain) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .max_instances = 1});
    for (int i = 0; i < 5; ++i) {
        const auto words = "from client " + std::to_string(i);
        client.write(bytes(words));
        EXPECT_EQ(next_message(server), words);
        server.write(bytes("unread"));
        server.disconnect();

        auto accepting = in_background([&end = server] { end.accept(); });
        auto next = channel::connect(listener.name(),
                                     {.mode = channel_mode::message, .wait = in_good_time});
        accepting.get();
        EXPECT_EQ(error_of([&end = client](auto& ec) { end.read_message(ec); }),
                  errc::not_connected);
        client = std::move(next);
        // Nothing of the last conversation is left.
        EXPECT_EQ(client.peek(), (peek_result{0, 0, 0}));
        EXPECT_EQ(server.peek(), (peek_result{0, 0, 0}));
    }
}

TEST(ChannelDisconnect, TheInstanceAcceptsAgainAfterItsClientLeft) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .max_instances = 1});
    client.write(bytes("goodbye"));
    client.close();
    server.disconnect();
    auto accepting = in_background([&end = server] { end.accept(); });
    auto next =
        channel::connect(listener.name(), {.mode = channel_mode::message, .wait = in_good_time});
    accepting.get();
    next.write(bytes("hello"));
    EXPECT_EQ(next_message(server), "hello");
}

TEST(ChannelDisconnect, ADisconnectedInstanceIsBusyUntilItAccepts) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    server.disconnect();
    std::error_code ec;
    channel::connect(listener.name(), {}, ec);
    EXPECT_EQ(ec, errc::busy);
    EXPECT_FALSE(server.accept_for(0ms));
    // The attempt left the instance listening.
    const auto next = channel::connect(listener.name());
    EXPECT_TRUE(server.accept_for(in_good_time));
}

TEST(ChannelDisconnect, AcceptOnAConnectedChannelIsRefused) {
    auto [listener, server, client] = make_connection();
    EXPECT_EQ(error_of([&end = server](auto& ec) { end.accept(ec); }), errc::invalid_argument);
    client.write(bytes("still here"));
    EXPECT_EQ(next_text(server), "still here");
}

TEST(ChannelDisconnect, TwiceIsHarmless) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    server.disconnect();
    std::error_code ec;
    server.disconnect(ec);
    auto accepting = in_background([&end = server] { end.accept(); });
    const auto next = channel::connect(listener.name(), {.wait = in_good_time});
    accepting.get();
}

TEST(ChannelDisconnect, TheOldClientDoesNotDisturbTheNew) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .max_instances = 1});
    server.disconnect();
    auto accepting = in_background([&end = server] { end.accept(); });
    auto next =
        channel::connect(listener.name(), {.mode = channel_mode::message, .wait = in_good_time});
    accepting.get();
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.write(bytes("ghost"), ec); }),
              errc::not_connected);
    client.close();
    next.write(bytes("new"));
    EXPECT_EQ(next_message(server), "new");
    server.write(bytes("welcome"));
    EXPECT_EQ(next_message(next), "welcome");
}

} // namespace
} // namespace isthmus::test
