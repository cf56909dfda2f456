#include "sync_testing.hpp"

#include <limits>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Takes all there is; how much that was.
int drain(semaphore& from) {
    int count = 0;
    while (from.try_acquire()) {
        ++count;
    }
    return count;
}

TEST(Semaphore, CountsDownAndUp) {
    auto count = semaphore::create_unnamed({.initial = 2, .maximum = 3});
    EXPECT_TRUE(count.try_acquire());
    EXPECT_TRUE(count.try_acquire());
    EXPECT_FALSE(count.try_acquire());
    EXPECT_EQ(count.release(), 0);
    EXPECT_EQ(count.release(), 1);
    EXPECT_EQ(count.release(), 2);
    count.acquire();
    EXPECT_EQ(drain(count), 2);
}

TEST(Semaphore, ReleaseReturnsTheCountBefore) {
    auto count = semaphore::create_unnamed({.initial = 5});
    EXPECT_EQ(count.release(10), 5);
    EXPECT_EQ(count.release(1), 15);
    EXPECT_EQ(drain(count), 16);
}

TEST(Semaphore, AReleasePastTheMaximumChangesNothing) {
    auto count = semaphore::create_unnamed({.initial = 1, .maximum = 3});
    const auto ec = error_of([&](auto& code) { count.release(3, code); });
    EXPECT_EQ(ec, errc::limit_exceeded);
    EXPECT_EQ(ec.value(), 298);
    EXPECT_TRUE(is_win32_code(ec));
    EXPECT_EQ(error_of([&](auto& code) { count.release(semaphore::max(), code); }),
              errc::limit_exceeded);
    EXPECT_EQ(count.release(2), 1);
    EXPECT_EQ(error_of([&](auto& code) { count.release(1, code); }), errc::limit_exceeded);
    EXPECT_THROW(count.release(), error);
    EXPECT_EQ(drain(count), 3);
}

TEST(Semaphore, TheLargestMaximumIsExact) {
    auto count = semaphore::create_unnamed({.initial = semaphore::max() - 1});
    EXPECT_EQ(count.release(), semaphore::max() - 1);
    EXPECT_EQ(error_of([&](auto& code) { count.release(1, code); }), errc::limit_exceeded);
    EXPECT_EQ(error_of([&](auto& code) { count.release(semaphore::max(), code); }),
              errc::limit_exceeded);
    count.acquire();
    EXPECT_EQ(count.release(), semaphore::max() - 1);
}

TEST(Semaphore, RefusesCountsThatCannotBe) {
    const std::pair<std::int32_t, std::int32_t> all[] = {
        {0, 0}, {-1, 5}, {6, 5}, {0, -1}, {1, 0}, {std::numeric_limits<std::int32_t>::min(), 1}};
    const auto name = unique_name("semaphore");
    for (const auto& [initial, maximum] : all) {
        const semaphore_options options{.initial = initial, .maximum = maximum};
        const auto ec = error_of([&](auto& code) { semaphore::create(name, options, code); });
        EXPECT_EQ(ec, errc::invalid_argument) << initial << ' ' << maximum;
        EXPECT_EQ(ec.value(), 87);
        EXPECT_EQ(error_of([&](auto& code) { semaphore::open_or_create(name, options, code); }),
                  errc::invalid_argument);
        EXPECT_EQ(error_of([&](auto& code) { semaphore::create_unnamed(options, code); }),
                  errc::invalid_argument);
    }
    EXPECT_EQ(error_of([&](auto& code) { semaphore::open(name, sync_rights::wait, code); }),
              errc::not_found);
    auto count = semaphore::create_unnamed({.initial = 1});
    for (const std::int32_t update : {0, -1, std::numeric_limits<std::int32_t>::min()}) {
        EXPECT_EQ(error_of([&](auto& code) { count.release(update, code); }),
                  errc::invalid_argument);
    }
    EXPECT_EQ(drain(count), 1);
}

TEST(Semaphore, OpeningIgnoresTheCounts) {
    const auto name = unique_name("semaphore");
    auto first = semaphore::create(name, {.initial = 1, .maximum = 2});
    auto second = semaphore::open_or_create(name, {.initial = 7, .maximum = 9});
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.object.release(), 1);
    EXPECT_EQ(error_of([&](auto& code) { second.object.release(1, code); }), errc::limit_exceeded);
    EXPECT_EQ(drain(first), 2);
}

TEST(Semaphore, NoThreadOwnsIt) {
    auto count = semaphore::create_unnamed({.initial = 1, .maximum = 1});
    in_other_thread([&] {
        count.acquire();
        return 0;
    });
    EXPECT_FALSE(count.try_acquire()); // the thread's end gave nothing back
    EXPECT_EQ(count.release(), 0);
    EXPECT_EQ(count.wait_for(0ms), wait_status::signaled);
}

TEST(Semaphore, AReleaseOfManyWakesAsMany) {
    auto count = semaphore::create_unnamed();
    std::vector<std::future<void>> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(in_background([&] { count.acquire(); }));
    }
    EXPECT_TRUE(std::all_of(waiting.begin(), waiting.end(),
                            [](auto& each) { return still_blocked(each, 5ms); }));
    count.release(5);
    const auto woken = [&] {
        return std::count_if(waiting.begin(), waiting.end(), [](auto& each) {
            return each.wait_for(0ms) == std::future_status::ready;
        });
    };
    EXPECT_TRUE(eventually([&] { return woken() == 5; }));
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(woken(), 5);
    count.release(3);
    for (auto& each : waiting) {
        EXPECT_EQ(each.wait_for(in_good_time), std::future_status::ready);
    }
    EXPECT_FALSE(count.try_acquire());
}

TEST(Semaphore, TimesOut) {
    auto count = semaphore::create_unnamed();
    const auto start = clock::now();
    EXPECT_FALSE(count.try_acquire_for(20ms));
    EXPECT_GE(clock::now() - start, 20ms);
    std::error_code ec;
    EXPECT_FALSE(count.try_acquire_for(1ms, ec));
    EXPECT_FALSE(ec);
    EXPECT_FALSE(count.try_acquire_until(clock::now()));
    EXPECT_FALSE(count.try_acquire_for(-1s));
    count.release();
    EXPECT_TRUE(count.try_acquire_for(-1s));
}

TEST(SemaphoreThreads, NothingIsLostOrMade) {
    auto items = semaphore::create_unnamed({.maximum = 10});
    auto room = semaphore::create_unnamed({.initial = 10, .maximum = 10});
    const auto each = static_cast<int>(scaled(2000));
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < each; ++i) {
                room.acquire();
                const int now = ++inside;
                int seen = most;
                while (seen < now && !most.compare_exchange_weak(seen, now)) {}
                items.release();
            }
        });
        threads.emplace_back([&] {
            for (int i = 0; i < each; ++i) {
                items.acquire();
                --inside;
                room.release();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(inside, 0);
    EXPECT_LE(most, 10);
    EXPECT_EQ(drain(room), 10);
    EXPECT_EQ(drain(items), 0);
}

TEST(SemaphoreRights, AreChecked) {
    const auto name = unique_name("semaphore");
    const auto keeper = semaphore::create(name, {.initial = 1});
    auto waits = semaphore::open(name, sync_rights::wait);
    EXPECT_EQ(error_of([&](auto& code) { waits.release(1, code); }), errc::access_denied);
    EXPECT_TRUE(waits.try_acquire());
    auto releases = semaphore::open(name, sync_rights::modify);
    EXPECT_EQ(releases.release(), 0);
    const auto ec = error_of([&](auto& code) { releases.acquire(code); });
    EXPECT_EQ(ec, errc::access_denied);
    EXPECT_EQ(ec.value(), 5);
    EXPECT_EQ(error_of([&](auto& code) { wait_any({releases}, code); }), errc::access_denied);
    EXPECT_EQ(drain(waits), 1);
}

TEST(SemaphoreHandle, AClosedOneIsInvalid) {
    semaphore none;
    auto closed = semaphore::create_unnamed();
    closed.close();
    for (auto* each : {&none, &closed}) {
        EXPECT_FALSE(each->is_open());
        EXPECT_EQ(error_of([&](auto& code) { each->acquire(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->try_acquire(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->release(1, code); }), errc::invalid_handle);
        EXPECT_THROW(each->release(), error);
        EXPECT_THROW(each->acquire(), error);
    }
}

TEST(SemaphoreHandle, LeavesNothingOpen) {
    const auto name = unique_name("semaphore");
    const auto use = [&] {
        auto one = semaphore::create(name, {.initial = 1});
        auto two = semaphore::open(name);
        two.acquire();
        EXPECT_FALSE(two.try_acquire_for(1ms));
        const auto shared = one.share_with_child();
    };
    use();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        use();
    }
    EXPECT_EQ(descriptor_count(), before);
}

} // namespace
} // namespace isthmus::test
