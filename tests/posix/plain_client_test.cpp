#include "channel_testing.hpp"
#include "posix/raw_socket.hpp"

#include <ostream>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

std::string path_of(const channel_listener& listener) {
    return channel_address::parse(listener.name()).native_path();
}

bool has_program(const std::string& name) {
    return child_process::start_program("sh", {"-c", "command -v " + name}).wait() == 0;
}

// --- C

TEST(PlainClient, TalksBothWays) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = raw_socket::connect(listener.name());
    EXPECT_TRUE(client.send("hello"));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "hello");
    server->write(bytes("welcome"));
    EXPECT_EQ(client.receive(), "welcome");
    EXPECT_TRUE(client.send("more"));
    EXPECT_EQ(next_text(*server), "more");
}

TEST(PlainClient, MayListenFirst) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = raw_socket::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(bytes("welcome"));
    EXPECT_EQ(client.receive(), "welcome");
}

TEST(PlainClient, SeesTheEndAfterTheData) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = raw_socket::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    const auto data = pattern(100'000);
    server->write(data);
    server->close();
    EXPECT_TRUE(client.receive_to_end() == text(data));
}

TEST(PlainClient, ThatLeavesIsBrokenAfterItsData) {
    auto listener = channel_listener::create(unique_name("plain"));
    auto client = raw_socket::connect(listener.name());
    EXPECT_TRUE(client.send("was here"));
    client.close();
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "was here");
    std::vector<std::byte> buffer(4);
    std::error_code ec;
    server->read(buffer, ec);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 109);
    server->write(buffer, ec);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 232);
}

TEST(PlainClient, IsServedThoughAnotherListenerClosesMeanwhile) {
    auto listener = channel_listener::create(unique_name("plain"));
    auto closing = channel_listener::create(listener.name());
    // Both instances are claimed, so that the one that closes has a client to turn away.
    const auto one = channel::connect(listener.name());
    const auto speaker = raw_socket::connect(listener.name());
    EXPECT_TRUE(speaker.send("hello"));
    const auto silent = raw_socket::connect(listener.name());
    const auto two = channel::connect(listener.name());
    closing.close();
    int by_library = 0;
    for (int i = 0; i < 3; ++i) {
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        std::vector<std::byte> buffer(16);
        std::error_code ec;
        const auto got = server->read_for(buffer, 20ms, ec);
        if (got) {
            EXPECT_EQ(text(std::span(buffer).first(got->size)), "hello");
            server->write(bytes("welcome"));
            EXPECT_EQ(speaker.receive(), "welcome");
            continue;
        }
        EXPECT_EQ(ec, errc::timed_out);
        server->write(bytes("to the silent"));
        by_library += silent.receive(20ms) == "to the silent" ? 0 : 1;
    }
    EXPECT_EQ(by_library, 1);
    EXPECT_FALSE(listener.accept_for(0ms).has_value());
}

TEST(PlainClient, MayBeginWithAnyByte) {
    auto listener = channel_listener::create(unique_name("plain"));
    for (int first = 0; first < 256; ++first) {
        const auto client = raw_socket::connect(listener.name());
        const std::byte data[] = {static_cast<std::byte>(first)};
        EXPECT_TRUE(client.send(data));
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        std::vector<std::byte> buffer(4);
        ASSERT_EQ(server->read_for(buffer, in_good_time), (read_result{1, false})) << first;
        ASSERT_EQ(buffer[0], data[0]);
    }
}

TEST(PlainClient, CarriesMuch) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = raw_socket::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    const auto data = pattern(more_than_fits);
    auto sending = in_background([&] { return client.send(data); });
    EXPECT_TRUE(read_exactly(*server, data.size()) == data);
    EXPECT_TRUE(sending.get());
    auto writing = in_background([&] {
        server->write(data);
        server->close();
    });
    EXPECT_TRUE(client.receive_to_end() == text(data));
    writing.get();
}

TEST(PlainClient, IsKnownByItsProcess) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = raw_socket::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(server->peer().process_id, static_cast<std::uint32_t>(getpid()));
    EXPECT_EQ(server->peer().user, std::to_string(geteuid()));
}

TEST(PlainClient, TakesAnInstance) {
    auto listener = channel_listener::create(unique_name("plain"), {.max_instances = 1});
    auto client = raw_socket::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    std::error_code ec;
    channel::connect(listener.name(), {}, ec);
    EXPECT_EQ(ec, errc::busy);
    client.close();
    server->disconnect();
    auto accepting = in_background([&] { server->accept(); });
    auto next = channel::connect(listener.name(), {.wait = in_good_time});
    accepting.get();
    next.write(bytes("mine"));
    EXPECT_EQ(next_text(*server), "mine");
}

TEST(PlainClient, SeesTheEndWhenTheServerDisconnects) {
    auto listener = channel_listener::create(unique_name("plain"), {.max_instances = 1});
    const auto client = raw_socket::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->disconnect();
    EXPECT_EQ(client.receive_to_end(), "");
    auto accepting = in_background([&] { server->accept(); });
    const auto next = raw_socket::connect(listener.name());
    accepting.get();
    EXPECT_TRUE(next.send("next"));
    EXPECT_EQ(next_text(*server), "next");
}

TEST(PlainClient, AndClientsOfTheLibraryShareAChannel) {
    auto listener = channel_listener::create(unique_name("plain"));
    for (int round = 0; round < 10; ++round) {
        // Two at once, in either order of arrival.
        auto instances = std::pair<raw_socket, channel>{};
        if (round % 2 == 0) {
            instances.first = raw_socket::connect(listener.name());
            instances.second = channel::connect(listener.name(), {.wait = in_good_time});
        } else {
            instances.second = channel::connect(listener.name(), {.wait = in_good_time});
            instances.first = raw_socket::connect(listener.name());
        }
        auto& [plain, client] = instances;
        EXPECT_TRUE(plain.send("plain"));
        client.write(bytes("client"));
        auto one = listener.accept_for(in_good_time);
        auto two = listener.accept_for(in_good_time);
        ASSERT_TRUE(one && two);
        for (auto* server : {&*one, &*two}) {
            const auto who = next_text(*server);
            server->write(bytes("hello " + who));
        }
        EXPECT_EQ(plain.receive(), "hello plain");
        EXPECT_EQ(next_text(client), "hello client");
    }
}

TEST(PlainClient, ReachesChannelsWithLongNames) {
    auto listener = channel_listener::create(unique_name("plain") + std::string(220, 'x'));
    const auto client = raw_socket::connect(listener.name());
    EXPECT_TRUE(client.send("hello"));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "hello");
}

TEST(PlainClient, OfAMessageChannelIsAProtocolError) {
    auto listener = channel_listener::create(unique_name("plain"), {.mode = channel_mode::message});
    const auto client = raw_socket::connect(listener.name());
    EXPECT_TRUE(client.send("I know nothing of messages"));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    std::error_code ec;
    server->read_message_for(in_good_time, ec);
    EXPECT_EQ(ec, errc::protocol_error);
}

TEST(PlainClient, FindsNothingWhenTheNameIsGone) {
    auto listener = channel_listener::create(unique_name("plain"));
    const std::string name = listener.name();
    listener.close();
    EXPECT_THROW(raw_socket::connect(name), std::system_error);
}

/// Tells every client its process id, until the test ends. Argument: name.
const child_role plain_server("plain_server", [](const std::vector<std::string>& arguments) {
    auto listener = channel_listener::create(arguments.at(0));
    tell_test("ready");
    auto serving = in_background([&] {
        for (;;) {
            std::error_code ec;
            auto server = listener.accept(ec);
            if (ec)
                return;
            server.write(bytes(std::to_string(getpid())), ec);
        }
    });
    wait_for_test_to_end();
    cancel_until_done(serving, [&] { listener.cancel(); });
    return 0;
});

TEST(PlainClient, FindsAnotherServerWhenTheFirstIsGone) {
    const auto name = unique_name("plain");
    auto first = child_process::start("plain_server", {name});
    ASSERT_EQ(first.read_line(), "ready");
    auto second = child_process::start("plain_server", {name});
    ASSERT_EQ(second.read_line(), "ready");
    const auto one = raw_socket::connect(name);
    EXPECT_EQ(one.receive(), std::to_string(first.pid()));
    first.close_input();
    EXPECT_EQ(first.wait(), 0);
    EXPECT_TRUE(eventually([&] {
        try {
            return raw_socket::connect(name).receive() == std::to_string(second.pid());
        } catch (const std::system_error&) {
            return false;
        }
    }));
    second.close_input();
    EXPECT_EQ(second.wait(), 0);
}

// --- Python and Node

/// Says "hello from NAME", prints what it hears up to the end.
struct program {
    std::string name;
    std::string script_option;
    std::string script;

    friend std::ostream& operator<<(std::ostream& out, const program& what) {
        return out << what.name;
    }
};

class PlainProgram : public testing::TestWithParam<program> {
protected:
    void SetUp() override {
        if (!has_program(GetParam().name))
            GTEST_SKIP() << "no " << GetParam().name << " here";
    }

    child_process start(const channel_listener& listener) {
        return child_process::start_program(
            GetParam().name, {GetParam().script_option, GetParam().script, path_of(listener)});
    }
};

INSTANTIATE_TEST_SUITE_P(Of,
                         PlainProgram,
                         testing::Values(program{"python3", "-c", R"(
import socket, sys
channel = socket.socket(socket.AF_UNIX)
channel.connect(sys.argv[1])
channel.sendall(b'hello from python3')
while data := channel.recv(1000):
    print(data.decode(), flush=True)
print('end', flush=True)
)"},
                                         program{"node", "-e", R"(
const channel = require('net').connect(process.argv[1]);
channel.write('hello from node');
channel.on('data', data => console.log(data.toString()));
channel.on('end', () => console.log('end'));
)"}),
                         [](const auto& what) { return what.param.name; });

TEST_P(PlainProgram, TalksBothWaysAndSeesTheEnd) {
    auto listener = channel_listener::create(unique_name("plain"));
    auto child = start(listener);
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "hello from " + GetParam().name);
    EXPECT_EQ(server->peer().process_id, child.pid());
    server->write(bytes("one"));
    EXPECT_EQ(child.read_line(), "one");
    server->write(bytes("two"));
    EXPECT_EQ(child.read_line(), "two");
    server->close();
    EXPECT_EQ(child.read_line(), "end");
    EXPECT_EQ(child.wait(), 0);
}

TEST_P(PlainProgram, ThatIsKilledIsBroken) {
    auto listener = channel_listener::create(unique_name("plain"));
    auto child = start(listener);
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "hello from " + GetParam().name);
    child.kill();
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(error_of([&](auto& ec) { server->read(buffer, ec); }), errc::broken);
}

} // namespace
} // namespace isthmus::test
