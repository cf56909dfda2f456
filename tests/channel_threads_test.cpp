#include "channel_testing.hpp"

#include <algorithm>
#include <array>
#include <atomic>

/// Many threads on one end.

namespace isthmus::test {
namespace {

TEST(ChannelThreads, MessagesOfManyWritersStayWholeForManyReaders) {
    auto [listener, server, client] = make_message_connection();
    constexpr int threads = 4;
    const auto each = static_cast<int>(scaled(500));
    const auto size_of = [](int i) { return static_cast<std::size_t>((i * 7919) % 9000 + 1); };
    std::vector<std::future<void>> writing;
    for (int t = 0; t < threads; ++t) {
        writing.push_back(in_background([&end = client, t, each, &size_of] {
            for (int i = 0; i < each; ++i) {
                end.write(std::vector<std::byte>(size_of(i), static_cast<std::byte>(t)));
            }
        }));
    }
    std::atomic<int> left = threads * each;
    std::vector<std::future<std::array<std::size_t, threads>>> reading;
    for (int t = 0; t < threads; ++t) {
        reading.push_back(in_background([&end = server, &left] {
            std::array<std::size_t, threads> seen{};
            while (left.fetch_sub(1) > 0) {
                const auto message = end.read_message();
                if (message.empty())
                    throw std::runtime_error("an empty message");
                const auto first = message.front();
                if (std::ranges::any_of(message, [&](auto b) { return b != first; })) {
                    throw std::runtime_error("a mixed message");
                }
                seen.at(std::to_integer<std::size_t>(first)) += message.size();
            }
            return seen;
        }));
    }
    for (auto& writer : writing)
        writer.get();
    std::array<std::size_t, threads> total{};
    for (auto& reader : reading) {
        const auto seen = reader.get();
        for (std::size_t t = 0; t < total.size(); ++t)
            total[t] += seen[t];
    }
    std::size_t expected = 0;
    for (int i = 0; i < each; ++i)
        expected += size_of(i);
    for (const auto sum : total)
        EXPECT_EQ(sum, expected);
}

TEST(ChannelThreads, ByteWritesOfManyThreadsStayWhole) {
    auto [listener, server, client] = make_connection();
    constexpr std::size_t threads = 4;
    constexpr std::size_t block = 150'001;
    const auto each = static_cast<int>(scaled(20));
    std::vector<std::future<void>> writing;
    for (std::size_t t = 0; t < threads; ++t) {
        writing.push_back(in_background([&end = client, t, each] {
            const std::vector<std::byte> data(block, static_cast<std::byte>(t));
            for (int i = 0; i < each; ++i)
                end.write(data);
        }));
    }
    for (int i = 0; i < each * static_cast<int>(threads); ++i) {
        const auto data = read_exactly(server, block);
        ASSERT_TRUE(std::ranges::all_of(data, [&](auto b) { return b == data.front(); }));
    }
    for (auto& writer : writing)
        writer.get();
}

TEST(ChannelThreads, BothDirectionsAtOnceDoNotWaitForEachOther) {
    auto [listener, server, client] = make_message_connection();
    const auto count = static_cast<int>(scaled(300));
    const auto message = pattern(50'000);
    const auto write_all = [&](channel& end) {
        return in_background([&] {
            for (int i = 0; i < count; ++i)
                end.write(message);
        });
    };
    const auto read_all = [&](channel& end) {
        return in_background([&] {
            for (int i = 0; i < count; ++i) {
                if (end.read_message() != message)
                    return false;
            }
            return true;
        });
    };
    auto server_writes = write_all(server);
    auto client_writes = write_all(client);
    auto server_reads = read_all(server);
    auto client_reads = read_all(client);
    EXPECT_TRUE(server_reads.get());
    EXPECT_TRUE(client_reads.get());
    server_writes.get();
    client_writes.get();
}

TEST(ChannelThreads, AWriterGoesOnWhileAReaderBlocksOnTheSameEnd) {
    auto [listener, server, client] = make_message_connection();
    auto reading = in_background([&end = client] { return next_message(end); });
    EXPECT_TRUE(still_blocked(reading));
    client.write(bytes("from the same end"));
    EXPECT_EQ(next_message(server), "from the same end");
    server.write(bytes("reply"));
    EXPECT_EQ(reading.get(), "reply");
}

TEST(ChannelThreads, CancelReachesEveryBlockedThread) {
    auto [listener, server, client] = make_message_connection();
    std::vector<std::future<std::error_code>> calls;
    for (int i = 0; i < 3; ++i) {
        calls.push_back(in_background(
            [&end = client] { return error_of([&](auto& ec) { end.read_message(ec); }); }));
    }
    for (auto& call : calls) {
        EXPECT_EQ(cancel_until_done(call, [&end = client] { end.cancel(); }), errc::canceled);
    }
    server.write(bytes("still works"));
    EXPECT_EQ(next_message(client), "still works");
}

} // namespace
} // namespace isthmus::test
