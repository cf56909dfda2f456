#include "posix/capabilities.hpp"
#include "posix/object_header.hpp"
#include "posix/process_life.hpp"
#include "posix/runtime_directory.hpp"
#include "posix/slot_queue.hpp"
#include "posix/syscalls.hpp"
#include "support/support.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

/// \file
/// The rings in which a slot's messages lie.

namespace isthmus::posix {
namespace {

using namespace std::chrono_literals;
using result = slot_queue_writer::result;
using test::pattern;

/// A slot's memory, in a file without a name.
class queue_fixture {
public:
    explicit queue_fixture(std::uint64_t quota, std::uint64_t max_message = 0)
        : geometry(quota), file(make_file()) {
        EXPECT_TRUE(slot_memory::prepare(file.get(), geometry, max_message));
        memory = std::make_unique<slot_memory>(
            geometry,
            mapping::shared(file.get(), content_offset, geometry.total(), PROT_READ | PROT_WRITE),
            file.get());
        lock = std::make_unique<slot_lock>(memory->control().lock,
                                           place_of_lives(runtime_base(), false));
        writer = std::make_unique<slot_queue_writer>(*memory, *lock);
        reader = std::make_unique<slot_queue_reader>(*memory, *lock);
    }

    std::optional<std::vector<std::byte>> read() {
        const auto size = reader->next();
        if (!size)
            return std::nullopt;
        std::vector<std::byte> message(*size);
        reader->take(message.data());
        return message;
    }

    /// Of the rings, in bytes.
    std::uint64_t memory_in_use() const {
        struct ::stat status {};
        ::fstat(file.get(), &status);
        return static_cast<std::uint64_t>(status.st_blocks) * 512;
    }

    slot_geometry geometry;
    descriptor file;
    std::unique_ptr<slot_memory> memory;
    std::unique_ptr<slot_lock> lock;
    std::unique_ptr<slot_queue_writer> writer;
    std::unique_ptr<slot_queue_reader> reader;

private:
    static descriptor make_file() {
        std::string path = runtime_base() + "/slot-XXXXXX";
        descriptor made(::mkstemp(path.data()));
        ::unlink(path.c_str());
        return made;
    }
};

TEST(SlotGeometry, TheLastTwoRingsHoldTheQuota) {
    for (const std::uint64_t quota : {1U, 65'536U, 65'537U, 1'000'000U, 64U << 20U, 1U << 30U}) {
        const slot_geometry geometry(quota);
        const auto count = geometry.count();
        ASSERT_GE(count, 2U);
        ASSERT_LE(count, slot_control::most_rings);
        EXPECT_GE(geometry.size(count - 1), quota);
        EXPECT_EQ(geometry.size(count - 1), geometry.size(count - 2));
        std::uint64_t end = slot_geometry::control_size;
        for (std::uint32_t i = 0; i < count; ++i) {
            EXPECT_EQ(geometry.offset(i), end) << i;
            end += geometry.size(i);
        }
        EXPECT_EQ(geometry.total(), end);
    }
}

TEST(SlotQueue, MessagesOfAllSizesComeOutAsTheyWentIn) {
    queue_fixture queue(4 << 20);
    std::mt19937 random(1);
    std::vector<std::vector<std::byte>> waiting;
    std::uint64_t seed = 0;
    for (int i = 0; i < 3000; ++i) {
        if (random() % 2 == 0) {
            const std::size_t size = random() % 10 == 0 ? random() % 200'000 : random() % 300;
            waiting.push_back(pattern(size, ++seed));
            if (queue.writer->write(waiting.back()) != result::done) {
                waiting.pop_back();
                ASSERT_GT(waiting.size(), 10U);
            }
        } else if (!waiting.empty()) {
            ASSERT_EQ(queue.reader->count(), waiting.size());
            ASSERT_EQ(queue.read(), waiting.front()) << i;
            waiting.erase(waiting.begin());
        }
    }
    for (const auto& each : waiting)
        ASSERT_EQ(queue.read(), each);
    EXPECT_EQ(queue.reader->next(), std::nullopt);
    EXPECT_EQ(queue.reader->count(), 0U);
}

TEST(SlotQueue, TheQuotaIsWhatItSays) {
    for (const std::uint64_t quota : {4096U, 100'000U, 3'000'000U}) {
        for (const std::size_t size : {0U, 1U, 100U, 3000U}) {
            queue_fixture queue(quota);
            const auto message = pattern(size);
            const std::uint64_t fits = quota / slot_geometry::room_for(size);
            // Whatever was read before, in whichever ring it lay.
            for (const std::uint64_t before : {std::uint64_t{0}, fits / 2, fits}) {
                for (std::uint64_t i = 0; i < before; ++i)
                    ASSERT_EQ(queue.writer->write(message), result::done);
                while (queue.read())
                    ;
                for (std::uint64_t i = 0; i < fits; ++i)
                    ASSERT_EQ(queue.writer->write(message), result::done) << quota << " " << i;
                ASSERT_EQ(queue.writer->write(message), result::quota_exceeded);
                ASSERT_EQ(queue.reader->count(), fits);
                for (std::uint64_t i = 0; i < fits; ++i)
                    ASSERT_EQ(queue.read(), message);
            }
        }
    }
}

TEST(SlotQueue, WhatCanNeverFitIsTooLarge) {
    queue_fixture queue(4096, 100);
    EXPECT_EQ(queue.writer->write(pattern(100)), result::done);
    EXPECT_EQ(queue.writer->write(pattern(101)), result::too_large);
    queue_fixture any(4096);
    EXPECT_EQ(any.writer->write(pattern(4088)), result::done);
    EXPECT_EQ(any.writer->write(pattern(4089)), result::too_large);
}

TEST(SlotQueue, ABurstsMemoryIsGivenBackWhenItHasBeenRead) {
    queue_fixture queue(16 << 20);
    const auto small = pattern(64);
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_EQ(queue.writer->write(small), result::done);
        ASSERT_EQ(queue.read(), small);
    }
    const std::uint64_t usual = queue.memory_in_use();
    EXPECT_LE(usual, 256U * 1024);
    const auto large = pattern(100'000);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(queue.writer->write(large), result::done);
    EXPECT_GE(queue.memory_in_use(), 10'000'000U);
    while (queue.read())
        ;
    queue.reader->tidy_when_idle();
    std::this_thread::sleep_for(60ms);
    queue.reader->tidy_when_idle();
    if (capability::holes_in_files) {
        EXPECT_LE(queue.memory_in_use(), usual + 64 * 1024);
    }
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(queue.writer->write(large), result::done);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(queue.read(), large);
}

TEST(SlotQueue, WhoeverDiedWithTheLockHasWrittenNothing) {
    queue_fixture queue(1 << 20);
    ASSERT_EQ(queue.writer->write(pattern(10)), result::done);
    auto& words = queue.memory->control().lock;
    words.holder.store(0x123456789abcdefU); // of nobody
    // What it had put behind the tail is overwritten.
    const auto half = pattern(64, 7);
    queue.memory->copy_in(0, queue.memory->ring(0).tail.load(), half.data(), half.size());
    const auto began = std::chrono::steady_clock::now();
    ASSERT_EQ(queue.writer->write(pattern(20)), result::done);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
    EXPECT_EQ(words.holder.load(), 0U);
    EXPECT_EQ(queue.read(), pattern(10));
    EXPECT_EQ(queue.read(), pattern(20));
    EXPECT_EQ(queue.read(), std::nullopt);
}

TEST(SlotQueue, ARingThatWasBegunAndNotLinkedIsUsedAgain) {
    queue_fixture queue(1 << 20);
    const auto message = pattern(40'000);
    ASSERT_EQ(queue.writer->write(message), result::done);
    // A writer has put a message into the second ring, and was killed before it linked it.
    auto& second = queue.memory->ring(1);
    second.tail.store(second.tail.load() + 4096);
    ASSERT_EQ(queue.writer->write(message), result::done);
    ASSERT_EQ(queue.writer->write(pattern(5)), result::done);
    EXPECT_EQ(queue.read(), message);
    EXPECT_EQ(queue.read(), message);
    EXPECT_EQ(queue.read(), pattern(5));
    EXPECT_EQ(queue.read(), std::nullopt);
}

TEST(SlotQueue, ALivingWriterThatNeverEndsIsGivenUpOn) {
    queue_fixture queue(1 << 20);
    const std::uint64_t me = own_process_life(place_of_lives(runtime_base(), false));
    ASSERT_NE(me, 0U);
    queue.memory->control().lock.holder.store(me);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(queue.writer->write(pattern(1)), result::failed);
    EXPECT_EQ(errno, EBUSY);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 2s);
    // From then on nobody waits for it,
    const auto again = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(queue.writer->write(pattern(1)), result::failed);
        EXPECT_EQ(errno, EBUSY);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - again, 1s);
    // until it goes on: then it is waited for as everybody is.
    queue.lock->unlock();
    EXPECT_EQ(queue.writer->write(pattern(1)), result::done);
    queue.memory->control().lock.holder.store(me);
    std::thread goes_on([&] {
        std::this_thread::sleep_for(100ms);
        queue.lock->unlock();
    });
    EXPECT_EQ(queue.writer->write(pattern(2)), result::done);
    goes_on.join();
}

TEST(SlotQueue, AWriterThatWasGivenUpOnAndDiesIsNobody) {
    queue_fixture queue(1 << 20);
    const std::uint64_t me = own_process_life(place_of_lives(runtime_base(), false));
    auto& words = queue.memory->control().lock;
    words.holder.store(me);
    EXPECT_EQ(queue.writer->write(pattern(1)), result::failed);
    EXPECT_EQ(errno, EBUSY);
    words.holder.store(0x123456789abcdefU); // of nobody
    EXPECT_EQ(queue.writer->write(pattern(1)), result::done);
}

TEST(SlotQueue, RingsThatLeadInACircleAreNotCountedForEver) {
    queue_fixture queue(1 << 20);
    for (int i = 0; i < 40; ++i)
        ASSERT_EQ(queue.writer->write(pattern(10'000)), result::done);
    ASSERT_EQ(queue.reader->count(), 40U);
    ASSERT_NE(queue.memory->ring(1).next.load(), slot_ring::none);
    queue.memory->ring(2).next.store(2); // the ring before it
    EXPECT_EQ(queue.reader->count(), 0U);
    EXPECT_EQ(queue.writer->write(pattern(10'000, 7)), result::done);
    EXPECT_EQ(queue.read(), pattern(10'000, 7));
}

TEST(SlotQueue, AnIdleReaderRepairsWhatIsItsOwn) {
    queue_fixture queue(1 << 20, 5000);
    ASSERT_EQ(queue.writer->write(pattern(1000)), result::done);
    ASSERT_EQ(queue.read(), pattern(1000));
    auto& control = queue.memory->control();
    const std::uint64_t head = queue.memory->ring(0).head.load();
    queue.memory->ring(0).head.store(head + 8);
    EXPECT_EQ(queue.writer->write(pattern(1)), result::failed);
    control.reading.store(7000);
    EXPECT_EQ(queue.writer->write(pattern(1)), result::failed);
    control.max_message.store(1);
    EXPECT_EQ(queue.writer->write(pattern(10)), result::too_large);
    control.closed.store(1);
    queue.memory->ring(1).head.store(3);
    EXPECT_EQ(queue.reader->next(), std::nullopt);
    queue.reader->repair();
    EXPECT_EQ(control.closed.load(), 0U);
    EXPECT_EQ(queue.memory->ring(1).head.load(), 0U);
    EXPECT_EQ(queue.writer->write(pattern(5000, 3)), result::done);
    EXPECT_EQ(queue.read(), pattern(5000, 3));
}

TEST(SlotQueue, WhatNobodyReadsAnyMoreKeepsNoMemory) {
    if (!capability::holes_in_files)
        GTEST_SKIP() << "memory of a file cannot be given back";
    queue_fixture queue(4 << 20);
    for (int i = 0; i < 300; ++i)
        ASSERT_EQ(queue.writer->write(pattern(10'000)), result::done);
    EXPECT_GE(queue.memory_in_use(), 3'000'000U);
    queue.memory->give_back_all();
    EXPECT_LE(queue.memory_in_use(), slot_geometry::control_size);
}

/// Everything in the control block and the rings can be written by others.
TEST(SlotQueue, NonsenseInTheMemoryDoesNoHarm) {
    std::mt19937 random(2);
    for (std::size_t round = 0; round < test::scaled(400); ++round) {
        queue_fixture queue(300'000);
        for (int i = 0; i < 40; ++i)
            ASSERT_EQ(queue.writer->write(pattern(random() % 9000)), result::done);
        auto* const control = reinterpret_cast<std::byte*>(&queue.memory->control());
        // Of the lock only who has it: to be told that there are sleepers costs a wake-up.
        for (int i = 0; i < 8; ++i) {
            const std::size_t at =
                offsetof(slot_control, reading) +
                random() % (sizeof(slot_control) - offsetof(slot_control, reading));
            control[at] = static_cast<std::byte>(random());
        }
        for (int i = 0; i < 8; ++i) {
            const std::size_t at = slot_geometry::control_size + random() % 300'000;
            control[at] = static_cast<std::byte>(random());
        }
        std::size_t messages = 0;
        for (int i = 0; i < 200; ++i) {
            queue.reader->count();
            if (const auto message = queue.read()) {
                ++messages;
                ASSERT_LE(message->size(), queue.geometry.total());
            }
            queue.reader->repair();
            queue.reader->tidy_when_idle();
            static_cast<void>(queue.writer->write(pattern(random() % 9000)));
        }
        ASSERT_LE(messages, 240U);
        // And it does not last.
        while (queue.reader->next())
            queue.read();
        queue.reader->repair();
        ASSERT_EQ(queue.writer->write(pattern(9000, 5)), result::done);
        ASSERT_EQ(queue.read(), pattern(9000, 5));
    }
}

} // namespace
} // namespace isthmus::posix
