#include "channel_testing.hpp"

#include <algorithm>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

// --- peek

TEST(ChannelPeek, NothingIsThereToBeginWith) {
    auto [listener, server, client] = make_connection();
    EXPECT_EQ(server.peek(), (peek_result{0, 0, 0}));
    EXPECT_EQ(client.peek(), (peek_result{0, 0, 0}));
}

TEST(ChannelPeek, CopiesBytesWithoutTakingThem) {
    auto [listener, server, client] = make_connection();
    client.write(bytes("hello"));
    std::vector<std::byte> buffer(3);
    EXPECT_EQ(server.peek(buffer), (peek_result{3, 5, 0}));
    EXPECT_EQ(text(buffer), "hel");
    EXPECT_EQ(server.peek(buffer), (peek_result{3, 5, 0}));
    EXPECT_EQ(text(read_exactly(server, 5)), "hello");
    EXPECT_EQ(server.peek(buffer), (peek_result{0, 0, 0}));
}

TEST(ChannelPeek, WithoutABufferItTellsWhatIsThere) {
    auto [listener, server, client] = make_connection();
    client.write(bytes("hello"));
    EXPECT_EQ(server.peek(), (peek_result{0, 5, 0}));
}

TEST(ChannelPeek, TellsBytesOverAllMessagesAndWhatIsLeftOfTheFirst) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("hello"));
    client.write(bytes("world!"));
    std::vector<std::byte> buffer(3);
    EXPECT_EQ(server.peek(buffer), (peek_result{3, 11, 2}));
    EXPECT_EQ(text(buffer), "hel");
    EXPECT_EQ(server.peek(), (peek_result{0, 11, 5}));
}

TEST(ChannelPeek, InMessageModeCopiesFromTheFirstMessageOnly) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("hello"));
    client.write(bytes("world!"));
    std::vector<std::byte> buffer(100);
    EXPECT_EQ(server.peek(buffer), (peek_result{5, 11, 0}));
    EXPECT_EQ(text(std::span(buffer).first(5)), "hello");
    EXPECT_EQ(next_message(server), "hello");
    EXPECT_EQ(server.peek(buffer), (peek_result{6, 6, 0}));
    EXPECT_EQ(text(std::span(buffer).first(6)), "world!");
}

TEST(ChannelPeek, InByteReadModeTooCopiesFromTheFirstMessageOnly) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message}, {.mode = channel_mode::byte});
    server.write(bytes("hello"));
    server.write(bytes("world!"));
    std::vector<std::byte> buffer(100);
    const auto seen = client.peek(buffer);
    EXPECT_EQ(seen.size, 5U);
    EXPECT_EQ(seen.available, 11U);
    EXPECT_EQ(text(read_exactly(client, 11)), "helloworld!");
}

TEST(ChannelPeek, SeesTheRestOfAMessageBegun) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("0123456789"));
    std::vector<std::byte> buffer(4);
    ASSERT_EQ(server.read(buffer), (read_result{4, true}));
    EXPECT_EQ(server.peek(buffer), (peek_result{4, 6, 2}));
    EXPECT_EQ(text(buffer), "4567");
    EXPECT_EQ(next_message(server), "456789");
}

TEST(ChannelPeek, AnEmptyMessageIsInvisible) {
    auto [listener, server, client] = make_message_connection();
    client.write({});
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(server.peek(buffer), (peek_result{0, 0, 0}));
    EXPECT_EQ(next_message(server), "");
}

TEST(ChannelPeek, DoesNotBlockWhileAnotherThreadReads) {
    auto [listener, server, client] = make_message_connection();
    auto reading = in_background([&end = server] { return next_message(end); });
    EXPECT_TRUE(still_blocked(reading));
    auto peeking = in_background([&end = server] { return end.peek(); });
    EXPECT_FALSE(still_blocked(peeking, in_good_time));
    client.write(bytes("x"));
    EXPECT_EQ(reading.get(), "x");
    EXPECT_EQ(peeking.get(), (peek_result{0, 0, 0}));
}

TEST(ChannelPeek, OfTwoThreadsBothSeeWhatIsThere) {
    auto [listener, server, client] = make_connection();
    client.write(bytes("hello"));
    const auto peek_often = [&end = server] {
        std::size_t seen = 0;
        for (std::size_t i = 0; i < scaled(2000); ++i)
            seen += end.peek().available;
        return seen;
    };
    auto other = in_background(peek_often);
    EXPECT_EQ(peek_often(), 5 * scaled(2000));
    EXPECT_EQ(other.get(), 5 * scaled(2000));
}

TEST(ChannelPeek, SeesWhatAClosedPeerWroteThenBroken) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("last words"));
    client.close();
    EXPECT_EQ(server.peek(), (peek_result{0, 10, 10}));
    EXPECT_EQ(next_message(server), "last words");
    std::error_code ec;
    server.peek({}, ec);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 109);
}

TEST(ChannelPeek, OnADisconnectedChannelIsNotConnected) {
    auto [listener, server, client] = make_connection();
    server.disconnect();
    for (auto* end : {&server, &client}) {
        const auto ec = error_of([&](auto& e) { end->peek({}, e); });
        EXPECT_EQ(ec, errc::not_connected);
        EXPECT_EQ(ec.value(), 233);
    }
}

// --- transact

TEST(ChannelTransact, WritesOneMessageAndReadsOneReply) {
    auto [listener, server, client] = make_message_connection();
    auto serving = in_background([&end = server] {
        for (int i = 0; i < 3; ++i) {
            auto request = end.read_message();
            std::ranges::reverse(request);
            end.write(request);
        }
    });
    EXPECT_EQ(text(client.transact(bytes("abc"))), "cba");
    EXPECT_EQ(text(client.transact(bytes("12345"))), "54321");
    EXPECT_EQ(text(client.transact({})), "");
    serving.get();
}

TEST(ChannelTransact, TheServerMayAskToo) {
    auto [listener, server, client] = make_message_connection();
    auto answering = in_background([&end = client] {
        const auto question = next_message(end);
        end.write(bytes("fine"));
        return question;
    });
    EXPECT_EQ(text(server.transact(bytes("how are you?"))), "fine");
    EXPECT_EQ(answering.get(), "how are you?");
}

TEST(ChannelTransact, CarriesLargeMessages) {
    auto [listener, server, client] = make_message_connection();
    const auto request = pattern(1'000'003);
    const auto reply = pattern(2'000'007, 7);
    auto serving = in_background([&end = server, &reply] {
        auto got = end.read_message();
        end.write(reply);
        return got;
    });
    EXPECT_TRUE(client.transact(request) == reply);
    EXPECT_TRUE(serving.get() == request);
}

TEST(ChannelTransact, UnreadDataRefusesIt) {
    auto [listener, server, client] = make_message_connection();
    server.write(bytes("unasked"));
    std::error_code ec;
    client.transact(bytes("question"), ec);
    EXPECT_EQ(ec, errc::unread_data);
    EXPECT_EQ(ec.value(), 231);
    // Nothing was written, and the channel goes on.
    EXPECT_EQ(server.peek(), (peek_result{0, 0, 0}));
    EXPECT_EQ(next_message(client), "unasked");
    server.write(bytes("answer"));
    EXPECT_EQ(next_message(client), "answer");
}

TEST(ChannelTransact, NeedsAMessageChannel) {
    auto [listener, server, client] = make_connection();
    for (auto* end : {&server, &client}) {
        const auto ec = error_of([&](auto& e) { end->transact(bytes("x"), e); });
        EXPECT_EQ(ec, errc::wrong_mode);
        EXPECT_EQ(ec.value(), 230);
    }
}

TEST(ChannelTransact, NeedsMessageModeForReading) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message}, {.mode = channel_mode::byte});
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.transact(bytes("x"), ec); }),
              errc::wrong_mode);
}

TEST(ChannelTransact, NeedsBothDirections) {
    for (const auto direction : {channel_direction::inbound, channel_direction::outbound}) {
        auto [listener, server, client] = make_connection(
            {.mode = channel_mode::message, .direction = direction}, {.mode = channel_mode::byte});
        EXPECT_EQ(error_of([&end = server](auto& ec) { end.transact(bytes("x"), ec); }),
                  errc::wrong_mode);
    }
}

TEST(ChannelTransact, TimesOutWithoutAReply) {
    auto [listener, server, client] = make_message_connection();
    EXPECT_EQ(client.transact_for(bytes("anyone?"), 20ms), std::nullopt);
    EXPECT_EQ(next_message(server), "anyone?");
    // The reply that comes late is there to be read.
    server.write(bytes("late"));
    EXPECT_EQ(next_message(client), "late");
}

TEST(ChannelTransact, IsBrokenWhenThePeerLeavesInsteadOfReplying) {
    auto [listener, server, client] = make_message_connection();
    auto leaving = in_background([&end = server] {
        const auto request = next_message(end);
        end.close();
        return request;
    });
    std::error_code ec;
    client.transact(bytes("hello?"), ec);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(leaving.get(), "hello?");
}

TEST(ChannelTransact, OnADisconnectedChannelIsNotConnected) {
    auto [listener, server, client] = make_message_connection();
    server.disconnect();
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.transact(bytes("x"), ec); }),
              errc::not_connected);
}

// --- call

TEST(ChannelCall, ConnectsAsksAndLeaves) {
    auto listener =
        channel_listener::create(unique_name("channel"), {.mode = channel_mode::message});
    auto serving = in_background([&listener] {
        auto server = listener.accept();
        auto request = server.read_message();
        std::ranges::reverse(request);
        server.write(request);
        return error_of([&](auto& ec) { server.read_message(ec); });
    });
    EXPECT_EQ(text(channel::call(listener.name(), bytes("stressed"))), "desserts");
    EXPECT_EQ(serving.get(), errc::broken);
}

TEST(ChannelCall, ANameNobodyServesIsNotFound) {
    std::error_code ec;
    channel::call(unique_name("channel"), bytes("x"), ec);
    EXPECT_EQ(ec, errc::not_found);
}

TEST(ChannelCall, TimesOutWithoutAReply) {
    auto listener =
        channel_listener::create(unique_name("channel"), {.mode = channel_mode::message});
    std::error_code ec;
    EXPECT_EQ(channel::call_for(listener.name(), bytes("x"), 20ms, ec), std::nullopt);
    EXPECT_EQ(ec, errc::timed_out);
}

TEST(ChannelCall, WaitsForAnInstance) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .max_instances = 1});
    auto calling = in_background([name = listener.name()] {
        return text(channel::call_for(name, bytes("ping"), in_good_time).value());
    });
    EXPECT_TRUE(still_blocked(calling));
    server.disconnect();
    server.accept();
    EXPECT_EQ(next_message(server), "ping");
    server.write(bytes("pong"));
    EXPECT_EQ(calling.get(), "pong");
}

TEST(ChannelCall, NeedsAMessageChannel) {
    auto listener = channel_listener::create(unique_name("channel"));
    std::error_code ec;
    channel::call_for(listener.name(), bytes("x"), in_good_time, ec);
    EXPECT_TRUE(ec == errc::wrong_mode || ec == errc::invalid_argument) << ec.message();
}

} // namespace
} // namespace isthmus::test
