#include "park.hpp"
#include "slot_queue.hpp"

#include <climits>

#include <cerrno>

/// \file
/// What writers do to the messages of a slot.

namespace isthmus::posix {

/// The rings that are in use, in the order in which they are read. False if they make no sense.
bool slot_queue_writer::find_chain(std::bitset<slot_control::most_rings>& chain,
                                   std::uint32_t& last,
                                   std::uint64_t& used) const noexcept {
    const auto& control = memory_.control();
    const auto& geometry = memory_.geometry();
    std::uint32_t at = control.reading.load(std::memory_order_acquire);
    for (;;) {
        if (at >= geometry.count() || chain[at])
            return false;
        chain.set(at);
        const auto& ring = memory_.ring(at);
        const std::uint64_t size =
            ring.tail.load(std::memory_order_relaxed) - ring.head.load(std::memory_order_acquire);
        if (size > geometry.size(at) || size % 8 != 0)
            return false;
        used += size;
        last = at;
        const std::uint32_t next = ring.next.load(std::memory_order_relaxed);
        if (next == slot_ring::none)
            return true;
        at = next - 1;
    }
}

/// A free ring with enough room: a larger one than the last, if there is one.
std::optional<std::uint32_t> slot_queue_writer::choose(
    const std::bitset<slot_control::most_rings>& chain,
    std::uint32_t last,
    std::uint64_t need) const noexcept {
    const auto& geometry = memory_.geometry();
    std::optional<std::uint32_t> best;
    for (std::uint32_t i = 0; i < geometry.count(); ++i) {
        if (!chain[i] && geometry.size(i) >= need && (!best || *best < last))
            best = i;
        if (best && *best > last)
            break;
    }
    return best;
}

slot_queue_writer::result slot_queue_writer::append(std::span<const std::byte> message) noexcept {
    const auto& geometry = memory_.geometry();
    const std::uint64_t need = slot_geometry::room_for(message.size());
    std::bitset<slot_control::most_rings> chain;
    std::uint32_t last = 0;
    std::uint64_t used = 0;
    if (!find_chain(chain, last, used)) {
        errno = EPROTO;
        return result::failed;
    }
    if (need > geometry.quota() - std::min(used, geometry.quota()))
        return result::quota_exceeded;

    const std::uint64_t waiting = memory_.ring(last).tail.load(std::memory_order_relaxed) -
                                  memory_.ring(last).head.load(std::memory_order_acquire);
    std::uint32_t target = last;
    if (waiting > geometry.size(last) || need > geometry.size(last) - waiting) {
        const auto other = choose(chain, last, need);
        if (!other)
            return result::quota_exceeded;
        target = *other;
        auto& ring = memory_.ring(target);
        ring.next.store(slot_ring::none, std::memory_order_relaxed);
        // What somebody put there before it was killed, and never linked, was never written.
        ring.tail.store(ring.head.load(std::memory_order_acquire), std::memory_order_relaxed);
    }
    auto& ring = memory_.ring(target);
    const std::uint64_t at = ring.tail.load(std::memory_order_relaxed);
    if (!memory_.allocate(target, at, need))
        return result::failed;
    const auto size = static_cast<std::uint32_t>(message.size());
    const message_header header{.size = size, .check = ~size};
    memory_.copy_in(target, at, &header, sizeof header);
    memory_.copy_in(target, at + sizeof header, message.data(), message.size());
    ring.tail.store(at + need);
    if (target != last)
        memory_.ring(last).next.store(target + 1);
    return result::done;
}

slot_queue_writer::result slot_queue_writer::write(std::span<const std::byte> message) noexcept {
    auto& control = memory_.control();
    const auto size = slot_geometry::room_for(message.size());
    const std::uint64_t max_message = control.max_message.load(std::memory_order_relaxed);
    if ((max_message != 0 && message.size() > max_message) || size > memory_.geometry().quota()) {
        return result::too_large;
    }
    if (!lock_.lock())
        return result::failed;
    const result ending = append(message);
    const int reason = errno;
    lock_.unlock();
    if (ending == result::done && control.sleepers.load() != 0) {
        control.sleepers.store(0);
        control.bell.fetch_add(1);
        unpark(control.bell, INT_MAX);
    }
    errno = reason;
    return ending;
}

} // namespace isthmus::posix
