#pragma once

#include <isthmus/network.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// \file
/// The wire format of broadcast slots, docs/wire-format.md. Pure functions: no sockets, no clock.

namespace isthmus::net {

inline constexpr std::uint8_t wire_version = 1;
inline constexpr std::size_t fixed_header_size = 46;
inline constexpr std::size_t mac_size = 32;
/// In bytes: a host's name as DNS has it, and 243 UTF-16 units as UTF-8.
inline constexpr std::size_t longest_destination = 255;
inline constexpr std::size_t longest_slot_key = 729;

/// What a datagram says. The views refer to the received bytes, or to what is to be sent.
struct datagram {
    bool directed = false; ///< `\\NAME\`, not `\\*\`
    std::uint64_t host_tag = 0;
    std::uint64_t sender = 0;
    std::uint64_t sequence = 0;
    std::uint64_t timestamp = 0; ///< milliseconds since 1970-01-01 UTC
    std::string_view destination;
    std::string_view slot;
    std::span<const std::byte> payload;
};

struct parsed_datagram {
    datagram content;
    std::span<const std::byte> covered; ///< what the code authenticates
    std::span<const std::byte> mac;     ///< empty if it is not authenticated
};

/// Nothing if it is not a well-formed datagram of this version. Any bytes may be given.
std::optional<parsed_datagram> parse_datagram(std::span<const std::byte> bytes) noexcept;

/// Without the authentication code, which is to be appended if `authenticated`. The names and the
/// size have been checked.
std::vector<std::byte> format_datagram(const datagram& content, bool authenticated);

/// The bytes of a datagram that are not payload.
constexpr std::size_t overhead(std::size_t destination,
                               std::size_t slot,
                               bool authenticated) noexcept {
    return fixed_header_size + destination + slot + (authenticated ? mac_size : 0);
}

} // namespace isthmus::net
