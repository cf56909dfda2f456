#include "code_page.hpp"

#include "convert.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/stringapiset.h>

#include <cstring>

/// \file
/// MultiByteToWideChar, WideCharToMultiByte.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

/// Takes the first character off UTF-8. What is none is one U+FFFD as far as it looked like one
/// character, as the Unicode standard recommends.
char32_t take_or_replace(std::string_view& text, bool& invalid) noexcept {
    if (const auto character = detail::take_character(text)) {
        return *character;
    }
    invalid = true;
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned lead = byte(0);
    const unsigned second = byte(1);
    const bool starts = (lead == 0xE0 && second >= 0xA0 && second < 0xC0) ||
                        (lead == 0xED && second >= 0x80 && second < 0xA0) ||
                        (lead == 0xF0 && second >= 0x90 && second < 0xC0) ||
                        (lead == 0xF4 && second >= 0x80 && second < 0x90) ||
                        (lead > 0xE0 && lead < 0xF4 && lead != 0xED && lead != 0xF0 &&
                         second >= 0x80 && second < 0xC0);
    const bool goes_on = starts && lead >= 0xF0 && (byte(2) & 0xC0U) == 0x80;
    text.remove_prefix(goes_on ? 3 : starts ? 2 : 1);
    return replacement;
}

char32_t take_of_page(UINT page, std::string_view& text, bool& invalid) noexcept {
    if (page == utf8_page) {
        return take_or_replace(text, invalid);
    }
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return character_of(page, byte);
}

/// Whether the character at the start of `text` is a surrogate without another, or is beyond
/// Unicode; and takes it off.
bool take_checked(const wchar_t*& at, const wchar_t* end, char32_t& character) noexcept {
    const auto first = static_cast<char32_t>(*at);
    character = take_wide_character(at, end);
    return character == replacement && first != replacement;
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

int WINAPI MultiByteToWideChar(UINT CodePage,
                               DWORD dwFlags,
                               LPCCH lpMultiByteStr,
                               int cbMultiByte,
                               LPWSTR lpWideCharStr,
                               int cchWideChar) {
    if (lpMultiByteStr == nullptr || cbMultiByte == 0 || cchWideChar < 0 ||
        (cchWideChar != 0 && lpWideCharStr == nullptr)) {
        return fail(ERROR_INVALID_PARAMETER, 0);
    }
    const UINT page = known_page(CodePage);
    if (page == 0) {
        return fail(ERROR_INVALID_PARAMETER, 0);
    }
    const DWORD known = CodePage == utf8_page ? MB_ERR_INVALID_CHARS
                                              : MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS |
                                                    MB_ERR_INVALID_CHARS;
    if ((dwFlags & ~known) != 0 ||
        (dwFlags & (MB_PRECOMPOSED | MB_COMPOSITE)) == (MB_PRECOMPOSED | MB_COMPOSITE)) {
        return fail(ERROR_INVALID_FLAGS, 0);
    }
    std::string_view text(lpMultiByteStr, cbMultiByte < 0 ? std::strlen(lpMultiByteStr) + 1
                                                          : static_cast<std::size_t>(cbMultiByte));
    const auto capacity = static_cast<std::size_t>(cchWideChar);
    std::size_t units = 0;
    bool invalid = false;
    while (!text.empty()) {
        const char32_t character = take_of_page(page, text, invalid);
        if (invalid && (dwFlags & MB_ERR_INVALID_CHARS) != 0) {
            return fail(ERROR_NO_UNICODE_TRANSLATION, 0);
        }
        if (capacity != 0) {
            if (units + wide_length(character) > capacity) {
                return fail(ERROR_INSUFFICIENT_BUFFER, 0);
            }
            put_wide_character(lpWideCharStr + units, character);
        }
        units += wide_length(character);
    }
    return static_cast<int>(units);
}

int WINAPI WideCharToMultiByte(UINT CodePage,
                               DWORD dwFlags,
                               LPCWCH lpWideCharStr,
                               int cchWideChar,
                               LPSTR lpMultiByteStr,
                               int cbMultiByte,
                               LPCCH lpDefaultChar,
                               LPBOOL lpUsedDefaultChar) {
    if (lpWideCharStr == nullptr || cchWideChar == 0 || cbMultiByte < 0 ||
        (cbMultiByte != 0 && lpMultiByteStr == nullptr)) {
        return fail(ERROR_INVALID_PARAMETER, 0);
    }
    const UINT page = known_page(CodePage);
    if (page == 0 ||
        (CodePage == utf8_page && (lpDefaultChar != nullptr || lpUsedDefaultChar != nullptr))) {
        return fail(ERROR_INVALID_PARAMETER, 0);
    }
    const DWORD known = CodePage == utf8_page
                            ? WC_ERR_INVALID_CHARS
                            : WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR | WC_ERR_INVALID_CHARS |
                                  WC_COMPOSITECHECK | WC_NO_BEST_FIT_CHARS;
    if ((dwFlags & ~known) != 0) {
        return fail(ERROR_INVALID_FLAGS, 0);
    }
    const auto capacity = static_cast<std::size_t>(cbMultiByte);
    std::size_t size = 0;
    BOOL used_default = FALSE;
    const wchar_t* at = lpWideCharStr;
    const wchar_t* const end =
        at + (cchWideChar < 0 ? length_of(at) + 1 : static_cast<std::size_t>(cchWideChar));
    while (at != end) {
        char32_t character = 0;
        if (take_checked(at, end, character) && (dwFlags & WC_ERR_INVALID_CHARS) != 0) {
            return fail(ERROR_NO_UNICODE_TRANSLATION, 0);
        }
        char bytes[4] = {};
        std::size_t count = 1;
        if (page == utf8_page) {
            std::string encoded; // (four bytes: no allocation)
            isthmus::detail::put_character(encoded, character);
            count = encoded.copy(bytes, sizeof(bytes));
        } else if (const auto byte = byte_of(page, character)) {
            bytes[0] = static_cast<char>(*byte);
        } else {
            bytes[0] = lpDefaultChar != nullptr ? *lpDefaultChar : '?';
            used_default = TRUE;
        }
        if (capacity != 0) {
            if (size + count > capacity) {
                return fail(ERROR_INSUFFICIENT_BUFFER, 0);
            }
            std::memcpy(lpMultiByteStr + size, bytes, count);
        }
        size += count;
    }
    if (lpUsedDefaultChar != nullptr) {
        *lpUsedDefaultChar = used_default;
    }
    return static_cast<int>(size);
}
