#include "object_fault_testing.hpp"
#include "slot_testing.hpp"

#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>

/// \file
/// Every system call fails once in the life of a slot, of its writers, and of broadcasts' readers.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// The first look at the directories, and what it does beside.
steps come_to_slots() {
    return come() + steps{{"come", [](auto& ec) { slot_reader::create("nobody", {}, ec); }}};
}

TEST(SlotFault, InASlot) {
    fail_every_call([] {
        life course;
        slot_reader reader;
        slot_writer writer;
        const auto write = [&](std::string what) {
            return [&, what = std::move(what)](auto& ec) { writer.write(bytes(what), ec); };
        };
        const auto read = [&](std::string expected) {
            return [&, expected = std::move(expected)](auto& ec) {
                const auto message = reader.read_message_for(1s, ec);
                course.expect(ec || (message && text(*message) == expected), true);
            };
        };
        const std::string large(100'000, 'x'); // needs a ring of its own
        const auto wait = [&](auto& ec) {
            reader.read_message_for(1ms, ec);
            forgive_timeout(ec);
        };
        const auto info = [&](auto& ec) {
            const auto seen = reader.info(ec);
            course.expect(ec || seen.count == 2, true);
        };
        follow(
            course,
            come_to_slots() +
                steps{{"create", [&](auto& ec) { reader = slot_reader::create("faulty", {}, ec); }},
                      {"find", [&](auto& ec) { writer = slot_writer::open("faulty", ec); }},
                      {"send", write("first")},
                      {"send", write(large)},
                      {"info", info},
                      {"read", read("first")},
                      {"read much", read(large)},
                      {"wait", wait}} +
                close(reader) + close(writer));
        return course;
    });
}

TEST(SlotFault, InAReaderOfBroadcasts) {
    fail_every_call([] {
        life course;
        broadcast_reader reader;
        follow(course,
               come_to_slots() +
                   steps{// The list of readers is a region, and is mapped.
                         {"map",
                          [&](auto& ec) { reader = broadcast_reader::create("faulty", {}, ec); }},
                         {"wait",
                          [&](auto& ec) {
                              reader.read_message_for(1ms, ec);
                              forgive_timeout(ec);
                          }}} +
                   close(reader));
        return course;
    });
}

/// What arrives is unknowable, so no failure is told; but the writer goes on, and the next message
/// arrives, once.
TEST(SlotFault, OfABroadcastCostsNothingButThatMessage) {
    const temporary_runtime_directory directory;
    for_each_system_call([&]<auto Kind>(const std::string& kind) {
        in_new_process(ending::usual, [&] {
            const auto run = [&](int nth, int error) {
                const std::string name = unique_name("faulty");
                auto slot = slot_reader::create(name);
                auto reader = broadcast_reader::create(name);
                auto writer = slot_writer::open(R"(\\*\mailslot\)" + name);
                std::error_code ec;
                int calls = 0;
                {
                    const fault<Kind> failing(nth, error);
                    writer.write(bytes("first"), ec);
                    calls = failing.count();
                }
                EXPECT_FALSE(ec) << ec.message();
                writer.write(bytes("second"), ec);
                EXPECT_FALSE(ec) << ec.message();
                for (message_source* each :
                     {static_cast<message_source*>(&slot), static_cast<message_source*>(&reader)}) {
                    auto message = each->read_message_for(1s);
                    if (message && text(*message) == "first")
                        message = each->read_message_for(1s);
                    EXPECT_TRUE(message && text(*message) == "second")
                        << kind << " number " << nth << ", error " << error;
                    EXPECT_FALSE(each->read_message_for(0s)) << kind << " number " << nth;
                }
                return calls;
            };
            const int calls = run(0, 0);
            const auto descriptors = descriptor_count();
            for_each_failure(calls, [&](int nth, int error) { run(nth, error); });
            EXPECT_LE(descriptor_count(), descriptors + 1);
            return report();
        });
        EXPECT_EQ(files_in(directory), 0U) << "after failures of " << kind;
    });
}

} // namespace
} // namespace isthmus::test
