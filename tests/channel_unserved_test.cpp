#include "channel_testing.hpp"

#include <thread>

/// \file
/// Clients that have connected to an instance which is closed before it accepted them, beside other
/// instances that live on.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// What a client learns that nobody serves any longer.
void expect_broken(channel& client) {
    std::error_code ec;
    std::vector<std::byte> buffer(16);
    EXPECT_EQ(client.read_for(buffer, in_good_time, ec), std::nullopt);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 109);
    client.write(bytes("x"), ec);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 232);
}

bool is_broken(channel& client) {
    std::error_code ec;
    client.peek({}, ec);
    EXPECT_TRUE(!ec || ec == errc::broken) << ec.message();
    return static_cast<bool>(ec);
}

TEST(ChannelUnserved, AClientIsBrokenWhenItsInstanceCloses) {
    const auto name = unique_name("channel");
    auto closing = channel_listener::create(name);
    auto client = channel::connect(name); // there is no other instance yet
    client.write(bytes("lost"));
    auto staying = channel_listener::create(name);
    EXPECT_FALSE(is_broken(client));
    closing.close();
    expect_broken(client);
    EXPECT_FALSE(staying.accept_for(10ms).has_value());
    // The other instance is as it was.
    auto next = channel::connect(name);
    next.write(bytes("kept"));
    auto server = staying.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "kept");
}

TEST(ChannelUnserved, ABlockedReadOfSuchAClientIsBroken) {
    const auto name = unique_name("channel");
    auto closing = channel_listener::create(name);
    auto client = channel::connect(name);
    auto staying = channel_listener::create(name);
    auto reading = in_background([&client] {
        std::vector<std::byte> buffer(4);
        return error_of([&](auto& ec) { client.read(buffer, ec); });
    });
    EXPECT_TRUE(still_blocked(reading));
    closing.close();
    EXPECT_EQ(reading.get(), errc::broken);
}

TEST(ChannelUnserved, TheListenerOfAConversationCloses) {
    auto [listener, server, client] = make_message_connection();
    auto next = channel::connect(listener.name(), {.mode = channel_mode::message});
    next.write(bytes("lost"));
    listener.close();
    expect_broken(next);
    client.write(bytes("as before"));
    EXPECT_EQ(next_message(server), "as before");
}

TEST(ChannelUnserved, TheOthersAreServedByTheirInstances) {
    constexpr std::size_t count = 6;
    const auto name = unique_name("channel");
    std::vector<channel_listener> listeners;
    std::vector<channel> clients;
    for (std::size_t i = 0; i < count; ++i) {
        // One by one, so that it is known who is whose.
        listeners.push_back(channel_listener::create(name, {.mode = channel_mode::message}));
        clients.push_back(channel::connect(name, {.mode = channel_mode::message}));
        clients.back().write(bytes("from " + std::to_string(i)));
    }
    for (const std::size_t gone : {4U, 0U, 3U}) {
        listeners[gone].close();
        expect_broken(clients[gone]);
    }
    for (const std::size_t kept : {5U, 1U, 2U})
        EXPECT_FALSE(is_broken(clients[kept]));
    for (const std::size_t kept : {5U, 1U, 2U}) {
        auto server = listeners[kept].accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        const auto request = next_message(*server);
        // On POSIX the instances of a process share their queue.
        const auto sender = static_cast<std::size_t>(request.back() - '0');
        ASSERT_TRUE(request == "from 5" || request == "from 1" || request == "from 2") << request;
        server->write(bytes("to " + std::to_string(sender)));
        EXPECT_EQ(next_message(clients[sender]), "to " + std::to_string(sender));
        listeners[kept].close();
    }
}

TEST(ChannelUnserved, AClientThatWroteAndLeftIsForgottenWithItsInstance) {
    const auto name = unique_name("channel");
    auto closing = channel_listener::create(name, {.max_instances = 2});
    auto lost = channel::connect(name);
    lost.write(bytes("lost"));
    lost.close();
    auto staying = channel_listener::create(name);
    auto kept = channel::connect(name);
    kept.write(bytes("kept"));
    kept.close();
    EXPECT_EQ(connection_error(name), errc::busy);
    EXPECT_EQ(creation_error(name, {}), errc::busy);
    closing.close();
    // That instance is free, the other is still taken by the client that left.
    auto third = channel_listener::create(name);
    auto client = channel::connect(name);
    EXPECT_EQ(connection_error(name), errc::busy);
    auto server = staying.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "kept");
    client.write(bytes("third"));
    auto third_server = third.accept_for(in_good_time);
    ASSERT_TRUE(third_server.has_value());
    EXPECT_EQ(next_text(*third_server), "third");
}

TEST(ChannelUnserved, AnInstanceThatListensAgainCloses) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .max_instances = 2});
    server.disconnect();
    EXPECT_FALSE(server.accept_for(0ms)); // it listens now, and so does the listener's own
    auto one = channel::connect(listener.name(), {.mode = channel_mode::message});
    auto two = channel::connect(listener.name(), {.mode = channel_mode::message});
    server.close();
    ASSERT_NE(is_broken(one), is_broken(two));
    auto& other = is_broken(one) ? two : one;
    expect_broken(is_broken(one) ? one : two);
    other.write(bytes("still here"));
    auto accepted = listener.accept_for(in_good_time);
    ASSERT_TRUE(accepted.has_value());
    EXPECT_EQ(next_message(*accepted), "still here");
}

TEST(ChannelUnserved, WhileOthersAcceptEachClientIsServedOrBroken) {
    const auto name = unique_name("channel");
    for (std::size_t i = 0; i < scaled(200); ++i) {
        auto closing = channel_listener::create(name);
        auto first = channel::connect(name);
        auto staying = channel_listener::create(name);
        auto accepting = in_background([&] { return staying.accept_for(in_good_time); });
        if (i % 3 == 1)
            std::this_thread::sleep_for(std::chrono::microseconds(i));
        auto connecting = in_background([&] { return channel::connect(name, {.wait = 1s}); });
        if (i % 3 == 2)
            std::this_thread::sleep_for(std::chrono::microseconds(i));
        closing.close();
        auto second = connecting.get();
        auto server = accepting.get();
        ASSERT_TRUE(server.has_value());
        server->write(bytes("served"));
        // On POSIX the first may have been the lucky one: an instance accepts for all.
        auto reading = [](channel& client) {
            std::vector<std::byte> buffer(16);
            std::error_code ec;
            const auto got = client.read_for(buffer, 500ms, ec);
            return got ? text(std::span(buffer).first(got->size)) : ec.message();
        };
        std::error_code ec;
        std::vector<std::byte> buffer(16);
        const auto got = first.read_for(buffer, in_good_time / 4, ec);
        auto& lucky = got ? first : second;
        if (got) {
            EXPECT_EQ(text(std::span(buffer).first(got->size)), "served");
        } else {
            EXPECT_EQ(ec, errc::broken);
            EXPECT_EQ(reading(lucky), "served");
        }
        server->write(bytes("bye"));
        EXPECT_EQ(reading(lucky), "bye");
    }
}

} // namespace
} // namespace isthmus::test
