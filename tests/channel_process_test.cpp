#include "channel_testing.hpp"

#include <algorithm>

namespace isthmus::test {
namespace {

channel_mode mode_of(const std::string& text) {
    return text == "message" ? channel_mode::message : channel_mode::byte;
}

std::string describe(const peer_identity& peer) {
    return std::to_string(peer.process_id) + ' ' + peer.user;
}

/// Serves one client until it leaves: prints what it says, replies. Arguments: name, mode.
const child_role talking_server("server", [](const std::vector<std::string>& arguments) {
    auto listener = channel_listener::create(arguments.at(0), {.mode = mode_of(arguments.at(1))});
    tell_test("ready");
    auto client = listener.accept();
    tell_test(describe(client.peer()));
    std::vector<std::byte> buffer(256);
    for (;;) {
        std::error_code ec;
        const auto got = client.read(buffer, ec);
        if (ec == errc::broken)
            return 0;
        if (ec)
            return 1;
        tell_test("heard " + text(std::span(buffer).first(got.size)));
        client.write(bytes("Message received successfully"));
    }
});

/// Says each line it hears from the test, tells the reply. Arguments: name, mode.
const child_role talking_client("client", [](const std::vector<std::string>& arguments) {
    auto server = channel::connect(arguments.at(0), {.mode = mode_of(arguments.at(1))});
    tell_test(describe(server.peer()));
    while (const auto line = hear_test()) {
        server.write(bytes(*line));
        tell_test("heard " + next_text(server));
    }
    return 0;
});

/// Asks for the reversal of many messages of all sizes. Arguments: name, count, seed.
const child_role asking_client("asking", [](const std::vector<std::string>& arguments) {
    const auto count = std::stoul(arguments.at(1));
    const auto seed = std::stoul(arguments.at(2));
    auto server =
        channel::connect(arguments.at(0), {.mode = channel_mode::message, .wait = in_good_time});
    for (std::size_t i = 0; i < count; ++i) {
        auto message = pattern(i * 37 % 20'000, seed + i);
        auto reply = server.transact(message);
        std::reverse(reply.begin(), reply.end());
        if (reply != message)
            return 1;
    }
    return 0;
});

/// Does nothing, with whatever it inherited.
const child_role holder("holder", [](const std::vector<std::string>&) {
    tell_test("ready");
    wait_for_test_to_end();
    return 0;
});

class ChannelConversation : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Mode,
                         ChannelConversation,
                         testing::Values("byte", "message"),
                         [](const auto& each) { return each.param; });

TEST_P(ChannelConversation, WithAServerInAnotherProcess) {
    const auto name = R"(\\.\pipe\)" + unique_name("MyNamedPipe");
    auto child = child_process::start("server", {name, GetParam()});
    ASSERT_EQ(child.read_line(), "ready");
    auto server = channel::connect(name, {.mode = mode_of(GetParam())});
    EXPECT_EQ(server.peer().process_id, child.pid());
    EXPECT_EQ(child.read_line(), describe({own_process_id(), server.peer().user}));
    for (const auto* line : {"Hello", "How are you?", "ünï¢ödé"}) {
        server.write(bytes(line));
        EXPECT_EQ(next_text(server), "Message received successfully");
        EXPECT_EQ(child.read_line(), std::string("heard ") + line);
    }
    server.close();
    EXPECT_EQ(child.wait(), 0);
}

TEST_P(ChannelConversation, WithAClientInAnotherProcess) {
    auto listener =
        channel_listener::create(unique_name("MyNamedPipe"), {.mode = mode_of(GetParam())});
    auto child = child_process::start("client", {listener.name(), GetParam()});
    auto client = listener.accept_for(in_good_time);
    ASSERT_TRUE(client.has_value());
    EXPECT_EQ(client->peer().process_id, child.pid());
    EXPECT_EQ(child.read_line(), describe({own_process_id(), client->peer().user}));
    for (const auto* line : {"Hello", "How are you?", "ünï¢ödé"}) {
        EXPECT_TRUE(child.write_line(line));
        EXPECT_EQ(next_text(*client), line);
        client->write(bytes("fine"));
        EXPECT_EQ(child.read_line(), "heard fine");
    }
    child.close_input();
    EXPECT_EQ(child.wait(), 0);
    std::vector<std::byte> buffer(1);
    EXPECT_EQ(error_of([&](auto& ec) { client->read(buffer, ec); }), errc::broken);
}

TEST(ChannelProcess, PeerIsThisProcessAndUserWithinOne) {
    auto [listener, server, client] = make_connection();
    const auto own = own_process_id();
    EXPECT_EQ(server.peer().process_id, own);
    EXPECT_EQ(client.peer().process_id, own);
    const auto user = server.peer().user;
    EXPECT_EQ(client.peer().user, user);
    EXPECT_TRUE(names_a_user(user)) << user;
}

TEST(ChannelProcess, PeerIsKnownBeforeAnythingWasRead) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("unread"));
    EXPECT_FALSE(server.peer().user.empty());
    EXPECT_EQ(next_message(server), "unread");
}

TEST(ChannelProcess, ManyClientProcessesAreServedByThreadsOfOneServer) {
    auto listener =
        channel_listener::create(unique_name("channel"), {.mode = channel_mode::message});
    const auto count = std::to_string(scaled(500));
    constexpr int clients = 4;
    std::vector<child_process> children;
    for (int i = 0; i < clients; ++i) {
        children.push_back(
            child_process::start("asking", {listener.name(), count, std::to_string(i * 1000)}));
    }
    std::vector<std::future<std::error_code>> serving;
    for (int i = 0; i < clients; ++i) {
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        serving.push_back(in_background([end = std::move(*server)]() mutable {
            std::error_code ec;
            for (;;) {
                auto request = end.read_message(ec);
                if (ec)
                    return ec;
                std::reverse(request.begin(), request.end());
                end.write(request);
            }
        }));
    }
    for (auto& child : children)
        EXPECT_EQ(child.wait(), 0);
    for (auto& server : serving)
        EXPECT_EQ(server.get(), errc::broken);
}

TEST(ChannelProcess, AChildDoesNotInheritAChannel) {
    auto [listener, server, client] = make_connection();
    const std::string name = listener.name();
    // Whatever is inheritable would be inherited.
    auto child = child_process::start("holder", {}, {.inherit = true});
    ASSERT_EQ(child.read_line(), "ready");
    client.close();
    std::vector<std::byte> buffer(1);
    EXPECT_EQ(
        error_of([&end = server, &buffer](auto& ec) { end.read_for(buffer, in_good_time, ec); }),
        errc::broken);
    server.close();
    listener.close();
    EXPECT_EQ(error_of([&](auto& ec) { channel::connect(name, {}, ec); }), errc::not_found);
}

} // namespace
} // namespace isthmus::test
