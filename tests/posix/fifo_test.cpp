#include "channel_testing.hpp"

#include <isthmus/name.hpp>

#include <sys/stat.h>

#include <filesystem>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

listener_options fifo_of(channel_direction direction) {
    return {.direction = direction, .carrier = transport::fifo};
}

/// Where the shell finds it.
std::string fifo_path(std::string_view name) {
    const std::filesystem::path socket = channel_address::parse(name).native_path();
    return (socket.parent_path() / "fifo").string();
}

child_process shell(const std::string& script, const std::string& path) {
    return child_process::start_program("sh", {"-c", script, "sh", path});
}

std::string read_to_end_as_text(channel& from) {
    std::error_code ec;
    auto data = text(read_to_end(from, ec));
    return ec == errc::broken ? data : data + "(" + ec.message() + ")";
}

TEST(Fifo, IsARealOne) {
    const auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    struct stat status {};
    ASSERT_EQ(stat(fifo_path(listener.name()).c_str(), &status), 0);
    EXPECT_TRUE(S_ISFIFO(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Fifo, HearsAnEchoOfTheShell) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    auto echo = shell("echo hello > \"$1\"", fifo_path(listener.name()));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(read_to_end_as_text(*server), "hello\n");
    EXPECT_EQ(echo.wait(), 0);
}

TEST(Fifo, IsHeardByCat) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    auto cat = shell("cat \"$1\"", fifo_path(listener.name()));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(bytes("hello\n"));
    server->write(bytes("cat\n"));
    EXPECT_EQ(cat.read_line(), "hello");
    EXPECT_EQ(cat.read_line(), "cat");
    server->close();
    EXPECT_EQ(cat.read_rest(), "");
    EXPECT_EQ(cat.wait(), 0);
}

TEST(Fifo, CarriesMuchFromTheShell) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    auto writer =
        shell("i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i+1)); done > \"$1\"",
              fifo_path(listener.name()));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    const auto got = read_to_end_as_text(*server);
    std::string expected;
    for (int i = 0; i < 20000; ++i)
        expected += "line " + std::to_string(i) + '\n';
    EXPECT_TRUE(got == expected) << got.size() << " of " << expected.size();
}

TEST(Fifo, CarriesMuchToCat) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    auto count = shell("cat \"$1\" | wc -c", fifo_path(listener.name()));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(pattern(1'000'000));
    server->close();
    EXPECT_EQ(std::stoul(count.read_line().value_or("0")), 1'000'000U);
}

TEST(Fifo, ServesOneShellAfterTheOther) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    auto server = channel();
    for (int i = 0; i < 5; ++i) {
        const auto words = "echo number " + std::to_string(i);
        auto echo = shell(words + " > \"$1\"", fifo_path(listener.name()));
        if (i == 0) {
            server = listener.accept_for(in_good_time).value();
        } else {
            ASSERT_TRUE(server.accept_for(in_good_time));
        }
        EXPECT_EQ(read_to_end_as_text(server), "number " + std::to_string(i) + '\n');
        EXPECT_EQ(echo.wait(), 0);
        server.disconnect();
    }
}

TEST(Fifo, AClientThatWroteAndLeftBeforeIsDelivered) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    EXPECT_EQ(shell("echo early > \"$1\"", fifo_path(listener.name())).wait(), 0);
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(read_to_end_as_text(*server), "early\n");
}

TEST(Fifo, WithoutAClientTimesOut) {
    for (const auto direction : {channel_direction::inbound, channel_direction::outbound}) {
        auto listener = channel_listener::create(unique_name("fifo"), fifo_of(direction));
        EXPECT_FALSE(listener.accept_for(20ms).has_value());
        EXPECT_FALSE(listener.accept_for(0ms).has_value());
        auto accepting =
            in_background([&] { return error_of([&](auto& ec) { listener.accept(ec); }); });
        EXPECT_EQ(cancel_until_done(accepting, [&] { listener.cancel(); }), errc::canceled);
    }
}

TEST(Fifo, ACatThatLeavesIsBroken) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    auto head = shell("head -c 5 \"$1\"", fifo_path(listener.name()));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(bytes("12345"));
    EXPECT_EQ(head.wait(), 0);
    std::error_code ec;
    server->write(bytes("more"), ec);
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), 232);
}

TEST(Fifo, InboundServesAClientOfTheLibrary) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    auto client = channel::connect(listener.name());
    client.write(bytes("hello"));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "hello");
    EXPECT_EQ(client.direction(), channel_direction::inbound);
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(error_of([&](auto& ec) { client.read(buffer, ec); }), errc::access_denied);
    EXPECT_EQ(error_of([&](auto& ec) { server->write(buffer, ec); }), errc::access_denied);
    client.close();
    EXPECT_EQ(error_of([&](auto& ec) { server->read(buffer, ec); }), errc::broken);
}

TEST(Fifo, OutboundServesAClientOfTheLibrary) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    auto client = channel::connect(listener.name());
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(bytes("hello"));
    EXPECT_EQ(next_text(client), "hello");
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(client.read_for(buffer, 1ms), std::nullopt);
    server->close();
    EXPECT_EQ(error_of([&](auto& ec) { client.read(buffer, ec); }), errc::broken);
}

TEST(Fifo, DisconnectEndsABlockedReadOfTheServer) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    auto client = channel::connect(listener.name());
    client.write(bytes("x")); // or it would not count as connected
    auto server = listener.accept_for(in_good_time).value();
    EXPECT_EQ(next_text(server), "x");
    std::vector<std::byte> buffer(4);
    auto reading =
        in_background([&] { return error_of([&](auto& ec) { server.read(buffer, ec); }); });
    EXPECT_TRUE(still_blocked(reading));
    server.disconnect();
    const auto ec = reading.get();
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(Fifo, DisconnectEndsABlockedReadOfTheClient) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    auto client = channel::connect(listener.name());
    auto server = listener.accept_for(in_good_time).value();
    std::vector<std::byte> buffer(4);
    auto reading =
        in_background([&] { return error_of([&](auto& ec) { client.read(buffer, ec); }); });
    EXPECT_TRUE(still_blocked(reading));
    server.disconnect();
    EXPECT_EQ(reading.get(), errc::broken); // a FIFO cannot tell more
}

TEST(Fifo, DisconnectEndsABlockedWriteOfTheServer) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    const auto client = channel::connect(listener.name());
    auto server = listener.accept_for(in_good_time).value();
    auto writing = in_background(
        [&] { return error_of([&](auto& ec) { server.write(pattern(1'000'000), ec); }); });
    EXPECT_TRUE(still_blocked(writing));
    server.disconnect();
    const auto ec = writing.get();
    EXPECT_EQ(ec, errc::not_connected);
    EXPECT_EQ(ec.value(), 233);
}

TEST(Fifo, DisconnectEndsABlockedWriteOfTheClient) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    auto client = channel::connect(listener.name());
    auto writing = in_background(
        [&] { return error_of([&](auto& ec) { client.write(pattern(1'000'000), ec); }); });
    auto server = listener.accept_for(in_good_time).value();
    EXPECT_TRUE(still_blocked(writing));
    server.disconnect();
    EXPECT_EQ(writing.get(), errc::broken);
}

TEST(Fifo, HasOneInstance) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::outbound));
    EXPECT_EQ(error_of([&](auto& ec) {
                  channel_listener::create(listener.name(), fifo_of(channel_direction::outbound),
                                           ec);
              }),
              errc::busy);
    const auto client = channel::connect(listener.name());
    EXPECT_EQ(error_of([&](auto& ec) { channel::connect(listener.name(), {}, ec); }), errc::busy);
}

TEST(Fifo, RefusesWhatAFifoCannotDo) {
    const auto refused = [](const listener_options& options) {
        return error_of(
            [&](auto& ec) { channel_listener::create(unique_name("fifo"), options, ec); });
    };
    EXPECT_EQ(refused({.direction = channel_direction::duplex, .carrier = transport::fifo}),
              errc::invalid_argument);
    EXPECT_EQ(refused({.mode = channel_mode::message,
                       .direction = channel_direction::inbound,
                       .carrier = transport::fifo}),
              errc::invalid_argument);
    EXPECT_EQ(refused({.direction = channel_direction::inbound,
                       .max_instances = 2,
                       .carrier = transport::fifo}),
              errc::invalid_argument);
    EXPECT_EQ(refused({.direction = channel_direction::inbound,
                       .max_instances = 1,
                       .carrier = transport::fifo}),
              std::error_code());
}

TEST(Fifo, IsGoneWithItsListener) {
    auto listener =
        channel_listener::create(unique_name("fifo"), fifo_of(channel_direction::inbound));
    const std::string name = listener.name();
    listener.close();
    EXPECT_FALSE(std::filesystem::exists(fifo_path(name)));
    EXPECT_EQ(error_of([&](auto& ec) { channel::connect(name, {}, ec); }), errc::not_found);
}

} // namespace
} // namespace isthmus::test
