#include "net/datagram.hpp"
#include "net/mac.hpp"
#include "net_testing.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

/// \file
/// The wire format of docs/wire-format.md, byte by byte.

namespace isthmus::test {
namespace {

using namespace net;

datagram sample() {
    return {.directed = true,
            .host_tag = 0x0102030405060708,
            .sender = 0x1112131415161718,
            .sequence = 0x2122232425262728,
            .timestamp = 0x3132333435363738,
            .destination = "LAB",
            .slot = "A\\B",
            .payload = bytes_of("hey")};
}

std::vector<std::byte> formatted(bool authenticated = false) {
    auto bytes = format_datagram(sample(), authenticated);
    if (authenticated)
        bytes.resize(bytes.size() + mac_size, std::byte{0xAA});
    return bytes;
}

TEST(Datagram, IsAsDocumented) {
    std::string expected = "ISTH";
    expected += std::string("\x01\x02\x00\x34", 4);
    for (const int first : {0x01, 0x11, 0x21, 0x31}) {
        for (int i = 0; i < 8; ++i)
            expected += static_cast<char>(first + i);
    }
    expected += std::string("\x00\x03\x00\x03\x00\x03", 6) + "LABA\\Bhey";
    EXPECT_EQ(text_of(formatted()), expected);
}

TEST(Datagram, IsReadAsItWasWritten) {
    for (const bool authenticated : {false, true}) {
        const auto bytes = formatted(authenticated);
        const auto parsed = parse_datagram(bytes);
        ASSERT_TRUE(parsed);
        const auto& content = parsed->content;
        EXPECT_TRUE(content.directed);
        EXPECT_EQ(content.host_tag, sample().host_tag);
        EXPECT_EQ(content.sender, sample().sender);
        EXPECT_EQ(content.sequence, sample().sequence);
        EXPECT_EQ(content.timestamp, sample().timestamp);
        EXPECT_EQ(content.destination, "LAB");
        EXPECT_EQ(content.slot, "A\\B");
        EXPECT_EQ(text_of(content.payload), "hey");
        EXPECT_EQ(parsed->mac.size(), authenticated ? mac_size : 0);
        EXPECT_EQ(parsed->covered.size() + parsed->mac.size(), bytes.size());
    }
}

TEST(Datagram, MayCarryNothing) {
    auto content = sample();
    content.payload = {};
    content.directed = false;
    const auto parsed = parse_datagram(format_datagram(content, false));
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->content.payload.empty());
    EXPECT_FALSE(parsed->content.directed);
}

TEST(Datagram, HoldsTheLargestNames) {
    const std::string destination(longest_destination, 'D');
    const std::string slot(longest_slot_key, 'S');
    const std::string payload(
        largest_network_datagram - overhead(destination.size(), slot.size(), false), 'p');
    auto content = sample();
    content.destination = destination;
    content.slot = slot;
    content.payload = bytes_of(payload);
    auto bytes = format_datagram(content, false);
    EXPECT_EQ(bytes.size(), largest_network_datagram);
    ASSERT_TRUE(parse_datagram(bytes));
    EXPECT_EQ(text_of(parse_datagram(bytes)->content.payload), payload);
}

/// Each is a sound datagram with one thing wrong.
struct flaw {
    const char* what;
    std::function<void(std::vector<std::byte>&)> make;
};

void put(std::vector<std::byte>& bytes, std::size_t at, int value) {
    bytes.at(at) = static_cast<std::byte>(value);
}

TEST(Datagram, IsRefusedIfMalformed) {
    const std::vector<flaw> flaws = {
        {"empty", [](auto& b) { b.clear(); }},
        {"magic", [](auto& b) { put(b, 3, 'X'); }},
        {"version 0", [](auto& b) { put(b, 4, 0); }},
        {"a later version", [](auto& b) { put(b, 4, 2); }},
        {"an unknown flag", [](auto& b) { put(b, 5, 0x04); }},
        {"all flags", [](auto& b) { put(b, 5, 0xFF); }},
        {"a code announced and missing", [](auto& b) { put(b, 5, 0x03); }},
        {"header length too small", [](auto& b) { put(b, 7, 0x33); }},
        {"header length too large", [](auto& b) { put(b, 6, 0x01); }},
        {"one byte too many", [](auto& b) { b.push_back(std::byte{}); }},
        {"one byte too few", [](auto& b) { b.pop_back(); }},
        {"payload length too large", [](auto& b) { put(b, 45, 4); }},
        {"payload length far too large", [](auto& b) { put(b, 44, 0xFF); }},
        {"destination length far too large", [](auto& b) { put(b, 40, 0xFF); }},
        {"slot length far too large", [](auto& b) { put(b, 42, 0xFF); }},
        {"destination not UTF-8", [](auto& b) { put(b, 46, 0xC0); }},
        {"slot not UTF-8", [](auto& b) { put(b, 51, 0xE2); }},
        {"NUL in the destination", [](auto& b) { put(b, 47, 0); }},
        {"NUL in the slot", [](auto& b) { put(b, 49, 0); }},
        {"an empty destination",
         [](auto& b) {
             put(b, 41, 0);
             put(b, 43, 6);
         }},
        {"an empty slot",
         [](auto& b) {
             put(b, 41, 6);
             put(b, 43, 0);
         }},
    };
    for (const auto& each : flaws) {
        auto bytes = formatted();
        ASSERT_TRUE(parse_datagram(bytes));
        each.make(bytes);
        EXPECT_FALSE(parse_datagram(bytes)) << each.what;
    }
}

TEST(Datagram, IsRefusedIfCutOff) {
    for (const bool authenticated : {false, true}) {
        const auto bytes = formatted(authenticated);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(parse_datagram(std::span(bytes).first(size))) << size;
    }
}

TEST(Datagram, IsRefusedIfOverLong) {
    auto content = sample();
    const std::string name(longest_destination + 1, 'D');
    content.destination = name;
    EXPECT_FALSE(parse_datagram(format_datagram(content, false)));
    content = sample();
    const std::string slot(longest_slot_key + 1, 'S');
    content.slot = slot;
    EXPECT_FALSE(parse_datagram(format_datagram(content, false)));
    content = sample();
    const std::string payload(largest_network_datagram, 'p');
    content.payload = bytes_of(payload);
    EXPECT_FALSE(parse_datagram(format_datagram(content, false)));
}

TEST(Mac, IsHmacSha256) {
    if (!mac_is_available())
        GTEST_SKIP() << "this build found no cryptographic library";
    // RFC 4231, test case 2.
    mac_code code{};
    ASSERT_TRUE(make_mac(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"), code));
    std::string hex;
    for (const auto byte : code) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex += digits[std::to_integer<std::size_t>(byte >> 4)];
        hex += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    EXPECT_EQ(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // A key over the block size, and none of the message.
    const std::string long_key(200, 'k');
    EXPECT_TRUE(make_mac(bytes_of(long_key), {}, code));
}

TEST(Mac, IsComparedWhole) {
    mac_code left{};
    mac_code right{};
    EXPECT_TRUE(equal_in_constant_time(left, right));
    for (const std::size_t at : {0U, 15U, 31U}) {
        right = left;
        right[at] = std::byte{1};
        EXPECT_FALSE(equal_in_constant_time(left, right));
    }
    EXPECT_FALSE(equal_in_constant_time(left, std::span(left).first(31)));
}

} // namespace
} // namespace isthmus::test
