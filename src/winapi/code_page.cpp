#include "code_page.hpp"

#include "last_error.hpp"

#include <isthmus/winapi/winnls.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace isthmus::winapi {

namespace {

/// What 1252 has from 0x80 to 0x9F; elsewhere it is Latin 1. (The five that are unused stand for
/// themselves.)
constexpr std::array<char16_t, 32> western = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

} // namespace

UINT known_page(UINT page) noexcept {
    switch (page) {
    case CP_ACP:
    case CP_OEMCP:
    case CP_THREAD_ACP:
        return utf8_page;
    case utf8_page:
    case western_page:
    case latin1_page:
    case ascii_page:
        return page;
    default:
        return 0;
    }
}

char32_t character_of(UINT page, unsigned char byte) noexcept {
    if (page == ascii_page) {
        return byte & 0x7FU; // as Windows has it
    }
    return page == western_page && byte >= 0x80 && byte < 0xA0 ? western[byte - 0x80U] : byte;
}

std::optional<unsigned char> byte_of(UINT page, char32_t character) noexcept {
    if (page == western_page && (character < 0x80 || character >= 0xA0)) {
        const auto* const found = std::find(western.begin(), western.end(), character);
        if (found != western.end()) {
            return static_cast<unsigned char>(0x80 + (found - western.begin()));
        }
    } else if (page == western_page && western[character - 0x80] != character) {
        return std::nullopt;
    }
    const char32_t size = page == ascii_page ? 0x80 : 0x100;
    return character < size ? std::optional(static_cast<unsigned char>(character)) : std::nullopt;
}

} // namespace isthmus::winapi

using isthmus::winapi::fail;
using isthmus::winapi::known_page;
using isthmus::winapi::utf8_page;

UINT WINAPI GetACP() {
    return utf8_page;
}

UINT WINAPI GetOEMCP() {
    return utf8_page;
}

BOOL WINAPI IsValidCodePage(UINT CodePage) {
    return CodePage > CP_THREAD_ACP && known_page(CodePage) != 0;
}

BOOL WINAPI GetCPInfo(UINT CodePage, LPCPINFO lpCPInfo) {
    const UINT page = known_page(CodePage);
    if (page == 0 || lpCPInfo == nullptr) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    *lpCPInfo = {.MaxCharSize = page == utf8_page ? 4U : 1U, .DefaultChar = {'?'}, .LeadByte = {}};
    return TRUE;
}

BOOL WINAPI IsDBCSLeadByte(BYTE /*TestChar*/) {
    return FALSE;
}
