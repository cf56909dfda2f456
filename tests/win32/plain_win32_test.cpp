#include "channel_testing.hpp"
#include "win32/plain_win32.hpp"

#include <windows.h>

#include <functional>
#include <ostream>
#include <thread>

/// \file
/// Channels against plain Win32 programs, in both roles and both modes; the plain side once in a
/// thread and once in a process of its own.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view goodbye = "goodbye";

/// Sends everything back, until the client says goodbye or leaves; one client after the other, as
/// many as asked for.
int echo_server(const std::string& name,
                bool message,
                int clients,
                const std::function<void()>& ready) {
    const auto server = plain::create(name, message);
    ready();
    for (int i = 0; i < clients; ++i) {
        plain::accept(server);
        for (;;) {
            const auto request = plain::read(server);
            if (request.error != ERROR_SUCCESS) {
                if (request.error != ERROR_BROKEN_PIPE) {
                    return static_cast<int>(request.error);
                }
                break;
            }
            plain::write(server, request.data);
            if (text(request.data) == goodbye) {
                plain::check(FlushFileBuffers(server.get()), "FlushFileBuffers");
                break;
            }
        }
        plain::check(DisconnectNamedPipe(server.get()), "DisconnectNamedPipe");
    }
    return 0;
}

/// Sends and wants everything back.
int echo_client(const std::string& name, bool message) {
    const auto client = plain::open(name, message);
    for (const std::size_t size : {1, 511, 512, 513, 3000, 100'000}) {
        const auto data = pattern(size, size);
        plain::write(client, data);
        std::vector<std::byte> back;
        do {
            const auto part = plain::read(client);
            if (part.error != ERROR_SUCCESS) {
                return static_cast<int>(part.error);
            }
            back.insert(back.end(), part.data.begin(), part.data.end());
        } while (!message && back.size() < data.size());
        if (back != data) {
            return 1;
        }
    }
    if (message) {
        plain::write(client, {});
        const auto nothing = plain::read(client);
        if (nothing.error != ERROR_SUCCESS || !nothing.data.empty()) {
            return 2;
        }
    }
    return 0;
}

const child_role server_role{"plain_server", [](const auto& arguments) {
                                 return echo_server(arguments.at(0), arguments.at(1) == "message",
                                                    std::stoi(arguments.at(2)),
                                                    [] { tell_test("ready"); });
                             }};
const child_role client_role{"plain_client", [](const auto& arguments) {
                                 return echo_client(arguments.at(0), arguments.at(1) == "message");
                             }};

struct situation {
    channel_mode mode = channel_mode::byte;
    bool process = false;

    bool message() const { return mode == channel_mode::message; }
    std::string mode_name() const { return message() ? "message" : "byte"; }

    friend std::ostream& operator<<(std::ostream& out, const situation& what) {
        return out << (what.message() ? "Message" : "Byte")
                   << (what.process ? "Process" : "Thread");
    }
};

class PlainWin32 : public testing::TestWithParam<situation> {
protected:
    bool message() const { return GetParam().message(); }

    /// Starts the plain server; the result is its exit code.
    std::future<int> start_server(int clients) {
        if (GetParam().process) {
            auto child = child_process::start(
                "plain_server", {name_, GetParam().mode_name(), std::to_string(clients)});
            EXPECT_EQ(child.read_line(), "ready");
            return in_background(
                [child = std::move(child)]() mutable { return child.wait().value_or(-1); });
        }
        std::promise<void> ready;
        auto is_ready = ready.get_future();
        auto serving = in_background([this, clients, ready = std::move(ready)]() mutable {
            return echo_server(name_, message(), clients, [&] { ready.set_value(); });
        });
        is_ready.get();
        return serving;
    }

    std::future<int> start_client() {
        if (GetParam().process) {
            return in_background([child = child_process::start(
                                      "plain_client", {name_, GetParam().mode_name()})]() mutable {
                return child.wait().value_or(-1);
            });
        }
        return in_background([this] { return echo_client(name_, message()); });
    }

    std::string name_ = unique_name("plain");
};

INSTANTIATE_TEST_SUITE_P(As,
                         PlainWin32,
                         testing::Values(situation{channel_mode::byte, false},
                                         situation{channel_mode::byte, true},
                                         situation{channel_mode::message, false},
                                         situation{channel_mode::message, true}),
                         testing::PrintToStringParamName());

TEST_P(PlainWin32, ServerTalksWithAChannel) {
    auto serving = start_server(2);
    for (int client = 0; client < 2; ++client) {
        auto channel = channel::connect(
            name_, {.mode = GetParam().mode, .wait = std::chrono::nanoseconds(in_good_time)});
        EXPECT_EQ(channel.mode(), GetParam().mode);
        EXPECT_EQ(channel.direction(), channel_direction::duplex);
        EXPECT_FALSE(channel.is_server_end());
        for (const std::size_t size : {1, 511, 512, 513, 3000, 100'000}) {
            const auto data = pattern(size, size);
            auto reading = in_background(
                [&] { return message() ? channel.read_message() : read_exactly(channel, size); });
            channel.write(data);
            EXPECT_TRUE(reading.get() == data) << size;
        }
        if (message()) {
            channel.write({});
            EXPECT_EQ(next_message(channel), "");
        }
        channel.write(bytes(goodbye));
        EXPECT_EQ(text(read_exactly(channel, goodbye.size())), goodbye);
        // The server disconnects after its flush, or with no flush needed.
        std::error_code ec;
        std::vector<std::byte> buffer(16);
        channel.read_for(buffer, in_good_time, ec);
        EXPECT_EQ(ec, errc::not_connected);
    }
    EXPECT_EQ(serving.get(), 0);
}

TEST_P(PlainWin32, ClientTalksWithAListener) {
    auto listener = channel_listener::create(name_, {.mode = GetParam().mode});
    auto client = start_client();
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server);
    std::error_code ec;
    std::vector<std::byte> buffer(64 * 1024);
    for (;;) {
        if (message()) {
            const auto request = server->read_message_for(in_good_time, ec);
            if (!request) {
                break;
            }
            server->write(*request);
        } else {
            const auto got = server->read_for(buffer, in_good_time, ec);
            if (!got) {
                break;
            }
            server->write(std::span(buffer).first(got->size));
        }
    }
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), ERROR_BROKEN_PIPE);
    EXPECT_EQ(client.get(), 0);
}

// --- single calls, the plain side in this thread

TEST(PlainWin32Call, TransactAndCallReachAListener) {
    auto listener = channel_listener::create(unique_name("plain"), {.mode = channel_mode::message});
    auto serving = in_background([&] {
        for (int i = 0; i < 2; ++i) {
            auto server = listener.accept();
            auto reply = server.read_message();
            std::ranges::reverse(reply);
            server.write(reply);
            server.flush();
        }
    });
    const auto path = plain::pipe_path(listener.name());
    char request[] = {'a', 'b', 'c'};
    char reply[8] = {};
    DWORD size = 0;
    {
        const auto client = plain::open(listener.name(), true);
        plain::check(TransactNamedPipe(client.get(), request, sizeof request, reply, sizeof reply,
                                       &size, nullptr),
                     "TransactNamedPipe");
        EXPECT_EQ(std::string(reply, size), "cba");
    }
    plain::check(WaitNamedPipeW(path.c_str(), 20'000), "WaitNamedPipe");
    plain::check(
        CallNamedPipeW(path.c_str(), request, sizeof request, reply, sizeof reply, &size, 20'000),
        "CallNamedPipe");
    EXPECT_EQ(std::string(reply, size), "cba");
    serving.get();
}

TEST(PlainWin32Call, ACallReachesAPlainServer) {
    const auto name = unique_name("plain");
    std::promise<void> ready;
    auto serving =
        in_background([&] { return echo_server(name, true, 1, [&ready] { ready.set_value(); }); });
    ready.get_future().get();
    EXPECT_EQ(text(channel::call(name, bytes("question"))), "question");
    EXPECT_EQ(serving.get(), 0);
}

TEST(PlainWin32Call, AMessageLargerThanTheBufferComesInParts) {
    auto listener = channel_listener::create(unique_name("plain"), {.mode = channel_mode::message});
    const auto client = plain::open(listener.name(), true);
    auto server = listener.accept();
    server.write(bytes("0123456789"));
    DWORD available = 0;
    DWORD left = 0;
    char peeked[4] = {};
    plain::check(PeekNamedPipe(client.get(), peeked, sizeof peeked, nullptr, &available, &left),
                 "PeekNamedPipe");
    EXPECT_EQ(available, 10U);
    EXPECT_EQ(left, 6U);
    auto part = plain::read_part(client, 4);
    EXPECT_EQ(part.error, static_cast<DWORD>(ERROR_MORE_DATA));
    EXPECT_EQ(text(part.data), "0123");
    part = plain::read_part(client, 100);
    EXPECT_EQ(part.error, static_cast<DWORD>(ERROR_SUCCESS));
    EXPECT_EQ(text(part.data), "456789");

    plain::write(client, bytes("0123456789"));
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(server.read(buffer), (read_result{4, true}));
    EXPECT_EQ(text(server.read_message()), "456789");
}

TEST(PlainWin32Call, AnEmptyWriteIsNotTheEndOfAStream) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = plain::open(listener.name(), false);
    auto server = listener.accept();
    auto reading = in_background([&] { return next_text(server); });
    std::this_thread::sleep_for(20ms);
    plain::write(client, {});
    EXPECT_TRUE(still_blocked(reading));
    plain::write(client, bytes("data"));
    EXPECT_EQ(reading.get(), "data");
}

TEST(PlainWin32Call, AnEmptyMessageIsNotTheEndForWhoReadsBytes) {
    const auto name = unique_name("plain");
    const auto server = plain::create(name, true);
    auto client = channel::connect(name, {.mode = channel_mode::byte});
    plain::accept(server);
    plain::write(server, {});
    plain::write(server, bytes("a"));
    plain::write(server, {});
    plain::write(server, bytes("b"));
    EXPECT_EQ(text(read_exactly(client, 2)), "ab");
}

TEST(PlainWin32Call, DisconnectIsSeenByBoth) {
    const auto name = unique_name("plain");
    const auto server = plain::create(name, true);
    auto client = channel::connect(name, {.mode = channel_mode::message});
    plain::accept(server);
    plain::write(server, bytes("unread"));
    plain::check(DisconnectNamedPipe(server.get()), "DisconnectNamedPipe");
    const auto ec = error_of([&](auto& error) { client.read_message(error); });
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), ERROR_PIPE_NOT_CONNECTED);
}

TEST(PlainWin32Call, OneWayPipesGiveWhatTheyHave) {
    for (const DWORD way : {PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND}) {
        const auto name = unique_name("plain");
        const auto server = plain::create(name, true, way);
        auto client = channel::connect(name, {.mode = channel_mode::message});
        plain::accept(server);
        const bool inbound = way == PIPE_ACCESS_INBOUND;
        EXPECT_EQ(client.direction(),
                  inbound ? channel_direction::inbound : channel_direction::outbound);
        if (inbound) {
            client.write(bytes("up"));
            EXPECT_EQ(text(plain::read(server).data), "up");
            EXPECT_EQ(error_of([&](auto& ec) { client.read_message(ec); }), errc::access_denied);
        } else {
            plain::write(server, bytes("down"));
            EXPECT_EQ(next_message(client), "down");
            EXPECT_EQ(error_of([&](auto& ec) { client.write(bytes("x"), ec); }),
                      errc::access_denied);
        }
    }
}

TEST(PlainWin32Call, AByteChannelOfAPlainServerIsNotReadInMessages) {
    const auto name = unique_name("plain");
    const auto server = plain::create(name, false);
    std::error_code ec;
    const auto client = channel::connect(name, {.mode = channel_mode::message}, ec);
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_FALSE(client.is_open());
}

TEST(PlainWin32Call, APlainFlushWaitsForTheChannelToRead) {
    auto listener = channel_listener::create(unique_name("plain"));
    const auto client = plain::open(listener.name(), false);
    auto server = listener.accept();
    plain::write(client, bytes("data"));
    auto flushing = in_background([&] { return FlushFileBuffers(client.get()); });
    EXPECT_TRUE(still_blocked(flushing));
    EXPECT_EQ(next_text(server), "data");
    EXPECT_NE(flushing.get(), 0);
}

TEST(PlainWin32Call, AFurtherInstanceMayComeFromAPlainProgram) {
    const auto name = unique_name("plain");
    auto listener = channel_listener::create(name, {.mode = channel_mode::message});
    const auto other = plain::create(name, true);
    auto first = channel::connect(name, {.mode = channel_mode::message});
    auto second = channel::connect(name, {.mode = channel_mode::message});
    // Which instance serves whom is the system's choice.
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server);
    plain::accept(other);
    server->write(bytes("library"));
    plain::write(other, bytes("plain"));
    std::vector<std::string> got = {next_message(first), next_message(second)};
    std::ranges::sort(got);
    EXPECT_EQ(got, (std::vector<std::string>{"library", "plain"}));
}

TEST(PlainWin32Call, TheFirstCreatorDecidesWhatTheNameIs) {
    for (const DWORD way : {PIPE_ACCESS_DUPLEX, PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND}) {
        for (const bool message : {false, true}) {
            const auto name = unique_name("plain");
            const auto first = plain::create(name, message, way);
            const auto client_of_first = channel::connect(name);
            listener_options options;
            options.mode = message ? channel_mode::byte : channel_mode::message;
            options.direction = way == PIPE_ACCESS_DUPLEX    ? channel_direction::duplex
                                : way == PIPE_ACCESS_INBOUND ? channel_direction::inbound
                                                             : channel_direction::outbound;
            auto listener = channel_listener::create(name, options);
            const auto expected = message ? channel_mode::message : channel_mode::byte;
            const auto client = channel::connect(name, {.mode = expected});
            const auto server = listener.accept_for(in_good_time);
            ASSERT_TRUE(server);
            EXPECT_EQ(server->mode(), expected);
            EXPECT_EQ(server->read_mode(), expected);
            EXPECT_EQ(server->direction(), options.direction);
            EXPECT_EQ(client.mode(), expected);
        }
    }
}

} // namespace
} // namespace isthmus::test
