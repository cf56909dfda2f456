#include "forked_child.hpp"
#include "support/data.hpp"
#include "support/environment.hpp"
#include "support/fault.hpp"

#include <isthmus/error.hpp>
#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// A child that is forked and does not exec holds nothing of its parent's objects, and is nobody's
/// owner.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

bool exists(const std::string& name) {
    std::error_code ec;
    event::open(name, sync_rights::wait, ec);
    return !ec;
}

TEST(ObjectFork, AChildDoesNotKeepTheName) {
    const auto name = unique_name("fork");
    auto mine = event::create(name);
    const auto region_name = unique_name("fork");
    auto region = shared_region::create(region_name, 100);
    const auto view = region.map(); // which the child inherits
    const pid_t child = ::fork();
    if (child == 0) {
        for (;;)
            ::pause();
    }
    mine.close();
    region.close();
    EXPECT_FALSE(exists(name));
    std::error_code ec;
    shared_region::open(region_name, rights::read_only, ec);
    EXPECT_EQ(ec, errc::not_found);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST(ObjectFork, AChildWithAViewDoesNotKeepTheNameOfAParentThatCrashed) {
    const auto name = unique_name("fork");
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const auto region = shared_region::create(name, 100);
        const auto view = region.map();
        view.as<int>() = 5;
        const pid_t child = ::fork();
        if (child != 0 && ::write(ends[1], &child, sizeof child) != sizeof child)
            ::_exit(1);
        for (;;)
            ::pause();
    }
    pid_t child = 0;
    ASSERT_EQ(::read(ends[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
    auto same = shared_region::open(name); // the lock has moved, and is there
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    EXPECT_EQ(same.map().as<int>(), 5);
    same.close();
    EXPECT_EQ(::kill(child, 0), 0);
    std::error_code ec;
    shared_region::open(name, rights::read_only, ec);
    EXPECT_EQ(ec, errc::not_found);
    ::kill(child, SIGKILL);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(ObjectFork, ChildrenKeepNoNameWheneverTheyAreForked) {
    const auto name = unique_name("fork");
    std::atomic<bool> enough = false;
    std::thread other([&] {
        while (!enough) {
            std::error_code ec;
            auto region = shared_region::create(name, 100, {}, ec);
            EXPECT_FALSE(ec) << ec.message();
            if (ec)
                break;
            const auto first = region.map();
            const auto second = region.map();
            EXPECT_TRUE(shared_region::open(name).is_open());
            region.close();
        }
    });
    std::vector<pid_t> children;
    for (int i = 0; i < 100; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (;;)
                ::pause();
        }
        children.push_back(child);
    }
    enough = true;
    other.join();
    for (const pid_t child : children) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
}

TEST(ObjectFork, ALockThatCannotBeMovedStays) {
    const auto name = unique_name("fork");
    auto region = shared_region::create(name, 100);
    const auto view = region.map();
    pid_t child = 0;
    {
        const fault<&posix::system_calls::dup_over> failing(1, EMFILE);
        child = ::fork();
        if (child == 0) {
            for (;;)
                ::pause();
        }
    }
    EXPECT_TRUE(shared_region::open(name).is_open());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    region.close();
    std::error_code ec;
    shared_region::open(name, rights::read_only, ec);
    EXPECT_EQ(ec, errc::not_found);
}

TEST(ObjectFork, AChildMapsWhatItsParentHad) {
    auto region = shared_region::create(unique_name("fork"), 100);
    region.map().as<int>() = 3;
    EXPECT_EQ(in_forked_child([&] {
                  auto view = region.map();
                  return std::exchange(view.as<int>(), 4);
              }),
              3);
    EXPECT_EQ(region.map().as<int>(), 4);
}

TEST(ObjectFork, AChildThatClosesRemovesNothing) {
    const auto name = unique_name("fork");
    auto mine = std::make_unique<event>(event::create(name));
    EXPECT_EQ(in_forked_child([&] {
                  mine.reset();
                  return 0;
              }),
              0);
    EXPECT_TRUE(exists(name));
    mine->set();
    EXPECT_EQ(event::open(name).wait_for(10s), wait_status::signaled);
}

TEST(ObjectFork, AChildOwnsNothing) {
    auto guard = mutex::create(unique_name("fork"), {.initially_owned = true});
    EXPECT_EQ(in_forked_child([&] {
                  std::error_code ec;
                  guard.unlock(ec);
                  if (ec != errc::not_owner)
                      return 1;
                  return guard.try_lock(ec) ? 2 : 0;
              }),
              0);
    guard.unlock();
    // What the child then locks and leaves is abandoned.
    EXPECT_EQ(in_forked_child([&] { return guard.try_lock() ? 0 : 1; }), 0);
    EXPECT_EQ(guard.wait_for(10s), wait_status::abandoned);
    guard.unlock();
}

TEST(ObjectFork, AChildMayOpenAndCreate) {
    const auto name = unique_name("fork");
    const auto mine = event::create(name);
    EXPECT_EQ(in_forked_child([&] {
                  auto same = event::open(name);
                  same.set();
                  const auto own = event::create(name + "-of-child");
                  return own.wait_for(0ms) == wait_status::timed_out ? 0 : 1;
              }),
              0);
    EXPECT_EQ(mine.wait_for(10s), wait_status::signaled);
    EXPECT_FALSE(exists(name + "-of-child"));
}

TEST(ObjectFork, AChildMayOpenAndCreateWhateverOtherThreadsDoMeanwhile) {
    if (!allocator_survives_fork)
        GTEST_SKIP() << "AddressSanitizer's allocator is not guarded over a fork";
    const auto name = unique_name("fork");
    event::create(name); // no table is left in use
    std::atomic<bool> enough = false;
    std::vector<std::thread> others;
    for (const auto* const each : {"-a", "-b"}) {
        others.emplace_back([&, mine = name + each] {
            while (!enough)
                event::create(mine).set();
        });
    }
    for (int i = 0; i < 100; ++i) {
        const int status = in_forked_child([&] {
            auto own = event::create(name);
            own.set();
            return own.wait_for(0ms) == wait_status::signaled ? 0 : 1;
        });
        EXPECT_EQ(status, 0);
        if (status != 0)
            break; // each that hangs takes 20 seconds
    }
    enough = true;
    for (auto& each : others)
        each.join();
}

} // namespace
} // namespace isthmus::test
