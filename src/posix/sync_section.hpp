#pragma once

#include "park.hpp"
#include "sync_protocol.hpp"
#include "sync_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

/// \file
/// What the holder of a table's lock does to objects and to those who wait for them.

namespace isthmus::posix {

inline bool is(const object_slot& slot, detail::object_kind kind) noexcept {
    return slot.kind == static_cast<std::uint32_t>(kind);
}

/// A section under the table's lock. Whom it wakes is woken when the lock is free again.
class section {
public:
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing would cost every section
    section(sync_table& table, identity self) noexcept
        : table_(table), lock_(std::in_place, table, self) {}
    /// After table_lock::try_acquire().
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing would cost every section
    section(sync_table& table, identity self, std::adopt_lock_t adopt) noexcept
        : table_(table), lock_(std::in_place, table, self, adopt) {}
    section(const section&) = delete;
    section& operator=(const section&) = delete;
    ~section() {
        lock_.reset();
        for (std::size_t i = 0; i < count_; ++i)
            unpark(table_.record(sleepers_[i]).wake, 1);
    }

    sync_table& table() const noexcept { return table_; }

    void wake(std::uint32_t record) noexcept {
        if (count_ == sleepers_.size()) {
            unpark(table_.record(record).wake, 1);
        } else {
            sleepers_[count_++] = record;
        }
    }

private:
    sync_table& table_;
    std::optional<table_lock> lock_;
    std::size_t count_ = 0;
    std::array<std::uint32_t, 128> sleepers_; ///< filled as far as count_
};

/// From now on only holders of the lock change the object's state. What follows needs that.
void attend(object_slot& slot) noexcept;

/// Whether a wait of `who` could take the object now.
bool is_ready(const sync_table& table, const object_slot& slot, identity who) noexcept;

/// Gives a waiter what it waits for: the object at `index`, or all.
void grant(sync_table& table, std::uint32_t record, std::size_t index) noexcept;

/// Gives back what the thread was granted and does not keep, as if it had taken and released it.
void give_back(section& locked, std::uint32_t index, bool abandoned) noexcept;

/// The thread waits no longer.
void forget_waiter(sync_table& table, std::uint32_t record) noexcept;

enum class fairness { usual, strict };

/// Gives an object to those who wait for it, in the order of their arrival, for as long as it is
/// signaled; leaves it alone (no longer attended) if nobody waits. What is left is told to those
/// who wait for objects of other tables as well; not when strict, for they look by themselves.
void settle(section& locked, std::uint32_t index, fairness how = fairness::usual) noexcept;

/// Puts right what somebody who died has left: a mutex without a living owner is free and
/// abandoned, and what is signaled is given to who waits for it.
void look_after(section& locked, std::uint32_t index) noexcept;

/// For the order of waiting: nanoseconds of the monotonic clock.
std::int64_t now_ns() noexcept;

} // namespace isthmus::posix
