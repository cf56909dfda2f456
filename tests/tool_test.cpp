#include "support/support.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// \file
/// The command-line program, as a shell starts it: what it does about slots.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

child_process start_tool(const std::vector<std::string>& arguments) {
    return child_process::start_program(ISTHMUS_TOOL, arguments);
}

std::optional<int> status_of(const std::vector<std::string>& arguments) {
    auto tool = start_tool(arguments);
    tool.close_input();
    return tool.wait();
}

std::string line_of(child_process& child) {
    auto line = child.read_line().value_or("(nothing)");
    std::erase(line, '\r');
    return line;
}

TEST(Tool, ReadsAndWritesASlot) {
    const auto name = unique_name("tool");
    EXPECT_EQ(status_of({"slot", "write", name, "nobody"}), 3);
    auto reader = start_tool({"slot", "read", name, "--count", "3"});
    EXPECT_TRUE(eventually([&] { return status_of({"slot", "write", name, "one"}) == 0; }));
    EXPECT_EQ(line_of(reader), "one");
    auto writer = start_tool({"slot", "write", R"(\\.\mailslot\)" + name});
    writer.write_line("two");
    writer.write_line("three");
    writer.close_input();
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(line_of(reader), "two");
    EXPECT_EQ(line_of(reader), "three");
    EXPECT_EQ(reader.wait(), 0);
}

TEST(Tool, ReadsABroadcastEverywhere) {
    const auto name = unique_name("tool");
    std::vector<child_process> readers;
    for (int i = 0; i < 2; ++i)
        readers.push_back(start_tool({"slot", "read", name, "--broadcasts", "--interface",
                                      "127.0.0.1", "--domain", "tools"}));
    const std::vector<std::string> call{"slot",     "write", R"(\\*\mailslot\)" + name,
                                        "--domain", "tools", "--interface",
                                        "127.0.0.1"};
    // Nobody can tell who is there: until both have heard it.
    auto caller = start_tool(call);
    auto first = in_background([&] { return line_of(readers[0]); });
    auto second = in_background([&] { return line_of(readers[1]); });
    EXPECT_TRUE(eventually([&] {
        caller.write_line("hello");
        return !still_blocked(first, 0ms) && !still_blocked(second, 0ms);
    }));
    caller.close_input();
    EXPECT_EQ(caller.wait(), 0);
    for (auto& each : readers)
        each.kill_and_wait();
    EXPECT_EQ(first.get(), "hello");
    EXPECT_EQ(second.get(), "hello");
}

TEST(Tool, SaysHowItEnded) {
    const auto name = unique_name("tool");
    EXPECT_EQ(status_of({"slot", "read", name, "--timeout", "0.01"}), 4);
    EXPECT_EQ(status_of({"slot", "read", R"(\\*\mailslot\)" + name, "--timeout", "0.01"}), 2);
    EXPECT_EQ(status_of({"slot", "write", R"(\\*\mailslot\)" + name, "nobody"}), 0);
    EXPECT_EQ(status_of({"slot", "write", name, "x", "--key-file", "/nonexistent"}), 1);
}

} // namespace
} // namespace isthmus::test
