#include "support/child_process.hpp"
#include "support/runtime_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

/// \file
/// The end of a program for windows.h: as on Windows it closes all handles that are still open.

namespace isthmus::test {
namespace {

std::vector<std::string> files_in(const std::filesystem::path& directory) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_directory())
            files.push_back(entry.path().string());
    }
    return files;
}

TEST(WinapiExit, ClosesWhatIsStillOpen) {
    const temporary_runtime_directory directory;
    auto program = child_process::start_program(ISTHMUS_WINAPI_PEER, {"leave-open", "left"});
    EXPECT_EQ(program.read_line(), "open");
    EXPECT_FALSE(files_in(directory.path()).empty());
    program.write_line("end");
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(files_in(directory.path()), std::vector<std::string>());
}

TEST(WinapiExit, EndsTheCallsOfOtherThreads) {
    const temporary_runtime_directory directory;
    for (int i = 0; i < 20; ++i) {
        auto program = child_process::start_program(ISTHMUS_WINAPI_PEER, {"leave-waiting", "left"});
        EXPECT_EQ(program.read_line(), "waiting");
        program.write_line("end");
        EXPECT_EQ(program.read_rest(), "");
        EXPECT_EQ(program.wait(), 0);
        ASSERT_EQ(files_in(directory.path()), std::vector<std::string>()) << i;
    }
}

} // namespace
} // namespace isthmus::test
