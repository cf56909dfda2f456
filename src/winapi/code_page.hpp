#pragma once

#include <isthmus/winapi/minwindef.h>

#include <optional>

namespace isthmus::winapi {

inline constexpr UINT utf8_page = 65001;
inline constexpr UINT western_page = 1252;
inline constexpr UINT latin1_page = 28591;
inline constexpr UINT ascii_page = 20127;

/// The number of a known code page, CP_ACP and the like resolved; 0 for others.
UINT known_page(UINT page) noexcept;

// Pages of one byte a character.
/// Every byte is a character.
char32_t character_of(UINT page, unsigned char byte) noexcept;
/// Nothing if the page does not have the character.
std::optional<unsigned char> byte_of(UINT page, char32_t character) noexcept;

} // namespace isthmus::winapi
