#include "slot_lock.hpp"

#include "fork_guard.hpp"
#include "park.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>

namespace isthmus::posix {

using namespace std::chrono_literals;

std::uint64_t slot_lock::self() noexcept {
    const std::uint32_t forks = forks_so_far();
    if (forks_.load(std::memory_order_acquire) == forks) {
        const std::uint64_t known = self_.load(std::memory_order_relaxed);
        if (known != 0)
            return known;
    }
    try {
        const std::uint64_t me = own_process_life(place_);
        self_.store(me, std::memory_order_relaxed);
        forks_.store(forks, std::memory_order_release);
        return me;
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return 0;
    }
}

void slot_lock::unlock() noexcept {
    words_.holder.store(0);
    if (words_.sleepers.load() == 0)
        return;
    // Whom this wakes says again that there are sleepers, before it tries.
    words_.sleepers.store(0);
    words_.turn.fetch_add(1);
    unpark(words_.turn, 1);
}

bool slot_lock::take_from_dead(std::uint64_t holder, std::uint64_t me) noexcept {
    // Of one's own process: another thread, which is not going to die alone.
    return holder != 0 && holder != me && !is_process_alive(holder, place_.base) &&
           words_.holder.compare_exchange_strong(holder, me);
}

bool slot_lock::lock_slowly(std::uint64_t me) noexcept {
    constexpr auto patience = 2s;
    const auto began = std::chrono::steady_clock::now();
    for (std::chrono::nanoseconds pause = 1ms;;
         pause = std::min<std::chrono::nanoseconds>(pause * 2, 50ms)) {
        const std::uint32_t turn = words_.turn.load();
        words_.sleepers.store(1);
        if (take(me))
            return true;
        const std::uint64_t holder = words_.holder.load();
        if (holder != 0 && holder == stopped_.load() && turn == stopped_turn_.load()) {
            if (take_from_dead(holder, me))
                return true;
            errno = EBUSY;
            return false;
        }
        if (park(words_.turn, turn, pause) == parked::woken) {
            pause = 1ms;
        } else if (take_from_dead(words_.holder.load(), me)) {
            return true;
        }
        if (std::chrono::steady_clock::now() - began > patience) {
            if (words_.holder.load() == holder && words_.turn.load() == turn) {
                stopped_turn_.store(turn);
                stopped_.store(holder);
            }
            errno = EBUSY;
            return false;
        }
    }
}

} // namespace isthmus::posix
