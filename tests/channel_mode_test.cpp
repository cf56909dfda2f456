#include "channel_testing.hpp"

namespace isthmus::test {
namespace {

// --- messages

TEST(ChannelMode, AMessageArrivesWhole) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("one"));
    client.write(bytes("two, longer"));
    EXPECT_EQ(next_message(server), "one");
    EXPECT_EQ(next_message(server), "two, longer");
}

TEST(ChannelMode, MessagesTravelBothWays) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("request"));
    server.write(bytes("unasked"));
    EXPECT_EQ(next_message(server), "request");
    EXPECT_EQ(next_message(client), "unasked");
}

TEST(ChannelMode, ASmallBufferGetsTheFirstPartAndMoreData) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("0123456789"));
    client.write(bytes("next"));

    std::vector<std::byte> buffer(4);
    EXPECT_EQ(server.read(buffer), (read_result{4, true}));
    EXPECT_EQ(text(buffer), "0123");
    EXPECT_EQ(server.read(buffer), (read_result{4, true}));
    EXPECT_EQ(text(buffer), "4567");
    EXPECT_EQ(server.read(buffer), (read_result{2, false}));
    EXPECT_EQ(text(std::span(buffer).first(2)), "89");
    EXPECT_EQ(server.read(buffer), (read_result{4, false}));
    EXPECT_EQ(text(buffer), "next");
}

TEST(ChannelMode, ABufferOfExactlyTheMessageHasNoMoreData) {
    auto [listener, server, client] = make_message_connection();
    server.write(bytes("12345"));
    std::vector<std::byte> buffer(5);
    EXPECT_EQ(client.read(buffer), (read_result{5, false}));
}

TEST(ChannelMode, ALargeBufferGetsOneMessageOnly) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("abc"));
    client.write(bytes("def"));
    std::vector<std::byte> buffer(100);
    EXPECT_EQ(server.read(buffer), (read_result{3, false}));
    EXPECT_EQ(server.read(buffer), (read_result{3, false}));
    EXPECT_EQ(text(std::span(buffer).first(3)), "def");
}

TEST(ChannelMode, ReadMessageReturnsTheRestOfAMessageBegun) {
    auto [listener, server, client] = make_message_connection();
    client.write(bytes("0123456789"));
    client.write(bytes("next"));
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(server.read(buffer), (read_result{4, true}));
    EXPECT_EQ(next_message(server), "456789");
    EXPECT_EQ(next_message(server), "next");
}

TEST(ChannelMode, AnEmptyMessageIsAMessage) {
    auto [listener, server, client] = make_message_connection();
    client.write({});
    client.write(bytes("x"));
    client.write({});
    client.write({});
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(server.read(buffer), (read_result{0, false}));
    EXPECT_EQ(server.read(buffer), (read_result{1, false}));
    EXPECT_EQ(next_message(server), "");
    EXPECT_EQ(next_message(server), "");
    EXPECT_EQ(server.read_for(buffer, std::chrono::milliseconds(0)), std::nullopt);
}

TEST(ChannelMode, AnEmptyMessageWakesABlockedReader) {
    auto [listener, server, client] = make_message_connection();
    auto reading = in_background([&end = server] { return next_message(end); });
    EXPECT_TRUE(still_blocked(reading));
    client.write({});
    EXPECT_EQ(reading.get(), "");
}

TEST(ChannelMode, BoundariesHoldForOddSizesAndBuffers) {
    auto [listener, server, client] = make_message_connection();
    constexpr std::size_t sizes[] = {1,    2,    3,     7,     255,    256,   257,    1021,
                                     4095, 4096, 4097,  10007, 65535,  65536, 65537,  0,
                                     1,    99,   70001, 8191,  131071, 5,     100003, 0};
    constexpr std::size_t buffers[] = {1, 7, 64, 1000, 4096, 65536, 200000};
    constexpr std::size_t most_reads = 5000; // of one message: each may be a slow system call
    for (const auto buffer_size : buffers) {
        // Without a reader a system may take no more than one message at a time.
        auto writing = in_background([&end = client, &sizes, buffer_size] {
            for (const auto size : sizes) {
                if (size <= most_reads * buffer_size)
                    end.write(pattern(size, size));
            }
        });
        std::vector<std::byte> buffer(buffer_size);
        for (const auto size : sizes) {
            if (size > most_reads * buffer_size)
                continue;
            std::vector<std::byte> message;
            for (bool more = true; more;) {
                const auto got = server.read(buffer);
                message.insert(message.end(), buffer.begin(),
                               buffer.begin() + static_cast<std::ptrdiff_t>(got.size));
                more = got.more_data;
                // Only the last part may fall short of the buffer.
                if (more) {
                    ASSERT_EQ(got.size, buffer_size);
                }
            }
            ASSERT_EQ(message.size(), size) << "read by " << buffer_size;
            ASSERT_EQ(message, pattern(size, size)) << size << " read by " << buffer_size;
        }
        writing.get();
    }
}

// --- sizes

class ChannelSize : public testing::TestWithParam<std::size_t> {};

TEST_P(ChannelSize, AMessageGoesThereAndBack) {
    auto [listener, server, client] = make_message_connection();
    const auto sent = pattern(GetParam());
    auto echo = in_background([&end = server] { end.write(end.read_message()); });
    client.write(sent);
    EXPECT_TRUE(client.read_message() == sent);
    echo.get();
}

TEST_P(ChannelSize, BytesGoThereAndBack) {
    auto [listener, server, client] = make_connection();
    const auto sent = pattern(GetParam());
    auto echo =
        in_background([&end = server, size = sent.size()] { end.write(read_exactly(end, size)); });
    client.write(sent);
    EXPECT_TRUE(read_exactly(client, sent.size()) == sent);
    echo.get();
}

INSTANTIATE_TEST_SUITE_P(Bytes,
                         ChannelSize,
                         testing::Values(0, 1, 64 * 1024, 64 * 1024 * 1024),
                         testing::PrintToStringParamName());

TEST(ChannelMode, AMessageMayBeMuchLargerThanTheBuffers) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .buffer_size = 1});
    const auto sent = pattern(3'000'001);
    auto writing = in_background([&end = server, &sent] { end.write(sent); });
    EXPECT_TRUE(client.read_message() == sent);
    writing.get();
}

TEST(ChannelMode, AMessageOverTheLimitIsRefusedWhole) {
    auto [listener, server, client] = make_message_connection();
    // Never touched, so no page of it is ever made.
    const std::vector<std::byte> huge(max_message_size + 1);
    std::error_code ec;
    client.write(huge, ec);
    EXPECT_EQ(ec, errc::message_too_large);
    client.write(bytes("small"));
    EXPECT_EQ(next_message(server), "small");
}

// --- bytes

TEST(ChannelMode, BytesHaveNoBoundaries) {
    auto [listener, server, client] = make_connection();
    client.write(bytes("abc"));
    client.write(bytes("def"));
    client.write(bytes("g"));
    EXPECT_EQ(text(read_exactly(server, 2)), "ab");
    EXPECT_EQ(text(read_exactly(server, 5)), "cdefg");
}

TEST(ChannelMode, AByteReadReturnsWhatThereIs) {
    auto [listener, server, client] = make_connection();
    client.write(bytes("abc"));
    std::vector<std::byte> buffer(100);
    EXPECT_EQ(server.read(buffer), (read_result{3, false}));
    EXPECT_EQ(text(std::span(buffer).first(3)), "abc");
}

TEST(ChannelMode, AnEmptyByteWriteDisturbsNothing) {
    auto [listener, server, client] = make_connection();
    client.write(bytes("abc"));
    client.write({});
    client.write(bytes("def"));
    EXPECT_EQ(text(read_exactly(server, 6)), "abcdef");
}

TEST(ChannelMode, AByteReaderOfAMessageChannelReadsAcrossBoundaries) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message}, {.mode = channel_mode::byte});
    server.write(bytes("abc"));
    server.write(bytes("defg"));
    EXPECT_EQ(client.mode(), channel_mode::message);
    EXPECT_EQ(client.read_mode(), channel_mode::byte);
    std::vector<std::byte> buffer(5);
    EXPECT_EQ(client.read(buffer), (read_result{5, false}));
    EXPECT_EQ(text(buffer), "abcde");
    EXPECT_EQ(client.read(buffer), (read_result{2, false}));
    EXPECT_EQ(text(std::span(buffer).first(2)), "fg");
}

TEST(ChannelMode, AByteReaderOfAMessageChannelWritesMessages) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message}, {.mode = channel_mode::byte});
    client.write(bytes("one"));
    client.write(bytes("two"));
    EXPECT_EQ(next_message(server), "one");
    EXPECT_EQ(next_message(server), "two");
}

// --- wrong modes

TEST(ChannelMode, ReadMessageNeedsMessageModeForReading) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message}, {.mode = channel_mode::byte});
    std::error_code ec;
    client.read_message(ec);
    EXPECT_EQ(ec, errc::wrong_mode);
    EXPECT_EQ(ec.value(), 230);
}

TEST(ChannelMode, ReadMessageOnAByteChannelIsWrongMode) {
    auto [listener, server, client] = make_connection();
    EXPECT_EQ(error_of([&end = server](auto& ec) { end.read_message(ec); }), errc::wrong_mode);
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.read_message(ec); }), errc::wrong_mode);
}

TEST(ChannelMode, AByteChannelCannotBeReadInMessages) {
    const auto listener = channel_listener::create(unique_name("channel"));
    std::error_code ec;
    const auto client = channel::connect(listener.name(), {.mode = channel_mode::message}, ec);
    EXPECT_EQ(ec, errc::invalid_argument);
    EXPECT_EQ(ec.value(), 87);
    EXPECT_FALSE(client.is_open());
}

TEST(ChannelMode, BothEndsKnowHowTheChannelCarriesData) {
    auto [listener, server, client] = make_message_connection();
    EXPECT_EQ(server.mode(), channel_mode::message);
    EXPECT_EQ(server.read_mode(), channel_mode::message);
    EXPECT_EQ(client.mode(), channel_mode::message);
    EXPECT_EQ(client.read_mode(), channel_mode::message);
    EXPECT_TRUE(server.is_server_end());
    EXPECT_FALSE(client.is_server_end());
}

// --- no channel at all

TEST(ChannelMode, AClosedOrMovedFromChannelIsAnInvalidHandle) {
    auto [listener, server, client] = make_message_connection();
    const channel moved = std::move(client);
    channel none;
    std::vector<std::byte> buffer(1);
    const auto errors = [&buffer](channel& c) {
        return std::vector{
            error_of([&](auto& ec) { c.read(buffer, ec); }),
            error_of([&](auto& ec) { c.read_message(ec); }),
            error_of([&](auto& ec) { c.write(buffer, ec); }),
            error_of([&](auto& ec) { c.peek(buffer, ec); }),
            error_of([&](auto& ec) { c.transact(buffer, ec); }),
            error_of([&](auto& ec) { c.flush(ec); }),
            error_of([&](auto& ec) { c.disconnect(ec); }),
            error_of([&](auto& ec) { c.accept(ec); }),
            error_of([&](auto& ec) { c.peer(ec); }),
        };
    };
    server.close();
    for (auto* closed : {&none, &client, &server}) { // NOLINT(bugprone-use-after-move)
        EXPECT_FALSE(closed->is_open());
        for (const auto& ec : errors(*closed)) {
            EXPECT_EQ(ec, errc::invalid_handle);
        }
        closed->cancel();
        closed->close();
    }
}

TEST(ChannelMode, ErrorsNameTheOperationAndTheChannel) {
    auto [listener, server, client] = make_connection();
    try {
        client.read_message();
        FAIL() << "no error";
    } catch (const error& caught) {
        EXPECT_EQ(caught.code(), errc::wrong_mode);
        EXPECT_EQ(caught.object(), listener.name());
        EXPECT_NE(std::string_view(caught.what()).find(listener.name()), std::string_view::npos);
    }
}

} // namespace
} // namespace isthmus::test
