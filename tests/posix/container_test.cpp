#include "support/child_role.hpp"
#include "support/object_child.hpp"
#include "support/runtime_directory.hpp"
#include "sync_testing.hpp"

#include <gmock/gmock.h>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#    include <sys/mount.h>
#    include <sys/prctl.h>
#endif

/// \file
/// Containers that share a runtime directory: process ids mean nothing between them.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

std::string failed(const char* what) {
    return std::string("skip: ") + what + ": " + std::generic_category().message(errno);
}

/// An object_child that is process 1, with thread 1, of a pid namespace of its own, and that has
/// the runtime directory at a path of its own. First it tells its process id, or why it cannot be
/// that. Argument: an empty directory.
const child_role contained("contained", [](const std::vector<std::string>& arguments) {
#if defined(__linux__)
    const auto& path = arguments.at(0);
    const char* const shared = std::getenv("ISTHMUS_RUNTIME_DIR");
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
        tell_test(failed("namespaces"));
        return 0;
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(shared, path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
        tell_test(failed("mount"));
        return 0;
    }
    ::setenv("ISTHMUS_RUNTIME_DIR", path.c_str(), 1);
    const pid_t first = ::fork();
    if (first == 0) {
        // The namespace ends with its first process, and that one with its parent.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        tell_test(std::to_string(::getpid()));
        ::_exit(run_child_role({"", "--child=object_child"}).value_or(1));
    }
    if (first < 0) {
        tell_test(failed("fork"));
        return 0;
    }
    int status = 0;
    ::waitpid(first, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
#else
    static_cast<void>(arguments);
    tell_test("skip: namespaces are Linux's");
    return 0;
#endif
});

/// Forks a child into a pid namespace of its own: process 1, as its parent is. It tells 0 if the
/// child is nobody's owner, or why there is none.
const child_role doubled("doubled", [](const std::vector<std::string>& /*arguments*/) {
#if defined(__linux__)
    const auto in_namespace = [](const auto& body) {
        if (::unshare(CLONE_NEWPID) != 0)
            return -1;
        const pid_t child = ::fork();
        if (child == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::_exit(body());
        }
        int status = 0;
        return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                          : -1;
    };
    const int result = in_namespace([&] {
        auto guard = mutex::create_unnamed({.initially_owned = true});
        const int found = in_namespace([&] {
            if (::getpid() != 1)
                return 2;
            std::error_code ec;
            guard.unlock(ec);
            return ec == errc::not_owner && !guard.try_lock(ec) && !ec ? 0 : 3;
        });
        guard.unlock();
        return found == -1 ? 4 : found;
    });
    tell_test(result == -1 || result == 4 ? failed("namespaces") : std::to_string(result));
    return 0;
#else
    tell_test("skip: namespaces are Linux's");
    return 0;
#endif
});

TEST(Container, AForkedChildWithItsParentsProcessIdOwnsNothing) {
    // The leak sanitizer cannot tell the two apart either.
    auto process =
        child_process::start("doubled", {}, {.environment = {{"LSAN_OPTIONS", "detect_leaks=0"}}});
    const auto told = process.read_line().value_or("(nothing)");
    if (told.starts_with("skip: "))
        GTEST_SKIP() << told.substr(6);
    EXPECT_EQ(told, "0");
    EXPECT_EQ(process.wait(), 0);
}

/// Two containers, a and b.
class Containers : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root, to make namespaces";
        for (const char* name : {"a", "b"}) {
            const auto path = places_.path() / name;
            std::filesystem::create_directory(path);
            auto process = child_process::start(
                "contained", {path.string()},
                {.environment = {{"ISTHMUS_RUNTIME_DIR", shared_.path().string()}}});
            const auto told = process.read_line().value_or("(nothing)");
            if (told.starts_with("skip: "))
                GTEST_SKIP() << told.substr(6);
            ASSERT_EQ(told, "1");
            all_.emplace_back(std::move(process));
        }
    }

    object_child& a() { return all_[0]; }
    object_child& b() { return all_[1]; }

    temporary_runtime_directory places_;
    temporary_runtime_directory shared_;

private:
    std::vector<object_child> all_;
};

TEST_F(Containers, ShareObjects) {
    EXPECT_EQ(a().ask("region r"), "created 4096");
    EXPECT_EQ(b().ask("region r"), "opened 4096");
    EXPECT_EQ(a().ask("poke r 7 9"), "ok");
    EXPECT_EQ(b().ask("peek r 7"), "9");
    EXPECT_EQ(a().ask("semaphore s"), "created");
    EXPECT_EQ(b().ask("semaphore s"), "opened");
    EXPECT_EQ(a().ask("event e"), "created");
    EXPECT_EQ(b().ask("event e"), "opened");
    b().begin("any -1 s e");
    std::this_thread::sleep_for(30ms);
    EXPECT_EQ(a().ask("set e"), "ok");
    EXPECT_EQ(b().reply(), "signaled 1");
    EXPECT_EQ(b().ask("release s 2"), "0");
    EXPECT_EQ(a().ask("wait s 0"), "signaled");
    EXPECT_EQ(a().ask("close s"), "ok");
    EXPECT_EQ(b().ask("wait s 0"), "signaled");
}

TEST_F(Containers, WithEqualIdsDoNotConfuseOwners) {
    EXPECT_EQ(a().ask("mutex m"), "created");
    EXPECT_EQ(b().ask("mutex m"), "opened");
    EXPECT_EQ(a().ask("wait m 0"), "signaled");
    EXPECT_THAT(b().ask("unlock m"), testing::HasSubstr("does not own it"));
    EXPECT_EQ(b().ask("wait m 0"), "timed_out");
    EXPECT_EQ(b().ask("wait m 120"), "timed_out");
    b().begin("wait m -1");
    std::this_thread::sleep_for(120ms);
    EXPECT_EQ(a().ask("unlock m"), "ok");
    EXPECT_EQ(b().reply(), "signaled");
    EXPECT_THAT(a().ask("unlock m"), testing::HasSubstr("does not own it"));
    EXPECT_EQ(a().ask("wait m 20"), "timed_out");
    EXPECT_EQ(b().ask("unlock m"), "ok");
}

TEST_F(Containers, ExcludeEachOther) {
    const auto rounds = std::to_string(scaled(5000));
    for (auto* each : {&a(), &b()}) {
        each->ask("mutex m");
        each->ask("region r");
    }
    for (auto* each : {&a(), &b()})
        each->begin("count m r " + rounds);
    EXPECT_EQ(a().reply(), "ok");
    EXPECT_EQ(b().reply(), "ok");
    std::uint32_t total = 0;
    for (const int i : {3, 2, 1, 0})
        total = total * 256 +
                static_cast<std::uint32_t>(std::stoi(a().ask("peek r " + std::to_string(i))));
    EXPECT_EQ(total, 2 * scaled(5000));
}

TEST_F(Containers, ThatEndAbandonTheirMutexes) {
    EXPECT_EQ(a().ask("mutex m"), "created");
    EXPECT_EQ(b().ask("mutex m"), "opened");
    EXPECT_EQ(a().ask("event e"), "created");
    EXPECT_EQ(b().ask("event e"), "opened");
    EXPECT_EQ(a().ask("wait m 0"), "signaled");
    b().begin("any -1 e m");
    std::this_thread::sleep_for(200ms); // its sleeps are the longest by now
    const auto begin = std::chrono::steady_clock::now();
    a().process().kill();
    EXPECT_EQ(b().reply(), "abandoned 1");
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    // 50 ms, and what the system takes to end the namespace and to run the other.
    EXPECT_LT(time.count(), 50 + 200 * slowness());
    EXPECT_EQ(b().ask("unlock m"), "ok");
}

TEST_F(Containers, ThatEndWhileNobodyWaitsAbandonTheirMutexes) {
    EXPECT_EQ(a().ask("mutex m"), "created");
    EXPECT_EQ(b().ask("mutex m"), "opened");
    EXPECT_EQ(a().ask("wait m 0"), "signaled");
    a().process().kill_and_wait();
    EXPECT_EQ(b().ask("wait m 20000"), "abandoned");
}

} // namespace
} // namespace isthmus::test
