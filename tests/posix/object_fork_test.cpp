#include "support/data.hpp"
#include "support/environment.hpp"

#include <isthmus/error.hpp>
#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

/// \file
/// A child that is forked and does not exec holds nothing of its parent's objects, and is nobody's
/// owner.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// What the child found: 0 if all was as it should be.
int in_forked_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        ::_exit(body());
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
}

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
