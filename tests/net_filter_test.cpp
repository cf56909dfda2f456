#include "net/datagram_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

/// \file
/// Which datagrams come a second time, and what is remembered to tell.

namespace isthmus::test {
namespace {

using filter = net::datagram_filter;
using verdict = filter::verdict;

constexpr std::uint64_t now = 1'700'000'000'000;
constexpr auto window = std::uint64_t{filter::window_size};

verdict admit(filter& tested, std::uint64_t sender, std::uint64_t sequence) {
    return tested.admit(sender, sequence, now, now);
}

TEST(DatagramFilter, TakesEachOnceInAnyOrder) {
    filter tested({});
    std::vector<std::uint64_t> numbers(500);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = i / 2; // each twice
    std::mt19937 random(4711);
    std::ranges::shuffle(numbers, random);
    EXPECT_EQ(std::ranges::count_if(
                  numbers, [&](auto n) { return admit(tested, 7, n) == verdict::accepted; }),
              250);
}

TEST(DatagramFilter, HasAWindow) {
    filter tested({});
    EXPECT_EQ(admit(tested, 7, 5000), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 5000 - window + 1), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 5000 - window + 1), verdict::duplicate);
    EXPECT_EQ(admit(tested, 7, 5000 - window), verdict::duplicate) << "too late to tell";
    EXPECT_EQ(admit(tested, 7, 0), verdict::duplicate);
    // It moves by one: the lowest falls out, the others stay marked.
    EXPECT_EQ(admit(tested, 7, 5001), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 5001 - window + 1), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 5000), verdict::duplicate);
    // It moves by all but one, by all, and beyond.
    EXPECT_EQ(admit(tested, 7, 5001 + window - 1), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 5001), verdict::duplicate);
    EXPECT_EQ(admit(tested, 7, 5001 + 2 * window - 1), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 5001 + window - 1), verdict::duplicate);
    EXPECT_EQ(admit(tested, 7, 5001 + window), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 1'000'000), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 999'999), verdict::accepted);
}

TEST(DatagramFilter, ReachesTheEndOfTheNumbers) {
    constexpr auto last = std::numeric_limits<std::uint64_t>::max();
    filter tested({});
    EXPECT_EQ(admit(tested, 7, 0), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, last), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, last), verdict::duplicate);
    EXPECT_EQ(admit(tested, 7, last - 1), verdict::accepted);
    EXPECT_EQ(admit(tested, 7, 0), verdict::duplicate);
}

TEST(DatagramFilter, TellsSendersApart) {
    filter tested({});
    for (std::uint64_t sender = 0; sender < 100; ++sender)
        EXPECT_EQ(admit(tested, sender, 1), verdict::accepted);
    for (std::uint64_t sender = 0; sender < 100; ++sender)
        EXPECT_EQ(admit(tested, sender, 1), verdict::duplicate);
}

TEST(DatagramFilter, WithoutAKeyForgetsWhoWasSilentLongest) {
    filter tested({.most_senders = 3});
    for (const std::uint64_t sender : {1, 2, 3, 1})
        admit(tested, sender, 10 + tested.sender_count());
    EXPECT_EQ(admit(tested, 4, 1), verdict::accepted); // 2 leaves
    EXPECT_EQ(tested.sender_count(), 3U);
    EXPECT_EQ(admit(tested, 1, 13), verdict::duplicate);
    EXPECT_EQ(admit(tested, 3, 12), verdict::duplicate);
    EXPECT_EQ(admit(tested, 2, 11), verdict::accepted) << "it was forgotten";
}

filter::options keyed(std::size_t most_senders = 1024) {
    return {.keyed = true, .start = now, .max_difference = 30'000, .most_senders = most_senders};
}

TEST(DatagramFilter, WithAKeyLooksAtTheTime) {
    filter tested(keyed());
    EXPECT_EQ(tested.admit(7, 1, now - 1, now), verdict::outside_time) << "before the reader";
    EXPECT_EQ(tested.admit(7, 2, now, now), verdict::accepted);
    EXPECT_EQ(tested.admit(7, 3, now + 30'000, now), verdict::accepted);
    EXPECT_EQ(tested.admit(7, 4, now + 30'001, now), verdict::outside_time);
    EXPECT_EQ(tested.admit(7, 5, now + 10'000, now + 40'000), verdict::accepted);
    EXPECT_EQ(tested.admit(7, 6, now + 10'000, now + 40'001), verdict::outside_time);
    EXPECT_EQ(tested.sender_count(), 1U);
    EXPECT_EQ(tested.admit(8, 1, 0, now), verdict::outside_time);
    EXPECT_EQ(tested.admit(8, 1, ~std::uint64_t{0}, now), verdict::outside_time);
    EXPECT_EQ(tested.sender_count(), 1U) << "what is refused takes no place";
}

TEST(DatagramFilter, WithAKeyForgetsNobodyWhoCouldBeReplayed) {
    filter tested(keyed(2));
    EXPECT_EQ(tested.admit(1, 1, now, now), verdict::accepted);
    EXPECT_EQ(tested.admit(2, 1, now + 5'000, now), verdict::accepted);
    EXPECT_EQ(tested.admit(3, 1, now + 30'000, now + 30'000), verdict::too_many_senders);
    EXPECT_EQ(tested.admit(1, 1, now, now + 30'000), verdict::duplicate);
    // A millisecond later nobody could replay 1.
    EXPECT_EQ(tested.admit(3, 1, now + 30'000, now + 30'001), verdict::accepted);
    EXPECT_EQ(tested.admit(2, 1, now + 5'000, now + 30'001), verdict::duplicate);
    EXPECT_EQ(tested.sender_count(), 2U);
}

TEST(DatagramFilter, RefusesReplaysThoughTheClockIsSetBack) {
    filter tested(keyed(1));
    EXPECT_EQ(tested.admit(1, 1, now + 100, now), verdict::accepted);
    EXPECT_EQ(tested.admit(2, 1, now + 60'000, now + 60'000), verdict::accepted); // 1 leaves
    EXPECT_EQ(tested.admit(1, 1, now + 100, now + 100), verdict::outside_time);
    EXPECT_EQ(tested.admit(2, 1, now + 60'000, now + 60'000), verdict::duplicate);
}

} // namespace
} // namespace isthmus::test
