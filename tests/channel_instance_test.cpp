#include "channel_testing.hpp"

#include <isthmus/name.hpp>

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

std::error_code creation_error(std::string_view name, const listener_options& options) {
    return error_of([&](auto& ec) { channel_listener::create(name, options, ec); });
}

std::error_code connection_error(std::string_view name, const connect_options& options = {}) {
    return error_of([&](auto& ec) { channel::connect(name, options, ec); });
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

// --- how long a name lives

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

// --- names

class ChannelName : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Odd,
                         ChannelName,
                         testing::Values("with spaces in it",
                                         " leading space",
                                         R"(back\slash\es)",
                                         ".leading.dot",
                                         "dots...inside",
                                         "...dots",
                                         R"(..a\b..c)",
                                         "percent%41%5C",
                                         "a+b=c&d;e,f@g~h",
                                         "(round)[square]{curly}",
                                         "quote'double\"back`",
                                         "$dollar!bang^caret",
                                         "colon:here",
                                         "-dash",
                                         "umläut-ß",
                                         "名前-имя-όνομα",
                                         "emoji-\xF0\x9F\xA6\x80"));

TEST_P(ChannelName, Works) {
    const auto name = GetParam() + unique_name();
    auto [listener, server, client] = connect_to(channel_listener::create(name), {});
    client.write(bytes("hello"));
    EXPECT_EQ(next_text(server), "hello");
    EXPECT_EQ(listener.name(), name);
}

TEST(ChannelNames, OfEveryLengthUpToTheLimit) {
    const auto unique = unique_name();
    for (std::size_t length = unique.size() + 1; length <= 247; length += 13) {
        const auto name = unique + std::string(length - unique.size(), 'x');
        auto [listener, server, client] = connect_to(channel_listener::create(name), {});
        client.write(bytes("hello"));
        EXPECT_EQ(next_text(server), "hello");
    }
    const auto longest = unique + std::string(247 - unique.size(), 'x');
    auto longest_connection = connect_to(channel_listener::create(longest), {});
    EXPECT_EQ(creation_error(longest + "x", {}), errc::name_too_long);
    EXPECT_EQ(connection_error(longest + "x"), errc::name_too_long);
}

TEST(ChannelNames, LengthIsCountedAsWindowsDoes) {
    const auto unique = unique_name();
    std::string name = unique;
    // Two UTF-16 units, four bytes each.
    for (std::size_t units = unique.size(); units + 2 <= 247; units += 2) {
        name += "\xF0\x9F\xA6\x80";
    }
    auto [listener, server, client] = connect_to(channel_listener::create(name), {});
    client.write(bytes("hello"));
    EXPECT_EQ(next_text(server), "hello");
}

TEST(ChannelNames, LongOnesWithTheSameBeginningAreDifferent) {
    const auto beginning = unique_name() + std::string(200, 'x');
    const auto one = channel_listener::create(beginning + "1");
    EXPECT_EQ(connection_error(beginning + "2"), errc::not_found);
    EXPECT_EQ(connection_error(beginning), errc::not_found);
    EXPECT_EQ(connection_error(beginning + "1"), std::error_code());
}

TEST(ChannelNames, AreCaseInsensitive) {
    const auto unique = unique_name();
    const auto listener =
        channel_listener::create("MyChannel-ÄÉΣЖ-" + unique, {.max_instances = 1});
    EXPECT_EQ(creation_error("mYcHANNEL-äéσж-" + unique, {}), errc::busy);
    EXPECT_EQ(connection_error("MYCHANNEL-äÉσЖ-" + unique), std::error_code());
}

TEST(ChannelNames, HaveASpellingWithPrefix) {
    const auto name = unique_name("channel");
    auto listener = channel_listener::create(R"(\\.\pipe\)" + name, {.max_instances = 1});
    EXPECT_EQ(creation_error(name, {}), errc::busy);
    EXPECT_EQ(creation_error("//./PIPE/" + name, {}), errc::busy);
    auto client = channel::connect("//./pipe/" + name);
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    client.write(bytes("hello"));
    EXPECT_EQ(next_text(*server), "hello");
}

TEST(ChannelNames, ThatLookAlikeAreKeptApart) {
    const auto unique = unique_name();
    const std::vector<std::string> names = {R"(a\b)",
                                            "a_b",
                                            "a-b",
                                            "a%5Cb",
                                            "a%5cb",
                                            "ab",
                                            "a.b",
                                            "a b",
                                            "a+b",
                                            "a%b",
                                            "a!b",
                                            R"(a\b\c)",
                                            "a%255Cb",
                                            "A\xCC\x88",
                                            "\xC3\x84",
                                            "a\xE2\x88\x95"
                                            "b"};
    std::vector<channel_listener> listeners;
    std::set<std::string> keys;
    for (const auto& name : names)
        keys.insert(channel_address::parse(name + unique).key());
    for (const auto& key : keys) {
        listeners.push_back(channel_listener::create(key, {.max_instances = 1}));
    }
    std::vector<channel> clients;
    for (const auto& key : keys)
        clients.push_back(channel::connect(key));
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        auto server = listeners[i].accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        server->write(bytes(listeners[i].name()));
        EXPECT_EQ(next_text(clients[i]), listeners[i].name());
    }
    EXPECT_GE(keys.size(), names.size() - 1); // %5C and %5c are one
}

TEST(ChannelNames, AnotherHostIsNotServedHere) {
    EXPECT_EQ(creation_error(R"(\\elsewhere\pipe\)" + unique_name(), {}), errc::invalid_name);
}

TEST(ChannelNames, ThatAreInvalidAreRefused) {
    for (const auto* name : {"", R"(\\.\pipe\)", R"(a\..\b)", R"(Global\)", "a\nb"}) {
        EXPECT_EQ(creation_error(name, {}), errc::invalid_name) << name;
        EXPECT_EQ(connection_error(name), errc::invalid_name) << name;
        EXPECT_EQ(error_of([&](auto& ec) { wait_for_channel(name, ec); }), errc::invalid_name);
    }
}

} // namespace
} // namespace isthmus::test
