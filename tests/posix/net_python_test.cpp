#include "native_error.hpp"
#include "net/datagram_receiver.hpp"
#include "net/datagram_sender.hpp"
#include "net/mac.hpp"
#include "net_testing.hpp"

#include <isthmus/name.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

/// \file
/// A client in another language, written from docs/wire-format.md alone, and the library.

namespace isthmus::test {
namespace {

constexpr auto operation = detail::operation::create_channel;

class NetPython : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (std::system("python3 -c 'import hmac' >/dev/null 2>&1") != 0)
            GTEST_SKIP() << "needs python3";
        options_.key = key_of(GetParam());
        if (!options_.key.empty() && !net::mac_is_available())
            GTEST_SKIP() << "this build found no cryptographic library";
    }

    child_process start_client(const std::string& action, const std::string& what) const {
        std::vector<std::string> arguments = {
            ISTHMUS_WIRE_CLIENT, action, std::to_string(options_.port), "127.0.0.1", "workgroup",
            "news\\today",       what};
        if (!options_.key.empty())
            arguments.emplace_back(GetParam());
        return child_process::start_program("python3", arguments);
    }

    network_options options_ = loopback_options(test_port());
};

TEST_P(NetPython, IsHeard) {
    message_box box;
    std::error_code ec;
    const auto receiver = net::datagram_receiver::make(
        options_, slot_address::parse("News\\Today").key(), {},
        [&](auto bytes) { return box.take(bytes); }, operation, ec);
    ASSERT_FALSE(ec) << ec.message();
    auto client = start_client("send", "one||three");
    EXPECT_EQ(client.wait(), 0);
    EXPECT_TRUE(eventually([&] { return box.count() >= 3; }));
    EXPECT_THAT(box.messages(), testing::ElementsAre("one", "", "three"));
}

TEST_P(NetPython, Hears) {
    auto client = start_client("hear", "3");
    ASSERT_EQ(client.read_line(), "ready");
    std::error_code ec;
    const auto sender = net::datagram_sender::make(
        options_, slot_address::parse(R"(\\*\mailslot\News\Today)"), operation, ec);
    ASSERT_FALSE(ec) << ec.message();
    for (const char* text : {"one", "two", "three"})
        sender->send(bytes_of(text), operation, ec);
    EXPECT_FALSE(ec) << ec.message();
    EXPECT_EQ(client.read_rest(), "one\ntwo\nthree\n");
    EXPECT_EQ(client.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(Keys, NetPython, testing::Values("", "a key of 23 bytes or so"));

} // namespace
} // namespace isthmus::test
