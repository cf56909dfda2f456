#pragma once

#include "datagram.hpp"
#include "datagram_filter.hpp"
#include "datagram_receiver.hpp"
#include "host_names.hpp"

#include <isthmus/network.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace isthmus::net {

/// Decides about each datagram, hands the right ones on, and counts them all. The cheap questions
/// come first: what costs time, the authentication, is only done for what would be taken.
class datagram_intake {
public:
    /// `start` and `now` below: as in wire_time().
    datagram_intake(const network_options& options,
                    std::string_view slot_key,
                    interest wanted,
                    datagram_receiver::consumer deliver,
                    std::uint64_t host_tag,
                    std::uint64_t start);

    /// By one thread.
    void take(std::span<const std::byte> bytes, std::uint64_t now) noexcept;
    void count_other_interface() noexcept;
    void count_foreign() noexcept;

    /// Thread-safe.
    network_statistics statistics() const noexcept;

private:
    using counter = std::atomic<std::uint64_t>;

    counter& fate_of(std::span<const std::byte> bytes, std::uint64_t now);
    counter& fate_of_message(const parsed_datagram& parsed, std::uint64_t now);
    bool is_wanted(const datagram& message) const noexcept;
    bool is_authentic(const parsed_datagram& parsed) const noexcept;

    const std::string slot_;
    const interest wanted_;
    const datagram_receiver::consumer deliver_;
    const std::uint64_t host_tag_;
    const std::vector<std::byte> key_;
    const host_names names_;
    datagram_filter filter_;

    counter delivered_{0};
    counter dropped_{0};
    counter foreign_{0};
    counter other_interface_{0};
    counter own_host_{0};
    counter other_slot_or_domain_{0};
    counter unauthenticated_{0};
    counter replayed_{0};
    counter duplicate_{0};
    counter too_many_senders_{0};
};

} // namespace isthmus::net
