#include "support/runtime_directory.hpp"
#include "support/support.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace isthmus::test {
namespace {

const child_role who{"who", [](const auto&) {
                         tell_test(std::to_string(getuid()) + ' ' + std::to_string(getegid()));
                         return 0;
                     }};

const child_role has{"has descriptor", [](const auto& arguments) {
                         return fcntl(std::stoi(arguments.at(0)), F_GETFD) == -1 ? 1 : 0;
                     }};

TEST(ChildProcess, RunsOtherPrograms) {
    auto child = child_process::start_program("sh", {"-c", "read x; echo got $x; kill -TERM $$"});
    child.write_line("this");
    EXPECT_EQ(child.read_rest(), "got this\n");
    EXPECT_EQ(child.wait(), -15);
}

TEST(ChildProcess, RunsAsAnotherUser) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "needs root";
    }
    child_options options;
    options.user = run_as{.user = 54321, .group = 54322};
    EXPECT_EQ(child_process::start("who", {}, options).read_line(), "54321 54322");
}

TEST(ChildProcess, InheritsOnlyWhenAsked) {
    const int number = dup(STDERR_FILENO);
    const auto argument = std::to_string(number);
    EXPECT_EQ(child_process::start("has descriptor", {argument}).wait(), 1);
    child_options options;
    options.inherit = true;
    EXPECT_EQ(child_process::start("has descriptor", {argument}, options).wait(), 0);
    close(number);
}

TEST(RuntimeDirectory, IsFreshAndGoes) {
    std::filesystem::path path;
    {
        const temporary_runtime_directory directory;
        path = directory.path();
        EXPECT_EQ(std::getenv("ISTHMUS_RUNTIME_DIR"), path);
        EXPECT_EQ(directory.entry_count(), 0U);
        std::ofstream(path / "file") << "x";
        EXPECT_EQ(directory.entry_count(), 1U);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace isthmus::test
