#include "support/child_process.hpp"
#include "support/data.hpp"
#include "support/support.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <string>
#include <vector>

/// \file
/// Programs for windows.h and programs for the C++ API have the same objects: each mechanism, in
/// both directions, and two of the former with each other. (On Windows the former are plain Win32.)

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

child_process start_peer(const std::vector<std::string>& arguments) {
    return child_process::start_program(ISTHMUS_WINAPI_PEER, arguments);
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

std::string pipe_path(const std::string& name) {
    return R"(\\.\pipe\)" + name;
}

std::string slot_path(const std::string& name) {
    return R"(\\.\mailslot\)" + name;
}

// --- channels

TEST(WinapiTalk, AChannelToAPipeServer) {
    const auto name = unique_name("talk");
    auto server = start_peer({"serve-pipe", pipe_path(name)});
    EXPECT_EQ(line_of(server), "listening");
    {
        auto client = channel::connect(name, {.mode = channel_mode::message});
        EXPECT_EQ(client.peer().process_id, server.pid());
        EXPECT_EQ(text(client.transact(bytes("hello"))), "hello");
        client.write({});
        EXPECT_TRUE(client.read_message().empty());
    }
    EXPECT_EQ(rest_of(server), "message of 5 bytes\nmessage of 0 bytes\nended: 109\n");
    EXPECT_EQ(server.wait(), 0);
}

TEST(WinapiTalk, AListenerWithAPipeClient) {
    const auto name = unique_name("talk");
    auto listener = channel_listener::create(name, {.mode = channel_mode::message});
    auto client = start_peer({"ask-pipe", pipe_path(name), "one", "two"});
    auto served = listener.accept();
    EXPECT_EQ(served.peer().process_id, client.pid());
    for (const char* const word : {"one", "two"}) {
        EXPECT_EQ(text(served.read_message()), word);
        served.write(bytes(std::string("to ") + word));
    }
    EXPECT_EQ(rest_of(client), "to one\nto two\n");
    EXPECT_EQ(client.wait(), 0);
}

TEST(WinapiTalk, TwoPipePrograms) {
    const auto path = pipe_path(unique_name("talk"));
    auto server = start_peer({"serve-pipe", path});
    EXPECT_EQ(line_of(server), "listening");
    auto client = start_peer({"ask-pipe", path, "one", "three"});
    EXPECT_EQ(rest_of(client), "one\nthree\n");
    EXPECT_EQ(rest_of(server), "message of 3 bytes\nmessage of 5 bytes\nended: 109\n");
}

// --- slots

TEST(WinapiTalk, ASlotReaderWithAMailslotClient) {
    const auto name = unique_name("talk");
    auto reader = slot_reader::create(name);
    auto writer = start_peer({"write-slot", slot_path(name), "one", "two"});
    EXPECT_EQ(text(reader.read_message()), "one");
    EXPECT_EQ(text(reader.read_message()), "two");
    EXPECT_EQ(writer.wait(), 0);
}

TEST(WinapiTalk, ASlotWriterToAMailslot) {
    const auto name = unique_name("talk");
    auto reader = start_peer({"read-slot", slot_path(name), "3"});
    EXPECT_EQ(line_of(reader), "reading");
    auto writer = slot_writer::open(name);
    writer.write(bytes("one"));
    EXPECT_EQ(line_of(reader), "one");
    auto everywhere = slot_writer::open(R"(\\*\mailslot\)" + name);
    everywhere.write(bytes("two"));
    EXPECT_EQ(line_of(reader), "two");
    auto other = start_peer({"write-slot", slot_path(name), "three"});
    EXPECT_EQ(rest_of(reader), "three\n");
    EXPECT_EQ(reader.wait(), 0);
    EXPECT_EQ(other.wait(), 0);
}

// --- regions

TEST(WinapiTalk, ARegionThatAMappingMade) {
    const auto name = unique_name("talk");
    auto holder = start_peer({"hold-memory", name, "from the mapping"});
    EXPECT_EQ(line_of(holder), "written");
    auto region = shared_region::open(name);
    // On Windows it is only known in pages how large a plain mapping is.
    EXPECT_TRUE(region.size() == 100000 || region.size() == 102400) << region.size();
    auto view = region.map(view_mode::read_write, 65536, 100);
    auto* const content = reinterpret_cast<char*>(view.bytes().data());
    EXPECT_STREQ(content, "from the mapping");
    std::strcpy(content, "from the region");
    holder.write_line("");
    EXPECT_EQ(rest_of(holder), "from the region\n");
    EXPECT_EQ(holder.wait(), 0);
}

TEST(WinapiTalk, AMappingOfARegion) {
    const auto name = unique_name("talk");
    auto region = shared_region::create(name, 70000);
    auto view = region.map();
    auto* const content = reinterpret_cast<char*>(view.bytes().data()) + 65536;
    std::strcpy(content, "first");
    auto opener = start_peer({"change-memory", name, "second"});
    EXPECT_EQ(rest_of(opener), "first\n");
    EXPECT_EQ(opener.wait(), 0);
    EXPECT_STREQ(content, "second");
}

TEST(WinapiTalk, TwoMappings) {
    const auto name = unique_name("talk");
    auto holder = start_peer({"hold-memory", name, "one"});
    EXPECT_EQ(line_of(holder), "written");
    auto opener = start_peer({"change-memory", name, "two"});
    EXPECT_EQ(rest_of(opener), "one\n");
    holder.write_line("");
    EXPECT_EQ(rest_of(holder), "two\n");
}

// --- synchronization

TEST(WinapiTalk, AMutexOfTheOther) {
    for (const bool dies : {false, true}) {
        const auto name = unique_name("talk");
        auto owner = start_peer({"own-mutex", name});
        EXPECT_EQ(line_of(owner), "owned");
        auto ours = mutex::open(name);
        EXPECT_FALSE(ours.try_lock());
        if (dies) {
            owner.close_input();
            EXPECT_EQ(owner.wait(), 0);
        } else {
            owner.write_line("");
            EXPECT_EQ(line_of(owner), "released");
        }
        EXPECT_EQ(ours.wait(), dies ? wait_status::abandoned : wait_status::signaled);
        ours.unlock();
    }
}

TEST(WinapiTalk, AMutexForTheOther) {
    const auto name = unique_name("talk");
    auto ours = mutex::create(name);
    ours.lock();
    auto poller = start_peer({"take-mutex", name, "0"});
    EXPECT_EQ(rest_of(poller), "timeout\n");
    auto taker = start_peer({"take-mutex", name, "30000"});
    ours.unlock();
    EXPECT_EQ(rest_of(taker), "signaled\n"); // and it ends as owner
    EXPECT_EQ(taker.wait(), 0);
    auto last = start_peer({"take-mutex", name, "30000"});
    EXPECT_EQ(rest_of(last), "abandoned\n");
}

TEST(WinapiTalk, AnEventThatTheOtherWaitsFor) {
    const auto name = unique_name("talk");
    auto waiter = start_peer({"wait-event", name});
    EXPECT_EQ(line_of(waiter), "waiting");
    event::open(name).set();
    EXPECT_EQ(rest_of(waiter), "signaled\n");

    auto next = start_peer({"wait-event", name});
    EXPECT_EQ(line_of(next), "waiting");
    auto setter = start_peer({"set-event", name});
    EXPECT_EQ(rest_of(setter), "set\n");
    EXPECT_EQ(rest_of(next), "signaled\n");
}

TEST(WinapiTalk, AnEventThatTheOtherSets) {
    const auto name = unique_name("talk");
    auto ours = event::create(name, {.reset = event_reset::automatic});
    auto setter = start_peer({"set-event", name});
    EXPECT_EQ(ours.wait_for(30s), wait_status::signaled);
    EXPECT_EQ(rest_of(setter), "set\n");
}

TEST(WinapiTalk, ASemaphoreOfBoth) {
    const auto name = unique_name("talk");
    auto counter = start_peer({"count-semaphore", name});
    EXPECT_EQ(line_of(counter), "counting");
    auto ours = semaphore::open(name);
    EXPECT_EQ(ours.release(), 2);
    auto releaser = start_peer({"release-semaphore", name});
    EXPECT_EQ(rest_of(releaser), "3\n");
    EXPECT_EQ(ours.release(), 4);
    auto full = start_peer({"release-semaphore", name});
    EXPECT_EQ(rest_of(full), "ReleaseSemaphore failed: 298\n");
    counter.write_line("");
    EXPECT_EQ(rest_of(counter), "signaled\n");
}

} // namespace
} // namespace isthmus::test
