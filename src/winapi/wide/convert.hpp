#pragma once

#include "text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

/// \file
/// Between UTF-8 and `wchar_t`, for texts that are results.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// Takes the first character off UTF-8 that is not empty; what is none is U+FFFD, a byte each.
inline char32_t take_utf8(std::string_view& text) noexcept {
    if (const auto character = detail::take_character(text)) {
        return *character;
    }
    text.remove_prefix(1);
    return replacement;
}

/// How many bytes a character that starts with this one has.
constexpr std::size_t utf8_size(unsigned char lead) noexcept {
    return lead < 0xC2 || lead >= 0xF5 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/// How many `wchar_t` UTF-8 takes.
inline std::size_t wide_units(std::string_view text) noexcept {
    std::size_t units = 0;
    while (!text.empty()) {
        units += wide_length(take_utf8(text));
    }
    return units;
}

/// Writes as many whole characters as fit, and no terminator. How many `wchar_t` it were.
inline std::size_t widen(std::string_view text, wchar_t* to, std::size_t capacity) noexcept {
    wchar_t* at = to;
    while (!text.empty()) {
        const char32_t character = take_utf8(text);
        if (wide_length(character) > capacity - static_cast<std::size_t>(at - to)) {
            break;
        }
        at = put_wide_character(at, character);
    }
    return static_cast<std::size_t>(at - to);
}

/// A text of `wchar_t`. (Not of that type itself: what the standard library makes of it for 16 bits
/// would have the names of what it makes for 32.)
using wide_text = std::basic_string<std::conditional_t<sizeof(wchar_t) == 2, char16_t, char32_t>>;

inline wide_text widened(std::string_view text) {
    wide_text result(wide_units(text), 0);
    widen(text, reinterpret_cast<wchar_t*>(result.data()), result.size());
    return result;
}

/// The length of a text of no more than `limit`.
inline std::size_t length_of(const wchar_t* text, std::size_t limit = ~std::size_t{0}) noexcept {
    std::size_t length = 0;
    while (length != limit && text[length] != 0) {
        ++length;
    }
    return length;
}

/// UTF-8 of `length` times `wchar_t`.
inline std::string narrowed(const wchar_t* text, std::size_t length) {
    std::string result;
    for (const wchar_t* const end = text + length; text != end;) {
        detail::put_character(result, take_wide_character(text, end));
    }
    return result;
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
