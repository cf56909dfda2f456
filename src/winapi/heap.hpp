#pragma once

#include <isthmus/winapi/minwindef.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

/// \file
/// Memory blocks that are known: garbage is told from a block, and a heap can free all it has.

namespace isthmus::winapi {

/// Thread-safe. The calls that give no memory return null; none throws.
class heap {
public:
    /// `maximum`: bytes that all blocks together may have; 0: no limit.
    explicit heap(std::size_t maximum) noexcept : maximum_(maximum) {}
    heap(const heap&) = delete;
    heap& operator=(const heap&) = delete;
    ~heap();

    void* allocate(std::size_t size, bool zeroed) noexcept;

    /// Null, and the block stays, if there is no memory or it is no block. What it grows by is
    /// zeroed if asked for.
    void* resize(void* block, std::size_t size, bool zeroed, bool in_place) noexcept;

    /// False if it is no block.
    bool free(void* block) noexcept;

    /// Nothing if it is no block.
    std::optional<std::size_t> size_of(const void* block) noexcept;

private:
    bool has_room(std::size_t more) const noexcept {
        return maximum_ == 0 || more <= maximum_ - used_;
    }

    std::mutex mutex_;
    std::unordered_map<const void*, std::size_t> blocks_;
    std::size_t maximum_;
    std::size_t used_ = 0;
};

/// GetProcessHeap's. Never destroyed.
heap& process_heap() noexcept;

} // namespace isthmus::winapi
