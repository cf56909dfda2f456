#include "slot_queue.hpp"

#include "object_header.hpp"
#include "syscalls.hpp"

#include <algorithm>
#include <cstring>

/// \file
/// Where the messages of a slot lie.

namespace isthmus::posix {

slot_geometry::slot_geometry(std::uint64_t quota) noexcept
    : quota_(std::min(quota, largest_quota)) {
    while (smallest_ring << (count_ - 2) < quota_)
        ++count_;
}

/// Zeros are right for everything else.
bool slot_memory::prepare(int file,
                          const slot_geometry& geometry,
                          std::uint64_t max_message) noexcept {
    static_assert(offsetof(slot_control, max_message) == 0);
    const auto end = content_offset + geometry.total();
    return os.ftruncate(file, static_cast<off_t>(end)) == 0 &&
           posix::allocate(file, content_offset, sizeof(slot_control)) &&
           retry([&] {
               return os.pwrite(file, &max_message, sizeof max_message, content_offset);
           }) == static_cast<ssize_t>(sizeof max_message);
}

void slot_memory::copy_in(std::uint32_t ring,
                          std::uint64_t at,
                          const void* data,
                          std::size_t size) noexcept {
    if (size == 0)
        return;
    const std::uint64_t whole = geometry_.size(ring);
    const std::uint64_t from = at % whole;
    const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(size, whole - from));
    std::memcpy(place(ring) + from, data, first);
    std::memcpy(place(ring), static_cast<const std::byte*>(data) + first, size - first);
}

void slot_memory::copy_out(std::uint32_t ring,
                           std::uint64_t at,
                           void* data,
                           std::size_t size) const noexcept {
    if (size == 0)
        return;
    const std::uint64_t whole = geometry_.size(ring);
    const std::uint64_t from = at % whole;
    const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(size, whole - from));
    std::memcpy(data, place(ring) + from, first);
    std::memcpy(static_cast<std::byte*>(data) + first, place(ring), size - first);
}

bool slot_memory::allocate(std::uint32_t ring, std::uint64_t at, std::uint64_t size) noexcept {
    constexpr std::uint64_t step = 256 * 1024;
    const std::uint64_t whole = geometry_.size(ring);
    const std::uint64_t end = std::min(whole, at % whole + size);
    auto& allocated = control().rings[ring].allocated;
    if (end <= allocated)
        return true;
    const std::uint64_t begin = allocated;
    const std::uint64_t enough = std::min(whole, (end + step - 1) / step * step);
    const std::uint64_t offset = content_offset + geometry_.offset(ring);
    if (!posix::allocate(file_, offset + begin, enough - begin))
        return false;
    allocated = enough;
    return true;
}

void slot_memory::give_back(std::uint32_t ring) noexcept {
    auto& allocated = control().rings[ring].allocated;
    const std::uint64_t size = std::min(allocated, geometry_.size(ring));
    allocated = 0; // first: who is killed in between has given too much back, not too little
    if (size > 0) {
        os.punch_hole(file_, static_cast<off_t>(content_offset + geometry_.offset(ring)),
                      static_cast<off_t>(size));
    }
}

void slot_memory::give_back_all() noexcept {
    os.punch_hole(file_, static_cast<off_t>(content_offset + slot_geometry::control_size),
                  static_cast<off_t>(geometry_.total() - slot_geometry::control_size));
}

} // namespace isthmus::posix
