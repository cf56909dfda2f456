#include "net_testing.hpp"
#include "support/support.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>

/// \file
/// Readers and writers of broadcasts that use the network, on one machine.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

std::string everywhere(const std::string& name) {
    return R"(\\*\mailslot\)" + name;
}

std::string hear(message_source& source) {
    std::error_code ec;
    const auto message = source.read_message_for(in_good_time, ec);
    return message ? text(*message) : "error: " + ec.message();
}

bool hears_nothing(message_source& source) {
    std::error_code ec;
    return !source.read_message_for(50ms, ec) && ec == errc::timed_out;
}

slot_options networked(const network_options& network) {
    return {.network = network};
}

TEST(BroadcastNetwork, WhatIsHeardByTwoWaysIsHeardOnce) {
    const auto name = unique_name("broadcast");
    const auto options = loopback_options(test_port());
    auto slot = slot_reader::create(name, networked(options));
    auto reader = broadcast_reader::create(name, networked(options));
    auto writer = slot_writer::open(everywhere(name), {.network = options});
    for (int i = 0; i < 20; ++i)
        writer.write(bytes(std::to_string(i)));
    // By the network as well, where readers know that it is from here.
    EXPECT_TRUE(eventually([&] { return reader.network().own_host >= 20; }));
    EXPECT_TRUE(eventually([&] { return slot.network().own_host >= 20; }));
    EXPECT_EQ(reader.network().delivered, 0U);
    EXPECT_EQ(slot.network().delivered, 0U);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(hear(reader), std::to_string(i));
        EXPECT_EQ(hear(slot), std::to_string(i));
    }
    EXPECT_TRUE(hears_nothing(reader));
    EXPECT_TRUE(hears_nothing(slot));
}

TEST(BroadcastNetwork, OptionsThatCannotWorkAreErrors) {
    const auto name = unique_name("broadcast");
    auto options = loopback_options(test_port());
    options.interfaces = {"no-such-interface"};
    EXPECT_EQ(error_of([&](auto& ec) { slot_reader::create(name, networked(options), ec); }),
              errc::not_found);
    EXPECT_EQ(error_of([&](auto& ec) { broadcast_reader::create(name, networked(options), ec); }),
              errc::not_found);
    EXPECT_EQ(
        error_of([&](auto& ec) { slot_writer::open(everywhere(name), {.network = options}, ec); }),
        errc::not_found);
    // The name is free: nothing of it was made.
    EXPECT_NO_THROW(slot_reader::create(name));
}

} // namespace
} // namespace isthmus::test
