#pragma once

#include "syscalls.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace isthmus::posix {

/// Sleeping on words in shared memory, across processes: futexes, or looking again and again.

enum class parked {
    woken,     ///< the word has another value, or somebody woke us, or nothing at all happened
    timed_out, ///< the time has passed
};

enum class timing {
    exact,
    /// May end earlier, by as much as the system's clock tick (a few milliseconds): to sleep costs
    /// less then.
    rough,
};

/// Sleeps while `word` has `value`, for `time` at most.
parked park(const std::atomic<std::uint32_t>& word,
            std::uint32_t value,
            std::chrono::nanoseconds time,
            timing how = timing::exact) noexcept;

/// Sleeps while all the words have their values; at most 128. Whether it can be done at all is
/// found out at the first call: if not, only the first `needed` words are watched, and several of
/// them by looking again and again.
parked park_on_any(std::span<const futex_word> words,
                   std::size_t needed,
                   std::chrono::nanoseconds time) noexcept;

/// Wakes so many sleepers.
void unpark(const std::atomic<std::uint32_t>& word, int count) noexcept;

} // namespace isthmus::posix
