#pragma once

#include <isthmus/deadline.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace isthmus::posix {

/// What a thread that waits for a descriptor learns.
enum class wait_result {
    ready,
    timed_out,
    canceled,
    failed, ///< errno tells
};

/// Lets other threads end the waits of one object. Every wait states the generation that was
/// current when its operation started, so that a cancellation between start and wait is not missed.
class cancellation {
public:
    std::uint64_t generation() const noexcept { return generation_; }

    /// Ends all waits that belong to the present generation or an earlier one.
    void cancel_all() noexcept;

    /// Makes all waits come back with `ready`: something other than the descriptor has changed.
    void look_again() noexcept;

    /// Waits until `fd` (none: -1) is ready for `events`, or has hung up. The deadline is looked at
    /// after the descriptor: an expired one polls.
    wait_result wait(int fd, short events, const deadline& until, std::uint64_t generation);

    /// The same for a caller that has looked for something else as well: what look_again() told
    /// after `seen` was taken from changes() is not missed.
    wait_result wait(
        int fd, short events, const deadline& until, std::uint64_t generation, std::uint64_t seen);
    std::uint64_t changes() const noexcept { return changes_; }

private:
    friend class turn;

    std::mutex mutex_;
    std::condition_variable turns_;
    std::atomic<std::uint64_t> generation_ = 0; ///< changed under the mutex
    std::atomic<std::uint64_t> changes_ = 0;    ///< changed under the mutex
    std::vector<int> sleepers_;                 ///< the descriptors that wake them
};

/// Operations of one direction take turns: the one that has it may be left half done while it
/// waits. Without contention the turn changes hands without a lock: each operation takes one.
class turn {
public:
    /// True if `who` has it now, or had it.
    bool try_take(const void* who) noexcept {
        const void* owner = nullptr;
        return owner_.compare_exchange_strong(owner, who) || owner == who;
    }
    wait_result take(cancellation& shared,
                     const void* who,
                     const deadline& until,
                     std::uint64_t generation);
    /// Waits only while the owner does not: false if it keeps the turn.
    bool take_unless_kept(cancellation& shared, const void* who);

    /// The owner is going to wait, and keeps it.
    void keep(cancellation& shared) {
        if (!kept_.exchange(true) && waiters_ != 0)
            wake_waiters(shared);
    }
    /// Nothing if `who` does not have it.
    void give_back(cancellation& shared, const void* who) {
        if (owner_ != who)
            return;
        kept_ = false;
        owner_ = nullptr;
        if (waiters_ != 0)
            wake_waiters(shared);
    }

private:
    static void wake_waiters(cancellation& shared);

    std::atomic<const void*> owner_ = nullptr;
    std::atomic<bool> kept_ = false;    ///< changed by the owner
    std::atomic<unsigned> waiters_ = 0; ///< changed under the mutex
};

} // namespace isthmus::posix
