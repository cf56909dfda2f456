#include "channel_testing.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <thread>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// First instance only, where the system knows it: then nobody else can have anything of the name.
listener_options sole(channel_mode mode) {
    return {.mode = mode, .max_instances = 1, .first_instance_only = !under_wine()};
}

channel_mode mode_of(const std::string& text) {
    return text == "message" ? channel_mode::message : channel_mode::byte;
}

/// Sends back what it gets, in parts, until the channel ends.
std::error_code echo(channel& end) {
    std::vector<std::byte> buffer(30'000);
    std::error_code ec;
    for (;;) {
        const auto got = end.read(buffer, ec);
        if (ec)
            return ec;
        end.write(std::span(buffer).first(got.size), ec);
        if (ec)
            return ec;
    }
}

/// Sends data of all sizes and reads it back until the channel ends.
std::error_code chatter(channel& end, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::byte> buffer(20'000);
    const auto data = pattern(50'000);
    std::error_code ec;
    for (;;) {
        const std::size_t size = random() % 4 == 0 ? 1 + random() % data.size() : 64;
        end.write(std::span(data).first(size), ec);
        if (ec)
            return ec;
        for (std::size_t have = 0; have < size;) {
            const auto got = end.read(buffer, ec);
            if (ec)
                return ec;
            if (!std::equal(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got.size),
                            data.begin() + static_cast<std::ptrdiff_t>(have))) {
                throw std::runtime_error("wrong data");
            }
            have += got.size;
        }
    }
}

const child_role victim_server("victim_server", [](const std::vector<std::string>& arguments) {
    auto listener = channel_listener::create(arguments.at(0), sole(mode_of(arguments.at(1))));
    tell_test("ready");
    auto client = listener.accept();
    echo(client);
    return 0;
});

const child_role victim_client("victim_client", [](const std::vector<std::string>& arguments) {
    auto server = channel::connect(arguments.at(0), {.mode = mode_of(arguments.at(1))});
    chatter(server, static_cast<unsigned>(std::stoul(arguments.at(2))));
    return 0;
});

/// Connects again and again, says a word, hears one, leaves.
const child_role busy_client("busy_client", [](const std::vector<std::string>& arguments) -> int {
    for (;;) {
        std::error_code ec;
        auto server = channel::connect(arguments.at(0), {.wait = in_good_time}, ec);
        if (ec)
            continue;
        server.write(bytes("word"), ec);
        std::vector<std::byte> buffer(10);
        server.read(buffer, ec);
    }
});

class ChannelKill : public testing::TestWithParam<std::string> {
protected:
    channel_mode mode() const { return mode_of(GetParam()); }

    /// Lets `talk` go on until it ends because the child was killed after `delay`.
    template <class Talk>
    std::error_code kill_while(child_process& victim, std::chrono::microseconds delay, Talk talk) {
        clock::time_point killed;
        auto killing = in_background([&] {
            std::this_thread::sleep_for(delay);
            killed = clock::now();
            victim.kill();
        });
        const auto ec = talk();
        const auto noticed = clock::now();
        killing.get();
        latencies_.push_back(
            std::chrono::duration_cast<std::chrono::microseconds>(noticed - killed));
        return ec;
    }

    void expect_broken(channel& survivor) {
        std::vector<std::byte> buffer(100'000);
        std::error_code ec;
        while (!ec)
            survivor.read_for(buffer, in_good_time, ec);
        EXPECT_EQ(ec, errc::broken);
        EXPECT_EQ(ec.value(), 109);
        survivor.write(buffer, ec);
        EXPECT_EQ(ec, errc::broken);
        EXPECT_EQ(ec.value(), 232);
    }

    void expect_prompt() {
        ASSERT_FALSE(latencies_.empty());
        std::sort(latencies_.begin(), latencies_.end());
        const auto median = latencies_[latencies_.size() / 2];
        std::cout << "noticed after: median " << median.count() << " us, maximum "
                  << latencies_.back().count() << " us, of " << latencies_.size() << '\n';
        RecordProperty("median_us", static_cast<int>(median.count()));
        EXPECT_LT(median, 1s);
        EXPECT_LT(latencies_.back(), 10s);
    }

    std::mt19937 random_{
        testing::UnitTest::GetInstance()->random_seed() == 0
            ? std::random_device{}()
            : static_cast<unsigned>(testing::UnitTest::GetInstance()->random_seed())};
    std::vector<std::chrono::microseconds> latencies_;
};

INSTANTIATE_TEST_SUITE_P(Mode,
                         ChannelKill,
                         testing::Values("byte", "message"),
                         [](const auto& each) { return each.param; });

TEST_P(ChannelKill, OfTheServerIsACloseForTheClient) {
    const auto name = unique_name("channel");
    const std::size_t rounds = scaled(100);
    std::size_t before = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        if (i == rounds / 2) // by now everything that stays open is open
            before = descriptor_count();
        auto victim = child_process::start("victim_server", {name, GetParam()});
        ASSERT_EQ(victim.read_line(), "ready") << "round " << i;
        auto client = channel::connect(name, {.mode = mode()});
        const auto delay = std::chrono::microseconds(random_() % 4000);
        const auto ec =
            kill_while(victim, delay, [&] { return chatter(client, static_cast<unsigned>(i)); });
        ASSERT_EQ(ec, errc::broken) << "round " << i;
        expect_broken(client);
        client.close();
        // The name is free again.
        std::error_code created;
        const auto listener = channel_listener::create(name, sole(mode()), created);
        ASSERT_EQ(created, std::error_code()) << created.message() << ", round " << i;
    }
    // Each of the other half's rounds would leave one; the system itself has a few now and then.
    EXPECT_LT(descriptor_count(), before + rounds / 8 + 1);
    expect_prompt();
}

TEST_P(ChannelKill, OfTheClientIsACloseForTheServer) {
    const auto name = unique_name("channel");
    const std::size_t rounds = scaled(100);
    std::size_t before = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        if (i == rounds / 2) // by now everything that stays open is open
            before = descriptor_count();
        std::error_code created;
        auto listener = channel_listener::create(name, sole(mode()), created);
        ASSERT_EQ(created, std::error_code()) << created.message() << ", round " << i;
        auto victim = child_process::start("victim_client", {name, GetParam(), std::to_string(i)});
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        const auto delay = std::chrono::microseconds(random_() % 4000);
        const auto ec = kill_while(victim, delay, [&] { return echo(*server); });
        ASSERT_EQ(ec, errc::broken) << "round " << i;
        if (i % 2 == 0) {
            expect_broken(*server);
        } else {
            // The instance can be used again instead.
            server->disconnect();
            auto accepting = in_background([&] { server->accept(); });
            auto next = channel::connect(name, {.mode = mode(), .wait = in_good_time});
            accepting.get();
            next.write(bytes("hello"));
            EXPECT_EQ(next_text(*server), "hello");
        }
        server->close();
        listener.close();
        std::error_code gone;
        channel::connect(name, {.mode = mode()}, gone);
        ASSERT_EQ(gone, errc::not_found) << gone.message() << ", round " << i;
    }
    // Each of the other half's rounds would leave one; the system itself has a few now and then.
    EXPECT_LT(descriptor_count(), before + rounds / 8 + 1);
    expect_prompt();
}

TEST_P(ChannelKill, EndsABlockedRead) {
    const auto name = unique_name("channel");
    for (std::size_t i = 0; i < scaled(10); ++i) {
        auto victim = child_process::start("victim_server", {name, GetParam()});
        ASSERT_EQ(victim.read_line(), "ready");
        auto client = channel::connect(name, {.mode = mode()});
        std::vector<std::byte> buffer(10);
        const auto ec = kill_while(
            victim, 20ms, [&] { return error_of([&](auto& e) { client.read(buffer, e); }); });
        EXPECT_EQ(ec, errc::broken);
        EXPECT_EQ(ec.value(), 109);
    }
    expect_prompt();
}

TEST_P(ChannelKill, EndsAWaitForTheName) {
    // The only instance is taken; when its server dies, whoever waits hears of it.
    const auto name = unique_name("channel");
    auto victim = child_process::start("victim_server", {name, GetParam()});
    ASSERT_EQ(victim.read_line(), "ready");
    auto client = channel::connect(name, {.mode = mode()});
    auto waiting = in_background(
        [&] { return error_of([&](auto& ec) { wait_for_channel_for(name, in_good_time, ec); }); });
    EXPECT_TRUE(still_blocked(waiting));
    victim.kill();
    expect_broken(client);
    client.close();
    EXPECT_EQ(waiting.get(), errc::not_found);
}

TEST(ChannelKillAnyTime, OfAClientAtAnyMomentOfItsLifeDisturbsNoOther) {
    auto listener = channel_listener::create(unique_name("channel"));
    std::atomic<bool> done = false;
    auto serving = in_background([&] {
        std::vector<std::byte> buffer(10);
        while (!done) {
            std::error_code ec;
            auto server = listener.accept(ec);
            if (ec)
                continue;
            server.read(buffer, ec);
            if (!ec)
                server.write(bytes("reply"), ec);
        }
    });
    std::mt19937 random(std::random_device{}());
    for (std::size_t i = 0; i < scaled(60); ++i) {
        auto victim = child_process::start("busy_client", {listener.name()});
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 15'000));
        victim.kill();
        auto client = channel::connect(listener.name(), {.wait = in_good_time});
        client.write(bytes("word"));
        ASSERT_EQ(next_text(client), "reply") << "round " << i;
    }
    done = true;
    cancel_until_done(serving, [&] { listener.cancel(); });
}

TEST(ChannelKillAnyTime, OfAServerAtAnyMomentOfItsLifeFreesTheName) {
    const auto name = unique_name("channel");
    std::mt19937 random(std::random_device{}());
    for (std::size_t i = 0; i < scaled(60); ++i) {
        auto victim = child_process::start("victim_server", {name, "byte"});
        const auto until = deadline::after(std::chrono::microseconds(random() % 15'000));
        while (!until.expired()) {
            std::error_code ec;
            auto client = channel::connect(name, {}, ec);
            if (!ec)
                client.write(bytes("word"), ec);
        }
        victim.kill_and_wait();
        std::error_code ec;
        channel::connect(name, {}, ec);
        ASSERT_EQ(ec, errc::not_found) << ec.message() << ", round " << i;
        auto [listener, server, client] =
            connect_to(channel_listener::create(name, sole(channel_mode::message)), {});
        client.write(bytes("fresh"));
        ASSERT_EQ(next_message(server), "fresh") << "round " << i;
    }
}

} // namespace
} // namespace isthmus::test
