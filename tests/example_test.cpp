#include "support/child_process.hpp"
#include "support/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// \file
/// The examples about slots, shared memory and synchronization, as a reader of the documentation
/// starts them.

namespace isthmus::test {
namespace {

child_process start_example(const std::string& name, const std::vector<std::string>& arguments) {
    std::string path = ISTHMUS_EXAMPLES "/"; // not by operator+: a false alarm of GCC 12 (105651)
    path += name;
    path += ISTHMUS_EXECUTABLE_SUFFIX;
    return child_process::start_program(path, arguments);
}

std::string line_of(child_process& child) {
    auto line = child.read_line().value_or("(nothing)");
    std::erase(line, '\r');
    return line;
}

bool says(std::string_view text, std::string_view what) {
    return text.find(what) != std::string_view::npos;
}

TEST(Examples, TheReaderSeesWhatTheWriterWrites) {
    const auto name = unique_name("board");
    auto writer = start_example("shared_memory_writer", {name});
    EXPECT_EQ(line_of(writer), "Writing to " + name + ", 1016 bytes");
    auto reader = start_example("shared_memory_reader", {name});
    EXPECT_EQ(line_of(reader), "Reading from " + name + ", 1016 bytes");
    writer.write_line("first");
    EXPECT_EQ(line_of(reader), "Version 1: first");
    writer.write_line("second");
    EXPECT_EQ(line_of(reader), "Version 2: second");
    writer.close_input();
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(line_of(reader), "The writer is done");
    EXPECT_EQ(reader.wait(), 0);
}

TEST(Examples, TheMailslotServerPrintsWhatClientsSend) {
    const auto name = unique_name("alerts");
    auto server = start_example("mailslot_server", {name, "3"});
    EXPECT_EQ(line_of(server), R"(Reading \\.\mailslot\)" + name);
    auto client = start_example("mailslot_client", {name, "one", "two"});
    EXPECT_EQ(line_of(client), "Sent: one");
    EXPECT_EQ(line_of(client), "Sent: two");
    EXPECT_EQ(client.wait(), 0);
    EXPECT_EQ(line_of(server), "Message: one");
    EXPECT_EQ(line_of(server), "Message: two");
    auto typed = start_example("mailslot_client", {name});
    typed.write_line("three");
    typed.close_input();
    EXPECT_EQ(typed.wait(), 0);
    EXPECT_EQ(line_of(server), "Message: three");
    EXPECT_EQ(server.wait(), 0);
    auto late = start_example("mailslot_client", {name, "four"});
    EXPECT_EQ(late.wait(), 1);
}

TEST(Examples, EverybodyInTheChatHearsEverybody) {
    for (const auto& network :
         {std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1"}}) {
        const auto join = [&](const std::string& name) {
            std::vector<std::string> arguments{name};
            arguments.insert(arguments.end(), network.begin(), network.end());
            return start_example("broadcast_chat", arguments);
        };
        // Others on this machine may chat as well.
        const auto hears = [](child_process& who, std::string_view what) {
            for (int i = 0; i < 20; ++i) {
                const auto line = line_of(who);
                if (line == what)
                    return true;
                EXPECT_TRUE(says(line, " is here") || says(line, ": ") || says(line, " has left"))
                    << line;
            }
            return false;
        };
        const auto first = unique_name("anna");
        const auto second = unique_name("ben");
        auto anna = join(first);
        EXPECT_TRUE(hears(anna, first + " is here"));
        auto ben = join(second);
        EXPECT_TRUE(hears(anna, second + " is here"));
        EXPECT_TRUE(hears(ben, second + " is here"));
        std::this_thread::sleep_for(std::chrono::milliseconds(300)); // silence says nothing
        anna.write_line("hello");
        EXPECT_TRUE(hears(anna, first + ": hello"));
        EXPECT_TRUE(hears(ben, first + ": hello"));
        ben.close_input();
        EXPECT_TRUE(hears(anna, second + " has left"));
        EXPECT_EQ(ben.wait(), 0);
        anna.close_input();
        EXPECT_EQ(anna.wait(), 0);
    }
}

TEST(Examples, ASingleInstanceGoesWithItsProcess) {
    const auto name = unique_name("single");
    auto first = start_example("single_instance", {name});
    EXPECT_EQ(line_of(first), "Running; press Enter to end");
    auto second = start_example("single_instance", {name});
    EXPECT_EQ(line_of(second), "Already running");
    EXPECT_EQ(second.wait(), 3);
    first.write_line("");
    EXPECT_EQ(line_of(first), "Meanwhile somebody tried to start another one");
    EXPECT_EQ(first.wait(), 0);

    auto third = start_example("single_instance", {name});
    EXPECT_EQ(line_of(third), "Running; press Enter to end");
    third.kill_and_wait();
    auto fourth = start_example("single_instance", {name});
    EXPECT_EQ(line_of(fourth), "Running; press Enter to end");
    fourth.close_input();
    EXPECT_EQ(fourth.wait(), 0);
}

TEST(Examples, TheLedgerSurvivesAKilledWriter) {
    auto ledger = start_example("shared_ledger", {"open", "2", "2"});
    ASSERT_TRUE(says(line_of(ledger), "opened"));
    std::vector<child_process> others;
    for (const char* const role : {"write", "write", "read", "read"}) {
        others.push_back(start_example("shared_ledger", {role}));
    }
    auto victim = start_example("shared_ledger", {"die"});
    EXPECT_TRUE(says(line_of(victim), "holding the mutex"));
    EXPECT_NE(victim.wait().value_or(0), 0);
    std::string said;
    for (auto& other : others) {
        said += other.read_rest();
        EXPECT_EQ(other.wait(), 0);
    }
    said += ledger.read_rest();
    EXPECT_EQ(ledger.wait(), 0) << said;
    EXPECT_TRUE(says(said, "got the mutex abandoned")) << said;
    EXPECT_TRUE(says(said, "20 entries written, 20 read, total 110: the books are right")) << said;
}

} // namespace
} // namespace isthmus::test
