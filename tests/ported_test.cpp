#include "support/child_process.hpp"
#include "support/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

/// \file
/// The Windows programs of examples/ported: what they print is the same on Windows and here.

namespace isthmus::test {
namespace {

child_process start_ported(const std::string& name, const std::vector<std::string>& arguments) {
    std::string path = ISTHMUS_PORTED "/"; // not by operator+: a false alarm of GCC 12 (105651)
    path += name;
    path += ISTHMUS_EXECUTABLE_SUFFIX;
    return child_process::start_program(path, arguments);
}

std::string line_of(child_process& child) {
    auto line = child.read_line().value_or("(nothing)");
    std::erase(line, '\r');
    return line;
}

std::string rest_of(child_process& child) {
    auto text = child.read_rest();
    std::erase(text, '\r');
    return text;
}

/// What a program prints that needs no other.
std::string output_of(const std::string& name, const std::vector<std::string>& arguments = {}) {
    auto program = start_ported(name, arguments);
    program.close_input();
    auto text = rest_of(program);
    EXPECT_EQ(program.wait(), 0) << text;
    return text;
}

TEST(Ported, AMessagePipeAndItsClient) {
    const auto name = unique_name("ported");
    auto server = start_ported("pipe_server", {name});
    EXPECT_EQ(line_of(server), "Waiting for clients");
    EXPECT_EQ(output_of("pipe_client", {name, "hello", "a much longer message"}),
              "Sent 5 bytes\n"
              "Reply: [You said: hello]\n"
              "Sent 21 bytes\n"
              "Reply: [You said: a much][ longer message]\n");
    EXPECT_EQ(line_of(server), "Received 5 bytes: hello");
    EXPECT_EQ(line_of(server), "Received 21 bytes: a much longer message");
    EXPECT_EQ(line_of(server), "The client has left");
    EXPECT_EQ(output_of("pipe_call_client", {name, "by call"}),
              "17 bytes came back: You said: by call\n");
    EXPECT_EQ(line_of(server), "Received 7 bytes: by call");
    EXPECT_EQ(line_of(server), "The client has left");
    EXPECT_EQ(output_of("pipe_client", {name, "quit"}), "Sent 4 bytes\n"
                                                        "Reply: [You said: quit]\n");
    EXPECT_EQ(rest_of(server), "Received 4 bytes: quit\nServer ends\n");
    EXPECT_EQ(server.wait(), 0);

    auto late = start_ported("pipe_client", {name, "anybody?"});
    EXPECT_EQ(rest_of(late), "Could not open the pipe, error 2\n");
    EXPECT_EQ(late.wait(), 1);
}

TEST(Ported, AThreadForEachClient) {
    for (const std::string variant : {"", "_w"}) {
        const auto name = unique_name("threads");
        auto server = start_ported("pipe_server_threads" + variant, {name, "3"});
        EXPECT_EQ(line_of(server), "Serving 3 clients");
        for (const char* const word : {"first", "second", "third"}) {
            const std::string text = std::string(word) + " and more than eight";
            std::string answer = text;
            std::ranges::transform(answer, answer.begin(), [](char each) {
                return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
            });
            EXPECT_EQ(output_of("pipe_transact_client" + variant, {name, "a", text}),
                      "a -> A\n" + text + " -> " + answer + "\n");
        }
        EXPECT_EQ(rest_of(server), "Served 3 clients, 6 messages\n");
        EXPECT_EQ(server.wait(), 0);
    }
}

TEST(Ported, ClientsOfManyKindsAtOnce) {
    const auto name = unique_name("many");
    auto server = start_ported("pipe_server_threads", {name, "6"});
    EXPECT_EQ(line_of(server), "Serving 6 clients");
    std::vector<child_process> clients;
    for (int i = 0; i < 6; ++i) {
        clients.push_back(start_ported("pipe_transact_client", {name, "one", "two", "three"}));
    }
    for (auto& client : clients) {
        EXPECT_EQ(rest_of(client), "one -> ONE\ntwo -> TWO\nthree -> THREE\n");
        EXPECT_EQ(client.wait(), 0);
    }
    EXPECT_EQ(rest_of(server), "Served 6 clients, 18 messages\n");
}

TEST(Ported, AMailslotAndItsClients) {
    for (const char* const reader : {"mailslot_server", "mailslot_server_w"}) {
        const auto name = unique_name("mail");
        auto server = start_ported(reader, {name});
        EXPECT_EQ(line_of(server), "Reading the mailslot");
        EXPECT_EQ(output_of("mailslot_client", {name, "one", "two"}),
                  "3 bytes written\n3 bytes written\n");
        EXPECT_EQ(line_of(server), "Message of 3 bytes: one");
        EXPECT_EQ(line_of(server), "Message of 3 bytes: two");
        EXPECT_EQ(output_of("mailslot_client", {name, "stop"}), "4 bytes written\n");
        EXPECT_EQ(rest_of(server), "Message of 4 bytes: stop\n");
        EXPECT_EQ(server.wait(), 0);

        auto late = start_ported("mailslot_client", {name, "anybody?"});
        EXPECT_EQ(rest_of(late), "CreateFile failed, error 2\n");
        EXPECT_EQ(late.wait(), 1);
    }
}

TEST(Ported, ProcessesCountInSharedMemory) {
    const auto name = unique_name("counter");
    const std::vector<std::string> arguments{name, "2000", "3"};
    std::vector<child_process> processes;
    processes.push_back(start_ported("shared_counter", arguments));
    EXPECT_EQ(line_of(processes[0]), "Created the counter");
    for (int i = 1; i < 3; ++i) {
        processes.push_back(start_ported("shared_counter", arguments));
        EXPECT_EQ(line_of(processes.back()), "Opened the counter");
    }
    for (auto& process : processes) {
        process.write_line("");
    }
    std::string said;
    for (auto& process : processes) {
        said += rest_of(process);
        EXPECT_EQ(process.wait(), 0);
    }
    EXPECT_EQ(said, "All 3 processes together: 6000\n");

    auto next = start_ported("shared_counter", {name, "1", "2"});
    EXPECT_EQ(line_of(next), "Created the counter");
    next.close_input();
    EXPECT_EQ(next.wait(), 0);
}

TEST(Ported, ProducersAndConsumers) {
    EXPECT_EQ(output_of("producers_consumers"), "600 items taken, their sum is 179700\n"
                                                "All places are free again: error 298\n");
}

TEST(Ported, WorkersStartedByAnEvent) {
    EXPECT_EQ(output_of("event_workers"), "Nobody has started\n"
                                          "All are done, the sum of squares is 91\n"
                                          "Each event was reset by the wait\n"
                                          "Worker 1 has ended\n"
                                          "Worker 2 has ended\n"
                                          "Worker 3 has ended\n"
                                          "Worker 4 has ended\n"
                                          "Worker 5 has ended\n"
                                          "Worker 6 has ended\n");
}

TEST(Ported, ASingleInstance) {
    const auto name = unique_name("single");
    auto first = start_ported("single_instance", {name});
    EXPECT_EQ(line_of(first), "Running");
    auto second = start_ported("single_instance", {name});
    EXPECT_EQ(line_of(second), "Already running");
    EXPECT_EQ(second.wait(), 3);
    first.kill_and_wait();
    auto third = start_ported("single_instance", {name});
    EXPECT_EQ(line_of(third), "Running");
    third.close_input();
    EXPECT_EQ(third.wait(), 0);
}

} // namespace
} // namespace isthmus::test
