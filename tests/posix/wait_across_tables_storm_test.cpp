#include "posix/two_tables.hpp"
#include "support/child_role.hpp"

#include <array>
#include <iostream>
#include <random>
#include <stdexcept>

/// \file
/// Many who wait across two tables at once, and some of them killed at any moment.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

TEST(WaitAcrossTablesStorm, NoUnitOfASemaphoreIsLostOrDoubled) {
    constexpr std::size_t takers = 4;
    const auto units = scaled(20000);
    auto home = semaphore::create_unnamed();
    auto stop = event::create_unnamed({.reset = event_reset::manual});
    const away there;
    auto far = there([] { return semaphore::create_unnamed(); });
    std::array<std::atomic<std::size_t>, 2> taken{};
    std::vector<std::future<void>> all;
    for (std::size_t i = 0; i < takers; ++i) {
        all.push_back(in_background([&, i] {
            // The order decides what is kept, and so what is given back.
            const bool turned = i % 2 != 0;
            for (;;) {
                const auto result =
                    turned ? wait_any({far, home, stop}) : wait_any({home, far, stop});
                if (result.index == 2)
                    return;
                ++taken.at((result.index == 0) == turned ? 1 : 0);
            }
        }));
    }
    const auto release = [&](semaphore& count) {
        return in_background([&] {
            for (std::size_t i = 0; i < units; ++i) {
                count.release();
                if (i % 64 == 0)
                    std::this_thread::sleep_for(50us);
            }
        });
    };
    auto first = release(home);
    auto second = release(far);
    first.get();
    second.get();
    EXPECT_TRUE(eventually([&] { return taken[0] + taken[1] == 2 * units; }));
    stop.set();
    for (auto& each : all)
        each.get();
    EXPECT_EQ(taken[0], units);
    EXPECT_EQ(taken[1], units);
    EXPECT_FALSE(home.try_acquire());
    EXPECT_FALSE(far.try_acquire());
}

TEST(WaitAcrossTablesStorm, AMutexHasOneOwner) {
    constexpr std::size_t threads = 4;
    const auto rounds = scaled(40000) / threads;
    auto home = mutex::create_unnamed();
    const away there;
    auto far = there([] { return mutex::create_unnamed(); });
    std::array<std::size_t, 2> guarded{}; // by home, by far
    std::vector<std::future<void>> all;
    for (std::size_t i = 0; i < threads; ++i) {
        all.push_back(in_background([&, i] {
            const bool turned = i % 2 != 0;
            for (std::size_t round = 0; round < rounds; ++round) {
                const auto result = turned ? wait_any_for({far, home}, in_good_time)
                                           : wait_any_for({home, far}, in_good_time);
                ASSERT_EQ(result.status, wait_status::signaled);
                const bool has_home = (result.index == 0) != turned;
                ++guarded.at(has_home ? 0 : 1);
                (has_home ? home : far).unlock();
            }
        }));
    }
    for (auto& each : all)
        each.get();
    EXPECT_EQ(guarded[0] + guarded[1], threads * rounds);
    for (auto* each : {&home, &far})
        EXPECT_TRUE(in_other_thread([&] { return each->wait_for(0ms) != wait_status::timed_out; }));
}

// --- kills

/// What a mutex of the storm guards: equal, unless an owner has died between them.
struct ledger {
    volatile std::uint64_t left;
    volatile std::uint64_t right;
    volatile std::uint64_t inside;
};

[[noreturn]] void violation(const std::string& what) {
    throw std::runtime_error(what);
}

void enter(ledger& book, std::uint64_t me, bool abandoned) {
    if (!abandoned && (book.inside != 0 || book.left != book.right))
        violation("the mutex was not abandoned, but its section was");
    book.left = std::uint64_t{book.right} + 1;
    book.inside = me;
}

void leave(ledger& book, std::uint64_t me) {
    if (book.inside != me)
        violation("two owners at the same time");
    book.right = book.right + 1;
    book.inside = 0;
}

/// Uses everything once, and gives back what it takes. Waits that should succeed do.
class user {
public:
    user(const std::string& there, const std::string& name, std::uint64_t me)
        : objects_(there,
                   {"home:mutex:" + name + "-mutex", "away:mutex:" + name + "-mutex",
                    "home:semaphore:" + name + "-semaphore",
                    "away:semaphore:" + name + "-semaphore", "home:event:" + name + "-event",
                    "away:event:" + name + "-event"}),
          region_(shared_region::open(name + "-region")),
          me_(me),
          random_(static_cast<unsigned>(me)),
          home_(objects_.lock("home:mutex:" + name + "-mutex")),
          far_(objects_.lock("away:mutex:" + name + "-mutex")),
          home_count_(objects_.count("home:semaphore:" + name + "-semaphore")),
          far_count_(objects_.count("away:semaphore:" + name + "-semaphore")),
          home_signal_(objects_.signal("home:event:" + name + "-event")),
          far_signal_(objects_.signal("away:event:" + name + "-event")) {}

    void use() {
        const auto a_moment = std::chrono::microseconds(random_() % 1000);
        switch (random_() % 4) {
        case 0: { // one of the two mutexes
            const auto result = wait_any_for({far_, home_}, in_good_time);
            if (result.timed_out())
                violation("no mutex could be had");
            auto& book = books()[result.index == 0 ? 1 : 0];
            enter(book, me_, result.abandoned());
            leave(book, me_);
            (result.index == 0 ? far_ : home_).unlock();
            break;
        }
        case 1: { // both of them
            const auto result = wait_all_for({home_, far_}, in_good_time);
            if (result.timed_out())
                violation("both mutexes could not be had");
            for (auto* book : {&books()[0], &books()[1]}) {
                // Only one of them need have been abandoned.
                enter(*book, me_, result.abandoned());
                leave(*book, me_);
            }
            far_.unlock();
            home_.unlock();
            break;
        }
        case 2: { // semaphores that are never full, unless somebody dies with a unit
            const auto result = wait_any_for({home_count_, far_count_}, a_moment);
            if (result.timed_out())
                break;
            std::error_code ec;
            (result.index == 0 ? home_count_ : far_count_).release(1, ec);
            if (ec)
                violation("what was acquired could not be released: " + ec.message());
            break;
        }
        default: // signals come and go
            (random_() % 2 == 0 ? home_signal_ : far_signal_).set();
            if (random_() % 2 == 0) {
                wait_any_for({home_signal_, far_signal_}, a_moment);
            } else {
                wait_all_for({home_signal_, far_signal_}, a_moment);
            }
            break;
        }
    }

private:
    ledger* books() { return &view_.as<ledger>(); }

    opened_objects objects_;
    shared_region region_;
    region_view view_ = region_.map();
    std::uint64_t me_;
    std::mt19937 random_;
    mutex& home_;
    mutex& far_;
    semaphore& home_count_;
    semaphore& far_count_;
    event& home_signal_;
    event& far_signal_;
};

const child_role role{"user", [](const std::vector<std::string>& arguments) {
                          user all(arguments.at(0), arguments.at(1), std::stoull(arguments.at(2)));
                          tell_test("begins");
                          for (;;)
                              all.use();
                          return 0;
                      }};

TEST(WaitAcrossTablesStorm, SurvivesKillsAtAnyMoment) {
    constexpr std::size_t at_once = 4;
    const auto kills = scaled(300);
    const auto name = unique_name("storm");
    const auto region = shared_region::create(name + "-region", 2 * sizeof(ledger));
    auto home = mutex::create(name + "-mutex");
    const auto home_count = semaphore::create(name + "-semaphore", {.initial = 2, .maximum = 2});
    const auto home_signal = event::create(name + "-event");
    auto ping = event::create_unnamed();
    auto stop = event::create_unnamed({.reset = event_reset::manual});
    const away there;
    auto far = there([&] { return mutex::create(name + "-mutex"); });
    const auto far_count =
        there([&] { return semaphore::create(name + "-semaphore", {.initial = 2, .maximum = 2}); });
    const auto far_signal = there([&] { return event::create(name + "-event"); });
    auto pong = there([] { return event::create_unnamed(); });

    std::uint64_t seed = 0;
    const auto start = [&] {
        return child_process::start("user", {there.path(), name, std::to_string(++seed)});
    };
    std::vector<child_process> users;
    for (std::size_t i = 0; i < at_once; ++i)
        users.push_back(start());
    // Two who are not killed, and play with events that nobody else touches: no signal is lost.
    const auto play = [&](event& hear, event& answer) {
        return in_background([&] {
            for (std::size_t rounds = 0;; ++rounds) {
                const auto result = wait_any_for({hear, stop, far_signal}, in_good_time);
                EXPECT_FALSE(result.timed_out()) << "a signal was lost";
                if (result.timed_out() || result.index == 1)
                    return rounds;
                if (result.index == 0)
                    answer.set();
            }
        });
    };
    auto first = play(ping, pong);
    auto second = play(pong, ping);
    ping.set();
    std::mt19937 random(20260201);
    for (std::size_t i = 0; i < kills; ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 10000));
        auto& victim = users[random() % at_once];
        victim.kill();
        ASSERT_EQ(victim.wait(), child_process::killed) << victim.read_rest();
        victim = start();
    }
    for (auto& each : users) {
        EXPECT_EQ(each.read_line(), "begins");
        std::this_thread::sleep_for(20ms);
        each.kill();
        EXPECT_EQ(each.wait(), child_process::killed) << each.read_rest();
    }
    stop.set();
    std::cout << first.get() + second.get() << " turns beside " << kills << " kills\n";
    const auto both = wait_all_for({home, far}, in_good_time);
    EXPECT_FALSE(both.timed_out());
    home.unlock();
    far.unlock();
    EXPECT_EQ(wait_all_for({far, home}, 0ms), got(0));
    far.unlock();
    home.unlock();
}

} // namespace
} // namespace isthmus::test
