#include "channel_testing.hpp"

#include <isthmus/stop_source.hpp>

#include <atomic>
#include <functional>
#include <ostream>
#include <thread>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// What a client waits for before it has a channel to cancel, with the only instance taken.
struct client_call {
    std::string name;
    std::function<bool(const std::string&, const deadline&, const stop_source*, std::error_code&)>
        call;
    /// The form that throws.
    std::function<bool(const std::string&, const deadline&, const stop_source*)> throwing_call;

    friend std::ostream& operator<<(std::ostream& out, const client_call& what) {
        return out << what.name;
    }
};

constexpr auto message_mode = channel_mode::message;

const client_call all_calls[] = {
    {"Connect",
     [](const std::string& name,
        const deadline& until,
        const stop_source* stop,
        std::error_code& ec) {
         return channel::connect_until(name, until, {.mode = message_mode, .stop = stop}, ec)
             .has_value();
     },
     [](const std::string& name, const deadline& until, const stop_source* stop) {
         return channel::connect_until(name, until, {.mode = message_mode, .stop = stop})
             .has_value();
     }},
    {"Call",
     [](const std::string& name,
        const deadline& until,
        const stop_source* stop,
        std::error_code& ec) {
         return channel::call_until(name, bytes("question"), until, stop, ec).has_value();
     },
     [](const std::string& name, const deadline& until, const stop_source* stop) {
         return channel::call_until(name, bytes("question"), until, stop).has_value();
     }},
    {"Wait",
     [](const std::string& name,
        const deadline& until,
        const stop_source* stop,
        std::error_code& ec) { return wait_for_channel_until(name, until, stop, ec); },
     [](const std::string& name, const deadline& until, const stop_source* stop) {
         return wait_for_channel_until(name, until, stop);
     }},
};

class ChannelStop : public testing::TestWithParam<client_call> {
protected:
    std::error_code call(const deadline& until, const stop_source* stop) {
        std::error_code ec;
        const bool done = GetParam().call(c_.listener.name(), until, stop, ec);
        EXPECT_EQ(done, !ec);
        return ec;
    }

    connection c_ = make_connection({.mode = message_mode, .max_instances = 1});
};

INSTANTIATE_TEST_SUITE_P(Of, ChannelStop, testing::ValuesIn(all_calls), [](const auto& call) {
    return call.param.name;
});

TEST_P(ChannelStop, EndsACallThatWaits) {
    for (const auto& until : {deadline::never(), deadline::after(1h)}) {
        stop_source stop;
        auto calling = in_background([&] { return call(until, &stop); });
        EXPECT_TRUE(still_blocked(calling));
        EXPECT_TRUE(stop.request_stop());
        EXPECT_EQ(calling.get(), errc::canceled);
    }
}

TEST_P(ChannelStop, IsReportedByTheThrowingForm) {
    stop_source stop;
    stop.request_stop();
    try {
        GetParam().throwing_call(c_.listener.name(), deadline::never(), &stop);
        FAIL() << "not stopped";
    } catch (const std::system_error& problem) {
        EXPECT_EQ(problem.code(), errc::canceled);
    }
}

TEST_P(ChannelStop, RequestedBeforeEndsTheCallAtOnceWhateverItWouldFind) {
    stop_source stop;
    stop.request_stop();
    EXPECT_EQ(call(deadline::never(), &stop), errc::canceled);
    std::error_code ec;
    GetParam().call(unique_name("channel"), deadline::never(), &stop, ec);
    EXPECT_EQ(ec, errc::canceled);
    c_ = make_connection({.mode = message_mode}); // an instance is free
    EXPECT_EQ(call(deadline::never(), &stop), errc::canceled);
}

TEST_P(ChannelStop, EndsTheCallsOfManyThreads) {
    stop_source stop;
    std::vector<std::future<std::error_code>> calling;
    for (int i = 0; i < 8; ++i)
        calling.push_back(in_background([&] { return call(deadline::never(), &stop); }));
    EXPECT_TRUE(still_blocked(calling.front()));
    EXPECT_TRUE(stop.request_stop());
    EXPECT_FALSE(stop.request_stop());
    for (auto& each : calling)
        EXPECT_EQ(each.get(), errc::canceled);
}

TEST_P(ChannelStop, AtAnyMomentEndsTheCall) {
    for (std::size_t i = 0; i < scaled(100); ++i) {
        stop_source stop;
        auto calling = in_background([&] { return call(deadline::never(), &stop); });
        std::this_thread::sleep_for(std::chrono::microseconds(i * 20));
        stop.request_stop();
        ASSERT_EQ(calling.get(), errc::canceled);
    }
}

TEST_P(ChannelStop, NotRequestedChangesNothing) {
    const stop_source stop;
    EXPECT_FALSE(stop.stop_requested());
    const auto start = clock::now();
    EXPECT_EQ(call(deadline::after(30ms), &stop), errc::timed_out);
    EXPECT_GE(clock::now() - start, 30ms);
    EXPECT_EQ(call(deadline::after(-1s), &stop), errc::timed_out);
    std::error_code ec;
    GetParam().call(unique_name("channel"), deadline::never(), &stop, ec);
    EXPECT_EQ(ec, errc::not_found);
}

TEST_P(ChannelStop, RunningOutOfTimeIsAResultInTheThrowingForm) {
    bool done = true;
    EXPECT_NO_THROW(
        done = GetParam().throwing_call(c_.listener.name(), deadline::after(10ms), nullptr));
    EXPECT_FALSE(done);
}

TEST_P(ChannelStop, NotRequestedLetsACallSucceed) {
    const stop_source stop;
    auto calling = in_background([&] { return call(deadline::never(), &stop); });
    EXPECT_TRUE(still_blocked(calling));
    c_.server.disconnect();
    auto serving = in_background([this] {
        if (c_.server.accept_for(in_good_time) && GetParam().name == "Call") {
            c_.server.read_message();
            c_.server.write(bytes("answer"));
        }
    });
    EXPECT_EQ(calling.get(), std::error_code());
    if (GetParam().name == "Wait") // which takes nothing: somebody has to come
        c_.client = channel::connect(c_.listener.name(), {.mode = message_mode});
    serving.get();
}

TEST(ChannelStopCall, EndsTheWaitForTheReply) {
    auto listener = channel_listener::create(unique_name("channel"), {.mode = message_mode});
    for (std::size_t i = 0; i < scaled(100); ++i) {
        stop_source stop;
        auto calling = in_background([&] {
            return error_of([&](auto& ec) {
                channel::call_until(listener.name(), bytes("question"), deadline::never(), &stop,
                                    ec);
            });
        });
        if (i % 2 == 0) {
            // Surely asked, and waiting for the reply.
            auto server = listener.accept();
            EXPECT_EQ(next_message(server), "question");
            stop.request_stop();
            EXPECT_EQ(calling.get(), errc::canceled);
            EXPECT_EQ(error_of([&](auto& ec) { server.read_message(ec); }), errc::broken);
        } else {
            // At any moment of its way there.
            std::this_thread::sleep_for(std::chrono::microseconds(i * 10));
            stop.request_stop();
            EXPECT_EQ(calling.get(), errc::canceled);
            while (listener.accept_for(0ms)) {} // it may have come that far
        }
    }
}

TEST(ChannelStopCall, EndsTheWriteOfALargeRequest) {
    auto listener = channel_listener::create(unique_name("channel"), {.mode = message_mode});
    const auto request = pattern(more_than_fits);
    stop_source stop;
    auto calling = in_background([&] {
        return error_of([&](auto& ec) {
            channel::call_until(listener.name(), request, deadline::never(), &stop, ec);
        });
    });
    const auto server = listener.accept();
    EXPECT_TRUE(still_blocked(calling));
    stop.request_stop();
    const auto ec = calling.get();
    EXPECT_TRUE(ec == errc::canceled || ec == errc::broken) << ec.message();
}

TEST(ChannelStopForms, TakeADuration) {
    auto [listener, server, client] = make_connection({.mode = message_mode, .max_instances = 1});
    const auto& name = listener.name();
    std::error_code ec;
    EXPECT_FALSE(channel::connect_for(name, 1ms).has_value());
    EXPECT_FALSE(channel::connect_for(name, 1ms, {}, ec).has_value());
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_EQ(channel::call_for(name, bytes("x"), 1ms), std::nullopt);
    EXPECT_EQ(channel::call_for(name, bytes("x"), 1ms, ec), std::nullopt);
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_FALSE(wait_for_channel_for(name, 1ms));
    EXPECT_FALSE(wait_for_channel_for(name, 1ms, ec));
    EXPECT_EQ(ec, errc::timed_out);
    // Said as an option it is what connecting found.
    EXPECT_EQ(connection_error(name, {.wait = 1ms}), errc::busy);
}

TEST(ChannelStopForms, ConnectForReachesAFreeInstance) {
    auto listener = channel_listener::create(unique_name("channel"));
    auto client = channel::connect_for(listener.name(), 0ms);
    ASSERT_TRUE(client.has_value());
    client->write(bytes("here"));
    auto server = listener.accept();
    EXPECT_EQ(next_text(server), "here");
}

} // namespace
} // namespace isthmus::test
