#include "channel_testing.hpp"

#include <set>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// Serves one client: tells "ready", greets the first client with its own name, keeps everything
/// open until the test says so. Arguments: channel name, greeting, maximum of instances, mode.
const child_role greeter("greeter", [](const std::vector<std::string>& arguments) {
    auto listener = channel_listener::create(
        arguments.at(0),
        {.mode = arguments.at(3) == "message" ? channel_mode::message : channel_mode::byte,
         .max_instances = static_cast<unsigned>(std::stoul(arguments.at(2)))});
    tell_test("ready");
    auto client = listener.accept();
    client.write(bytes(arguments.at(1)));
    wait_for_test_to_end();
    return 0;
});

/// Tries to create an instance of the name and tells "created" or the reason.
const child_role creator("creator", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    const auto listener = channel_listener::create(
        arguments.at(0), {.first_instance_only = arguments.at(1) == "first"}, ec);
    tell_test(!ec                         ? "created"
              : ec == errc::access_denied ? "access denied"
              : ec == errc::busy          ? "busy"
                                          : ec.message());
    wait_for_test_to_end();
    return 0;
});

child_process start_greeter(const std::string& name,
                            const std::string& greeting,
                            unsigned max_instances = unlimited_instances,
                            const std::string& mode = "byte") {
    auto child =
        child_process::start("greeter", {name, greeting, std::to_string(max_instances), mode});
    if (child.read_line() != "ready")
        throw std::runtime_error("the greeter is not ready");
    return child;
}

// --- directions

TEST(ChannelDirection, DuplexCarriesBothWays) {
    auto [listener, server, client] = make_connection({.direction = channel_direction::duplex});
    client.write(bytes("up"));
    server.write(bytes("down"));
    EXPECT_EQ(next_text(server), "up");
    EXPECT_EQ(next_text(client), "down");
    EXPECT_EQ(server.direction(), channel_direction::duplex);
    EXPECT_EQ(client.direction(), channel_direction::duplex);
}

class ChannelOneWay : public testing::TestWithParam<channel_direction> {
protected:
    bool inbound() const { return GetParam() == channel_direction::inbound; }
    channel& writer() { return inbound() ? c_.client : c_.server; }
    channel& reader() { return inbound() ? c_.server : c_.client; }

    connection c_ = make_connection({.direction = GetParam()});
};

INSTANTIATE_TEST_SUITE_P(Direction,
                         ChannelOneWay,
                         testing::Values(channel_direction::inbound, channel_direction::outbound),
                         [](const auto& direction) {
                             return direction.param == channel_direction::inbound ? "Inbound"
                                                                                  : "Outbound";
                         });

TEST_P(ChannelOneWay, CarriesOneWay) {
    writer().write(bytes("this way"));
    EXPECT_EQ(next_text(reader()), "this way");
    EXPECT_EQ(c_.server.direction(), GetParam());
    EXPECT_EQ(c_.client.direction(), GetParam());
}

TEST_P(ChannelOneWay, RefusesTheOther) {
    std::vector<std::byte> buffer(4);
    const auto reading = error_of([&](auto& ec) { writer().read(buffer, ec); });
    EXPECT_EQ(reading, errc::access_denied);
    EXPECT_EQ(reading.value(), 5);
    const auto writing = error_of([&](auto& ec) { reader().write(buffer, ec); });
    EXPECT_EQ(writing, errc::access_denied);
    EXPECT_EQ(writing.value(), 5);
    const auto peeking = error_of([&](auto& ec) { writer().peek(buffer, ec); });
    EXPECT_EQ(peeking, errc::access_denied);
    // The right way still works.
    writer().write(bytes("this way"));
    EXPECT_EQ(next_text(reader()), "this way");
}

TEST_P(ChannelOneWay, CloseOfTheWriterIsSeenByTheReader) {
    writer().write(bytes("last"));
    writer().close();
    EXPECT_EQ(next_text(reader()), "last");
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(error_of([&](auto& ec) { reader().read(buffer, ec); }), errc::broken);
}

TEST_P(ChannelOneWay, CloseOfTheReaderIsSeenByTheWriter) {
    reader().close();
    EXPECT_EQ(error_of([&](auto& ec) { writer().write(bytes("x"), ec); }), errc::broken);
}

TEST_P(ChannelOneWay, CarriesMessages) {
    auto [listener, server, client] =
        make_connection({.mode = channel_mode::message, .direction = GetParam()});
    auto& from = inbound() ? client : server;
    auto& to = inbound() ? server : client;
    from.write(bytes("one"));
    from.write(bytes("two"));
    EXPECT_EQ(next_message(to), "one");
    EXPECT_EQ(next_message(to), "two");
}

TEST_P(ChannelOneWay, AClientAskingForTheOtherWayIsRefused) {
    if (under_wine())
        GTEST_SKIP() << "Wine takes an instance before it checks the rights";
    const auto right = inbound() ? rights::write_only : rights::read_only;
    const auto wrong = inbound() ? rights::read_only : rights::write_only;
    EXPECT_EQ(connection_error(c_.listener.name(), {.access_rights = wrong}), errc::access_denied);
    EXPECT_EQ(connection_error(c_.listener.name(), {.access_rights = rights::read_write}),
              errc::access_denied);
    EXPECT_EQ(connection_error(c_.listener.name(), {.access_rights = right}), std::error_code());
}

TEST(ChannelDirection, AClientMayAskForLessThanThereIs) {
    auto [listener, server, client] = make_connection({}, {.access_rights = rights::read_only});
    server.write(bytes("down"));
    EXPECT_EQ(next_text(client), "down");
    EXPECT_EQ(error_of([&end = client](auto& ec) { end.write(bytes("up"), ec); }),
              errc::access_denied);

    auto writing = connect_to(std::move(listener), {.access_rights = rights::write_only});
    writing.client.write(bytes("up"));
    EXPECT_EQ(next_text(writing.server), "up");
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(error_of([&](auto& ec) { writing.client.read(buffer, ec); }), errc::access_denied);
}

TEST(ChannelDirection, AFurtherInstanceInAnotherDirectionIsRefused) {
    constexpr channel_direction all[] = {channel_direction::duplex, channel_direction::inbound,
                                         channel_direction::outbound};
    for (const auto first : all) {
        const auto listener =
            channel_listener::create(unique_name("channel"), {.direction = first});
        for (const auto second : all) {
            const auto ec = creation_error(listener.name(), {.direction = second});
            if (first == second) {
                EXPECT_EQ(ec, std::error_code());
            } else {
                EXPECT_EQ(ec, errc::access_denied);
                EXPECT_EQ(ec.value(), 5);
            }
        }
    }
}

// --- how many

TEST(ChannelInstances, OneOverTheMaximumIsBusy) {
    const auto name = unique_name("channel");
    const auto one = channel_listener::create(name, {.max_instances = 2});
    auto two = channel_listener::create(name, {.max_instances = 2});
    const auto ec = creation_error(name, {.max_instances = 2});
    EXPECT_EQ(ec, errc::busy);
    EXPECT_EQ(ec.value(), 231);
    two.close();
    EXPECT_EQ(creation_error(name, {.max_instances = 2}), std::error_code());
}

TEST(ChannelInstances, AcceptedOnesCount) {
    auto [listener, server, client] = make_connection({.max_instances = 2});
    // One is accepted, one listens.
    EXPECT_EQ(creation_error(listener.name(), {.max_instances = 2}), errc::busy);
    auto second = channel::connect(listener.name());
    EXPECT_EQ(connection_error(listener.name()), errc::busy);
}

TEST(ChannelInstances, TheMaximumIsThatOfTheFirstCreator) {
    const auto name = unique_name("channel");
    const auto one = channel_listener::create(name, {.max_instances = 3});
    const auto two = channel_listener::create(name, {.max_instances = 1});
    const auto three = channel_listener::create(name, {.max_instances = 100});
    EXPECT_EQ(creation_error(name, {.max_instances = 100}), errc::busy);
}

TEST(ChannelInstances, TheModeIsThatOfTheFirstCreator) {
    const auto name = unique_name("channel");
    auto first = channel_listener::create(name, {.mode = channel_mode::byte, .max_instances = 2});
    auto second =
        channel_listener::create(name, {.mode = channel_mode::message, .max_instances = 2});
    channel clients[] = {channel::connect(name), channel::connect(name)};
    channel servers[] = {first.accept_for(in_good_time).value(),
                         second.accept_for(in_good_time).value()};
    for (auto& server : servers) {
        EXPECT_EQ(server.mode(), channel_mode::byte);
        server.write(bytes("abc"));
        server.write(bytes("def"));
    }
    for (auto& client : clients) {
        EXPECT_EQ(client.mode(), channel_mode::byte);
        EXPECT_EQ(text(read_exactly(client, 6)), "abcdef");
    }
}

TEST(ChannelInstances, TheDefaultTimeoutIsThatOfTheFirstCreator) {
    const auto name = unique_name("channel");
    const auto first =
        channel_listener::create(name, {.max_instances = 2, .default_timeout = 30ms});
    const auto second = channel_listener::create(name, {.max_instances = 2, .default_timeout = 1h});
    const channel clients[] = {channel::connect(name), channel::connect(name)};
    EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel(name, ec); }), errc::timed_out);
}

TEST(ChannelInstances, ImpossibleOptionsAreRefused) {
    const auto name = unique_name("channel");
    EXPECT_EQ(creation_error(name, {.max_instances = 0}), errc::invalid_argument);
    EXPECT_EQ(creation_error(name, {.max_instances = 256}), errc::invalid_argument);
    EXPECT_EQ(creation_error(name, {.default_timeout = -1ms}), errc::invalid_argument);
    EXPECT_EQ(creation_error(name, {.mode = channel_mode{7}}), errc::invalid_argument);
    EXPECT_EQ(creation_error(name, {.direction = channel_direction{3}}), errc::invalid_argument);
    EXPECT_EQ(creation_error(name, {.who = access{9}}), errc::invalid_argument);
    EXPECT_EQ(error_of([&](auto& ec) { channel::connect(name, {.mode = channel_mode{7}}, ec); }),
              errc::invalid_argument);
    EXPECT_EQ(connection_error(name), errc::not_found);
    EXPECT_EQ(creation_error(name, {.max_instances = 254}), std::error_code());
}

TEST(ChannelInstances, ManyMayListen) {
    const auto name = unique_name("channel");
    std::vector<channel_listener> listeners;
    std::vector<channel> clients;
    for (int i = 0; i < 20; ++i)
        listeners.push_back(channel_listener::create(name));
    for (int i = 0; i < 20; ++i)
        clients.push_back(channel::connect(name));
    EXPECT_EQ(connection_error(name), errc::busy);
    std::set<std::string> heard;
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        auto server = listeners[i].accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        server->write(bytes(std::to_string(i)));
        clients.push_back(std::move(*server));
    }
    for (std::size_t i = 0; i < listeners.size(); ++i)
        heard.insert(next_text(clients[i]));
    EXPECT_EQ(heard.size(), listeners.size());
}

TEST(ChannelInstances, ABufferOfAnySizeIsAHint) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20}) {
        auto [listener, server, client] = make_connection({.buffer_size = size});
        auto writing = in_background([&end = client] { end.write(pattern(300'000)); });
        EXPECT_TRUE(read_exactly(server, 300'000) == pattern(300'000));
        writing.get();
    }
}

// --- first instance only

TEST(ChannelFirstInstance, OnlyRefusesANameInUse) {
    if (under_wine())
        GTEST_SKIP() << "Wine ignores FILE_FLAG_FIRST_PIPE_INSTANCE";
    auto first = channel_listener::create(unique_name("channel"), {.first_instance_only = true});
    const std::string name = first.name();
    const auto ec = creation_error(name, {.first_instance_only = true});
    EXPECT_EQ(ec, errc::access_denied);
    EXPECT_EQ(ec.value(), 5);
    first.close();
    EXPECT_EQ(creation_error(name, {.first_instance_only = true}), std::error_code());
}

TEST(ChannelFirstInstance, OnlyRefusesANameThatAnotherProcessUses) {
    if (under_wine())
        GTEST_SKIP() << "Wine ignores FILE_FLAG_FIRST_PIPE_INSTANCE";
    const auto first = channel_listener::create(unique_name("channel"));
    auto child = child_process::start("creator", {first.name(), "first"});
    EXPECT_EQ(child.read_line(), "access denied");
}

TEST(ChannelFirstInstance, OnlyIsAboutTheCreatorItselfNotTheFollowing) {
    const auto first =
        channel_listener::create(unique_name("channel"), {.first_instance_only = true});
    EXPECT_EQ(creation_error(first.name(), {}), std::error_code());
}

TEST(ChannelFirstInstance, OnlyDoesNotHinderTheListenersOwnInstances) {
    auto [listener, server, client] = make_connection({.first_instance_only = true});
    const auto again = channel::connect(listener.name());
    EXPECT_TRUE(listener.accept_for(in_good_time).has_value());
}

// --- several processes

TEST(ChannelProcesses, OneNameIsServedBySeveral) {
    const auto name = unique_name("channel");
    auto listener = channel_listener::create(name, {.max_instances = 3});
    auto one = start_greeter(name, "one", 3);
    auto two = start_greeter(name, "two", 3);
    EXPECT_EQ(creation_error(name, {.max_instances = 3}), errc::busy);
    channel clients[] = {channel::connect(name), channel::connect(name), channel::connect(name)};
    EXPECT_EQ(connection_error(name), errc::busy);
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(bytes("parent"));
    std::set<std::string> heard;
    for (auto& client : clients)
        heard.insert(next_text(client));
    EXPECT_EQ(heard, (std::set<std::string>{"one", "two", "parent"}));
    for (auto* child : {&one, &two}) {
        child->close_input();
        EXPECT_EQ(child->wait(), 0);
    }
}

TEST(ChannelProcesses, TheNameOutlivesTheProcessThatMadeIt) {
    const auto name = unique_name("channel");
    auto maker = start_greeter(name, "maker", 2, "message");
    auto listener = channel_listener::create(name, {.max_instances = 100});
    maker.kill_and_wait();
    // What the maker decided still holds.
    const auto second = channel_listener::create(name);
    EXPECT_EQ(creation_error(name, {}), errc::busy);
    channel clients[] = {channel::connect(name, {.mode = channel_mode::message}),
                         channel::connect(name, {.mode = channel_mode::message})};
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(server->mode(), channel_mode::message);
}

TEST(ChannelProcesses, AProcessThatDiesTakesOnlyItsInstancesAlong) {
    const auto name = unique_name("channel");
    auto listener = channel_listener::create(name, {.max_instances = 2});
    auto other = start_greeter(name, "other", 2);
    other.kill_and_wait();
    EXPECT_EQ(creation_error(name, {}), std::error_code());
    auto client = channel::connect(name, {.wait = in_good_time});
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    server->write(bytes("alive"));
    EXPECT_EQ(next_text(client), "alive");
}

} // namespace
} // namespace isthmus::test
