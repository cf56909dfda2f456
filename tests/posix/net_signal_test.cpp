#include "net_testing.hpp"

#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>

/// \file
/// Signals of a program that hears the network.

namespace isthmus::test {
namespace {

/// Else it would end the program: what is blocked in all of its own threads is waited for.
TEST(NetSignal, IsForTheProgramsOwnThreads) {
    const auto reader =
        broadcast_reader::create(unique_name("signal"), {.network = loopback_options(test_port())});
    ::sigset_t awaited;
    ::sigset_t before;
    ::sigemptyset(&awaited);
    ::sigaddset(&awaited, SIGUSR1);
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &awaited, &before), 0);
    EXPECT_EQ(::sigismember(&before, SIGUSR1), 0) << "making a reader changes no mask";
    ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);
    int got = 0;
    EXPECT_EQ(::sigwait(&awaited, &got), 0);
    EXPECT_EQ(got, SIGUSR1);
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
}

} // namespace
} // namespace isthmus::test
