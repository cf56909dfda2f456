#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// \file
/// Strict UTF-8, as names need it. (The Win32 back end has its own way to UTF-16.)

namespace isthmus::detail {

/// Takes the first character off `text`. Nothing, and `text` untouched, if it does not start with a
/// well-formed one: overlong forms, surrogates, characters past U+10FFFF and truncated ones are
/// not.
constexpr std::optional<char32_t> take_character(std::string_view& text) noexcept {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto byte = [&](std::size_t at) -> char32_t {
        return static_cast<unsigned char>(text[at]);
    };
    const char32_t lead = byte(0);
    std::size_t size = 0;
    char32_t smallest = 0;
    char32_t code = 0;
    if (lead < 0x80) {
        text.remove_prefix(1);
        return lead;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        size = 2;
        smallest = 0x80;
        code = lead & 0x1FU;
    } else if (lead >= 0xE0 && lead < 0xF0) {
        size = 3;
        smallest = 0x800;
        code = lead & 0x0FU;
    } else if (lead >= 0xF0 && lead < 0xF5) {
        size = 4;
        smallest = 0x10000;
        code = lead & 0x07U;
    } else {
        return std::nullopt;
    }
    if (text.size() < size) {
        return std::nullopt;
    }
    for (std::size_t at = 1; at < size; ++at) {
        if ((byte(at) & 0xC0U) != 0x80) {
            return std::nullopt;
        }
        code = (code << 6U) | (byte(at) & 0x3FU);
    }
    if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        return std::nullopt;
    }
    text.remove_prefix(size);
    return code;
}

/// Appends a character, which is a valid one.
inline void put_character(std::string& text, char32_t code) {
    const auto put = [&](char32_t byte) {
        text += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

constexpr bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        if (!take_character(text)) {
            return false;
        }
    }
    return true;
}

/// How many UTF-16 units valid UTF-8 takes: the unit of Windows' limits.
constexpr std::size_t utf16_length(std::string_view text) noexcept {
    std::size_t length = 0;
    while (const auto character = take_character(text)) {
        length += *character >= 0x10000 ? 2 : 1;
    }
    return length;
}

} // namespace isthmus::detail
