#include "sync_testing.hpp"

#include <gmock/gmock.h>

#include <mutex>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

bool free_for_others(mutex& lock) {
    return in_other_thread([&] {
        const bool got = lock.try_lock();
        if (got) {
            lock.unlock();
        }
        return got;
    });
}

TEST(Mutex, IsOwnedByOneThread) {
    auto lock = mutex::create_unnamed();
    EXPECT_TRUE(lock.is_open());
    lock.lock();
    EXPECT_FALSE(free_for_others(lock));
    lock.unlock();
    EXPECT_TRUE(free_for_others(lock));
}

TEST(Mutex, IsRecursive) {
    auto lock = mutex::create_unnamed();
    lock.lock();
    EXPECT_TRUE(lock.try_lock());
    EXPECT_EQ(lock.wait_for(0ms), wait_status::signaled);
    lock.unlock();
    lock.unlock();
    EXPECT_FALSE(free_for_others(lock));
    lock.unlock();
    EXPECT_TRUE(free_for_others(lock));
}

TEST(Mutex, OnlyItsOwnerReleasesIt) {
    auto lock = mutex::create_unnamed();
    const auto unowned = error_of([&](auto& ec) { lock.unlock(ec); });
    EXPECT_EQ(unowned, errc::not_owner);
    EXPECT_EQ(unowned.value(), 288);
    EXPECT_TRUE(is_win32_code(unowned));
    lock.lock();
    EXPECT_EQ(in_other_thread([&] { return error_of([&](auto& ec) { lock.unlock(ec); }); }),
              errc::not_owner);
    EXPECT_FALSE(free_for_others(lock));
    EXPECT_FALSE(error_of([&](auto& ec) { lock.unlock(ec); }));
    EXPECT_EQ(error_of([&](auto& ec) { lock.unlock(ec); }), errc::not_owner);
    EXPECT_TRUE(free_for_others(lock));
}

TEST(Mutex, CanBeOwnedFromTheStart) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    EXPECT_FALSE(free_for_others(lock));
    lock.unlock();
    EXPECT_TRUE(free_for_others(lock));
    EXPECT_EQ(error_of([&](auto& ec) { lock.unlock(ec); }), errc::not_owner);
}

TEST(Mutex, OpeningDoesNotOwn) {
    const auto name = unique_name("mutex");
    auto first = mutex::open_or_create(name, {.initially_owned = true});
    EXPECT_TRUE(first.created);
    in_other_thread([&] {
        auto second = mutex::open_or_create(name, {.initially_owned = true});
        EXPECT_FALSE(second.created);
        EXPECT_FALSE(second.object.try_lock());
        EXPECT_EQ(error_of([&](auto& ec) { second.object.unlock(ec); }), errc::not_owner);
        return 0;
    });
    first.object.unlock();
    auto third = mutex::open_or_create(name, {.initially_owned = true});
    EXPECT_TRUE(free_for_others(third.object));
}

TEST(Mutex, HandlesOfOneNameAreOneMutex) {
    const auto name = unique_name("mutex");
    auto one = mutex::create(name);
    auto two = mutex::open(name);
    one.lock();
    EXPECT_FALSE(free_for_others(two));
    EXPECT_TRUE(two.try_lock()); // the same thread
    two.unlock();
    two.unlock();
    EXPECT_TRUE(free_for_others(one));
}

TEST(Mutex, ClosingAHandleDoesNotReleaseIt) {
    const auto name = unique_name("mutex");
    auto one = mutex::create(name);
    auto two = mutex::open(name);
    one.lock();
    one.close();
    EXPECT_FALSE(one.is_open());
    EXPECT_FALSE(free_for_others(two));
    two.unlock();
    EXPECT_TRUE(free_for_others(two));
}

TEST(Mutex, IsTimedLockable) {
    auto lock = mutex::create_unnamed();
    {
        const std::scoped_lock hold(lock);
        EXPECT_FALSE(free_for_others(lock));
    }
    {
        std::unique_lock hold(lock, std::defer_lock);
        EXPECT_TRUE(hold.try_lock());
        hold.unlock();
        EXPECT_TRUE(hold.try_lock_for(1s));
        hold.unlock();
        EXPECT_TRUE(hold.try_lock_until(std::chrono::system_clock::now() + 1s));
        EXPECT_TRUE(in_other_thread([&] {
            const std::unique_lock other(lock, 1ms);
            return !other.owns_lock();
        }));
    }
    EXPECT_TRUE(free_for_others(lock));
    auto second = mutex::create_unnamed();
    const std::scoped_lock both(lock, second);
    EXPECT_FALSE(free_for_others(second));
}

TEST(Mutex, WaitingLocksIt) {
    auto lock = mutex::create_unnamed();
    EXPECT_EQ(lock.wait(), wait_status::signaled);
    EXPECT_FALSE(free_for_others(lock));
    EXPECT_EQ(in_other_thread([&] { return lock.wait_for(1ms); }), wait_status::timed_out);
    lock.unlock();
    EXPECT_TRUE(free_for_others(lock));
}

TEST(Mutex, WaitsUntilItIsReleased) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    auto locking = in_background([&] {
        lock.lock();
        lock.unlock();
    });
    EXPECT_TRUE(still_blocked(locking));
    lock.unlock();
    EXPECT_EQ(locking.wait_for(in_good_time), std::future_status::ready);
}

TEST(MutexTimeout, IsNeverShort) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    in_other_thread([&] {
        for (const auto time : {1ms, 20ms}) {
            const auto start = clock::now();
            EXPECT_FALSE(lock.try_lock_for(time));
            EXPECT_GE(clock::now() - start, time);
            std::error_code ec;
            EXPECT_FALSE(lock.try_lock_for(time, ec));
            EXPECT_FALSE(ec) << "running out of time is no error";
        }
        EXPECT_FALSE(lock.try_lock_for(0ms));
        EXPECT_FALSE(lock.try_lock_for(-1h));
        EXPECT_FALSE(lock.try_lock_until(clock::now() - 1s));
        return 0;
    });
    lock.unlock();
    EXPECT_TRUE(lock.try_lock_for(-1h));
    lock.unlock();
}

TEST(MutexTimeout, HugeOnesWait) {
    const deadline all[] = {deadline::never(), deadline::after(std::chrono::nanoseconds::max()),
                            deadline(clock::time_point::max()),
                            deadline::after(std::chrono::years(5000))};
    for (const auto& until : all) {
        auto lock = mutex::create_unnamed({.initially_owned = true});
        auto locking = in_background([&] {
            const bool got = lock.try_lock_until(until);
            lock.unlock();
            return got;
        });
        EXPECT_TRUE(still_blocked(locking, 20ms));
        lock.unlock();
        EXPECT_TRUE(locking.get());
    }
}

// --- abandoned

TEST(MutexAbandoned, IsToldOnceToWhoComesNext) {
    auto lock = mutex::create_unnamed();
    abandon(lock);
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    EXPECT_FALSE(free_for_others(lock)); // it is owned all the same
    lock.unlock();
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::signaled);
    lock.unlock();
    EXPECT_TRUE(free_for_others(lock));
}

TEST(MutexAbandoned, TheLockingCallsMakeItQueryable) {
    auto lock = mutex::create_unnamed();
    EXPECT_FALSE(lock.abandoned());
    abandon(lock);
    lock.lock();
    EXPECT_TRUE(lock.abandoned());
    lock.unlock();
    lock.lock();
    EXPECT_FALSE(lock.abandoned());
    lock.unlock();
    abandon(lock);
    EXPECT_TRUE(lock.try_lock_for(in_good_time));
    EXPECT_TRUE(lock.abandoned());
    lock.unlock();
    abandon(lock);
    EXPECT_TRUE(eventually([&] { return lock.try_lock(); }));
    EXPECT_TRUE(lock.abandoned());
    lock.unlock();
}

TEST(MutexAbandoned, HoweverOftenItWasLocked) {
    auto lock = mutex::create_unnamed();
    std::thread([&] {
        lock.lock();
        lock.lock();
        lock.lock();
    }).join();
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    lock.unlock();
    EXPECT_EQ(error_of([&](auto& ec) { lock.unlock(ec); }), errc::not_owner);
}

TEST(MutexAbandoned, WakesWhoIsWaiting) {
    auto lock = mutex::create_unnamed();
    auto leave = event::create_unnamed();
    auto owned = event::create_unnamed();
    std::thread owner([&] {
        lock.lock();
        owned.set();
        leave.wait();
    });
    owned.wait();
    auto waiting = in_background([&] { return lock.wait_for(in_good_time); });
    EXPECT_TRUE(still_blocked(waiting));
    leave.set();
    owner.join();
    EXPECT_EQ(waiting.get(), wait_status::abandoned);
}

TEST(MutexAbandoned, ByAThreadThatClosedItsHandle) {
    const auto name = unique_name("mutex");
    auto kept = mutex::create(name);
    std::thread([&] {
        auto own = mutex::open(name);
        own.lock();
        own.close();
    }).join();
    EXPECT_EQ(kept.wait_for(in_good_time), wait_status::abandoned);
    kept.unlock();
}

TEST(MutexAbandoned, ManyAtOnce) {
    std::vector<mutex> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(mutex::create_unnamed());
    }
    std::thread([&] {
        for (auto& each : all) {
            each.lock();
        }
        all[7].unlock();
    }).join();
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].wait_for(in_good_time),
                  i == 7 ? wait_status::signaled : wait_status::abandoned);
        all[i].unlock();
    }
}

// --- many threads

TEST(MutexThreads, ExcludeEachOther) {
    const auto name = unique_name("mutex");
    auto first = mutex::create(name);
    const auto rounds = static_cast<int>(scaled(5000));
    int shared = 0; // no atomic: the mutex is what orders it
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            // Handles of their own and a common one.
            auto own = mutex::open(name);
            auto& lock = t % 2 == 0 ? own : first;
            for (int i = 0; i < rounds; ++i) {
                lock.lock();
                shared = shared + 1;
                lock.unlock();
            }
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    EXPECT_EQ(shared, 4 * rounds);
}

TEST(MutexThreads, AWaiterIsNotStarved) {
    auto lock = mutex::create_unnamed();
    std::atomic<bool> done = false;
    std::thread hog([&] {
        while (!done) {
            lock.lock();
            const auto until = clock::now() + 50us;
            while (clock::now() < until) {}
            lock.unlock(); // and takes it again at once
        }
    });
    const auto start = clock::now();
    constexpr int rounds = 50;
    for (int i = 0; i < rounds; ++i) {
        EXPECT_TRUE(lock.try_lock_for(in_good_time));
        lock.unlock();
    }
    const auto took = clock::now() - start;
    done = true;
    hog.join();
    // 0.5 ms each, and the scheduler's part.
    EXPECT_LT(took, rounds * 20ms * slowness());
}

// --- rights, handles

TEST(MutexRights, WaitingIncludesReleasing) {
    const auto name = unique_name("mutex");
    const auto keeper = mutex::create(name);
    auto lock = mutex::open(name, sync_rights::wait);
    lock.lock();
    EXPECT_FALSE(free_for_others(lock));
    EXPECT_FALSE(error_of([&](auto& ec) { lock.unlock(ec); }));
    EXPECT_TRUE(free_for_others(lock));
}

TEST(MutexRights, AHandleWithoutTheRightToWaitCannot) {
    const auto name = unique_name("mutex");
    const auto keeper = mutex::create(name);
    auto lock = mutex::open(name, sync_rights::modify);
    const auto ec = error_of([&](auto& code) { lock.lock(code); });
    EXPECT_EQ(ec, errc::access_denied);
    EXPECT_EQ(ec.value(), 5);
    EXPECT_EQ(error_of([&](auto& code) { lock.wait_for(0ms, code); }), errc::access_denied);
    EXPECT_EQ(error_of([&](auto& code) { wait_any({lock}, code); }), errc::access_denied);
    EXPECT_EQ(error_of([&](auto& code) { wait_all({lock}, code); }), errc::access_denied);
}

TEST(MutexHandle, AClosedOneIsInvalid) {
    mutex none;
    EXPECT_FALSE(none.is_open());
    mutex closed = mutex::create_unnamed();
    closed.close();
    auto moved = mutex::create_unnamed();
    const auto taken = std::move(moved);
    EXPECT_TRUE(taken.is_open());
    for (auto* each : {&none, &closed, &moved}) {
        const auto ec = error_of([&](auto& code) { each->lock(code); });
        EXPECT_EQ(ec, errc::invalid_handle);
        EXPECT_EQ(ec.value(), 6);
        EXPECT_EQ(error_of([&](auto& code) { each->try_lock(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->try_lock_for(1s, code); }),
                  errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->unlock(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->wait(code); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { each->share_with_child(code); }),
                  errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& code) { wait_any({*each}, code); }), errc::invalid_handle);
        EXPECT_THROW(each->lock(), error);
        EXPECT_THROW(each->unlock(), error);
        EXPECT_THROW(each->wait(), error);
        each->close();
    }
}

TEST(MutexHandle, MovingKeepsTheOwner) {
    auto lock = mutex::create_unnamed();
    abandon(lock);
    lock.lock();
    mutex moved = std::move(lock);
    EXPECT_TRUE(moved.abandoned());
    EXPECT_FALSE(free_for_others(moved));
    moved.unlock();
    moved = mutex::create_unnamed();
    EXPECT_TRUE(free_for_others(moved));
}

TEST(MutexHandle, LeavesNothingOpen) {
    const auto name = unique_name("mutex");
    const auto use = [&] {
        auto one = mutex::create(name, {.initially_owned = true});
        auto two = mutex::open(name);
        two.unlock();
        in_other_thread([&] { return two.wait_for(in_good_time); });
        const auto shared = two.share_with_child();
        EXPECT_THROW(mutex::create(name), error);
    };
    use();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        use();
    }
    EXPECT_EQ(descriptor_count(), before);
}

TEST(MutexError, NamesTheMutexAndTheOperation) {
    const auto name = unique_name("mutex");
    try {
        mutex::open(name);
        FAIL();
    } catch (const error& failure) {
        EXPECT_EQ(failure.what(), "open mutex `" + name + "`: no such mutex (Win32 error 2)");
    }
    auto lock = mutex::create(name);
    try {
        lock.unlock();
        FAIL();
    } catch (const error& failure) {
        EXPECT_EQ(failure.what(),
                  "unlock mutex `" + name + "`: the thread does not own it (Win32 error 288)");
    }
}

} // namespace
} // namespace isthmus::test
