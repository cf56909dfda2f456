#include "support/support.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

const child_role echo{"echo", [](const auto& arguments) {
                          for (const auto& each : arguments) {
                              tell_test(each);
                          }
                          while (const auto line = hear_test()) {
                              tell_test(*line);
                          }
                          return 7;
                      }};

const child_role thrower{"throw",
                         [](const auto&) -> int { throw std::runtime_error("on purpose"); }};

const child_role variable{"variable", [](const auto& arguments) {
                              const char* value = std::getenv(arguments.at(0).c_str());
                              tell_test(value != nullptr ? value : "(none)");
                              tell_test(std::to_string(descriptor_count()));
                              return 0;
                          }};

TEST(ChildProcess, ConversesLineByLine) {
    auto child = child_process::start("echo", {"one", "two words", "q\"uo\\te\\", "", "gr\u00fcn"});
    EXPECT_EQ(child.read_line(), "one");
    EXPECT_EQ(child.read_line(), "two words");
    EXPECT_EQ(child.read_line(), "q\"uo\\te\\");
    EXPECT_EQ(child.read_line(), "");
    EXPECT_EQ(child.read_line(), "gr\u00fcn");
    EXPECT_TRUE(child.write_line("hello"));
    EXPECT_EQ(child.read_line(), "hello");
    EXPECT_EQ(child.wait(10ms), std::nullopt);
    child.close_input();
    EXPECT_EQ(child.wait(), 7);
    EXPECT_EQ(child.read_line(), std::nullopt);
    EXPECT_FALSE(child.write_line("anybody there?"));
}

TEST(ChildProcess, ReadingIsBounded) {
    auto child = child_process::start("echo");
    EXPECT_EQ(child.read_line(deadline::after(20ms)), std::nullopt);
}

TEST(ChildProcess, CanBeKilled) {
    auto child = child_process::start("echo", {"ready"});
    EXPECT_EQ(child.read_line(), "ready");
    EXPECT_NE(child.pid(), 0U);
    child.kill();
    EXPECT_EQ(child.wait(), child_process::killed);
}

TEST(ChildProcess, ReportsExceptionsAndUnknownRoles) {
    EXPECT_EQ(child_process::start("throw").wait(), exit_code_of_exception);
    EXPECT_EQ(child_process::start("no-such-role").wait(), exit_code_of_exception);
}

TEST(ChildProcess, GetsItsEnvironment) {
    child_options options;
    options.environment = {{"ISTHMUS_TEST_VARIABLE", "value = 1"}};
    auto child = child_process::start("variable", {"ISTHMUS_TEST_VARIABLE"}, options);
    EXPECT_EQ(child.read_line(), "value = 1");
    EXPECT_EQ(child.wait(), 0);
}

TEST(ChildProcess, MissingProgramThrows) {
    EXPECT_THROW(child_process::start_program("/no/such/program"), std::runtime_error);
}

TEST(ChildProcess, LeavesNothingOpen) {
    child_process::start("throw").wait();
    const auto before = descriptor_count();
    for (int i = 0; i < 5; ++i) {
        child_process::start("throw").wait();
    }
    EXPECT_EQ(descriptor_count(), before);
}

TEST(Environment, UniqueNamesDiffer) {
    EXPECT_NE(unique_name("a"), unique_name("a"));
    EXPECT_LT(unique_name("a").size(), 24U);
}

TEST(Environment, CountsAreScaled) {
    EXPECT_GE(scaled(0), 1U);
    EXPECT_GE(scaled(1000), 1U);
}

TEST(Environment, MemoryAndHandlesAreCounted) {
    EXPECT_GT(resident_memory(), 100'000U);
    EXPECT_GE(descriptor_count(), 3U);
}

TEST(Data, RoundTrips) {
    EXPECT_EQ(text(bytes("hello")), "hello");
    EXPECT_EQ(pattern(100, 1), pattern(100, 1));
    EXPECT_NE(pattern(100, 1), pattern(100, 2));
}

} // namespace
} // namespace isthmus::test
