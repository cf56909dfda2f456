#include "channel_testing.hpp"

#include <isthmus/name.hpp>

#include <set>

/// Which names a channel may have, and which are one.

namespace isthmus::test {
namespace {

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
