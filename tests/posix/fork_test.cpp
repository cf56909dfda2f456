#include "support/data.hpp"
#include "support/environment.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <future>
#include <system_error>
#include <thread>

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

TEST(Fork, WhileAnotherThreadConnectsAndAcceptsKeepsNothing) {
    // None of the children ends before all is over: what one of them has, it keeps.
    constexpr std::size_t most_children = 150;
    std::atomic<bool> done = false;
    auto channels = std::async(std::launch::async, [&] {
        const auto name = unique_name("fork");
        std::error_code ec;
        for (std::size_t i = 0; i < scaled(300); ++i) {
            channel_listener listener;
            // A child has its parent's descriptors until it runs for the first time.
            EXPECT_TRUE(eventually([&] {
                listener = channel_listener::create(name, {.first_instance_only = true}, ec);
                return !ec;
            })) << ec.message();
            if (ec)
                break;
            auto client = channel::connect(name, {}, ec);
            auto server = listener.accept_for(10s);
            listener.close();
            server.reset();
            std::array<std::byte, 1> buffer{};
            client.read_for(buffer, 10s, ec);
            EXPECT_EQ(ec, errc::broken);
            if (ec != errc::broken)
                break;
        }
        done = true;
    });
    std::deque<idle_child> children;
    while (!done) {
        if (children.size() < most_children)
            children.emplace_back();
        std::this_thread::sleep_for(500us);
    }
    channels.get();
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
