#include "stream.hpp"

#include "convert.hpp"

#include <isthmus/winapi/crt_stdio.h>

#include <cerrno>
#include <cstring>
#include <new>

/// \file
/// Lines and characters of streams, and opening them.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

bool put_text(const wchar_t* text, std::FILE* stream, bool ends) noexcept {
    try {
        auto bytes = narrowed(text, length_of(text));
        if (ends) {
            bytes += '\n';
        }
        return std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size();
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return false;
    }
}

/// As fgets: what of a line is less than `capacity`, with its newline.
wchar_t* get_part(wchar_t* text, std::size_t capacity, std::FILE* stream) noexcept {
    std::size_t length = 0;
    bool any = false;
    while (length + 1 < capacity) {
        const auto character = read_character(stream);
        if (!character) {
            break;
        }
        any = true;
        if (length + wide_length(*character) >= capacity) {
            unread_character(*character, stream);
            break;
        }
        length += wide_length(*character);
        put_wide_character(text + length - wide_length(*character), *character);
        if (*character == '\n') {
            break;
        }
    }
    if (!any) {
        return nullptr;
    }
    text[length] = 0;
    return text;
}

/// A line without its end. One that is too long is taken, and lost.
wchar_t* get_line(wchar_t* text, std::size_t capacity) noexcept {
    std::size_t length = 0;
    auto next = read_character(stdin);
    if (!next) {
        return nullptr;
    }
    for (; next && *next != '\n'; next = read_character(stdin)) {
        if (length + wide_length(*next) < capacity) {
            put_wide_character(text + length, *next);
        }
        length += wide_length(*next);
    }
    if (length >= capacity) {
        errno = ERANGE;
        *text = 0;
        return nullptr;
    }
    text[length] = 0;
    return text;
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

int isthmus_fputws(const wchar_t* text, FILE* stream) {
    return put_text(text, stream, false) ? 0 : EOF;
}

int _putws(const wchar_t* text) {
    return put_text(text, stdout, true) ? 0 : EOF;
}

wchar_t* isthmus_fgetws(wchar_t* text, int count, FILE* stream) {
    return count > 0 ? get_part(text, static_cast<std::size_t>(count), stream) : nullptr;
}

wchar_t* _getws(wchar_t* text) {
    return get_line(text, ~std::size_t{0});
}

wchar_t* _getws_s(wchar_t* text, size_t count) {
    if (text == nullptr || count == 0) {
        errno = EINVAL;
        return nullptr;
    }
    return get_line(text, count);
}

wint_t isthmus_fputwc(wchar_t character, FILE* stream) {
    const wchar_t text[2] = {character, 0};
    return put_text(text, stream, false) ? static_cast<wint_t>(character) : WEOF;
}

wint_t isthmus_putwchar(wchar_t character) {
    return isthmus_fputwc(character, stdout);
}

wint_t isthmus_fgetwc(FILE* stream) {
    const auto character = read_character(stream);
    return character ? static_cast<wint_t>(*character) : WEOF;
}

wint_t isthmus_getwchar() {
    return isthmus_fgetwc(stdin);
}

wint_t isthmus_ungetwc(wint_t character, FILE* stream) {
    if (character >= 0x110000 || (character >= 0xD800 && character < 0xE000)) {
        return WEOF; // or no character
    }
    unread_character(character, stream);
    return character;
}

FILE* _wfopen(const wchar_t* name, const wchar_t* mode) {
    try {
        return std::fopen(narrow(name), narrow(mode));
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return nullptr;
    }
}

errno_t _wfopen_s(FILE** stream, const wchar_t* name, const wchar_t* mode) {
    if (stream == nullptr) {
        return errno = EINVAL;
    }
    *stream = nullptr;
    if (name == nullptr || mode == nullptr) {
        return errno = EINVAL;
    }
    *stream = _wfopen(name, mode);
    return *stream != nullptr ? 0 : errno;
}
