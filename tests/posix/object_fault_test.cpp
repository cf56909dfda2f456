#include "object_fault_testing.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

/// \file
/// Every system call fails once in the life of an object: object_fault_testing.hpp.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// Another thread, which owns a mutex until it ends.
class other_owner {
public:
    other_owner(mutex& lock, std::error_code& ec) {
        std::promise<std::error_code> begun;
        auto result = begun.get_future();
        thread_ = std::thread([&lock, begun = std::move(begun), end = end_.get_future()]() mutable {
            std::error_code failed;
            lock.lock(failed);
            begun.set_value(failed);
            end.wait();
        });
        ec = result.get();
    }
    other_owner(const other_owner&) = delete;
    other_owner& operator=(const other_owner&) = delete;
    ~other_owner() {
        end_.set_value();
        thread_.join();
    }

private:
    std::promise<void> end_;
    std::thread thread_;
};

steps use(life& course, const shared_region& region, region_view& view) {
    return {{"map",
             [&](auto& ec) {
                 view = region.map(view_mode::read_write, 100, 8000, ec);
                 if (!ec)
                     view.bytes().front() = std::byte{42};
             }},
            {"map a copy",
             [&](auto& ec) {
                 const auto copy = region.map(view_mode::copy_on_write, 0, 0, ec);
                 if (!ec)
                     course.expect(copy.bytes()[100], std::byte{42});
             }},
            {"flush", [&](auto& ec) { view.flush(ec); }}};
}

TEST(ObjectFault, InARegion) {
    fail_every_call([] {
        life course;
        shared_region region;
        shared_region second;
        region_view view;
        const auto map_second = [&](auto& ec) {
            const auto other = second.map(ec);
            if (!ec)
                course.expect(other.bytes()[100], std::byte{42});
        };
        const auto open_or_create = [&](const char* name, bool creates) {
            return [&, name, creates](std::error_code& ec) {
                auto found = shared_region::open_or_create(name, 1, {}, ec);
                if (!ec)
                    course.expect(found.created, creates);
                second = std::move(found.object);
            };
        };
        follow(course, come() +
                           steps{{"create",
                                  [&](auto& ec) {
                                      region = shared_region::create("faulty", 10'000, {}, ec);
                                  }}} +
                           use(course, region, view) +
                           steps{{"open",
                                  [&](auto& ec) {
                                      second = shared_region::open("faulty", rights::read_only, ec);
                                  }},
                                 {"map what was opened", map_second}} +
                           close(second) +
                           steps{{"open or create", open_or_create("faulty", false)}} +
                           close(second) + hand_over(region, second) +
                           steps{{"map what was inherited", map_second}} + close(second) +
                           come("Global\\nobody") +
                           steps{{"create a global one", open_or_create("Global\\faulty", true)}});
        return course;
    });
}

TEST(ObjectFault, InAnUnnamedRegion) {
    fail_every_call([] {
        life course;
        shared_region region;
        shared_region second;
        region_view view;
        follow(course, come() +
                           steps{{"create",
                                  [&](auto& ec) {
                                      region = shared_region::create_unnamed(10'000, {}, ec);
                                  }}} +
                           use(course, region, view) + hand_over(region, second));
        return course;
    });
}

TEST(ObjectFault, InARegionThatIsAFile) {
    const std::string path = testing::TempDir() + unique_name("backing");
    fail_every_call([&] {
        life course;
        shared_region region;
        shared_region second;
        region_view view;
        std::ofstream(path, std::ios::trunc).put('x');
        follow(course, steps{{"open",
                              [&](auto& ec) {
                                  region = shared_region::from_file(path, 10'000,
                                                                    rights::read_write, ec);
                              }}} +
                           use(course, region, view) + hand_over(region, second));
        return course;
    });
    std::filesystem::remove(path);
}

TEST(ObjectFault, InAMutex) {
    fail_every_call([] {
        life course;
        mutex lock;
        mutex second;
        event bell;
        std::optional<other_owner> other;
        const auto create = [&](auto& ec) {
            lock = mutex::create("faulty", {.initially_owned = true}, ec);
        };
        const auto lock_again = [&](auto& ec) { course.expect(lock.try_lock(ec) || ec, true); };
        const auto unlock = [&](auto& ec) { lock.unlock(ec); };
        const auto open = [&](auto& ec) {
            second = mutex::open("faulty", sync_rights::wait_and_modify, ec);
        };
        const auto let_another_own_it = [&](auto& ec) {
            other.reset();
            other.emplace(second, ec);
        };
        // The other's life is watched meanwhile.
        const auto wait = [&](auto& ec) {
            const auto result = lock.wait_for(1ms, ec);
            course.expect(ec || result == wait_status::timed_out, true);
        };
        const auto create_event = [&](auto& ec) { bell = event::create_unnamed({}, ec); };
        const auto wait_with_event = [&](auto& ec) {
            const auto result = wait_any_for({lock, bell}, 1ms, ec);
            course.expect(ec || result.timed_out(), true);
        };
        const auto lock_abandoned = [&](auto& ec) {
            other.reset();
            lock.lock(ec);
            course.expect(ec || lock.abandoned(), true);
        };
        follow(course, come() +
                           steps{{"create", create},
                                 {"lock again", lock_again},
                                 {"unlock", unlock},
                                 {"open", open}} +
                           close(lock) + hand_over(second, lock) +
                           steps{{"unlock the first", unlock},
                                 {"let another own it", let_another_own_it},
                                 {"wait", wait},
                                 {"create an event", create_event},
                                 {"wait with the event", wait_with_event},
                                 {"lock", lock_abandoned},
                                 {"unlock at last", unlock}});
        return course;
    });
}

TEST(ObjectFault, InASemaphore) {
    fail_every_call([] {
        life course;
        semaphore count;
        semaphore second;
        const auto create = [&](auto& ec) {
            count = semaphore::create("faulty", {.initial = 1, .maximum = 2}, ec);
        };
        const auto open = [&](auto& ec) {
            second = semaphore::open("faulty", sync_rights::wait_and_modify, ec);
        };
        const auto release = [&](auto& ec) {
            const auto before = count.release(2, ec);
            course.expect(ec || before == 0, true);
        };
        follow(course,
               come() +
                   steps{{"create", create},
                         {"open", open},
                         {"acquire", [&](auto& ec) { second.acquire(ec); }},
                         {"wait",
                          [&](auto& ec) { course.expect(second.try_acquire_for(1ms, ec), false); }},
                         {"release", release}} +
                   close(second) + hand_over(count, second) +
                   steps{{"acquire again",
                          [&](auto& ec) { course.expect(second.try_acquire(ec) || ec, true); }}});
        return course;
    });
}

TEST(ObjectFault, InAnEvent) {
    fail_every_call([] {
        life course;
        event bell;
        event second;
        const auto open = [&](auto& ec) {
            auto found = event::open_or_create("faulty", {}, ec);
            course.expect(found.created, false);
            second = std::move(found.object);
        };
        const auto wait = [&](std::chrono::milliseconds time, wait_status expected) {
            return [&, time, expected](std::error_code& ec) {
                const auto result = second.wait_for(time, ec);
                course.expect(ec || result == expected, true);
            };
        };
        follow(course,
               come() +
                   steps{{"create", [&](auto& ec) { bell = event::create("faulty", {}, ec); }},
                         {"open", open},
                         {"wait", wait(1ms, wait_status::timed_out)},
                         {"set", [&](auto& ec) { bell.set(ec); }},
                         {"wait for the signal", wait(1s, wait_status::signaled)}} +
                   close(second) + hand_over(bell, second) +
                   steps{{"pulse", [&](auto& ec) { second.pulse(ec); }},
                         {"reset", [&](auto& ec) { second.reset(ec); }}});
        return course;
    });
}

TEST(ObjectFault, InUnnamedObjectsThatAreWaitedForTogether) {
    fail_every_call([] {
        life course;
        mutex lock;
        semaphore count;
        event bell;
        const auto wait_all = [&](std::chrono::milliseconds time, wait_status expected) {
            return [&, time, expected](std::error_code& ec) {
                const auto result = wait_all_for({lock, count, bell}, time, ec);
                course.expect(ec || result.status == expected, true);
            };
        };
        const auto wait_any = [&](auto& ec) {
            const auto result = wait_any_for({bell, lock, count}, 1s, ec);
            course.expect(ec || result.index == 1, true);
        };
        follow(
            course,
            come() +
                steps{{"create", [&](auto& ec) { lock = mutex::create_unnamed({}, ec); }},
                      {"create a semaphore",
                       [&](auto& ec) { count = semaphore::create_unnamed({.initial = 1}, ec); }},
                      {"create an event", [&](auto& ec) { bell = event::create_unnamed({}, ec); }},
                      {"wait for all", wait_all(1ms, wait_status::timed_out)},
                      {"set", [&](auto& ec) { bell.set(ec); }},
                      {"have all", wait_all(1s, wait_status::signaled)},
                      {"have one", wait_any},
                      {"unlock", [&](auto& ec) { lock.unlock(ec); }}});
        return course;
    });
}

TEST(ObjectFault, OfAFullFileSystemIsSaidSo) {
    const temporary_runtime_directory directory;
    in_new_process(ending::usual, [&] {
        std::error_code ec;
        {
            const fault<&posix::system_calls::allocate> failing(1, ENOSPC);
            shared_region::create("faulty", 1, {}, ec);
        }
        EXPECT_EQ(ec, errc::no_space);
        EXPECT_EQ(files_in(directory), 0U);
        for (int nth = 1; nth <= 4; ++nth) {
            const fault<&posix::system_calls::allocate> failing(nth, ENOSPC);
            const auto bell = event::create("faulty", {}, ec);
            if (failing.count() >= nth) {
                EXPECT_EQ(ec, errc::no_space) << nth;
            }
        }
        return report();
    });
    EXPECT_EQ(files_in(directory), 0U);
}

} // namespace
} // namespace isthmus::test
