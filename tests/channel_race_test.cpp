#include "channel_testing.hpp"

#include <atomic>
#include <random>
#include <thread>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// One of two servers that race for a name. Hears "first NAME" (first instance only) or
/// "single NAME" (maximum 1), tries once, tells "won" or why not. The winner greets every client
/// with its own number until it hears "stop"; both then tell "stopped". Argument: its number.
const child_role racer("racer", [](const std::vector<std::string>& arguments) {
    const auto greeting = bytes(arguments.at(0));
    while (const auto start = hear_test()) {
        const bool first = start->starts_with("first ");
        const auto name = start->substr(start->find(' ') + 1);
        std::error_code ec;
        auto listener =
            channel_listener::create(name,
                                     first ? listener_options{.first_instance_only = true}
                                           : listener_options{.max_instances = 1},
                                     ec);
        if (ec) {
            tell_test(ec == errc::access_denied ? "access denied"
                      : ec == errc::busy        ? "busy"
                                                : ec.message());
            hear_test();
            tell_test("stopped");
            continue;
        }
        tell_test("won");
        std::atomic<bool> done = false;
        std::atomic<bool> reusing = false;
        channel server;
        auto serving = in_background([&] {
            while (!done) {
                std::error_code failed;
                // With a maximum of 1 the instance is used again: given up, the name would be free.
                if (reusing) {
                    server.accept(failed);
                } else {
                    server = listener.accept(failed);
                }
                if (failed)
                    continue;
                server.write(greeting, failed);
                if (!first) {
                    reusing = true;
                    server.flush(failed);
                    server.disconnect(failed);
                }
            }
        });
        hear_test();
        done = true;
        cancel_until_done(serving, [&] {
            listener.cancel();
            if (reusing)
                server.cancel();
        });
        server.close();
        listener.close();
        tell_test("stopped");
    }
    return 0;
});

class ChannelRace : public testing::TestWithParam<std::string> {
protected:
    /// Connects until it is served; the greeting.
    std::string connect_until_served(const std::string& name) {
        const auto until = deadline::after(in_good_time);
        while (!until.expired()) {
            std::error_code ec;
            auto client = channel::connect(name, {}, ec);
            if (!ec)
                return next_text(client);
            if (ec != errc::not_found && ec != errc::busy)
                return ec.message();
        }
        return "never served";
    }
};

INSTANTIATE_TEST_SUITE_P(With,
                         ChannelRace,
                         testing::Values("first", "single"),
                         [](const auto& each) { return each.param; });

TEST_P(ChannelRace, ExactlyOneOfTwoServersWinsAndServesEveryClient) {
    const bool first = GetParam() == "first";
    if (first && under_wine())
        GTEST_SKIP() << "Wine ignores FILE_FLAG_FIRST_PIPE_INSTANCE";
    const auto name = unique_name("channel");
    child_process racers[] = {child_process::start("racer", {"0"}),
                              child_process::start("racer", {"1"})};
    std::mt19937 random(std::random_device{}());
    std::size_t wins[2] = {};
    for (std::size_t round = 0; round < scaled(1000); ++round) {
        const std::size_t ahead = random() % 2;
        racers[ahead].write_line(GetParam() + ' ' + name);
        racers[1 - ahead].write_line(GetParam() + ' ' + name);
        const auto greeting = connect_until_served(name);
        const std::string outcome[2] = {racers[0].read_line().value_or("gone"),
                                        racers[1].read_line().value_or("gone")};
        const std::size_t winner = outcome[0] == "won" ? 0 : 1;
        ASSERT_EQ(outcome[winner], "won") << "round " << round << ": " << outcome[0];
        ASSERT_EQ(outcome[1 - winner], first ? "access denied" : "busy") << "round " << round;
        ASSERT_EQ(greeting, std::to_string(winner)) << "round " << round;
        ASSERT_EQ(connect_until_served(name), std::to_string(winner)) << "round " << round;
        ++wins[winner];
        for (auto& each : racers)
            each.write_line("stop");
        for (auto& each : racers)
            ASSERT_EQ(each.read_line(), "stopped") << "round " << round;
        std::error_code ec;
        channel::connect(name, {}, ec);
        ASSERT_EQ(ec, errc::not_found) << ec.message() << ", round " << round;
    }
    RecordProperty("wins_of_0", static_cast<int>(wins[0]));
    RecordProperty("wins_of_1", static_cast<int>(wins[1]));
}

/// Creates, serves one client or none, closes, again and again, and never tells: a name that comes
/// and goes. Arguments: name, its number.
const child_role flicker("flicker", [](const std::vector<std::string>& arguments) -> int {
    tell_test("ready");
    std::mt19937 random(std::random_device{}());
    for (;;) {
        std::error_code ec;
        auto listener = channel_listener::create(arguments.at(0), {.max_instances = 1}, ec);
        if (ec == errc::busy) {
            std::this_thread::yield();
            continue;
        }
        if (ec) {
            tell_test(ec.message());
            return 1;
        }
        if (auto server = listener.accept_for(std::chrono::microseconds(random() % 2000), ec)) {
            server->write(bytes("served"), ec);
        }
    }
});

TEST(ChannelRaceForEver, WhoeverConnectsIsServedOrToldThatTheServerIsGone) {
    const auto name = unique_name("channel");
    child_process servers[] = {child_process::start("flicker", {name, "0"}),
                               child_process::start("flicker", {name, "1"})};
    for (auto& each : servers)
        ASSERT_EQ(each.read_line(), "ready");
    std::size_t served = 0;
    const auto until = deadline::after(1min);
    while (served < scaled(1000) && !until.expired()) {
        std::error_code ec;
        auto client = channel::connect(name, {}, ec);
        if (ec) {
            ASSERT_TRUE(ec == errc::not_found || ec == errc::busy) << ec.message();
            continue;
        }
        std::vector<std::byte> buffer(10);
        // A hang would be a client that waits for a server which nobody runs.
        const auto got = client.read_for(buffer, in_good_time, ec);
        ASSERT_TRUE(got || ec == errc::broken) << ec.message();
        if (got)
            ++served;
    }
    EXPECT_EQ(served, scaled(1000));
    for (auto& each : servers)
        EXPECT_EQ(each.wait(0ms), std::nullopt) << "it failed";
}

} // namespace
} // namespace isthmus::test
