#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace isthmus::net {

/// Refuses what came before. Each sender has a window of sequence numbers, the last 1024: one that
/// is marked, or below the window, is a duplicate. The table of senders is bounded.
///
/// With a key, what was recorded on the wire and is sent again must be refused as well, also when
/// its sender is no longer in the table: so timestamps are bounded, no sender leaves the table
/// while its last message could still be accepted, and none is taken in with a timestamp that is
/// not later than all of those who left. That holds however the clock is set.
///
/// Times are in milliseconds since 1970 UTC and come from the caller. Not thread-safe.
class datagram_filter {
public:
    static constexpr std::size_t window_size = 1024;

    struct options {
        bool keyed = false;
        std::uint64_t start = 0;          ///< nothing older is accepted; looked at if `keyed`
        std::uint64_t max_difference = 0; ///< between timestamp and now; looked at if `keyed`
        std::size_t most_senders = 1024;
    };

    enum class verdict { accepted, duplicate, outside_time, too_many_senders };

    explicit datagram_filter(const options& chosen) : options_(chosen) {}

    /// Accepts each message once. If `keyed`, its authenticity has been checked.
    verdict admit(std::uint64_t sender,
                  std::uint64_t sequence,
                  std::uint64_t timestamp,
                  std::uint64_t now);

    std::size_t sender_count() const noexcept { return senders_.size(); }

private:
    struct sender_state {
        std::uint64_t id = 0;
        std::uint64_t highest = 0;     ///< sequence number
        std::uint64_t newest = 0;      ///< timestamp
        std::bitset<window_size> seen; ///< bit n: highest - n
    };
    using sender_list = std::list<sender_state>;

    static bool mark(sender_state& sender, std::uint64_t sequence) noexcept;
    bool is_timely(std::uint64_t timestamp, std::uint64_t now) const noexcept;
    bool make_room(std::uint64_t now);

    const options options_;
    sender_list senders_; ///< the last heard first
    std::unordered_map<std::uint64_t, sender_list::iterator> by_id_;
    /// The newest timestamp of any sender that left the table.
    std::uint64_t forgotten_ = 0;
    bool has_forgotten_ = false;
};

} // namespace isthmus::net
