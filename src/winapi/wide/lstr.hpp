#pragma once

#include "text_functions.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// Null, and nothing done, if one of them is.
template <class Char>
Char* put(Char* to, std::size_t at, const Char* from, std::size_t most) noexcept {
    if (to == nullptr || from == nullptr) {
        return nullptr;
    }
    const std::size_t length = text_length(from, most);
    std::memmove(to + at, from, length * sizeof(Char));
    to[at + length] = 0;
    return to;
}

/// Where a character stands in the order of words: signs, digits, letters.
template <class Char>
constexpr std::uint32_t weight_of(Char character) noexcept {
    const std::uint32_t code = code_of(lower(character));
    const bool digit = code >= '0' && code <= '9';
    const bool letter = (code >= 'a' && code <= 'z') || code >= 0x80;
    return code == 0 ? 0 : code + (digit ? 0x1000000U : letter ? 0x2000000U : 0U);
}

/// As words of an English dictionary: case decides last, and then small letters come first. Null is
/// less than everything else.
template <class Char>
int compare_words(const Char* left, const Char* right, bool folds) noexcept {
    if (left == nullptr || right == nullptr) {
        return left == right ? 0 : left == nullptr ? -1 : 1;
    }
    int by_case = 0;
    for (;; ++left, ++right) {
        const std::uint32_t a = weight_of(*left);
        const std::uint32_t b = weight_of(*right);
        if (a != b) {
            return a < b ? -1 : 1;
        }
        if (a == 0) {
            return folds ? 0 : by_case;
        }
        if (by_case == 0 && *left != *right) {
            by_case = *left == lower(*left) ? -1 : 1;
        }
    }
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
