#pragma once

#include "utf8.hpp"

#include <isthmus/winapi/minwindef.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

/// \file
/// From `wchar_t`, of whatever size, to UTF-8 and back. Everything in this folder is compiled
/// twice, so what is shared by its files must not be one thing to the linker: `inline namespace`.

#if __SIZEOF_WCHAR_T__ == 2
#    define ISTHMUS_WIDE_NAMESPACE of_16_bits
#else
#    define ISTHMUS_WIDE_NAMESPACE of_32_bits
#endif

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// Of a buffer whose caller does not say.
inline constexpr std::size_t endless = ~std::size_t{0};

/// What takes the place of what is no character (U+FFFD).
inline constexpr char32_t replacement = 0xFFFD;

/// Takes the first character off a text of `wchar_t`, which is UTF-16 or UTF-32.
inline char32_t take_wide_character(const wchar_t*& at, const wchar_t* end) noexcept {
    const auto unit = [](wchar_t each) { return static_cast<char32_t>(each); };
    const char32_t first = unit(*at++);
    if (first < 0xD800 || (first >= 0xE000 && first <= 0x10FFFF)) {
        return first;
    }
    if (first < 0xDC00 && sizeof(wchar_t) == 2 && at != end) {
        const char32_t second = unit(*at);
        if (second >= 0xDC00 && second < 0xE000) {
            ++at;
            return 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
        }
    }
    return replacement;
}

/// An argument of a W function, as its A function takes it: null stays null.
class narrow {
public:
    narrow(const wchar_t* text) : is_null_(text == nullptr) { // NOLINT(google-explicit-constructor)
        if (text == nullptr) {
            return;
        }
        const wchar_t* end = text;
        while (*end != 0) {
            ++end;
        }
        while (text != end) {
            detail::put_character(text_, take_wide_character(text, end));
        }
    }

    operator LPCSTR() const noexcept { // NOLINT(google-explicit-constructor): it is the argument
        return is_null_ ? nullptr : text_.c_str();
    }

private:
    std::string text_;
    bool is_null_;
};

/// How many `wchar_t` a character takes.
constexpr std::size_t wide_length(char32_t character) noexcept {
    return sizeof(wchar_t) == 2 && character >= 0x10000 ? 2 : 1;
}

/// Writes a character, as many `wchar_t` as wide_length says.
inline wchar_t* put_wide_character(wchar_t* at, char32_t character) noexcept {
    if (wide_length(character) == 2) {
        *at++ = static_cast<wchar_t>(0xD800 + ((character - 0x10000) >> 10U));
        character = 0xDC00 + ((character - 0x10000) & 0x3FFU);
    }
    *at++ = static_cast<wchar_t>(character);
    return at;
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
