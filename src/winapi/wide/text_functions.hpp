#pragma once

#include "text.hpp"

#include <isthmus/winapi/crt_string.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

/// \file
/// Functions on texts that are the same for `char` and `wchar_t`.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

template <class Char>
std::size_t text_length(const Char* text, std::size_t limit = endless) noexcept {
    std::size_t length = 0;
    while (length != limit && text[length] != 0) {
        ++length;
    }
    return length;
}

/// ASCII alone has case.
template <class Char>
constexpr Char lower(Char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<Char>(character + ('a' - 'A'))
                                                : character;
}

template <class Char>
constexpr Char upper(Char character) noexcept {
    return character >= 'a' && character <= 'z' ? static_cast<Char>(character - ('a' - 'A'))
                                                : character;
}

/// Unsigned, as characters compare.
constexpr std::uint32_t code_of(char character) noexcept {
    return static_cast<unsigned char>(character);
}
constexpr std::uint32_t code_of(wchar_t character) noexcept {
    return static_cast<std::uint32_t>(character);
}

/// Negative, 0 or positive.
template <class Char>
int compare(const Char* left, const Char* right, std::size_t limit, bool folds) noexcept {
    for (std::size_t at = 0; at != limit; ++at) {
        const std::uint32_t a = code_of(folds ? lower(left[at]) : left[at]);
        const std::uint32_t b = code_of(folds ? lower(right[at]) : right[at]);
        if (a != b) {
            return a < b ? -1 : 1;
        }
        if (a == 0) {
            break;
        }
    }
    return 0;
}

template <class Char>
Char* change_each(Char* text, Char (*change)(Char)) noexcept {
    for (Char* at = text; *at != 0; ++at) {
        *at = change(*at);
    }
    return text;
}

template <class Char>
Char* reverse(Char* text) noexcept {
    for (std::size_t from = 0, to = text_length(text); from + 1 < to; ++from) {
        const Char other = text[--to];
        text[to] = text[from];
        text[from] = other;
    }
    return text;
}

/// The first of a text that is in `set`; the text's end if none is.
template <class Char>
const Char* find_any(const Char* text, const Char* set) noexcept {
    const auto in_set = [&](Char character) {
        const Char* each = set;
        while (*each != 0 && *each != character) {
            ++each;
        }
        return *each != 0;
    };
    while (*text != 0 && !in_set(*text)) {
        ++text;
    }
    return text;
}

template <class Char>
std::size_t span_of(const Char* text, const Char* set) noexcept {
    std::size_t length = 0;
    for (; text[length] != 0; ++length) {
        const Char each[2] = {text[length], 0};
        // NOLINTNEXTLINE(readability-suspicious-call-argument): is it anywhere in the set?
        if (*find_any(set, each) == 0) {
            break;
        }
    }
    return length;
}

/// strtok.
template <class Char>
Char* next_token(Char* text, const Char* delimiters, Char** context) noexcept {
    Char* const start = text != nullptr ? text : *context;
    if (start == nullptr) {
        return nullptr;
    }
    Char* const token = start + span_of<Char>(start, delimiters);
    Char* const end = token + (find_any<Char>(token, delimiters) - token);
    *context = *end != 0 ? end + 1 : end;
    *end = 0;
    return end != token ? token : nullptr;
}

/// strncpy_s, from the place where to write on.
template <class Char>
errno_t append_bounded(
    Char* to, std::size_t size, std::size_t at, const Char* from, std::size_t count) noexcept {
    if (to == nullptr || size == 0) {
        return errno = EINVAL;
    }
    if (from == nullptr || at == size) { // (at == size: what is to be appended to has no end)
        *to = 0;
        return errno = EINVAL;
    }
    const std::size_t room = size - at;
    const std::size_t length = text_length(from, std::min(count, room));
    if (length == room && count != _TRUNCATE) {
        *to = 0;
        return errno = ERANGE;
    }
    const std::size_t taken = std::min(length, room - 1);
    std::memmove(to + at, from, taken * sizeof(Char));
    to[at + taken] = 0;
    return taken == length ? 0 : STRUNCATE;
}

template <class Char>
errno_t append_to_text(Char* to, std::size_t size, const Char* from, std::size_t count) noexcept {
    return append_bounded(to, size, to != nullptr ? text_length(to, size) : 0, from, count);
}

/// `size`: of the buffer. 0 or an error.
template <class Char>
errno_t write_number(
    std::uint64_t value, bool negative, Char* text, std::size_t size, int radix) noexcept {
    if (text == nullptr || size == 0 || radix < 2 || radix > 36) {
        if (text != nullptr && size != 0) {
            *text = 0;
        }
        return errno = EINVAL;
    }
    std::array<Char, 66> digits{};
    std::size_t at = digits.size();
    std::uint64_t rest = negative ? 0 - value : value;
    do {
        const auto digit = static_cast<int>(rest % static_cast<unsigned>(radix));
        digits[--at] = static_cast<Char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
        rest /= static_cast<unsigned>(radix);
    } while (rest != 0);
    if (negative) {
        digits[--at] = '-';
    }
    const std::size_t length = digits.size() - at;
    if (length >= size) {
        *text = 0;
        return errno = ERANGE;
    }
    std::memcpy(text, digits.data() + at, length * sizeof(Char));
    text[length] = 0;
    return 0;
}

/// Only decimal numbers have a sign.
template <class Number, class Char>
errno_t write_signed(Number value, Char* text, std::size_t size, int radix) noexcept {
    const bool negative = value < 0 && radix == 10;
    const auto bits = static_cast<std::make_unsigned_t<Number>>(value);
    return write_number(negative ? static_cast<std::uint64_t>(value) : std::uint64_t{bits},
                        negative, text, size, radix);
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
