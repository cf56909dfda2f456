#include "channel_testing.hpp"
#include "support/support.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

/// \file
/// What is left when one side of a name has gone and the other has not; and calls that cross.

namespace isthmus::test {
namespace {

const child_role survived_server{"survived_server", [](const std::vector<std::string>& args) {
                                     auto listener = channel_listener::create(
                                         args.at(0), {.mode = channel_mode::message});
                                     tell_test("ready");
                                     const auto client = listener.accept();
                                     tell_test("accepted");
                                     hear_test();
                                     return 0;
                                 }};

TEST(ChannelSurvivor, OfAKilledServerLeavesTheNameToANewOne) {
    const auto name = unique_name("channel");
    auto victim = child_process::start("survived_server", {name});
    ASSERT_EQ(victim.read_line(), "ready");
    auto survivor = channel::connect(name, {.mode = channel_mode::message});
    ASSERT_EQ(victim.read_line(), "accepted");
    victim.kill_and_wait();
    // The old client's end is still open, and the name is served again beside it.
    auto listener = channel_listener::create(name, {.mode = channel_mode::message});
    auto client = channel::connect(name, {.mode = channel_mode::message, .wait = in_good_time});
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    client.write(bytes("again"));
    EXPECT_EQ(next_message(*server), "again");
    EXPECT_EQ(error_of([&](auto& ec) { survivor.read_message(ec); }), errc::broken);
    survivor.close();
    client.write(bytes("and on"));
    EXPECT_EQ(next_message(*server), "and on");
}

TEST(ChannelSurvivor, OfAKilledServerIsCountedAsAnInstance) {
    if (under_wine())
        GTEST_SKIP() << "in Wine the count of instances ends with their server ends";
    const auto name = unique_name("channel");
    auto victim = child_process::start("survived_server", {name});
    ASSERT_EQ(victim.read_line(), "ready");
    auto survivor = channel::connect(name, {.mode = channel_mode::message});
    ASSERT_EQ(victim.read_line(), "accepted");
    victim.kill_and_wait();
    {
        const auto first = channel_listener::create(name);
        const auto second = channel_listener::create(name);
    }
    std::error_code ec;
    channel::connect(name, {}, ec);
    EXPECT_EQ(ec, errc::busy) << "the name lives as long as the client's end is open";
    survivor.close();
    channel::connect(name, {}, ec);
    EXPECT_EQ(ec, errc::not_found);
}

TEST(ChannelCrossing, PeeksOfSeveralThreadsDoNotDisturbAReader) {
    auto [listener, server, client] = make_message_connection();
    std::atomic<bool> done = false;
    std::vector<std::thread> peekers;
    for (int i = 0; i < 2; ++i) {
        peekers.emplace_back([&done, &end = server] {
            std::vector<std::byte> buffer(64);
            std::error_code ec;
            while (!done)
                end.peek(buffer, ec);
        });
    }
    const auto count = scaled(3000);
    std::thread writer([&end = client, count] {
        for (std::size_t i = 0; i < count; ++i)
            end.write(bytes("message " + std::to_string(i)));
    });
    std::size_t right = 0;
    while (right < count && next_message(server) == "message " + std::to_string(right))
        ++right;
    EXPECT_EQ(right, count);
    done = true;
    writer.join();
    for (auto& each : peekers)
        each.join();
}

} // namespace
} // namespace isthmus::test
