#include "support/data.hpp"
#include "support/environment.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <system_error>

/// \file
/// A child that is forked and does not exec holds nothing of its parent's channels.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// A child that only waits to be killed.
class idle_child {
public:
    idle_child() : process_(::fork()) {
        if (process_ == 0) {
            for (;;)
                ::pause();
        }
    }
    idle_child(const idle_child&) = delete;
    idle_child& operator=(const idle_child&) = delete;
    ~idle_child() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }

private:
    pid_t process_;
};

TEST(Fork, OfTheServerDoesNotKeepTheConnection) {
    auto listener = channel_listener::create(unique_name("fork"));
    auto client = channel::connect(listener.name());
    auto server = listener.accept();
    const idle_child child;
    server.close();
    std::error_code ec;
    std::array<std::byte, 1> buffer{};
    EXPECT_FALSE(client.read_for(buffer, 10s, ec).has_value());
    EXPECT_EQ(ec, errc::broken);
}

TEST(Fork, OfTheClientDoesNotKeepTheInstance) {
    auto listener = channel_listener::create(unique_name("fork"), {.max_instances = 1});
    auto client = channel::connect(listener.name());
    auto server = listener.accept();
    const idle_child child;
    client.close();
    std::error_code ec;
    std::array<std::byte, 1> buffer{};
    EXPECT_FALSE(server.read_for(buffer, 10s, ec).has_value());
    EXPECT_EQ(ec, errc::broken);
    server.close();
    EXPECT_TRUE(channel::connect(listener.name(), {}, ec).is_open() || ec == errc::not_found);
}

TEST(Fork, DoesNotKeepTheName) {
    const auto name = unique_name("fork");
    auto listener = channel_listener::create(name);
    const idle_child child;
    listener.close();
    std::error_code ec;
    channel::connect(name, {}, ec);
    EXPECT_EQ(ec, errc::not_found);
    EXPECT_NO_THROW(channel_listener::create(name, {.first_instance_only = true}));
}

TEST(Fork, InTheChildTheChannelsAreOfNoUseAndDoNoHarm) {
    auto listener = channel_listener::create(unique_name("fork"));
    auto client = channel::connect(listener.name());
    auto server = listener.accept();
    const pid_t child = ::fork();
    if (child == 0) {
        std::error_code ec;
        client.write(bytes("from the child"), ec);
        client.close();
        server.close();
        listener.close();
        ::_exit(ec ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    client.write(bytes("from the parent"));
    std::array<std::byte, 64> buffer{};
    const auto got = server.read_for(buffer, 10s);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(text(std::span(buffer).first(got->size)), "from the parent");
    EXPECT_NO_THROW(channel::connect(listener.name()));
}

} // namespace
} // namespace isthmus::test
