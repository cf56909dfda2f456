#pragma once

#include "datagram.hpp"

#include <array>
#include <cstddef>
#include <span>

/// \file
/// Message authentication, by the system's or a vetted library's HMAC-SHA256: BCrypt on Windows
/// (src/win32/mac.cpp), OpenSSL or CommonCrypto elsewhere (src/posix/mac.cpp).

namespace isthmus::net {

using mac_code = std::array<std::byte, mac_size>;

/// False in a build that found no cryptographic library.
bool mac_is_available() noexcept;

/// Thread-safe. False if it cannot be had, or the system's call failed.
bool make_mac(std::span<const std::byte> key,
              std::span<const std::byte> data,
              mac_code& code) noexcept;

/// Takes the same time wherever they differ, so that nobody can find a code byte by byte.
inline bool equal_in_constant_time(std::span<const std::byte> left,
                                   std::span<const std::byte> right) noexcept {
    if (left.size() != right.size())
        return false;
    // Volatile: the compiler may not see that the answer is known after the first difference.
    volatile unsigned difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        difference = difference | std::to_integer<unsigned>(left[i] ^ right[i]);
    return difference == 0;
}

} // namespace isthmus::net
