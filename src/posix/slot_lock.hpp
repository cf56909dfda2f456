#pragma once

#include "process_life.hpp"

#include <atomic>
#include <cstdint>

namespace isthmus::posix {

/// What excludes the writers of a slot from each other, in shared memory. Its word names the
/// process that has it, by the id of its life file: so who waits finds out if that one has died,
/// and takes it over. Whatever the dead has not committed was never written.
struct slot_lock_words {
    std::atomic<std::uint64_t> holder;   ///< 0: free
    std::atomic<std::uint32_t> sleepers; ///< whether somebody may sleep
    std::atomic<std::uint32_t> turn;     ///< what they sleep on
};
static_assert(sizeof(slot_lock_words) == 16);

/// One process's part in it.
class slot_lock {
public:
    /// `place`: where the lives of those who use this slot are.
    slot_lock(slot_lock_words& words, const life_place& place) noexcept
        : words_(words), place_(place) {}

    /// False with errno: EBUSY if a living process keeps it for two seconds, which only a stopped
    /// one does. From then on at once, until that one goes on or dies.
    bool lock() noexcept {
        const std::uint64_t me = self();
        return me != 0 && (take(me) || lock_slowly(me));
    }
    /// Without waiting.
    bool try_lock() noexcept {
        const std::uint64_t me = self();
        return me != 0 && take(me);
    }
    void unlock() noexcept;

private:
    /// Who this process is; 0 with errno. A forked child is somebody else.
    std::uint64_t self() noexcept;
    bool take(std::uint64_t me) noexcept {
        std::uint64_t nobody = 0;
        return words_.holder.compare_exchange_strong(nobody, me);
    }
    bool lock_slowly(std::uint64_t me) noexcept;
    bool take_from_dead(std::uint64_t holder, std::uint64_t me) noexcept;

    slot_lock_words& words_;
    const life_place place_;
    std::atomic<std::uint64_t> self_ = 0;
    std::atomic<std::uint32_t> forks_ = 0; ///< as they were when self_ was found
    /// Who was given up on, and in which turn: for whom somebody waits cannot unlock without
    /// another one beginning.
    std::atomic<std::uint64_t> stopped_ = 0;
    std::atomic<std::uint32_t> stopped_turn_ = 0;
};

} // namespace isthmus::posix
