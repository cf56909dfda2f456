#include "forked_child.hpp"
#include "native_error.hpp"
#include "net/datagram_receiver.hpp"
#include "net/datagram_sender.hpp"
#include "net_testing.hpp"

#include <isthmus/name.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

/// \file
/// Network readers and writers in a process that forks.

namespace isthmus::test {
namespace {

constexpr auto operation = detail::operation::create_channel;

class NetFork : public testing::Test {
protected:
    NetFork() {
        std::error_code ec;
        receiver_ = net::datagram_receiver::make(
            options_, "SLOT", {}, [this](auto bytes) { return box_.take(bytes); }, operation, 1,
            ec);
        EXPECT_FALSE(ec) << ec.message();
        sender_ = net::datagram_sender::make(options_, slot_address::parse(R"(\\*\mailslot\slot)"),
                                             operation, 2, ec);
        EXPECT_FALSE(ec) << ec.message();
    }

    void SetUp() override {
        if (!allocator_survives_fork)
            GTEST_SKIP() << "AddressSanitizer's allocator is not guarded over a fork";
    }

    void send(const char* text) {
        std::error_code ec;
        sender_->send(bytes_of(text), operation, ec);
        EXPECT_FALSE(ec) << ec.message();
    }

    const network_options options_ = loopback_options(test_port());
    message_box box_;
    std::unique_ptr<net::datagram_receiver> receiver_;
    std::unique_ptr<net::datagram_sender> sender_;
};

TEST_F(NetFork, AChildThatWritesIsAnotherSender) {
    send("one");
    EXPECT_EQ(in_forked_child([&] {
                  send("from the child");
                  return 0;
              }),
              0);
    send("two");
    EXPECT_TRUE(eventually([&] { return box_.count() >= 3; }));
    EXPECT_THAT(box_.messages(), testing::ElementsAre("one", "from the child", "two"));
    EXPECT_EQ(receiver_->statistics().duplicate, 0U);
}

TEST_F(NetFork, AChildThatClosesItsCopiesDisturbsNobody) {
    send("one");
    EXPECT_TRUE(eventually([&] { return box_.count() >= 1; }));
    EXPECT_EQ(in_forked_child([&] {
                  receiver_.reset();
                  sender_.reset();
                  return 0;
              }),
              0);
    send("two");
    EXPECT_TRUE(eventually([&] { return box_.count() >= 2; }));
    EXPECT_THAT(box_.messages(), testing::ElementsAre("one", "two"));
}

} // namespace
} // namespace isthmus::test
