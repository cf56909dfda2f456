#pragma once

#include "convert.hpp"

#include <cstdio>
#include <optional>

/// \file
/// Characters of streams, which hold UTF-8 and stay streams of bytes: so printf and wprintf may
/// take turns.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// Nothing at the end. What is no character is U+FFFD.
inline std::optional<char32_t> read_character(std::FILE* stream) noexcept {
    const int lead = std::getc(stream);
    if (lead == EOF) {
        return std::nullopt;
    }
    const std::size_t size = utf8_size(static_cast<unsigned char>(lead));
    char bytes[4] = {static_cast<char>(lead)};
    std::size_t length = 1;
    while (length < size) {
        const int next = std::getc(stream);
        if (next == EOF || (next & 0xC0) != 0x80) {
            if (next != EOF) {
                std::ungetc(next, stream);
            }
            break;
        }
        bytes[length++] = static_cast<char>(next);
    }
    std::string_view text(bytes, length);
    return take_utf8(text);
}

/// The next to be read again.
inline void unread_character(char32_t character, std::FILE* stream) {
    std::string bytes;
    detail::put_character(bytes, character);
    for (std::size_t at = bytes.size(); at != 0; --at) {
        std::ungetc(static_cast<unsigned char>(bytes[at - 1]), stream);
    }
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
