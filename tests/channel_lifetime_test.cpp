#include "channel_testing.hpp"

/// How long a name lives, and its instances.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

TEST(ChannelLifetime, ANameEndsWithItsListener) {
    auto listener = channel_listener::create(unique_name("channel"));
    const std::string name = listener.name();
    listener.close();
    const auto ec = connection_error(name);
    EXPECT_EQ(ec, errc::not_found);
    EXPECT_EQ(ec.value(), 2);
    EXPECT_EQ(error_of([&](auto& e) { wait_for_channel(name, e); }), errc::not_found);
    EXPECT_EQ(creation_error(
                  name, {.direction = channel_direction::inbound, .first_instance_only = true}),
              std::error_code());
}

TEST(ChannelLifetime, ANameLivesWhileAServerEndIsOpen) {
    auto [listener, server, client] = make_connection();
    const std::string name = listener.name();
    listener.close();
    client.close();
    EXPECT_EQ(connection_error(name), errc::busy);
    EXPECT_EQ(creation_error(name, {.direction = channel_direction::inbound}), errc::access_denied);
    server.close();
    EXPECT_EQ(connection_error(name), errc::not_found);
}

TEST(ChannelLifetime, ANameLivesWhileAClientEndIsOpen) {
    if (under_wine())
        GTEST_SKIP() << "Wine keeps a name no longer than its last server end is open";
    auto [listener, server, client] = make_connection();
    const std::string name = listener.name();
    listener.close();
    server.close();
    EXPECT_EQ(connection_error(name), errc::busy);
    EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel_for(name, 10ms, ec); }), errc::timed_out);
    EXPECT_EQ(creation_error(name, {.direction = channel_direction::inbound}), errc::access_denied);
    client.close();
    EXPECT_EQ(connection_error(name), errc::not_found);
    EXPECT_EQ(creation_error(name, {.direction = channel_direction::inbound}), std::error_code());
}

TEST(ChannelLifetime, AnInstanceCountsWhileItsClientEndIsOpen) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine counts an instance no longer than its server end is open";
    }
    auto [listener, server, client] = make_connection({.max_instances = 1});
    const std::string name = listener.name();
    listener.close();
    server.close();
    EXPECT_EQ(creation_error(name, {}), errc::busy);
    client.close();
    EXPECT_EQ(creation_error(name, {}), std::error_code());
}

TEST(ChannelLifetime, AConversationOutlivesTheListener) {
    auto [listener, server, client] = make_message_connection();
    listener.close();
    EXPECT_FALSE(listener.is_open());
    client.write(bytes("still"));
    EXPECT_EQ(next_message(server), "still");
    server.write(bytes("here"));
    EXPECT_EQ(next_message(client), "here");
}

TEST(ChannelLifetime, AnAcceptedInstanceServesOnAfterTheListenerClosed) {
    auto [listener, server, client] = make_message_connection();
    const std::string name = listener.name();
    listener.close();
    server.disconnect();
    auto accepting = in_background([&end = server] { end.accept(); });
    auto next = channel::connect(name, {.mode = channel_mode::message, .wait = in_good_time});
    accepting.get();
    next.write(bytes("hello"));
    EXPECT_EQ(next_message(server), "hello");
}

TEST(ChannelLifetime, AClientThatWasNotAcceptedIsBrokenWhenTheListenerCloses) {
    auto listener = channel_listener::create(unique_name("channel"));
    const std::string name = listener.name();
    auto client = channel::connect(name);
    listener.close();
    std::vector<std::byte> buffer(1);
    EXPECT_EQ(error_of([&](auto& ec) { client.read(buffer, ec); }), errc::broken);
    EXPECT_EQ(error_of([&](auto& ec) { client.write(buffer, ec); }), errc::broken);
    client.close();
    EXPECT_EQ(connection_error(name), errc::not_found);
}

TEST(ChannelLifetime, ANameIsFreeAgainAtOnceManyTimes) {
    const auto name = unique_name("channel");
    for (std::size_t i = 0; i < scaled(300); ++i) {
        auto made = channel_listener::create(
            name, {.direction = i % 2 == 0 ? channel_direction::duplex : channel_direction::inbound,
                   .max_instances = 1,
                   .first_instance_only = !under_wine()});
        auto [listener, server, client] = connect_to(std::move(made), {});
        client.write(bytes("x"));
        ASSERT_EQ(next_text(server), "x");
    }
    EXPECT_EQ(connection_error(name), errc::not_found);
}

TEST(ChannelLifetime, AListenerThatWasMovedServesOn) {
    channel_listener empty;
    EXPECT_FALSE(empty.is_open());
    EXPECT_EQ(empty.name(), "");
    EXPECT_EQ(error_of([&](auto& ec) { empty.accept(ec); }), errc::invalid_handle);
    auto first = channel_listener::create(unique_name("channel"));
    empty = std::move(first);
    const auto client = channel::connect(empty.name());
    EXPECT_TRUE(empty.accept_for(in_good_time).has_value());
}

TEST(ChannelLifetime, ADisconnectedClientDoesNotKeepTheName) {
    auto [listener, server, client] = make_connection();
    const std::string name = listener.name();
    server.disconnect();
    listener.close();
    server.close();
    EXPECT_EQ(connection_error(name), errc::not_found);
    EXPECT_EQ(creation_error(name, {.direction = channel_direction::inbound}), std::error_code());
}

TEST(ChannelLifetime, NothingLeaks) {
    const auto one_life = [] {
        auto [listener, server, client] = make_message_connection();
        const std::string name = listener.name();
        client.write(bytes("x"));
        EXPECT_EQ(next_message(server), "x");
        listener.close();
        server.close();
        if (!under_wine()) { // Wine forgets the name now
            EXPECT_EQ(creation_error(name, {.direction = channel_direction::inbound}),
                      errc::access_denied);
            EXPECT_EQ(connection_error(name), errc::busy);
        }
        client.close();
        EXPECT_EQ(connection_error(name), errc::not_found);
    };
    one_life();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        one_life();
    }
    EXPECT_LE(descriptor_count(), before);
}

} // namespace
} // namespace isthmus::test
