#include "forked_child.hpp"
#include "slot_testing.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

/// \file
/// Slots in a process that forks: a child has no part in its parent's readers; its writers go on,
/// whatever the parent's other threads did at the fork.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

TEST(SlotFork, AChildHasNoPartInTheReader) {
    slot_pair slot;
    for (int i = 0; i < 30; ++i)
        slot.writer.write(bytes(std::to_string(i)));
    ASSERT_EQ(slot.reader.info().count, 30U);
    EXPECT_EQ(in_forked_child([&] {
                  std::error_code ec;
                  slot.reader.info(ec);
                  if (ec != errc::invalid_handle)
                      return 1;
                  slot.reader.read_message_for(10s, ec);
                  if (ec != errc::invalid_handle)
                      return 2;
                  slot.reader.cancel();
                  slot.reader.close();
                  slot.writer.write(bytes("from the child"), ec);
                  return ec ? 3 : 0;
              }),
              0);
    EXPECT_EQ(slot.reader.info().count, 31U);
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(waiting_message(slot.reader), std::to_string(i));
    EXPECT_EQ(waiting_message(slot.reader), "from the child");
}

TEST(SlotFork, ChildrenGoOnWhateverOtherThreadsDoMeanwhile) {
    if (!allocator_survives_fork)
        GTEST_SKIP() << "AddressSanitizer's allocator is not guarded over a fork";
    slot_pair slot({.quota = 1 << 16});
    auto listener = broadcast_reader::create(slot.reader.name(), {.quota = 1 << 16});
    auto everywhere = slot_writer::open(R"(\\*\mailslot\)" + slot.reader.name());
    std::atomic<bool> enough = false;
    std::thread writer([&] {
        std::error_code ec;
        while (!enough)
            everywhere.write(bytes("from a thread"), ec);
    });
    std::thread reader([&] {
        std::error_code ec;
        while (!enough) {
            slot.reader.read_message_for(1ms, ec);
            listener.read_message_for(0ms, ec);
            slot.reader.info(ec);
        }
    });
    for (int i = 0; i < 60; ++i) {
        const int status = in_forked_child([&] {
            std::error_code ec;
            slot.reader.info(ec);
            if (ec != errc::invalid_handle)
                return 1;
            slot.reader.read_message(ec);
            if (ec != errc::invalid_handle)
                return 2;
            slot.writer.write(bytes("to the slot"), ec);
            if (ec && ec != errc::quota_exceeded)
                return 3;
            everywhere.write(bytes("to all"), ec);
            return ec ? 4 : 0;
        });
        EXPECT_EQ(status, 0);
        if (status != 0)
            break; // each that hangs takes 20 seconds
    }
    enough = true;
    writer.join();
    reader.join();
}

} // namespace
} // namespace isthmus::test
