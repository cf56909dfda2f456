#include "sync_testing.hpp"

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr event_options manual{.reset = event_reset::manual};

bool is_set(const event& each) {
    return each.wait_for(0ms) == wait_status::signaled;
}

/// Threads that wait for the event; how many of them have come back.
class waiters {
public:
    waiters(const event& object, int count) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([&] {
                ++begun_;
                if (object.wait_for(in_good_time) == wait_status::signaled) {
                    ++released_;
                }
            });
        }
        while (begun_ < count) {
            std::this_thread::yield();
        }
    }
    ~waiters() {
        for (auto& each : threads_) {
            each.join();
        }
    }

    int released() const noexcept { return released_; }
    bool released(int count) const {
        return eventually([&] { return released_ >= count; }, 2000ms);
    }

private:
    std::vector<std::thread> threads_;
    std::atomic<int> begun_ = 0;
    std::atomic<int> released_ = 0;
};

TEST(AutoEvent, AWaitResetsIt) {
    auto each = event::create_unnamed();
    EXPECT_FALSE(is_set(each));
    each.set();
    EXPECT_TRUE(is_set(each));
    EXPECT_FALSE(is_set(each));
}

TEST(AutoEvent, ASetWithNobodyWaitingIsRememberedOnce) {
    auto each = event::create_unnamed();
    each.set();
    each.set();
    each.set();
    EXPECT_TRUE(is_set(each));
    EXPECT_FALSE(is_set(each));
}

TEST(AutoEvent, ResetForgetsASet) {
    auto each = event::create_unnamed({.initially_set = true});
    each.reset();
    EXPECT_FALSE(is_set(each));
    each.reset();
    each.set();
    EXPECT_TRUE(is_set(each));
}

TEST(AutoEvent, OneSetReleasesOneWaiter) {
    auto each = event::create_unnamed();
    waiters all(each, 3);
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(all.released(), i - 1);
        each.set();
        EXPECT_TRUE(all.released(i));
        std::this_thread::sleep_for(10ms); // the time to make a mistake in
    }
    EXPECT_FALSE(is_set(each));
}

TEST(AutoEvent, AsManySetsAsWaitersReleaseAllOfThem) {
    constexpr int count = 20;
    EXPECT_TRUE(after_some_pause([&](auto pause) {
        auto each = event::create_unnamed();
        waiters all(each, count);
        std::this_thread::sleep_for(pause);
        for (int i = 0; i < count; ++i) {
            each.set();
        }
        const bool done = all.released(count);
        const bool nothing_left = !is_set(each);
        while (all.released() < count) {
            each.set();
            std::this_thread::sleep_for(1ms);
        }
        return done && nothing_left;
    }));
}

TEST(ManualEvent, StaysSet) {
    auto each = event::create_unnamed(manual);
    EXPECT_FALSE(is_set(each));
    each.set();
    EXPECT_TRUE(is_set(each));
    EXPECT_TRUE(is_set(each));
    each.reset();
    EXPECT_FALSE(is_set(each));
}

TEST(ManualEvent, ReleasesEverybody) {
    auto each = event::create_unnamed(manual);
    waiters all(each, 8);
    EXPECT_EQ(all.released(), 0);
    each.set();
    EXPECT_TRUE(all.released(8));
    EXPECT_TRUE(is_set(each));
}

TEST(ManualEvent, ASetAndAResetAtOnceReleaseWhoWaits) {
    EXPECT_TRUE(after_some_pause([&](auto pause) {
        auto each = event::create_unnamed(manual);
        waiters all(each, 5);
        std::this_thread::sleep_for(pause);
        each.set();
        each.reset();
        const bool done = all.released(5);
        each.set();
        return done;
    }));
}

TEST(Event, CanBeSetFromTheStart) {
    auto automatic = event::create_unnamed({.initially_set = true});
    EXPECT_TRUE(is_set(automatic));
    EXPECT_FALSE(is_set(automatic));
    auto stays = event::create_unnamed({.reset = event_reset::manual, .initially_set = true});
    EXPECT_TRUE(is_set(stays));
    EXPECT_TRUE(is_set(stays));
}

TEST(Event, OpeningIgnoresTheOptions) {
    const auto name = unique_name("event");
    auto first = event::create(name, manual);
    auto second =
        event::open_or_create(name, {.reset = event_reset::automatic, .initially_set = true});
    EXPECT_FALSE(second.created);
    EXPECT_FALSE(is_set(second.object));
    second.object.set();
    EXPECT_TRUE(is_set(first));
    EXPECT_TRUE(is_set(second.object));   // manual still
    const auto third = event::open(name); // needs not know of which sort it is
    EXPECT_TRUE(is_set(third));
    EXPECT_TRUE(is_set(first));
}

TEST(Event, TimesOut) {
    auto each = event::create_unnamed();
    const auto start = clock::now();
    EXPECT_EQ(each.wait_for(20ms), wait_status::timed_out);
    EXPECT_GE(clock::now() - start, 20ms);
    std::error_code ec;
    EXPECT_EQ(each.wait_for(1ms, ec), wait_status::timed_out);
    EXPECT_FALSE(ec);
    EXPECT_EQ(each.wait_for(-1h), wait_status::timed_out);
    EXPECT_EQ(each.wait_until(clock::now()), wait_status::timed_out);
    each.set();
    EXPECT_EQ(each.wait_for(-1h), wait_status::signaled);
}

// --- pulse

TEST(EventPulse, LeavesItUnset) {
    auto automatic = event::create_unnamed();
    automatic.pulse();
    EXPECT_FALSE(is_set(automatic));
    automatic.set();
    automatic.pulse();
    EXPECT_FALSE(is_set(automatic));
    auto stays = event::create_unnamed({.reset = event_reset::manual, .initially_set = true});
    stays.pulse();
    EXPECT_FALSE(is_set(stays));
}

TEST(EventPulse, ReleasesEverybodyWhoWaitsForAManualOne) {
    EXPECT_TRUE(after_some_pause([&](auto pause) {
        auto each = event::create_unnamed(manual);
        waiters all(each, 5);
        std::this_thread::sleep_for(pause);
        each.pulse();
        const bool done = all.released(5);
        EXPECT_FALSE(is_set(each));
        each.set();
        return done;
    }));
}

TEST(EventPulse, ReleasesOneWhoWaitsForAnAutomaticOne) {
    EXPECT_TRUE(after_some_pause([&](auto pause) {
        auto each = event::create_unnamed();
        waiters all(each, 3);
        std::this_thread::sleep_for(pause);
        each.pulse();
        const bool done = all.released(1);
        std::this_thread::sleep_for(10ms);
        EXPECT_LE(all.released(), 1);
        EXPECT_FALSE(is_set(each));
        while (all.released() < 3) {
            each.set();
            std::this_thread::sleep_for(1ms);
        }
        return done;
    }));
}

// --- rights, handles

TEST(EventRights, AreChecked) {
    const auto name = unique_name("event");
    const auto keeper = event::create(name);
    auto waits = event::open(name, sync_rights::wait);
    for (const auto change : {static_cast<void (event::*)(std::error_code&)>(&event::set),
                              static_cast<void (event::*)(std::error_code&)>(&event::reset),
                              static_cast<void (event::*)(std::error_code&)>(&event::pulse)}) {
        const auto ec = error_of([&](auto& code) { (waits.*change)(code); });
        EXPECT_EQ(ec, errc::access_denied);
        EXPECT_EQ(ec.value(), 5);
    }
    EXPECT_THROW(waits.set(), error);
    EXPECT_FALSE(is_set(waits));
    auto sets = event::open(name, sync_rights::modify);
    sets.set();
    EXPECT_EQ(error_of([&](auto& code) { sets.wait(code); }), errc::access_denied);
    EXPECT_TRUE(is_set(waits));
}

TEST(EventHandle, AClosedOneIsInvalid) {
    event none;
    auto closed = event::create_unnamed();
    closed.close();
    for (auto* each : {&none, &closed}) {
        EXPECT_FALSE(each->is_open());
        EXPECT_EQ(error_of([&](auto& code) { each->set(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->reset(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->pulse(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->wait(code); }), errc::invalid_handle);
        EXPECT_THROW(each->set(), error);
        EXPECT_THROW(each->pulse(), error);
    }
}

TEST(EventHandle, LeavesNothingOpen) {
    const auto name = unique_name("event");
    const auto use = [&] {
        auto one = event::create(name);
        auto two = event::open(name);
        one.set();
        two.wait();
        EXPECT_EQ(two.wait_for(1ms), wait_status::timed_out);
        const auto shared = one.share_with_child();
    };
    use();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        use();
    }
    EXPECT_EQ(descriptor_count(), before);
}

TEST(EventThreads, NoWakeUpIsLost) {
    auto ping = event::create_unnamed();
    auto pong = event::create_unnamed();
    const auto rounds = static_cast<int>(scaled(5000));
    std::thread other([&] {
        for (int i = 0; i < rounds; ++i) {
            ping.wait();
            pong.set();
        }
    });
    for (int i = 0; i < rounds; ++i) {
        ping.set();
        ASSERT_EQ(pong.wait_for(in_good_time), wait_status::signaled) << i;
    }
    other.join();
    EXPECT_FALSE(is_set(ping));
    EXPECT_FALSE(is_set(pong));
}

} // namespace
} // namespace isthmus::test
