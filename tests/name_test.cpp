#include "name_refusal.hpp"
#include "native_error.hpp"

#include <isthmus/error.hpp>
#include <isthmus/name.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace isthmus {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

/// A name that must be refused, and a word of the reason.
struct refused_name {
    std::string text;
    std::string_view reason;
    errc condition = errc::invalid_name;

    friend void PrintTo(const refused_name& name, std::ostream* out) {
        *out << testing::PrintToString(name.text.substr(0, 60));
    }
};

template <class Name>
void expect_refused(const refused_name& name) {
    std::error_code ec;
    const auto parsed = Name::parse(name.text, ec);
    EXPECT_EQ(ec, name.condition) << ec.message();
    EXPECT_TRUE(is_win32_code(ec));
    EXPECT_EQ(parsed.name(), "");
    try {
        Name::parse(name.text);
        ADD_FAILURE() << "not refused";
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), ec);
        EXPECT_EQ(thrown.object(), name.text);
        EXPECT_EQ(thrown.operation(), "parse name");
        EXPECT_THAT(thrown.what(), HasSubstr(name.reason));
    }
}

/// Parsed without a complaint, in both forms.
template <class Name>
Name accepted(std::string_view text) {
    std::error_code ec = detail::library_error(detail::operation::parse_name, errc::io_error);
    auto parsed = Name::parse(text, ec);
    EXPECT_FALSE(ec) << testing::PrintToString(text) << ": " << ec.message();
    EXPECT_NO_THROW(Name::parse(text));
    // What it says it is called is the same name.
    std::error_code again;
    EXPECT_EQ(Name::parse(parsed.text(), again).text(), parsed.text());
    EXPECT_FALSE(again);
    return parsed;
}

std::string repeated(std::string_view piece, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += piece;
    }
    return text;
}

/// What no name of any kind may be.
const std::vector<refused_name>& refused_everywhere() {
    static const std::vector<refused_name> all{
        {"", "empty"},
        {std::string("a\0b"sv), "NUL"},
        {std::string("\0"sv), "NUL"},
        {std::string("orders\0"sv), "NUL"},
        {"a\nb", "control"},
        {"\x1F", "control"},
        {"a\x7F", "control"},
        {"\x80", "UTF-8"},
        {"a\xFF", "UTF-8"},
        {"\xC0\xAE\xC0\xAE", "UTF-8"}, // overlong ".."
        {"\xE0\x80\xAF", "UTF-8"},     // overlong "/"
        {"\xED\xA0\x80", "UTF-8"},     // half of a surrogate pair
        {"a\xE2\x82", "UTF-8"},        // truncated
        {"\xF4\x90\x80\x80", "UTF-8"}, // past U+10FFFF
        {".", "`.` and `..`"},
        {"..", "`.` and `..`"},
    };
    return all;
}

class RefusedEverywhere : public testing::TestWithParam<refused_name> {};

TEST_P(RefusedEverywhere, IsRefused) {
    expect_refused<object_name>(GetParam());
    expect_refused<channel_address>(GetParam());
    expect_refused<slot_address>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Names, RefusedEverywhere, testing::ValuesIn(refused_everywhere()));

// --- objects

class RefusedObject : public testing::TestWithParam<refused_name> {};

TEST_P(RefusedObject, IsRefused) {
    expect_refused<object_name>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Names,
    RefusedObject,
    testing::Values(refused_name{"Local\\", "no name"},
                    refused_name{"Global\\", "no name"},
                    refused_name{"Local\\.", "`.` and `..`"},
                    refused_name{"Global\\..", "`.` and `..`"},
                    refused_name{"local\\orders", "case-sensitive"},
                    refused_name{"GLOBAL\\orders", "case-sensitive"},
                    refused_name{"Local\\a\\b", "backslash"},
                    refused_name{"Global\\Local\\a", "backslash"},
                    refused_name{"a\\b", "backslash"},
                    refused_name{"\\a", "backslash"},
                    refused_name{"a\\", "backslash"},
                    refused_name{"..\\a", "backslash"},
                    refused_name{"Session\\1\\orders", "backslash"},
                    refused_name{"Local/\\orders", "backslash"},
                    refused_name{"\\\\.\\pipe\\orders", "channel or slot"},
                    refused_name{"\\\\.\\mailslot\\orders", "channel or slot"},
                    refused_name{std::string(255, 'x'), "260", errc::name_too_long},
                    refused_name{"Local\\" + std::string(255, 'x'), "260", errc::name_too_long},
                    refused_name{"Global\\" + std::string(254, 'x'), "260", errc::name_too_long},
                    refused_name{repeated("\xF0\x9F\x98\x80", 128), "260", errc::name_too_long},
                    refused_name{std::string(1'000'000, 'x'), "260", errc::name_too_long}));

TEST(ObjectName, DefaultsToLocal) {
    const auto bare = accepted<object_name>("orders");
    EXPECT_EQ(bare.where(), object_name::scope::local);
    EXPECT_EQ(bare.name(), "orders");
    EXPECT_EQ(bare.text(), "Local\\orders");
    EXPECT_EQ(accepted<object_name>("Local\\orders").text(), bare.text());
}

TEST(ObjectName, Global) {
    const auto global = accepted<object_name>("Global\\orders");
    EXPECT_EQ(global.where(), object_name::scope::global);
    EXPECT_EQ(global.name(), "orders");
    EXPECT_EQ(global.text(), "Global\\orders");
}

TEST(ObjectName, KeepsItsCase) {
    EXPECT_EQ(accepted<object_name>("OrDeRs").name(), "OrDeRs");
}

TEST(ObjectName, OrdinaryCharacters) {
    for (const auto each : {"a/b"sv, "../etc/passwd"sv, "/"sv, "a.b."sv, " a "sv, "..."sv,
                            "a:b*?<>|"sv, "{4F6C-11}"sv, "gr\xC3\xBCn"sv, "\xF0\x9F\x98\x80"sv,
                            "Local"sv, "Global"sv, "pipe"sv, "CON"sv}) {
        EXPECT_EQ(accepted<object_name>(each).name(), each);
    }
}

TEST(ObjectName, LongestNames) {
    accepted<object_name>(std::string(254, 'x'));
    accepted<object_name>("Local\\" + std::string(254, 'x'));
    accepted<object_name>("Global\\" + std::string(253, 'x'));
    // Counted in UTF-16 units, not in bytes.
    accepted<object_name>(repeated("\xE2\x82\xAC", 254));
    accepted<object_name>(repeated("\xF0\x9F\x98\x80", 127));
}

// --- channels

class RefusedChannel : public testing::TestWithParam<refused_name> {};

TEST_P(RefusedChannel, IsRefused) {
    expect_refused<channel_address>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Names,
    RefusedChannel,
    testing::Values(
        refused_name{R"(\\.\pipe\)", "no name"},
        refused_name{R"(\\.\pipe)", "no name"},
        refused_name{R"(\\host\pipe\)", "no name"},
        refused_name{R"(\\.\)", "prefixes"},
        refused_name{R"(\\.)", "prefixes"},
        refused_name{R"(\\)", "host"},
        refused_name{R"(//)", "host"},
        refused_name{R"(\\\pipe\a)", "host"},
        refused_name{R"(\)", "empty component"},
        refused_name{R"(/)", "empty component"},
        refused_name{R"(\a)", "empty component"},
        refused_name{R"(\.\pipe\a)", "empty component"},
        refused_name{R"(a\)", "empty component"},
        refused_name{R"(a\\b)", "empty component"},
        refused_name{R"(a//b)", "empty component"},
        refused_name{R"(\\.\pipe\\a)", "empty component"},
        refused_name{R"(\\.\pipe\a\)", "empty component"},
        refused_name{R"(..\a)", "`.` and `..`"},
        refused_name{R"(a\..)", "`.` and `..`"},
        refused_name{R"(a/../../b)", "`.` and `..`"},
        refused_name{R"(\\.\pipe\..\a)", "`.` and `..`"},
        refused_name{R"(\\.\pipe\.)", "`.` and `..`"},
        refused_name{R"(a\.\b)", "`.` and `..`"},
        refused_name{"a.", "dot or a space"},
        refused_name{"a ", "dot or a space"},
        refused_name{" ", "dot or a space"},
        refused_name{"...", "dot or a space"},
        refused_name{R"(a.\b)", "dot or a space"},
        refused_name{R"(a \b)", "dot or a space"},
        refused_name{R"(\\.\pipe\a. )", "dot or a space"},
        refused_name{R"(\\.\mailslot\a)", "slot"},
        refused_name{R"(\\host\mailslot\a)", "slot"},
        refused_name{R"(\\*\pipe\a)", "host"},
        refused_name{R"(\\.\pipes\a)", "prefixes"},
        refused_name{R"(\\.\C:\a)", "prefixes"},
        refused_name{R"(\\?\C:\pipe\a)", "prefixes"},
        refused_name{R"(\\?\UNC\host\pipe\a)", "prefixes"},
        refused_name{R"(\\host\share\pipe\a)", "prefixes"},
        refused_name{R"(\\ho st\pipe\a)", "host"},
        refused_name{R"(\\h:1\pipe\a)", "host"},
        refused_name{R"(\\[::1]\pipe\a)", "host"},
        refused_name{R"(\\..\pipe\a)", "host"},
        refused_name{R"(\\.host\pipe\a)", "host"},
        refused_name{R"(\\host.\pipe\a)", "host"},
        refused_name{R"(\\a..b\pipe\a)", "host"},
        refused_name{"\\\\gr\xC3\xBCn\\pipe\\a", "host"},
        refused_name{"\\\\" + std::string(256, 'h') + "\\pipe\\a", "host"},
        refused_name{std::string(248, 'x'), "256", errc::name_too_long},
        refused_name{R"(\\.\pipe\)" + std::string(248, 'x'), "256", errc::name_too_long},
        refused_name{R"(\\h\pipe\)" + std::string(248, 'x'), "256", errc::name_too_long},
        refused_name{repeated("\xF0\x9F\x98\x80", 124), "256", errc::name_too_long},
        refused_name{repeated("a\\", 500'000) + "a", "256", errc::name_too_long}));

TEST(ChannelAddress, SpellingsOfOneLocalChannel) {
    for (const auto each :
         {R"(orders)"sv, R"(\\.\pipe\orders)"sv, R"(\\.\PIPE\orders)"sv, R"(\\.\Pipe\orders)"sv,
          R"(\\?\pipe\orders)"sv, R"(//./pipe/orders)"sv, R"(\\.\pipe/orders)"sv}) {
        const auto address = accepted<channel_address>(each);
        EXPECT_TRUE(address.is_local());
        EXPECT_EQ(address.host(), "");
        EXPECT_EQ(address.name(), "orders");
        EXPECT_EQ(address.key(), "ORDERS");
        EXPECT_EQ(address.text(), R"(\\.\pipe\orders)");
    }
}

TEST(ChannelAddress, Hosts) {
    for (const auto each : {"server"sv, "localhost"sv, "a.example.com"sv, "192.0.2.1"sv,
                            "2001-db8--1.ipv6-literal.net"sv, "MY_PC"sv, "1"sv}) {
        const auto address = accepted<channel_address>("\\\\" + std::string(each) + "\\pipe\\a\\b");
        EXPECT_FALSE(address.is_local());
        EXPECT_EQ(address.host(), each);
        EXPECT_EQ(address.name(), "a\\b");
        EXPECT_EQ(address.text(), "\\\\" + std::string(each) + "\\pipe\\a\\b");
    }
    accepted<channel_address>("\\\\" + std::string(255, 'h') + "\\pipe\\a");
}

TEST(ChannelAddress, BackslashesBelongToTheName) {
    EXPECT_EQ(accepted<channel_address>(R"(a\b\c)").name(), R"(a\b\c)");
    EXPECT_EQ(accepted<channel_address>("a/b").name(), R"(a\b)");
    EXPECT_EQ(accepted<channel_address>("a/b").key(), accepted<channel_address>(R"(A\B)").key());
    EXPECT_EQ(accepted<channel_address>(R"(pipe\a)").name(), R"(pipe\a)");
    EXPECT_EQ(accepted<channel_address>(R"(Local\a)").name(), R"(Local\a)");
}

TEST(ChannelAddress, CaseIsFoldedInTheKeyOnly) {
    const auto address = accepted<channel_address>("Gr\xC3\xBC\xC3\x9F\x65");
    EXPECT_EQ(address.name(), "Gr\xC3\xBC\xC3\x9F\x65");
    EXPECT_EQ(address.key(), "GR\xC3\x9C\xC3\x9F\x45"); // sharp s stays
}

TEST(ChannelAddress, OddNames) {
    for (const auto each : {"a.b"sv, ".hidden"sv, " a"sv, "..a"sv, "a b"sv, "{4F6C-11}"sv, "a:b"sv,
                            "%2e%2e"sv, "~"sv, "CON"sv, "\xF0\x9F\x98\x80"sv, "*"sv}) {
        EXPECT_EQ(accepted<channel_address>(each).name(), each);
    }
}

TEST(ChannelAddress, LongestNames) {
    accepted<channel_address>(std::string(247, 'x'));
    accepted<channel_address>(R"(\\.\pipe\)" + std::string(247, 'x'));
    accepted<channel_address>(R"(\\host\pipe\)" + std::string(247, 'x'));
    accepted<channel_address>(repeated("\xE2\x82\xAC", 247));
    accepted<channel_address>(repeated("\xF0\x9F\x98\x80", 123) + "x");
}

// --- slots

class RefusedSlot : public testing::TestWithParam<refused_name> {};

TEST_P(RefusedSlot, IsRefused) {
    expect_refused<slot_address>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Names,
                         RefusedSlot,
                         testing::Values(refused_name{R"(\\.\mailslot\)", "no name"},
                                         refused_name{R"(\\.\mailslot)", "no name"},
                                         refused_name{R"(\\*\mailslot)", "no name"},
                                         refused_name{R"(\\.\pipe\a)", "channel"},
                                         refused_name{R"(\\*\pipe\a)", "channel"},
                                         refused_name{R"(\\**\mailslot\a)", "host"},
                                         refused_name{R"(\\\mailslot\a)", "host"},
                                         refused_name{R"(\\D M\mailslot\a)", "host"},
                                         refused_name{R"(\\.\mail\a)", "prefixes"},
                                         refused_name{R"(\mailslot\a)", "empty component"},
                                         refused_name{R"(\\.\mailslot\a\\b)", "empty component"},
                                         refused_name{R"(\\.\mailslot\..)", "`.` and `..`"},
                                         refused_name{R"(\\*\mailslot\a\..\b)", "`.` and `..`"},
                                         refused_name{"a. ", "dot or a space"},
                                         refused_name{std::string(244, 'x'), "256",
                                                      errc::name_too_long},
                                         refused_name{R"(\\*\mailslot\)" + std::string(244, 'x'),
                                                      "256", errc::name_too_long}));

TEST(SlotAddress, Local) {
    for (const auto each : {R"(alerts)"sv, R"(\\.\mailslot\alerts)"sv, R"(\\.\MAILSLOT\alerts)"sv,
                            R"(\\?\mailslot\alerts)"sv, R"(//./mailslot/alerts)"sv}) {
        const auto address = accepted<slot_address>(each);
        EXPECT_EQ(address.where(), slot_address::reach::local);
        EXPECT_EQ(address.host(), "");
        EXPECT_EQ(address.name(), "alerts");
        EXPECT_EQ(address.key(), "ALERTS");
        EXPECT_EQ(address.text(), R"(\\.\mailslot\alerts)");
    }
}

TEST(SlotAddress, Everywhere) {
    const auto address = accepted<slot_address>(R"(\\*\mailslot\a\B)");
    EXPECT_EQ(address.where(), slot_address::reach::everywhere);
    EXPECT_EQ(address.host(), "");
    EXPECT_EQ(address.name(), R"(a\B)");
    EXPECT_EQ(address.key(), R"(A\B)");
    EXPECT_EQ(address.text(), R"(\\*\mailslot\a\B)");
}

TEST(SlotAddress, HostsAndDomains) {
    const auto address = accepted<slot_address>(R"(\\Workgroup\mailslot\a)");
    EXPECT_EQ(address.where(), slot_address::reach::remote);
    EXPECT_EQ(address.host(), "WORKGROUP");
    EXPECT_EQ(address.text(), R"(\\WORKGROUP\mailslot\a)");
}

TEST(SlotAddress, LongestNames) {
    accepted<slot_address>(std::string(243, 'x'));
    accepted<slot_address>(R"(\\DOMAIN\mailslot\)" + std::string(243, 'x'));
}

TEST(NameRefusal, IsEmptyForAcceptableNames) {
    EXPECT_EQ(detail::object_name_refusal("a"), "");
    EXPECT_EQ(detail::channel_address_refusal("a"), "");
    EXPECT_EQ(detail::slot_address_refusal("a"), "");
}

} // namespace
} // namespace isthmus
