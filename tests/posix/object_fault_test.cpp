#include "fault_testing.hpp"
#include "support/data.hpp"

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// Every system call fails once, wherever it is made in the life of an object, and in a process
/// that has made none before. Each time there is an error, or the call did not matter; what failed
/// works when it is tried again; no descriptor leaks; and the next process leaves no file behind.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

const harmless may_pass_unnoticed[] = {
    {"close", {}, "there is nobody to tell; the next use of the name tidies up"},
    {"come", {}, "removes what others have left: so does the next process"},
    {"", {"close"}, "what is closed is closed, whatever close says"},
    {"", {"munmap"}, "there is nobody to tell"},
    {"", {"futex_wait", "futex_wait_many"}, "waits are made by polling then"},
    {"", {"robust_futexes"}, "lives are watched by file locks then"},
};

// --- a process for each failure

/// What a child found out.
struct report {
    int calls = 0;
    std::size_t descriptors = 0;
    bool told = false;
    bool good = false;
};

enum class ending { crash, usual };

/// Runs `body` in a child that is forked before this process has used the library.
template <class Body>
report in_new_process(ending how, Body body) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        report result = body();
        result.good = !testing::Test::HasFailure();
        std::cout.flush();
        const bool written = ::write(ends[1], &result, sizeof result) == sizeof result;
        if (how == ending::usual)
            std::exit(written ? 0 : 1);
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    report result;
    if (::read(ends[0], &result, sizeof result) != sizeof result)
        result = {};
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(result.good);
    return result;
}

void expect_success(const life& course, const std::string& after) {
    EXPECT_EQ(course.first_error, std::error_code())
        << course.where << ": " << course.first_error.message() << ", after " << after;
    EXPECT_TRUE(course.right) << "after " << after;
}

/// Runs `scenario` once for each call it makes of each kind, with that call failing.
void fail_every_call(const std::function<life()>& scenario) {
    const temporary_runtime_directory directory;
    // Twice in each process: some things are made once, for all that follow.
    const auto descriptors = in_new_process(ending::usual, [&] {
                                 expect_success(scenario(), "nothing");
                                 expect_success(scenario(), "nothing");
                                 return report{.descriptors = descriptor_count()};
                             }).descriptors;
    std::size_t failures = 0;
    for_each_system_call([&]<auto Kind>(const std::string& kind) {
        const int calls = in_new_process(ending::usual, [&] {
                              const fault<Kind> counting(0, 0);
                              expect_success(scenario(), "nothing");
                              return report{.calls = counting.count()};
                          }).calls;
        for_each_failure(calls, [&](int nth, int error) {
            SCOPED_TRACE(kind + " number " + std::to_string(nth) + " of " + std::to_string(calls));
            const auto seen = in_new_process(ending::crash, [&] {
                const life course = live_with_failure<Kind>(nth, error, scenario);
                judge(course, kind, may_pass_unnoticed);
                EXPECT_EQ(course.second_error, std::error_code())
                    << course.where << ", then " << course.second_error.message();
                expect_success(scenario(), course.where);
                return report{.descriptors = descriptor_count(),
                              .told = static_cast<bool>(course.first_error)};
            });
            EXPECT_EQ(seen.descriptors, descriptors);
            failures += seen.told ? 1 : 0;
        });
        in_new_process(ending::usual, [&] {
            expect_success(scenario(), kind);
            return report();
        });
        EXPECT_EQ(files_in(directory), 0U) << "after failures of " << kind;
    });
    EXPECT_GT(failures, 5U);
}

// --- what objects do

using step = std::pair<const char*, std::function<void(std::error_code&)>>;
using steps = std::vector<step>;

steps operator+(steps first, const steps& then) {
    first.insert(first.end(), then.begin(), then.end());
    return first;
}

/// Goes on as long as they succeed.
void follow(life& course, const steps& all) {
    std::ranges::all_of(all,
                        [&](const step& each) { return course.step(each.first, each.second); });
}

/// The first look at a directory, and what it does beside.
steps come(const char* nobody = "nobody") {
    return {{"come", [=](auto& ec) {
                 shared_region::open(nobody, rights::read_only, ec);
                 if (ec == errc::not_found)
                     ec.clear();
             }}};
}

template <class Object>
steps close(Object& object) {
    return {{"close", [&](auto&) { object.close(); }}};
}

/// A token as a child would get it: of a descriptor of its own.
class inherited_token {
public:
    explicit inherited_token(const inheritable_object& object) {
        const std::string token = object.token();
        fd_ = ::dup(std::stoi(token));
        text_ = std::to_string(fd_) + token.substr(token.find(':'));
    }
    inherited_token(const inherited_token&) = delete;
    inherited_token& operator=(const inherited_token&) = delete;
    ~inherited_token() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    const std::string& text() const noexcept { return text_; }
    /// It belongs to an object now.
    void taken() noexcept { fd_ = -1; }

private:
    int fd_ = -1;
    std::string text_;
};

/// Hands the object to a child, which is this process.
template <class Object>
steps hand_over(const Object& object, Object& got) {
    auto shared = std::make_shared<std::optional<inheritable_object>>();
    return {{"share", [=, &object](auto& ec) { *shared = object.share_with_child(ec); }},
            {"inherit", [=, &got](auto& ec) {
                 inherited_token token(**shared);
                 got = Object::from_token(token.text(), ec);
                 if (!ec)
                     token.taken();
             }}};
}

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

TEST(ObjectFault, InObjectsForOthers) {
    fail_every_call([] {
        life course;
        shared_region region;
        event bell;
        mutex lock;
        mutex second;
        const auto create_region = [&](auto& ec) {
            region = shared_region::create("Global\\faulty", 1, {.who = access::group}, ec);
        };
        const auto create_event = [&](auto& ec) {
            auto made = event::open_or_create("Global\\faulty", {.who = access::everyone}, ec);
            course.expect(ec || made.created, true);
            bell = std::move(made.object);
        };
        const auto create_mutex = [&](auto& ec) {
            lock = mutex::create("Global\\faulty", {.initially_owned = true, .who = access::group},
                                 ec);
        };
        const auto open = [&](auto& ec) {
            second = mutex::open("Global\\faulty", sync_rights::wait_and_modify, ec);
        };
        follow(course, come("Global\\nobody") + steps{{"create a region", create_region}} +
                           close(region) +
                           steps{{"create an event", create_event},
                                 {"set", [&](auto& ec) { bell.set(ec); }}} +
                           close(bell) + steps{{"create a mutex", create_mutex}, {"open", open}} +
                           close(lock) + steps{{"unlock", [&](auto& ec) { second.unlock(ec); }}} +
                           hand_over(second, lock));
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
