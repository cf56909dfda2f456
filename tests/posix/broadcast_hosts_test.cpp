#include "net_testing.hpp"
#include "support/support.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

/// \file
/// Slots that hear another machine: a process with a runtime directory of its own is one, as in a
/// container. Real ones: net_hosts_test.cpp.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

network_options options_of(const std::string& host, std::uint16_t port, const std::string& key) {
    auto options = loopback_options(port);
    options.host = host;
    options.key = key_of(key);
    return options;
}

const child_role speaker{
    "broadcast_speaker", [](const auto& arguments) {
        const auto port = static_cast<std::uint16_t>(std::stoul(arguments.at(1)));
        auto writer = slot_writer::open(arguments.at(0),
                                        {.network = options_of("far", port, arguments.at(2))});
        while (const auto line = hear_test()) {
            writer.write(bytes(*line));
            tell_test("sent");
        }
        return 0;
    }};

/// Another machine that sends to `address`.
class far_writer {
public:
    far_writer(const std::string& address, std::uint16_t port, const std::string& key = "")
        : directory_(std::filesystem::temp_directory_path() / unique_name("far")) {
        std::filesystem::create_directory(directory_);
        process_ =
            child_process::start("broadcast_speaker", {address, std::to_string(port), key},
                                 {.environment = {{"ISTHMUS_RUNTIME_DIR", directory_.string()}}});
    }
    far_writer(const far_writer&) = delete;
    far_writer& operator=(const far_writer&) = delete;
    ~far_writer() {
        process_.kill_and_wait();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    void say(const std::string& text) {
        ASSERT_TRUE(process_.write_line(text));
        ASSERT_EQ(process_.read_line(), "sent");
    }

private:
    const std::filesystem::path directory_;
    child_process process_;
};

std::string hear(message_source& source) {
    std::error_code ec;
    const auto message = source.read_message_for(in_good_time, ec);
    return message ? text(*message) : "error: " + ec.message();
}

bool hears_nothing(message_source& source) {
    std::error_code ec;
    return !source.read_message_for(100ms, ec) && ec == errc::timed_out;
}

TEST(BroadcastHosts, WhatComesFromAnotherMachineIsHeardByEveryReaderOnce) {
    const auto name = unique_name("far");
    const auto port = test_port();
    const auto options = options_of("near", port, "");
    auto slot = slot_reader::create(name, {.network = options});
    auto first = broadcast_reader::create(name, {.network = options});
    auto second = broadcast_reader::create(name, {.network = options});
    auto deaf = broadcast_reader::create(name);
    far_writer writer(R"(\\*\mailslot\)" + name, port);
    for (const char* const each : {"one", "two"})
        writer.say(each);
    for (message_source* const each :
         {static_cast<message_source*>(&slot), static_cast<message_source*>(&first),
          static_cast<message_source*>(&second)}) {
        EXPECT_EQ(hear(*each), "one");
        EXPECT_EQ(hear(*each), "two");
        EXPECT_TRUE(hears_nothing(*each));
        EXPECT_EQ(each->network().delivered, 2U);
    }
    EXPECT_TRUE(hears_nothing(deaf)); // it did not ask for the network
}

TEST(BroadcastHosts, WhatIsForOneMachineIsHeardByItsSlotAlone) {
    const auto name = unique_name("far");
    const auto port = test_port();
    auto slot = slot_reader::create(name, {.network = options_of("near", port, "")});
    auto reader = broadcast_reader::create(name, {.network = options_of("near", port, "")});
    far_writer to_near(R"(\\near\mailslot\)" + name, port);
    far_writer to_other(R"(\\elsewhere\mailslot\)" + name, port);
    to_other.say("for another");
    to_near.say("for you");
    EXPECT_EQ(hear(slot), "for you");
    EXPECT_TRUE(hears_nothing(slot));
    EXPECT_TRUE(hears_nothing(reader));
}

TEST(BroadcastHosts, OnlyWhoHasTheKeyIsHeard) {
    const auto name = unique_name("far");
    const auto port = test_port();
    const std::string key = "sixteen bytes or more";
    std::error_code ec;
    auto slot = slot_reader::create(name, {.network = options_of("near", port, key)}, ec);
    if (ec == errc::not_supported)
        GTEST_SKIP() << "built without a cryptographic library";
    ASSERT_FALSE(ec) << ec.message();
    const std::string address = R"(\\*\mailslot\)" + name;
    far_writer without(address, port);
    far_writer wrong(address, port, "another key of some length");
    far_writer right(address, port, key);
    without.say("without");
    wrong.say("wrong");
    right.say("right");
    EXPECT_EQ(hear(slot), "right");
    EXPECT_TRUE(hears_nothing(slot));
    EXPECT_GE(slot.network().unauthenticated, 2U);
}

TEST(BroadcastHosts, WhatDoesNotFitIntoTheQueueIsCounted) {
    const auto name = unique_name("far");
    const auto port = test_port();
    auto slot =
        slot_reader::create(name, {.quota = 2 * (8 + 8), .network = options_of("near", port, "")});
    far_writer writer(R"(\\*\mailslot\)" + name, port);
    for (const char* const each : {"1", "2", "3", "4"})
        writer.say(each);
    EXPECT_TRUE(eventually([&] { return slot.network().dropped == 2; }));
    EXPECT_EQ(hear(slot), "1");
    EXPECT_EQ(hear(slot), "2");
    writer.say("5");
    EXPECT_EQ(hear(slot), "5");
}

} // namespace
} // namespace isthmus::test
