#pragma once

#include <isthmus/channel.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace isthmus::posix {

/// In message mode each message is preceded by a header of eight bytes on the socket: the four
/// bytes "ism1" and the length of the message, little-endian. The letters cost nothing and tell a
/// peer that speaks something else from one of ours before its bytes are taken for a length.
inline constexpr std::size_t frame_header_size = 8;
inline constexpr std::array<std::byte, 4> frame_magic = {std::byte{'i'}, std::byte{'s'},
                                                         std::byte{'m'}, std::byte{'1'}};

inline std::array<std::byte, frame_header_size> encode_frame_header(std::uint32_t length) noexcept {
    std::array<std::byte, frame_header_size> header{};
    std::memcpy(header.data(), frame_magic.data(), frame_magic.size());
    for (unsigned i = 0; i < 4; ++i) {
        header[4 + i] = static_cast<std::byte>((length >> (8 * i)) & 0xffU);
    }
    return header;
}

/// The length of the message that the header announces; nothing if it is not a header, or the
/// length is over the limit.
inline std::optional<std::uint32_t> decode_frame_header(
    std::span<const std::byte, frame_header_size> header) noexcept {
    if (std::memcmp(header.data(), frame_magic.data(), frame_magic.size()) != 0)
        return std::nullopt;
    const auto part = [&](unsigned i) {
        return std::to_integer<std::uint32_t>(header[4 + i]) << (8 * i);
    };
    const std::uint32_t length = part(0) | part(1) | part(2) | part(3);
    if (length > max_message_size)
        return std::nullopt;
    return length;
}

} // namespace isthmus::posix
