#include "net/datagram_intake.hpp"
#include "net/host_names.hpp"
#include "net/mac.hpp"
#include "net/network_interface.hpp"
#include "net_testing.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

/// \file
/// What a reader takes of all that comes to its port.

namespace isthmus::test {
namespace {

using namespace net;
using testing::ElementsAre;

constexpr std::uint64_t now = 1'700'000'000'000;

class Intake : public testing::Test {
protected:
    datagram_intake& make(interest wanted = {}) {
        return made_.emplace(
            options_, "ALERTS", wanted, [this](auto bytes) { return box_.take(bytes); }, 42, now);
    }

    datagram message(std::string_view destination, std::string_view payload) {
        return {.directed = true,
                .host_tag = 1,
                .sender = 7,
                .sequence = ++sequence_,
                .timestamp = now,
                .destination = destination,
                .slot = "ALERTS",
                .payload = bytes_of(payload)};
    }

    void give(const datagram& content) { made_->take(format_datagram(content, false), now); }

    void give_authenticated(const datagram& content, std::string_view key) {
        auto bytes = format_datagram(content, true);
        mac_code code{};
        ASSERT_TRUE(make_mac(bytes_of(key), bytes, code));
        bytes.insert(bytes.end(), code.begin(), code.end());
        made_->take(bytes, now);
    }

    network_options options_{.domain = "Lab", .host = "Pc7.example.org"};
    message_box box_;
    std::optional<datagram_intake> made_;
    std::uint64_t sequence_ = 0;
};

TEST_F(Intake, TakesWhatIsMeantForIt) {
    make();
    give(message("LAB", "domain"));
    give(message("PC7.EXAMPLE.ORG", "host"));
    give(message("PC7", "short"));
    give(message("PC8", "another"));
    give(message("WORKGROUP", "another"));
    auto all = message("LAB", "all");
    all.directed = false;
    give(all);
    all = message("PC7", "a broadcast to a domain that is named as this host");
    all.directed = false;
    give(all);
    auto other = message("LAB", "another");
    other.slot = "ALERT";
    give(other);
    EXPECT_THAT(box_.messages(), ElementsAre("domain", "host", "short", "all"));
    const auto counts = made_->statistics();
    EXPECT_EQ(counts.delivered, 4U);
    EXPECT_EQ(counts.other_slot_or_domain, 4U);
    EXPECT_EQ(counts.received, 8U);
}

TEST_F(Intake, TakesOnlyTheKindsItWants) {
    make({.broadcasts = true, .directed = false});
    give(message("LAB", "domain"));
    give(message("PC7", "host"));
    EXPECT_THAT(box_.messages(), ElementsAre("domain"));
    make({.broadcasts = false, .directed = true});
    give(message("LAB", "domain"));
    give(message("PC7", "host"));
    EXPECT_THAT(box_.messages(), ElementsAre("domain", "host"));
    EXPECT_EQ(made_->statistics().other_slot_or_domain, 1U);
}

TEST_F(Intake, CountsWhatItDrops) {
    make();
    box_.set_capacity(1);
    const auto first = message("LAB", "one");
    give(first);
    give(first);
    give(message("LAB", "two"));
    auto own = message("LAB", "own");
    own.host_tag = 42;
    give(own);
    made_->take(bytes_of("hello"), now);
    made_->take({}, now);
    made_->count_other_interface();
    made_->count_foreign();
    const auto counts = made_->statistics();
    EXPECT_EQ(counts.delivered, 1U);
    EXPECT_EQ(counts.duplicate, 1U);
    EXPECT_EQ(counts.dropped, 1U);
    EXPECT_EQ(counts.own_host, 1U);
    EXPECT_EQ(counts.foreign, 3U);
    EXPECT_EQ(counts.other_interface, 1U);
    EXPECT_EQ(counts.received, 8U);
    EXPECT_THAT(box_.messages(), ElementsAre("one"));
}

constexpr std::string_view right_key = "0123456789abcdef";
constexpr std::string_view wrong_key = "0123456789abcdeX";

TEST_F(Intake, WithAKeyTakesOnlyAuthenticMessages) {
    if (!mac_is_available())
        GTEST_SKIP() << "this build found no cryptographic library";
    options_.key = key_of(right_key);
    make();
    give(message("LAB", "plain"));
    give_authenticated(message("LAB", "wrong"), wrong_key);
    const auto right = message("LAB", "right");
    give_authenticated(right, right_key);
    give_authenticated(right, right_key);
    auto old = message("LAB", "old");
    old.timestamp = now - 31'000;
    give_authenticated(old, right_key);
    EXPECT_THAT(box_.messages(), ElementsAre("right"));
    const auto counts = made_->statistics();
    EXPECT_EQ(counts.unauthenticated, 2U);
    EXPECT_EQ(counts.duplicate, 1U);
    EXPECT_EQ(counts.replayed, 1U);
    EXPECT_EQ(counts.received, 5U);
}

TEST_F(Intake, WithAKeyNoticesEveryChangedBit) {
    if (!mac_is_available())
        GTEST_SKIP() << "this build found no cryptographic library";
    options_.key = key_of(right_key);
    make();
    auto bytes = format_datagram(message("LAB", "right"), true);
    mac_code code{};
    ASSERT_TRUE(make_mac(options_.key, bytes, code));
    bytes.insert(bytes.end(), code.begin(), code.end());
    for (auto& byte : bytes) {
        for (int bit = 0; bit < 8; ++bit) {
            byte ^= static_cast<std::byte>(1 << bit);
            made_->take(bytes, now);
            byte ^= static_cast<std::byte>(1 << bit);
        }
    }
    EXPECT_EQ(box_.count(), 0U);
    made_->take(bytes, now);
    EXPECT_THAT(box_.messages(), ElementsAre("right"));
}

TEST_F(Intake, WithoutAKeyTakesNoAuthenticatedMessages) {
    make();
    auto bytes = format_datagram(message("LAB", "for others"), true);
    bytes.resize(bytes.size() + mac_size);
    made_->take(bytes, now);
    EXPECT_EQ(made_->statistics().unauthenticated, 1U);
    EXPECT_EQ(box_.count(), 0U);
}

TEST(HostNames, AreFoldedAndMany) {
    const host_names names({.domain = "Büro", .host = "Pc7.Example.org"});
    EXPECT_TRUE(names.is_domain("BÜRO"));
    EXPECT_FALSE(names.is_domain("PC7"));
    EXPECT_TRUE(names.is_host("PC7"));
    EXPECT_TRUE(names.is_host("PC7.EXAMPLE.ORG"));
    EXPECT_FALSE(names.is_host("EXAMPLE"));
    EXPECT_FALSE(names.is_host(""));
    EXPECT_FALSE(names.is_host("127.0.0.1")) << "every machine has this one";
    int error = 0;
    for (const auto& each : list_interfaces(error)) {
        for (const auto& address : each.addresses) {
            if (address.find(':') == std::string::npos) {
                EXPECT_EQ(names.is_host(address), !each.is_loopback) << address;
            }
        }
    }
    EXPECT_EQ(error, 0);
}

TEST(HostNames, DefaultToTheSystems) {
    const auto name = system_host_name();
    ASSERT_FALSE(name.empty());
    EXPECT_EQ(host_tag(), host_tag());
    EXPECT_NE(host_tag(), 0U);
}

} // namespace
} // namespace isthmus::test
