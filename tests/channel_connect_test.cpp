#include "channel_testing.hpp"

#include <atomic>
#include <thread>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// --- no such channel

TEST(ChannelConnect, ANameNobodyServesIsNotFound) {
    const auto name = unique_name("channel");
    const auto ec = connection_error(name);
    EXPECT_EQ(ec, errc::not_found);
    EXPECT_EQ(ec.value(), 2);
    try {
        channel::connect(name);
        FAIL() << "no error";
    } catch (const error& caught) {
        EXPECT_EQ(caught.code(), ec);
        EXPECT_EQ(caught.object(), name);
        EXPECT_EQ(caught.operation(), "connect channel");
    }
}

TEST(ChannelConnect, DoesNotWaitForANameNobodyServes) {
    EXPECT_EQ(connection_error(unique_name("channel"), {.wait = std::chrono::hours(1)}),
              errc::not_found);
}

// --- all instances taken

TEST(ChannelConnect, IsBusyWhileAllInstancesAreTaken) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    const auto ec = connection_error(listener.name());
    EXPECT_EQ(ec, errc::busy);
    EXPECT_EQ(ec.value(), 231);
}

TEST(ChannelConnect, IsBusyWhileAClientIsNotAcceptedYet) {
    auto listener = channel_listener::create(unique_name("channel"));
    const auto first = channel::connect(listener.name());
    EXPECT_EQ(connection_error(listener.name()), errc::busy);
    const auto server = listener.accept();
    // The next instance is there as soon as the first is accepted.
    EXPECT_EQ(connection_error(listener.name()), std::error_code());
}

TEST(ChannelConnect, WaitsAsLongAsItWasToldWhileBusy) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    const auto start = clock::now();
    EXPECT_EQ(connection_error(listener.name(), {.wait = 40ms}), errc::busy);
    EXPECT_GE(clock::now() - start, 40ms);
    EXPECT_EQ(connection_error(listener.name(), {.wait = 0ms}), errc::busy);
    EXPECT_EQ(connection_error(listener.name(), {.wait = -1s}), errc::busy);
}

TEST(ChannelConnect, GetsTheInstanceThatBecomesFree) {
    for (const std::chrono::nanoseconds wait :
         {std::chrono::nanoseconds(in_good_time), std::chrono::nanoseconds::max()}) {
        auto [listener, server, client] = make_connection({.max_instances = 1});
        auto connecting = in_background(
            [name = listener.name(), wait] { return channel::connect(name, {.wait = wait}); });
        EXPECT_TRUE(still_blocked(connecting));
        server.disconnect();
        server.accept();
        auto next = connecting.get();
        next.write(bytes("my turn"));
        EXPECT_EQ(next_text(server), "my turn");
    }
}

TEST(ChannelConnect, WhileWaitingSeesTheNameGo) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    auto connecting = in_background(
        [name = listener.name()] { return connection_error(name, {.wait = in_good_time}); });
    EXPECT_TRUE(still_blocked(connecting));
    listener.close();
    server.close();
    client.close();
    EXPECT_EQ(connecting.get(), errc::not_found);
}

TEST(ChannelConnect, OfManyWhoWaitEachGetsItsTurn) {
    auto listener = channel_listener::create(unique_name("channel"),
                                             {.mode = channel_mode::message, .max_instances = 1});
    constexpr int clients = 8;
    const int rounds = static_cast<int>(scaled(20));
    std::vector<std::future<void>> talking;
    for (int i = 0; i < clients; ++i) {
        talking.push_back(in_background([&listener, rounds] {
            for (int round = 0; round < rounds; ++round) {
                auto client = channel::connect(
                    listener.name(), {.mode = channel_mode::message, .wait = in_good_time});
                if (text(client.transact(bytes("me"))) != "you") {
                    throw std::runtime_error("wrong answer");
                }
            }
        }));
    }
    auto server = listener.accept();
    for (int i = 0; i < clients * rounds; ++i) {
        if (i > 0)
            server.accept();
        EXPECT_EQ(next_message(server), "me");
        server.write(bytes("you"));
        std::error_code ec;
        server.flush(ec);
        server.disconnect();
    }
    for (auto& client : talking)
        client.get();
}

// --- wait_for_channel

TEST(WaitForChannel, ANameNobodyServesIsNotFoundAtOnce) {
    const auto name = unique_name("channel");
    EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel(name, ec); }), errc::not_found);
    EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel_for(name, 1h, ec); }), errc::not_found);
    EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel_until(name, deadline::never(), ec); }),
              errc::not_found);
    EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel_for(name, 0ms, ec); }), errc::not_found);
    EXPECT_THROW(wait_for_channel(name), error);
    EXPECT_THROW(wait_for_channel_for(name, 1h), error);
}

TEST(WaitForChannel, SucceedsAtOnceWhileAnInstanceListens) {
    const auto listener = channel_listener::create(unique_name("channel"));
    const auto& name = listener.name();
    wait_for_channel(name);
    EXPECT_TRUE(wait_for_channel_for(name, 0ms));
    EXPECT_TRUE(wait_for_channel_for(name, -1s));
    EXPECT_TRUE(wait_for_channel_for(name, 1h));
    EXPECT_TRUE(wait_for_channel_until(name, deadline::never()));
}

TEST(WaitForChannel, ReservesNothing) {
    auto listener = channel_listener::create(unique_name("channel"), {.max_instances = 1});
    wait_for_channel(listener.name());
    wait_for_channel(listener.name());
    const auto first = channel::connect(listener.name());
    EXPECT_EQ(connection_error(listener.name()), errc::busy);
}

TEST(WaitForChannel, TimesOutWhileAllAreTaken) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    const auto start = clock::now();
    EXPECT_FALSE(wait_for_channel_for(listener.name(), 40ms));
    EXPECT_GE(clock::now() - start, 40ms);
    EXPECT_EQ(
        error_of([&name = listener.name()](auto& ec) { wait_for_channel_for(name, 1ms, ec); }),
        errc::timed_out);
    EXPECT_FALSE(wait_for_channel_for(listener.name(), 0ms));
    EXPECT_FALSE(wait_for_channel_for(listener.name(), -1h));
}

TEST(WaitForChannel, WithoutATimeWaitsAsLongAsTheServerSays) {
    auto [listener, server, client] =
        make_connection({.max_instances = 1, .default_timeout = 150ms});
    const auto start = clock::now();
    std::error_code ec;
    wait_for_channel(listener.name(), ec);
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_GE(clock::now() - start, 150ms);
    EXPECT_THROW(wait_for_channel(listener.name()), error);
}

TEST(WaitForChannel, TheServersDefaultIsFiftyMilliseconds) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    const auto start = clock::now();
    EXPECT_EQ(error_of([&name = listener.name()](auto& ec) { wait_for_channel(name, ec); }),
              errc::timed_out);
    EXPECT_GE(clock::now() - start, 50ms);
}

TEST(WaitForChannel, WakesUpWhenAnInstanceBecomesFree) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    for (int i = 0; i < 3; ++i) {
        auto waiting = in_background(
            [name = listener.name()] { return wait_for_channel_for(name, in_good_time); });
        EXPECT_TRUE(still_blocked(waiting));
        server.disconnect();
        auto accepting = in_background([&end = server] { end.accept(); });
        EXPECT_TRUE(waiting.get());
        client = channel::connect(listener.name());
        accepting.get();
    }
}

TEST(WaitForChannel, WakesUpWhenAnInstanceIsMade) {
    auto [listener, server, client] = make_connection({.max_instances = 2});
    const auto second = channel::connect(listener.name());
    auto waiting = in_background(
        [name = listener.name()] { return wait_for_channel_for(name, in_good_time); });
    EXPECT_TRUE(still_blocked(waiting));
    client.close();
    server.close();
    const auto further = channel_listener::create(listener.name());
    EXPECT_TRUE(waiting.get());
}

TEST(WaitForChannel, WakesUpWhenTheNameGoes) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    auto waiting = in_background([name = listener.name()] {
        return error_of([&](auto& ec) { wait_for_channel_for(name, in_good_time, ec); });
    });
    EXPECT_TRUE(still_blocked(waiting));
    listener.close();
    server.close();
    client.close();
    const auto ec = waiting.get();
    EXPECT_EQ(ec, errc::not_found);
}

// --- early clients

TEST(ChannelAccept, AClientMayComeAndWriteBefore) {
    auto listener =
        channel_listener::create(unique_name("channel"), {.mode = channel_mode::message});
    auto client = channel::connect(listener.name(), {.mode = channel_mode::message});
    client.write(bytes("early"));
    client.write(bytes("bird"));
    auto server = listener.accept();
    EXPECT_EQ(next_message(server), "early");
    EXPECT_EQ(next_message(server), "bird");
    server.write(bytes("worm"));
    EXPECT_EQ(next_message(client), "worm");
}

TEST(ChannelAccept, DeliversAClientThatConnectedWroteAndLeft) {
    for (const auto mode : {channel_mode::byte, channel_mode::message}) {
        auto listener = channel_listener::create(unique_name("channel"), {.mode = mode});
        for (int i = 0; i < 3; ++i) {
            auto client = channel::connect(listener.name(), {.mode = mode});
            client.write(bytes("was here"));
            client.close();
            auto server = listener.accept_for(in_good_time);
            ASSERT_TRUE(server.has_value());
            EXPECT_EQ(next_text(*server), "was here");
            std::vector<std::byte> buffer(4);
            const auto ec = error_of([&](auto& e) { server->read(buffer, e); });
            EXPECT_EQ(ec, errc::broken);
            EXPECT_EQ(ec.value(), 109);
        }
    }
}

TEST(ChannelAccept, DeliversAClientThatLeftWithoutAWord) {
    auto listener = channel_listener::create(unique_name("channel"));
    channel::connect(listener.name()).close();
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(error_of([&](auto& ec) { server->read(buffer, ec); }), errc::broken);
    EXPECT_EQ(error_of([&](auto& ec) { server->write(buffer, ec); }), errc::broken);
}

TEST(ChannelAccept, AgainDeliversAClientThatConnectedWroteAndLeft) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .max_instances = 1});
    server.disconnect();
    EXPECT_FALSE(server.accept_for(0ms)); // it listens now
    auto next = channel::connect(listener.name(), {.mode = channel_mode::message});
    next.write(bytes("was here"));
    next.close();
    EXPECT_TRUE(server.accept_for(in_good_time));
    EXPECT_EQ(next_message(server), "was here");
    EXPECT_EQ(error_of([&end = server](auto& ec) { end.read_message(ec); }), errc::broken);
}

TEST(ChannelAccept, AClientThatComesAfterATimeoutIsServedByTheNext) {
    auto listener = channel_listener::create(unique_name("channel"));
    EXPECT_FALSE(listener.accept_for(1ms).has_value());
    auto client = channel::connect(listener.name());
    client.write(bytes("patience"));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "patience");
}

TEST(ChannelAccept, NeverMissesAClientThatComesJustAsItTimesOut) {
    auto listener = channel_listener::create(unique_name("channel"));
    for (std::size_t i = 0; i < scaled(200); ++i) {
        auto connecting = in_background(
            [&listener] { return channel::connect(listener.name(), {.wait = in_good_time}); });
        std::optional<channel> server;
        while (!server)
            server = listener.accept_for(std::chrono::microseconds(i % 150));
        auto client = connecting.get();
        client.write(bytes("x"));
        ASSERT_EQ(next_text(*server), "x");
    }
}

TEST(ChannelAccept, WaitsWhileTheMaximumIsInUse) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    EXPECT_FALSE(listener.accept_for(10ms).has_value());
    auto accepting = in_background([&listener_ = listener] { return listener_.accept(); });
    EXPECT_TRUE(still_blocked(accepting));
    client.close();
    server.close();
    auto next = in_background([name = listener.name()] {
        // The name goes with its last instance, until accept has made the next.
        channel result;
        EXPECT_TRUE(eventually([&] {
            std::error_code ec;
            result = channel::connect(name, {.wait = in_good_time}, ec);
            return !ec;
        }));
        return result;
    });
    auto accepted = accepting.get();
    auto connected = next.get();
    connected.write(bytes("at last"));
    EXPECT_EQ(next_text(accepted), "at last");
}

TEST(ChannelAccept, WhileTheMaximumIsInUseCanBeCancelled) {
    auto [listener, server, client] = make_connection({.max_instances = 1});
    auto accepting = in_background(
        [&listener_ = listener] { return error_of([&](auto& ec) { listener_.accept(ec); }); });
    EXPECT_EQ(cancel_until_done(accepting, [&listener_ = listener] { listener_.cancel(); }),
              errc::canceled);
}

// --- several threads accept

TEST(ChannelAccept, SeveralThreadsMayAcceptAndNoClientIsForgotten) {
    // Each accepts one client and then no more: whichever instance a client reached, there must be
    // a thread that takes it.
    for (std::size_t round = 0; round < scaled(20); ++round) {
        auto listener = channel_listener::create(unique_name("channel"));
        std::vector<std::future<std::optional<channel>>> accepting;
        for (int i = 0; i < 4; ++i) {
            accepting.push_back(
                in_background([&listener] { return listener.accept_for(in_good_time); }));
        }
        std::vector<channel> clients;
        for (int i = 0; i < 4; ++i) {
            clients.push_back(channel::connect(listener.name(), {.wait = in_good_time}));
        }
        for (auto& thread : accepting)
            ASSERT_TRUE(thread.get().has_value());
    }
}

TEST(ChannelAccept, AThreadThatTimesOutTakesNoClientFromOneThatWaits) {
    auto listener = channel_listener::create(unique_name("channel"));
    auto waiting = in_background([&listener] { return listener.accept_for(in_good_time); });
    EXPECT_TRUE(still_blocked(waiting));
    EXPECT_FALSE(listener.accept_for(5ms).has_value());
    const auto client = channel::connect(listener.name());
    EXPECT_TRUE(waiting.get().has_value());
}

// --- many

TEST(ChannelMany, OneAfterTheOther) {
    auto listener =
        channel_listener::create(unique_name("channel"), {.mode = channel_mode::message});
    const int count = static_cast<int>(scaled(1000));
    auto serving = in_background([&listener, count] {
        for (int i = 0; i < count; ++i) {
            auto server = listener.accept();
            server.write(server.read_message());
        }
    });
    for (int i = 0; i < count; ++i) {
        const auto words = "client " + std::to_string(i);
        auto client = channel::connect(listener.name(),
                                       {.mode = channel_mode::message, .wait = in_good_time});
        client.write(bytes(words));
        ASSERT_EQ(next_message(client), words);
    }
    serving.get();
}

/// Connects `count` clients from several threads, all open at once, each with a request of its own;
/// then reads all the replies. Arguments: channel name, count, number of the first.
const child_role crowd("crowd", [](const std::vector<std::string>& arguments) {
    raise_descriptor_limit();
    const auto& name = arguments.at(0);
    const auto count = std::stoul(arguments.at(1));
    const auto first = std::stoul(arguments.at(2));
    std::vector<channel> clients(count);
    std::atomic<std::size_t> next = 0;
    const auto connect_some = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            clients[i] =
                channel::connect(name, {.mode = channel_mode::message, .wait = in_good_time});
            clients[i].write(bytes(std::to_string(first + i)));
        }
    };
    std::vector<std::future<void>> threads;
    for (int i = 0; i < 4; ++i)
        threads.push_back(in_background(connect_some));
    for (auto& thread : threads)
        thread.get();
    for (std::size_t i = 0; i < count; ++i) {
        if (next_message(clients[i]) != "hello " + std::to_string(first + i))
            return 1;
    }
    return 0;
});

TEST(ChannelMany, AThousandAtOnceAreAllServed) {
    raise_descriptor_limit();
    const std::size_t count = scaled(1000);
    const std::size_t half = count / 2;
    auto listener =
        channel_listener::create(unique_name("channel"), {.mode = channel_mode::message});
    child_process children[] = {
        child_process::start("crowd", {listener.name(), std::to_string(half), "0"}),
        child_process::start(
            "crowd", {listener.name(), std::to_string(count - half), std::to_string(half)})};
    std::vector<channel> servers;
    while (servers.size() < count) {
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value()) << "after " << servers.size();
        servers.push_back(std::move(*server));
    }
    // All are connected now, and stay so until each has its reply.
    for (auto& server : servers)
        server.write(bytes("hello " + next_message(server)));
    for (auto& child : children)
        EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(error_of([&server = servers.front()](auto& ec) { server.read_message(ec); }),
              errc::broken);
}

} // namespace
} // namespace isthmus::test
