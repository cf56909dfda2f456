#include "channel_testing.hpp"
#include "posix/syscalls.hpp"

#include <sys/socket.h>

#include <functional>

/// Servers that are faster than the client's own call to connect.

namespace isthmus::test {
namespace {

/// While it lives, something happens as soon as the client is connected, before its call goes on.
class when_connected {
public:
    explicit when_connected(std::function<void()> what) {
        original_ = posix::os.connect;
        what_ = std::move(what);
        posix::os.connect = [](int socket, const sockaddr* address, socklen_t size) {
            const int result = original_(socket, address, size);
            const int reason = errno;
            if (result == 0)
                std::exchange(what_, [] {})();
            errno = reason;
            return result;
        };
    }
    when_connected(const when_connected&) = delete;
    when_connected& operator=(const when_connected&) = delete;
    ~when_connected() { posix::os.connect = original_; }

private:
    static inline decltype(posix::os.connect) original_ = nullptr;
    static inline std::function<void()> what_;
};

class QuickServer : public testing::TestWithParam<channel_mode> {
protected:
    channel_listener listener_ =
        channel_listener::create(unique_name("quick"), {.mode = GetParam()});
};

INSTANTIATE_TEST_SUITE_P(Mode,
                         QuickServer,
                         testing::Values(channel_mode::byte, channel_mode::message),
                         [](const auto& mode) {
                             return mode.param == channel_mode::byte ? "Byte" : "Message";
                         });

TEST_P(QuickServer, MayWriteAndCloseBeforeTheClientsCallReturns) {
    const when_connected serve([&] {
        auto server = listener_.accept();
        server.write(bytes("the time is now"));
    });
    auto client = channel::connect(listener_.name(), {.mode = GetParam()});
    EXPECT_EQ(next_text(client), "the time is now");
    std::error_code ec;
    client.write(bytes("thanks"), ec);
    EXPECT_EQ(ec, errc::broken);
}

TEST_P(QuickServer, MayWriteBeforeTheClientsCallReturns) {
    channel server;
    const when_connected serve([&] {
        server = listener_.accept();
        server.write(bytes("welcome"));
    });
    auto client = channel::connect(listener_.name(), {.mode = GetParam()});
    EXPECT_EQ(next_text(client), "welcome");
    client.write(bytes("thanks"));
    EXPECT_EQ(next_text(server), "thanks");
}

TEST_P(QuickServer, ThatGoesWithoutAcceptingIsBroken) {
    const std::string name = listener_.name();
    const when_connected leave([&] { listener_.close(); });
    std::error_code ec;
    auto client = channel::connect(name, {.mode = GetParam()}, ec);
    if (!ec) {
        std::vector<std::byte> buffer(1);
        client.read_for(buffer, in_good_time, ec);
        EXPECT_EQ(ec, errc::broken);
    } else {
        EXPECT_EQ(ec, errc::not_found);
    }
    client.close();
    channel::connect(name, {}, ec);
    EXPECT_EQ(ec, errc::not_found);
}

TEST_P(QuickServer, MayDisconnectBeforeTheClientsCallReturns) {
    channel server;
    const when_connected serve([&] {
        server = listener_.accept();
        server.disconnect();
    });
    auto client = channel::connect(listener_.name(), {.mode = GetParam()});
    std::vector<std::byte> buffer(1);
    std::error_code ec;
    client.read_for(buffer, in_good_time, ec);
    EXPECT_TRUE(ec == errc::not_connected || ec == errc::broken) << ec.message();
}

} // namespace
} // namespace isthmus::test
