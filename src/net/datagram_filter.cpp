#include "datagram_filter.hpp"

#include <algorithm>
#include <iterator>

namespace isthmus::net {

/// False if it is marked already, or below the window.
bool datagram_filter::mark(sender_state& sender, std::uint64_t sequence) noexcept {
    if (sequence > sender.highest) {
        const auto distance = sequence - sender.highest;
        if (distance >= window_size) {
            sender.seen.reset();
        } else {
            sender.seen <<= static_cast<std::size_t>(distance);
        }
        sender.highest = sequence;
        sender.seen.set(0);
        return true;
    }
    const auto age = sender.highest - sequence;
    if (age >= window_size || sender.seen.test(static_cast<std::size_t>(age)))
        return false;
    sender.seen.set(static_cast<std::size_t>(age));
    return true;
}

bool datagram_filter::is_timely(std::uint64_t timestamp, std::uint64_t now) const noexcept {
    const auto difference = timestamp > now ? timestamp - now : now - timestamp;
    return timestamp >= options_.start && difference <= options_.max_difference;
}

/// False if all who are there have to stay.
bool datagram_filter::make_room(std::uint64_t now) {
    if (senders_.size() < options_.most_senders)
        return true;
    auto leaving = std::prev(senders_.end());
    if (options_.keyed) {
        leaving =
            std::min_element(senders_.begin(), senders_.end(),
                             [](const auto& a, const auto& b) { return a.newest < b.newest; });
        if (leaving->newest >= now || now - leaving->newest <= options_.max_difference)
            return false;
        forgotten_ = std::max(forgotten_, leaving->newest);
        has_forgotten_ = true;
    }
    by_id_.erase(leaving->id);
    senders_.erase(leaving);
    return true;
}

datagram_filter::verdict datagram_filter::admit(std::uint64_t sender,
                                                std::uint64_t sequence,
                                                std::uint64_t timestamp,
                                                std::uint64_t now) {
    if (options_.keyed && !is_timely(timestamp, now))
        return verdict::outside_time;
    if (const auto known = by_id_.find(sender); known != by_id_.end()) {
        auto& state = *known->second;
        if (!mark(state, sequence))
            return verdict::duplicate;
        state.newest = std::max(state.newest, timestamp);
        senders_.splice(senders_.begin(), senders_, known->second);
        return verdict::accepted;
    }
    if (has_forgotten_ && timestamp <= forgotten_)
        return verdict::outside_time;
    if (!make_room(now))
        return verdict::too_many_senders;
    senders_.push_front({.id = sender, .highest = sequence, .newest = timestamp});
    senders_.front().seen.set(0);
    try {
        by_id_.emplace(sender, senders_.begin());
    } catch (...) {
        senders_.pop_front();
        throw;
    }
    return verdict::accepted;
}

} // namespace isthmus::net
