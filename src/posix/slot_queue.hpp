#pragma once

#include "descriptor.hpp"
#include "mapping.hpp"
#include "slot_lock.hpp"

#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// \file
/// The messages of a slot, in shared memory: docs/slots.md explains it.
///
/// They lie in rings: byte by byte, each message after a header, around and around. When one is
/// full, and the quota is not, the writer goes on in another and links it to the full one. The next
/// is twice as large, up to the quota, so that a burst finds room and a slot that is read in time
/// needs one small ring. A ring that the reader has left is free to be used again.
///
/// Each message is committed by one store: of the ring's tail, or of the link to a ring that has
/// it. Who is killed before that has written nothing.
///
/// Everything here can be written by every process that may open the slot: what is read is checked
/// before it is used.

namespace isthmus::posix {

// Who reads and who writes shall not share a cache line.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct slot_ring {
    std::atomic<std::uint64_t> head; ///< bytes read, since the beginning of time; the reader's
    alignas(64) std::atomic<std::uint64_t> tail; ///< bytes written; of who has the lock
    std::atomic<std::uint32_t> next;             ///< the ring that continues it, or `none`
    std::uint32_t reserved;
    std::uint64_t allocated; ///< how far it has memory

    /// In `next`: none, which a new file says of itself; else the ring's index and one.
    static constexpr std::uint32_t none = 0;
};
static_assert(sizeof(slot_ring) == 128 && offsetof(slot_ring, tail) == 64 &&
              offsetof(slot_ring, next) == 72 && offsetof(slot_ring, allocated) == 80);

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): as above
struct slot_control {
    static constexpr std::uint32_t most_rings = 16;

    std::atomic<std::uint64_t> max_message; ///< 0: any
    std::atomic<std::uint32_t> closed;
    alignas(64) slot_lock_words lock;
    alignas(64) std::atomic<std::uint32_t> reading; ///< the reader's ring
    std::atomic<std::uint32_t> sleepers;            ///< whether a reader may sleep
    std::atomic<std::uint32_t> bell;                ///< what readers sleep on
    alignas(64) std::array<slot_ring, most_rings> rings;
};
static_assert(offsetof(slot_control, closed) == 8 && offsetof(slot_control, lock) == 64 &&
              offsetof(slot_control, reading) == 128 && offsetof(slot_control, sleepers) == 132 &&
              offsetof(slot_control, bell) == 136 && offsetof(slot_control, rings) == 192);

/// What stands before each message.
struct message_header {
    std::uint32_t size;
    std::uint32_t check; ///< says that it is one: the size, turned over
};
static_assert(sizeof(message_header) == 8);

/// Where the rings of a slot with this quota lie.
class slot_geometry {
public:
    static constexpr std::uint64_t smallest_ring = 64 * 1024;
    /// Of the file, from content_offset on; the rings follow.
    static constexpr std::uint64_t control_size = 64 * 1024;
    static constexpr std::uint64_t largest_quota = std::uint64_t{1} << 30U;

    explicit slot_geometry(std::uint64_t quota) noexcept;

    std::uint64_t quota() const noexcept { return quota_; }
    std::uint32_t count() const noexcept { return count_; }
    /// Each is twice as large as the one before; there are two of the largest, one of which alone
    /// holds the quota: so there is always one to go on in.
    std::uint64_t size(std::uint32_t ring) const noexcept {
        return smallest_ring << (ring + 1 == count_ ? ring - 1 : ring);
    }
    /// From the beginning of the control block.
    std::uint64_t offset(std::uint32_t ring) const noexcept {
        return control_size + (smallest_ring << ring) - smallest_ring;
    }
    std::uint64_t total() const noexcept { return offset(count_ - 1) + size(count_ - 1); }

    static std::uint64_t room_for(std::uint64_t message) noexcept {
        return sizeof(message_header) + (message + 7) / 8 * 8;
    }

private:
    std::uint64_t quota_;
    std::uint32_t count_ = 2;
};

/// The memory of a slot, mapped by one of its processes.
class slot_memory {
public:
    /// `file`: to allocate and to give back memory; mapped by another description of it.
    slot_memory(const slot_geometry& geometry, mapping memory, int file) noexcept
        : geometry_(geometry), memory_(std::move(memory)), file_(file) {}

    /// Makes an empty slot of a new file. False with errno.
    static bool prepare(int file,
                        const slot_geometry& geometry,
                        std::uint64_t max_message) noexcept;

    const slot_geometry& geometry() const noexcept { return geometry_; }
    slot_control& control() const noexcept {
        return *reinterpret_cast<slot_control*>(memory_.data());
    }
    slot_ring& ring(std::uint32_t index) const noexcept { return control().rings[index]; }

    void copy_in(std::uint32_t ring, std::uint64_t at, const void* data, std::size_t size) noexcept;
    void copy_out(std::uint32_t ring,
                  std::uint64_t at,
                  void* data,
                  std::size_t size) const noexcept;

    /// Makes sure that `size` bytes from `at` on have memory; by who has the lock. False with
    /// errno.
    bool allocate(std::uint32_t ring, std::uint64_t at, std::uint64_t size) noexcept;
    void give_back(std::uint32_t ring) noexcept;
    /// When nobody reads it any more. Writers that do not know yet do no harm.
    void give_back_all() noexcept;

private:
    std::byte* place(std::uint32_t ring) const noexcept {
        return memory_.data() + geometry_.offset(ring);
    }

    slot_geometry geometry_;
    mapping memory_;
    int file_;
};

/// Appends messages. Thread-safe.
class slot_queue_writer {
public:
    enum class result {
        done,
        too_large,
        quota_exceeded,
        failed, ///< errno tells; EPROTO: somebody has spoiled the memory
    };

    slot_queue_writer(slot_memory& memory, slot_lock& lock) noexcept
        : memory_(memory), lock_(lock) {}

    result write(std::span<const std::byte> message) noexcept;

private:
    result append(std::span<const std::byte> message) noexcept;
    bool find_chain(std::bitset<slot_control::most_rings>& chain,
                    std::uint32_t& last,
                    std::uint64_t& used) const noexcept;
    std::optional<std::uint32_t> choose(const std::bitset<slot_control::most_rings>& chain,
                                        std::uint32_t last,
                                        std::uint64_t need) const noexcept;

    slot_memory& memory_;
    slot_lock& lock_;
};

/// Takes messages away. Not thread-safe: there is one, in one process, and its owner excludes
/// threads.
class slot_queue_reader {
public:
    slot_queue_reader(slot_memory& memory, slot_lock& lock) noexcept
        : memory_(memory), lock_(lock), max_message_(memory.control().max_message.load()) {}

    /// The size of the next message, if there is one.
    std::optional<std::size_t> next() noexcept;
    /// Copies it: after next(), into as much room as it needs.
    void take(std::byte* buffer) noexcept;
    /// How many there are.
    std::size_t count() noexcept;

    /// Says again what only the reader says, lest one who spoils it stops all writers for ever.
    void repair() noexcept;
    /// Gives memory back that is no longer needed, when there has been nothing to read for a time.
    void tidy_when_idle() noexcept;

private:
    struct position {
        std::uint32_t ring = 0;
        std::uint64_t at = 0;
    };

    enum class finding { message, end, spoiled };
    /// A message at `where`, which moves on to where the chain goes on; or its end.
    finding find(position& where, std::size_t& size) const noexcept;
    void move_to(const position& where) noexcept;
    void drop_what_is_spoiled() noexcept;
    void tidy() noexcept;

    slot_memory& memory_;
    slot_lock& lock_;
    const std::uint64_t max_message_;
    position here_;
    std::array<std::uint64_t, slot_control::most_rings> heads_{};
    std::optional<std::size_t> found_; ///< the size of the message at here_
    position counted_up_to_;
    std::size_t counted_ = 0;
    bool grown_ = false; ///< there may be memory to give back
    std::optional<std::chrono::steady_clock::time_point> idle_since_;
};

} // namespace isthmus::posix
