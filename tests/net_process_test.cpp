#include "net_peer.hpp"

#include <gtest/gtest.h>

#include <string>

/// \file
/// Processes of one host: each that listens hears the network, and none hears its own host there.

namespace isthmus::test {
namespace {

class NetProcess : public testing::Test {
protected:
    std::string with_options(const std::string& command) const {
        return command + " interface=127.0.0.1 port=" + std::to_string(port_);
    }

    const std::uint16_t port_ = test_port();
    const std::string slot_ = unique_name("slot");
};

TEST_F(NetProcess, EachOfAHostHearsTheNetworkAndNotItsOwnHost) {
    net_peer_process first(child_process::start("net_peer"));
    net_peer_process second(child_process::start("net_peer"));
    for (auto* each : {&first, &second})
        ASSERT_EQ(each->ask(with_options("listen l " + slot_)), "ok");
    // This process is of the same host.
    net_peer own;
    ASSERT_EQ(own.answer(with_options("speak s \\\\*\\mailslot\\" + slot_)), "ok");
    EXPECT_EQ(own.answer("send s own"), "ok");
    // It plays another host as well.
    auto options = loopback_options(port_);
    std::error_code ec;
    const auto other =
        net::datagram_sender::make(options, slot_address::parse("\\\\*\\mailslot\\" + slot_),
                                   detail::operation::create_channel, net::host_tag() + 1, ec);
    ASSERT_FALSE(ec) << ec.message();
    other->send(bytes_of("another's"), detail::operation::write_channel, ec);
    for (auto* each : {&first, &second}) {
        EXPECT_EQ(each->ask("wait l 1"), "yes");
        EXPECT_EQ(each->ask("heard l"), "|another's");
        EXPECT_EQ(each->ask("count l own_host"), "1");
    }
}

TEST_F(NetProcess, OneThatIsKilledDisturbsNobody) {
    net_peer_process killed(child_process::start("net_peer"));
    net_peer_process other(child_process::start("net_peer"));
    for (auto* each : {&killed, &other})
        ASSERT_EQ(each->ask(with_options("listen l " + slot_)), "ok");
    killed.process().kill_and_wait();
    auto options = loopback_options(port_);
    std::error_code ec;
    const auto sender =
        net::datagram_sender::make(options, slot_address::parse("\\\\*\\mailslot\\" + slot_),
                                   detail::operation::create_channel, net::host_tag() + 1, ec);
    ASSERT_FALSE(ec) << ec.message();
    sender->send(bytes_of("hello"), detail::operation::write_channel, ec);
    EXPECT_EQ(other.ask("wait l 1"), "yes");
    EXPECT_EQ(other.ask("heard l"), "|hello");
}

} // namespace
} // namespace isthmus::test
