#include "channel_testing.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <ostream>
#include <random>
#include <thread>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// A blocking operation on a connection where it blocks.
struct blocking_call {
    std::string name;
    /// Brings the connection into a state where the call blocks.
    std::function<void(connection&)> prepare;
    /// The call, with the form that sets an error; true if it says that it did what it should.
    std::function<bool(connection&, const deadline&, std::error_code&)> call;
    /// The same, the form that throws.
    std::function<bool(connection&, const deadline&)> throwing_call;
    /// Ends the wait by what it waits for.
    std::function<void(connection&)> satisfy;
    std::function<void(connection&)> cancel;

    friend std::ostream& operator<<(std::ostream& out, const blocking_call& what) {
        return out << what.name;
    }
};

std::vector<std::byte> some_buffer(16);
const auto large = pattern(more_than_fits);

void drain(channel& from) {
    std::error_code ec;
    std::vector<std::byte> buffer(1024 * 1024);
    while (from.read_for(buffer, 0ms, ec)) {}
}

const blocking_call all_calls[] = {
    {"Read", [](connection&) {},
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.client.read_until(some_buffer, until, ec).has_value();
     },
     [](connection& c, const deadline& until) {
         return c.client.read_until(some_buffer, until).has_value();
     },
     [](connection& c) { c.server.write(bytes("data")); },
     [](connection& c) { c.client.cancel(); }},
    {"ReadOfTheServer", [](connection&) {},
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.server.read_until(some_buffer, until, ec).has_value();
     },
     [](connection& c, const deadline& until) {
         return c.server.read_until(some_buffer, until).has_value();
     },
     [](connection& c) { c.client.write(bytes("data")); },
     [](connection& c) { c.server.cancel(); }},
    {"ReadMessage", [](connection&) {},
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.client.read_message_until(until, ec).has_value();
     },
     [](connection& c, const deadline& until) {
         return c.client.read_message_until(until).has_value();
     },
     [](connection& c) { c.server.write(bytes("data")); },
     [](connection& c) { c.client.cancel(); }},
    {"Write", [](connection&) {},
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.client.write_until(large, until, ec);
     },
     [](connection& c, const deadline& until) { return c.client.write_until(large, until); },
     [](connection& c) { EXPECT_TRUE(c.server.read_message() == large); },
     [](connection& c) { c.client.cancel(); }},
    {"Transact", [](connection&) {},
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.client.transact_until(bytes("question"), until, ec).has_value();
     },
     [](connection& c, const deadline& until) {
         return c.client.transact_until(bytes("question"), until).has_value();
     },
     [](connection& c) { c.server.write(bytes("answer")); },
     [](connection& c) { c.client.cancel(); }},
    {"Flush", [](connection& c) { c.client.write(bytes("unread")); },
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.client.flush_until(until, ec);
     },
     [](connection& c, const deadline& until) { return c.client.flush_until(until); },
     [](connection& c) { drain(c.server); }, [](connection& c) { c.client.cancel(); }},
    {"FlushOfTheServer", [](connection& c) { c.server.write(bytes("unread")); },
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.server.flush_until(until, ec);
     },
     [](connection& c, const deadline& until) { return c.server.flush_until(until); },
     [](connection& c) { drain(c.client); }, [](connection& c) { c.server.cancel(); }},
    {"Accept", [](connection&) {},
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.listener.accept_until(until, ec).has_value();
     },
     [](connection& c, const deadline& until) {
         return c.listener.accept_until(until).has_value();
     },
     [](connection& c) { c.client = channel::connect(c.listener.name(), {.wait = in_good_time}); },
     [](connection& c) { c.listener.cancel(); }},
    {"AcceptAgain", [](connection& c) { c.server.disconnect(); },
     [](connection& c, const deadline& until, std::error_code& ec) {
         return c.server.accept_until(until, ec);
     },
     [](connection& c, const deadline& until) { return c.server.accept_until(until); },
     [](connection& c) {
         // The listener's own instance and this one: one of the two clients reaches this one.
         c.client = channel::connect(c.listener.name(), {.wait = in_good_time});
         std::error_code ec;
         static channel other;
         other = channel::connect(c.listener.name(), {.wait = 1s}, ec);
     },
     [](connection& c) { c.server.cancel(); }},
};

class ChannelTimeout : public testing::TestWithParam<blocking_call> {
protected:
    void SetUp() override { GetParam().prepare(c_); }

    bool call(const deadline& until, std::error_code& ec) { return GetParam().call(c_, until, ec); }

    /// The call in the background, which must then end well.
    void ends_when_satisfied(const deadline& until) {
        auto calling = in_background([&] {
            std::error_code ec;
            const bool done = call(until, ec);
            return std::pair(done, ec);
        });
        EXPECT_TRUE(still_blocked(calling));
        GetParam().satisfy(c_);
        const auto [done, ec] = calling.get();
        EXPECT_TRUE(done);
        EXPECT_EQ(ec, std::error_code());
    }

    connection c_ = make_message_connection();
};

INSTANTIATE_TEST_SUITE_P(Of, ChannelTimeout, testing::ValuesIn(all_calls), [](const auto& call) {
    return call.param.name;
});

TEST_P(ChannelTimeout, RunsOutAndNotBeforeItsTime) {
    const auto start = clock::now();
    std::error_code ec;
    EXPECT_FALSE(call(deadline::after(30ms), ec));
    EXPECT_GE(clock::now() - start, 30ms);
    EXPECT_EQ(ec, errc::timed_out);
}

TEST_P(ChannelTimeout, IsAResultAndNotAnExceptionInTheThrowingForm) {
    bool done = true;
    EXPECT_NO_THROW(done = GetParam().throwing_call(c_, deadline::after(10ms)));
    EXPECT_FALSE(done);
}

TEST_P(ChannelTimeout, OfZeroOrLessReturnsAtOnce) {
    const deadline past[] = {deadline::after(0ms),
                             deadline::after(-5s),
                             deadline::after(std::chrono::hours::min()),
                             deadline(clock::now() - 1h),
                             deadline(clock::time_point::min()),
                             deadline(std::chrono::system_clock::now() - 24h)};
    for (const auto& until : past) {
        auto calling = in_background([&] { return error_of([&](auto& ec) { call(until, ec); }); });
        ASSERT_FALSE(still_blocked(calling, in_good_time));
        const auto ec = calling.get();
        // After a write that could not be undone the channel is broken.
        EXPECT_TRUE(ec == errc::timed_out || (GetParam().name == "Write" && ec == errc::broken) ||
                    (GetParam().name == "Transact" && ec == errc::broken))
            << ec.message();
    }
}

TEST_P(ChannelTimeout, OfAThousandYearsWaits) {
    ends_when_satisfied(deadline::after(std::chrono::years(1000)));
}

TEST_P(ChannelTimeout, OfTheLargestDurationWaits) {
    ends_when_satisfied(deadline::after(std::chrono::nanoseconds::max()));
}

TEST_P(ChannelTimeout, OfInfiniteSecondsWaits) {
    ends_when_satisfied(
        deadline::after(std::chrono::duration<double>(std::numeric_limits<double>::infinity())));
}

TEST_P(ChannelTimeout, AtTheEndOfTimeWaits) {
    ends_when_satisfied(deadline(clock::time_point::max()));
}

TEST_P(ChannelTimeout, AtATimeOfTheSystemClockWaits) {
    ends_when_satisfied(deadline(std::chrono::system_clock::now() + 1h));
}

TEST_P(ChannelTimeout, NeverWaits) {
    ends_when_satisfied(deadline::never());
}

TEST_P(ChannelTimeout, WithAMomentToSpareSucceeds) {
    ends_when_satisfied(deadline::after(1min));
}

TEST_P(ChannelTimeout, CanBeCutShortByCancel) {
    for (const auto& until : {deadline::never(), deadline::after(1h)}) {
        auto calling = in_background([&] {
            std::error_code ec;
            const bool done = call(until, ec);
            return std::pair(done, ec);
        });
        const auto [done, ec] = cancel_until_done(calling, [&] { GetParam().cancel(c_); });
        EXPECT_FALSE(done);
        if (ec == errc::broken && GetParam().name == "Write")
            continue; // see the test below
        EXPECT_EQ(ec, errc::canceled);
        if (GetParam().name == "Transact") {
            EXPECT_EQ(next_message(c_.server), "question");
        }
    }
}

TEST_P(ChannelTimeout, CancelWithNothingBlockedHasNoEffect) {
    GetParam().cancel(c_);
    GetParam().cancel(c_);
    ends_when_satisfied(deadline::after(in_good_time));
}

TEST_P(ChannelTimeout, ACallWorksAfterOneThatTimedOut) {
    std::error_code ec;
    EXPECT_FALSE(call(deadline::after(5ms), ec));
    if (GetParam().name == "Write")
        GTEST_SKIP() << "see AWriteThatTimedOut...";
    if (GetParam().name == "Transact") {
        EXPECT_EQ(next_message(c_.server), "question");
    }
    ends_when_satisfied(deadline::after(in_good_time));
}

// --- the forms that take a duration

TEST(ChannelTimeoutForms, EveryCallTakesADuration) {
    auto [listener, server, client] = make_message_connection();
    std::vector<std::byte> buffer(4);
    std::error_code ec;
    EXPECT_EQ(client.read_for(buffer, 1ms), std::nullopt);
    EXPECT_EQ(client.read_for(buffer, 1ms, ec), std::nullopt);
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_EQ(client.read_message_for(1us), std::nullopt);
    EXPECT_EQ(client.read_message_for(1us, ec), std::nullopt);
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_TRUE(client.write_for(bytes("a"), 1s));
    EXPECT_TRUE(client.write_for(bytes("b"), 1s, ec));
    EXPECT_EQ(ec, std::error_code());
    EXPECT_FALSE(client.flush_for(1ms));
    EXPECT_FALSE(client.flush_for(1ms, ec));
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_EQ(client.transact_for(bytes("c"), 1ms), std::nullopt);
    EXPECT_EQ(client.transact_for(bytes("d"), 1ms, ec), std::nullopt);
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_FALSE(listener.accept_for(1ms).has_value());
    EXPECT_FALSE(listener.accept_for(1ms, ec).has_value());
    EXPECT_EQ(ec, errc::timed_out);
    server.disconnect();
    EXPECT_FALSE(server.accept_for(1ms));
    EXPECT_FALSE(server.accept_for(1ms, ec));
    EXPECT_EQ(ec, errc::timed_out);
}

TEST(ChannelTimeoutForms, APollSeesWhatWasWrittenBefore) {
    auto [listener, server, client] = make_message_connection();
    for (int i = 0; i < 100; ++i) {
        client.write(bytes("now"));
        const auto got = server.read_message_for(0ms);
        ASSERT_TRUE(got.has_value());
        EXPECT_EQ(text(*got), "now");
    }
}

TEST(ChannelTimeoutForms, APollAcceptsAClientThatIsThere) {
    auto listener = channel_listener::create(unique_name("channel"));
    const auto client = channel::connect(listener.name());
    EXPECT_TRUE(listener.accept_for(0ms).has_value());
}

// --- what a read that gave up has lost: nothing

TEST(ChannelTimeoutLoss, AReadThatTimedOutLosesNothing) {
    auto [listener, server, client] = make_message_connection();
    const auto count = static_cast<int>(scaled(2000));
    auto writing = in_background([&end = client, count] {
        std::mt19937 random(1);
        for (int i = 0; i < count; ++i) {
            end.write(pattern(1 + random() % 3000, static_cast<std::uint64_t>(i)));
            if (random() % 4 == 0)
                std::this_thread::yield();
        }
    });
    std::mt19937 random(1);
    std::mt19937 patience(2);
    for (int i = 0; i < count; ++i) {
        const auto expected = pattern(1 + random() % 3000, static_cast<std::uint64_t>(i));
        if (random() % 4 == 0)
            std::this_thread::yield();
        std::optional<std::vector<std::byte>> got;
        while (!got)
            got = server.read_message_for(std::chrono::microseconds(patience() % 300));
        ASSERT_TRUE(*got == expected) << "message " << i;
    }
    writing.get();
}

TEST(ChannelTimeoutLoss, ALargeMessageSurvivesReadsThatGiveUpInTheMiddle) {
    auto [listener, server, client] = make_message_connection();
    const auto message = pattern(3'000'001);
    for (int round = 0; round < 5; ++round) {
        auto writing = in_background([&end = client, &message] { end.write(message); });
        std::optional<std::vector<std::byte>> got;
        // Longer each time, so that it ends on a slow machine as well.
        for (auto patience = 10us; !got; patience += 10us)
            got = server.read_message_for(patience);
        ASSERT_TRUE(*got == message);
        writing.get();
    }
}

TEST(ChannelTimeoutLoss, AReadThatWasCancelledLosesNothing) {
    auto [listener, server, client] = make_message_connection();
    const auto count = static_cast<int>(scaled(1000));
    std::atomic<bool> done = false;
    auto cancelling = in_background([&end = server, &done] {
        while (!done) {
            end.cancel();
            std::this_thread::sleep_for(50us);
        }
    });
    auto writing = in_background([&end = client, count] {
        for (int i = 0; i < count; ++i) {
            end.write(pattern(5000, static_cast<std::uint64_t>(i)));
        }
    });
    for (int i = 0; i < count; ++i) {
        std::optional<std::vector<std::byte>> got;
        while (!got) {
            std::error_code ec;
            got = server.read_message_for(in_good_time, ec);
            ASSERT_TRUE(got || ec == errc::canceled) << ec.message();
        }
        ASSERT_TRUE(*got == pattern(5000, static_cast<std::uint64_t>(i))) << "message " << i;
    }
    done = true;
    cancelling.get();
    writing.get();
}

// --- what a write that gave up has done: nothing, or the channel is broken

/// After a write that gave up: either nothing of it was written and the channel goes on, or the
/// channel is broken, and the reader gets no more than the beginning.
void expect_all_or_nothing(channel& writer, channel& reader, const std::vector<std::byte>& data) {
    auto reading = in_background([&] {
        std::error_code ec;
        auto got = read_to_end(reader, ec);
        return std::pair(std::move(got), ec);
    });
    const auto again =
        error_of([&](auto& ec) { writer.write_for(bytes("marker"), in_good_time, ec); });
    writer.close();
    const auto [got, end] = reading.get();
    EXPECT_EQ(end, errc::broken);
    if (again) {
        EXPECT_EQ(again, errc::broken);
        ASSERT_LT(got.size(), data.size());
        EXPECT_TRUE(std::equal(got.begin(), got.end(), data.begin()));
    } else {
        EXPECT_EQ(text(got), "marker");
    }
}

class ChannelWriteLoss : public testing::TestWithParam<channel_mode> {
protected:
    connection c_ = make_connection({.mode = GetParam()});
};

INSTANTIATE_TEST_SUITE_P(Mode,
                         ChannelWriteLoss,
                         testing::Values(channel_mode::byte, channel_mode::message),
                         [](const auto& mode) {
                             return mode.param == channel_mode::byte ? "Byte" : "Message";
                         });

TEST_P(ChannelWriteLoss, AWriteThatTimedOutIsAllOrNothingOrBroken) {
    EXPECT_FALSE(c_.client.write_for(large, 20ms));
    expect_all_or_nothing(c_.client, c_.server, large);
}

TEST_P(ChannelWriteLoss, AWriteThatWasCancelledIsAllOrNothingOrBroken) {
    auto writing =
        in_background([&] { return error_of([&](auto& ec) { c_.client.write(large, ec); }); });
    EXPECT_EQ(cancel_until_done(writing, [&] { c_.client.cancel(); }), errc::canceled);
    expect_all_or_nothing(c_.client, c_.server, large);
}

TEST_P(ChannelWriteLoss, AWriteThatTimedOutWhileBeingReadIsAllOrNothingOrBroken) {
    auto writing = in_background(
        [&] { return error_of([&](auto& ec) { c_.client.write_for(large, 50ms, ec); }); });
    const auto beginning = read_exactly(c_.server, 100'000);
    EXPECT_TRUE(std::equal(beginning.begin(), beginning.end(), large.begin()));
    EXPECT_EQ(writing.get(), errc::timed_out);
    std::error_code ec;
    c_.client.write(bytes("marker"), ec);
    EXPECT_EQ(ec, errc::broken);
}

TEST_P(ChannelWriteLoss, AWriteOfZeroTimeThatFitsIsDone) {
    EXPECT_TRUE(c_.client.write_for(bytes("small"), 0ms));
    EXPECT_EQ(next_text(c_.server), "small");
}

TEST_P(ChannelWriteLoss, SmallWritesThatTimeOutNeverBreakTheChannel) {
    // Fill it until a small write does not fit any more: that one has written nothing.
    const auto piece = pattern(1000);
    std::size_t written = 0;
    while (written < 100'000 && c_.client.write_for(piece, 0ms))
        ++written;
    for (std::size_t i = 0; i < written; ++i) {
        ASSERT_TRUE(read_exactly(c_.server, piece.size()) == piece) << "piece " << i;
    }
    if (GetParam() == channel_mode::message) {
        const auto ec =
            error_of([&](auto& e) { c_.client.write_for(bytes("more"), in_good_time, e); });
        if (!ec) {
            EXPECT_EQ(next_text(c_.server), "more");
        } else {
            EXPECT_EQ(ec, errc::broken);
        }
    }
}

} // namespace
} // namespace isthmus::test
