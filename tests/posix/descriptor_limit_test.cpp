#include "channel_testing.hpp"

#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/slot.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// While it lives, this process has `left` descriptors to open and no more.
class descriptor_drought {
public:
    explicit descriptor_drought(std::size_t left = 0) {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit less = before_;
        less.rlim_cur = std::min<rlim_t>(less.rlim_cur, 400);
        setrlimit(RLIMIT_NOFILE, &less);
        for (;;) {
            const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
            if (fd < 0)
                break;
            taken_.push_back(fd);
        }
        release(left);
    }
    descriptor_drought(const descriptor_drought&) = delete;
    descriptor_drought& operator=(const descriptor_drought&) = delete;
    ~descriptor_drought() {
        release(taken_.size());
        setrlimit(RLIMIT_NOFILE, &before_);
    }

    void release(std::size_t count) {
        for (; count > 0 && !taken_.empty(); --count) {
            close(taken_.back());
            taken_.pop_back();
        }
    }
    void release_all() { release(taken_.size()); }

private:
    rlimit before_{};
    std::vector<int> taken_;
};

/// Connects `count` clients one after the other and keeps them; tells each reply.
/// Arguments: name, count.
const child_role visitors("visitors", [](const std::vector<std::string>& arguments) {
    std::vector<channel> clients;
    for (auto left = std::stoul(arguments.at(1)); left > 0; --left) {
        clients.push_back(channel::connect(arguments.at(0), {.wait = in_good_time}));
        std::error_code gone; // the server may have served and left already
        clients.back().write(bytes("visitor"), gone);
        tell_test("connected");
    }
    for (auto& client : clients)
        tell_test(next_text(client));
    wait_for_test_to_end();
    return 0;
});

TEST(DescriptorLimit, AcceptReportsItAndServiceGoesOn) {
    auto listener = channel_listener::create(unique_name("limit"));
    auto child = child_process::start("visitors", {listener.name(), "1"});
    ASSERT_EQ(child.read_line(), "connected");
    {
        const descriptor_drought drought;
        std::error_code ec;
        for (int i = 0; i < 3; ++i) {
            EXPECT_FALSE(listener.accept_for(in_good_time, ec).has_value());
            EXPECT_EQ(ec, errc::too_many_handles) << ec.message();
        }
    }
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ(next_text(*server), "visitor");
    server->write(bytes("welcome"));
    EXPECT_EQ(child.read_line(), "welcome");
    // And for new ones too.
    auto next = child_process::start("visitors", {listener.name(), "1"});
    EXPECT_EQ(next.read_line(), "connected");
    EXPECT_TRUE(listener.accept_for(in_good_time).has_value());
}

TEST(DescriptorLimit, ConnectReportsItAndWorksAfterwards) {
    auto listener = channel_listener::create(unique_name("limit"));
    for (std::size_t left = 0; left < 8; ++left) {
        const auto before = descriptor_count();
        bool worked = false;
        {
            const descriptor_drought drought(left);
            std::error_code ec;
            const auto client = channel::connect(listener.name(), {}, ec);
            worked = !ec;
            EXPECT_TRUE(worked || ec == errc::too_many_handles)
                << ec.message() << " with " << left << " left";
            EXPECT_EQ(client.is_open(), worked);
        }
        EXPECT_EQ(descriptor_count(), before) << "with " << left << " left";
        if (worked) {
            // It has gone again, and the instance it took is given back by accepting it.
            EXPECT_TRUE(listener.accept_for(in_good_time).has_value());
        }
        // The instance was not taken by those that failed.
        auto client = channel::connect(listener.name());
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        client.write(bytes("x"));
        EXPECT_EQ(next_text(*server), "x");
    }
}

TEST(DescriptorLimit, CreateReportsItAndWorksAfterwards) {
    channel_listener::create(unique_name("limit")).close();
    const auto before = descriptor_count();
    for (std::size_t left = 0; left < 12; ++left) {
        const auto name = unique_name("limit");
        {
            const descriptor_drought drought(left);
            std::error_code ec;
            const auto listener = channel_listener::create(name, {}, ec);
            EXPECT_TRUE(!ec || ec == errc::too_many_handles)
                << ec.message() << " with " << left << " left";
        }
        EXPECT_EQ(descriptor_count(), before) << "with " << left << " left";
        std::error_code ec;
        channel::connect(name, {}, ec);
        EXPECT_EQ(ec, errc::not_found) << ec.message() << " with " << left << " left";
        auto [listener, server, client] = connect_to(
            channel_listener::create(name, {.max_instances = 1, .first_instance_only = true}), {});
        client.write(bytes("x"));
        EXPECT_EQ(next_text(server), "x");
    }
}

TEST(DescriptorLimit, AcceptWithAnyNumberLeftWorksOrReportsIt) {
    for (std::size_t left = 0; left < 12; ++left) {
        auto listener = channel_listener::create(unique_name("limit"));
        auto child = child_process::start("visitors", {listener.name(), "1"});
        ASSERT_EQ(child.read_line(), "connected");
        std::optional<channel> server;
        {
            const descriptor_drought drought(left);
            std::error_code ec;
            server = listener.accept_for(in_good_time, ec);
            EXPECT_TRUE(server || ec == errc::too_many_handles)
                << ec.message() << " with " << left << " left";
        }
        if (!server)
            server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        EXPECT_EQ(next_text(*server), "visitor");
        server->write(bytes("welcome"));
        EXPECT_EQ(child.read_line(), "welcome");
    }
}

TEST(DescriptorLimit, ManyMoreClientsThanDescriptorsAreServedBitByBit) {
    auto listener = channel_listener::create(unique_name("limit"));
    constexpr std::size_t clients = 60;
    auto child = child_process::start("visitors", {listener.name(), std::to_string(clients)});
    const descriptor_drought drought(20);
    std::vector<channel> servers;
    std::size_t served = 0;
    std::size_t refused = 0;
    while (served < clients) {
        std::error_code ec;
        auto server = listener.accept_for(in_good_time, ec);
        if (server) {
            server->write(bytes("welcome"));
            servers.push_back(std::move(*server));
            ++served;
            continue;
        }
        ASSERT_EQ(ec, errc::too_many_handles) << ec.message();
        ASSERT_FALSE(servers.empty());
        servers.erase(servers.begin());
        ++refused;
    }
    EXPECT_GT(refused, 0U);
    servers.clear();
    for (std::size_t i = 0; i < clients; ++i)
        EXPECT_EQ(child.read_line(), "connected");
    for (std::size_t i = 0; i < clients; ++i)
        EXPECT_EQ(child.read_line(), "welcome");
    child.close_input();
    EXPECT_EQ(child.wait(), 0);
}

TEST(DescriptorLimit, AConnectedChannelNeedsNoMore) {
    auto [listener, server, client] = make_message_connection();
    const descriptor_drought drought;
    client.write(bytes("question"));
    EXPECT_EQ(next_message(server), "question");
    EXPECT_EQ(client.read_message_for(5ms), std::nullopt);
    auto asking = in_background([&end = client] { return text(end.transact(bytes("ping"))); });
    EXPECT_EQ(next_message(server), "ping");
    server.write(bytes("pong"));
    EXPECT_EQ(asking.get(), "pong");
    client.close();
    EXPECT_EQ(error_of([&end = server](auto& ec) { end.read_message(ec); }), errc::broken);
}

TEST(DescriptorLimit, AnonymousPipesReportIt) {
    for (std::size_t left = 0; left < 6; ++left) {
        const auto before = descriptor_count();
        {
            const descriptor_drought drought(left);
            std::error_code ec;
            const auto ends = make_anonymous_pipe(0, ec);
            EXPECT_TRUE(!ec || ec == errc::too_many_handles) << ec.message();
            EXPECT_EQ(ends.reader.is_open(), !ec);
        }
        EXPECT_EQ(descriptor_count(), before);
    }
}

TEST(DescriptorLimit, ABroadcastReaderIsNotForgotten) {
    const auto name = unique_name("limit");
    // (As long as there is one, the writer keeps no directories to see whether one comes: it would
    // give their descriptors up when it looks anew.)
    auto slot = slot_reader::create(name);
    auto writer = slot_writer::open(R"(\\*\mailslot\)" + name);
    writer.write(bytes("to the slot alone"));
    auto reader = broadcast_reader::create(name);
    {
        const descriptor_drought drought;
        writer.write(bytes("lost"));
    }
    writer.write(bytes("heard"));
    for (const char* expected : {"to the slot alone", "lost", "heard"}) {
        const auto message = slot.read_message_for(in_good_time);
        ASSERT_TRUE(message.has_value());
        EXPECT_EQ(text(*message), expected);
    }
    const auto message = reader.read_message_for(in_good_time);
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(text(*message), "heard");
}

} // namespace
} // namespace isthmus::test
