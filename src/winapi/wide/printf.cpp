#include "convert.hpp"
#include "format.hpp"

#include <isthmus/winapi/conio.h>
#include <isthmus/winapi/crt_stdio.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>

/// \file
/// The printf family.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

constexpr format_style style_of(const char* /*format*/) noexcept {
    return {};
}
constexpr format_style style_of(const wchar_t* /*format*/) noexcept {
    return {.wide = true};
}

std::string format_of(const char* format) {
    return format;
}
std::string format_of(const wchar_t* format) {
    return narrowed(format, length_of(format));
}

/// A result, as text of the format's characters.
std::string text_of(std::string text, const char* /*format*/) {
    return text;
}
wide_text text_of(const std::string& text, const wchar_t* /*format*/) {
    return widened(text);
}

/// Formats, and gives the result to `use`. What that returns, or -1.
template <class Char, class Use>
int with_result(const Char* format, std::va_list arguments, Use use) noexcept {
    if (format == nullptr) {
        errno = EINVAL;
        return -1;
    }
    try {
        passed_values values(arguments);
        const auto result = format_text(style_of(format), format_of(format), values);
        if (!result) {
            errno = EINVAL;
            return -1;
        }
        return use(*result);
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return -1;
    }
}

template <class Char>
int print(std::FILE* stream, const Char* format, std::va_list arguments) noexcept {
    return with_result(format, arguments, [&](const std::string& text) {
        if (std::fwrite(text.data(), 1, text.size(), stream) != text.size()) {
            return -1;
        }
        return static_cast<int>(sizeof(Char) == 1 ? text.size() : wide_units(text));
    });
}

/// What becomes of a result that its buffer has no room for.
enum class overflow {
    cut,           ///< snprintf: as much as fits, and a terminator; returns what it would take
    cut_and_fail,  ///< swprintf, _TRUNCATE: the same, and returns -1
    no_terminator, ///< _snprintf: as much as fits, without; returns -1
    refuse         ///< _s: nothing; returns -1
};

template <class Char>
int store(Char* buffer,
          std::size_t count,
          overflow mode,
          const Char* format,
          std::va_list arguments) noexcept {
    return with_result(format, arguments, [&](const std::string& result) {
        const auto text = text_of(result, format);
        const bool fits = text.size() < count;
        if (mode == overflow::refuse && (!fits || buffer == nullptr)) {
            if (buffer != nullptr && count != 0) {
                *buffer = 0;
            }
            errno = buffer == nullptr || count == 0 ? EINVAL : ERANGE;
            return -1;
        }
        const bool ends = fits || (mode != overflow::no_terminator && count != 0);
        const std::size_t most = fits ? text.size() : count - (ends ? 1 : 0);
        const std::size_t length = std::min(text.size(), most);
        if (length != 0) {
            std::memcpy(buffer, text.data(), length * sizeof(Char));
        }
        if (ends) {
            buffer[length] = 0;
        }
        const bool counts =
            fits || mode == overflow::cut ||
            (mode == overflow::no_terminator && (text.size() == count || buffer == nullptr));
        return counts ? static_cast<int>(text.size()) : -1;
    });
}

/// _snprintf_s: at most `count` characters.
template <class Char>
int store_some(Char* buffer,
               std::size_t size,
               std::size_t count,
               const Char* format,
               std::va_list arguments) noexcept {
    if (count == _TRUNCATE || count < size) {
        const std::size_t room = count == _TRUNCATE ? size : count + 1;
        if (buffer == nullptr || room == 0) {
            errno = EINVAL;
            return -1;
        }
        return store(buffer, room, overflow::cut_and_fail, format, arguments);
    }
    return store(buffer, size, overflow::refuse, format, arguments);
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

// What comes after `format` is the arguments of `call`.
#define ISTHMUS_VARIADIC(call)                                                                     \
    std::va_list arguments;                                                                        \
    va_start(arguments, format);                                                                   \
    const int result = call;                                                                       \
    va_end(arguments);                                                                             \
    return result

int isthmus_vprintf(const char* format, va_list arguments) {
    return print(stdout, format, arguments);
}

int isthmus_printf(const char* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vprintf(format, arguments));
}

int isthmus_vfprintf(FILE* stream, const char* format, va_list arguments) {
    return print(stream, format, arguments);
}

int isthmus_fprintf(FILE* stream, const char* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vfprintf(stream, format, arguments));
}

int vprintf_s(const char* format, va_list arguments) {
    return print(stdout, format, arguments);
}

int printf_s(const char* format, ...) {
    ISTHMUS_VARIADIC(vprintf_s(format, arguments));
}

int vfprintf_s(FILE* stream, const char* format, va_list arguments) {
    return print(stream, format, arguments);
}

int fprintf_s(FILE* stream, const char* format, ...) {
    ISTHMUS_VARIADIC(vfprintf_s(stream, format, arguments));
}

int _vscprintf(const char* format, va_list arguments) {
    return store(static_cast<char*>(nullptr), 0, overflow::cut, format, arguments);
}

int _scprintf(const char* format, ...) {
    ISTHMUS_VARIADIC(_vscprintf(format, arguments));
}

int isthmus_vwprintf(const wchar_t* format, va_list arguments) {
    return print(stdout, format, arguments);
}

int isthmus_wprintf(const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vwprintf(format, arguments));
}

int isthmus_vfwprintf(FILE* stream, const wchar_t* format, va_list arguments) {
    return print(stream, format, arguments);
}

int isthmus_fwprintf(FILE* stream, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vfwprintf(stream, format, arguments));
}

int vwprintf_s(const wchar_t* format, va_list arguments) {
    return print(stdout, format, arguments);
}

int wprintf_s(const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(vwprintf_s(format, arguments));
}

int vfwprintf_s(FILE* stream, const wchar_t* format, va_list arguments) {
    return print(stream, format, arguments);
}

int fwprintf_s(FILE* stream, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(vfwprintf_s(stream, format, arguments));
}

int _vscwprintf(const wchar_t* format, va_list arguments) {
    return store(static_cast<wchar_t*>(nullptr), 0, overflow::cut, format, arguments);
}

int _scwprintf(const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(_vscwprintf(format, arguments));
}

int isthmus_vsprintf(char* buffer, const char* format, va_list arguments) {
    return store(buffer, endless, overflow::cut, format, arguments);
}

int isthmus_sprintf(char* buffer, const char* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vsprintf(buffer, format, arguments));
}

int isthmus_vsnprintf(char* buffer, size_t count, const char* format, va_list arguments) {
    return store(buffer, count, overflow::cut, format, arguments);
}

int isthmus_snprintf(char* buffer, size_t count, const char* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vsnprintf(buffer, count, format, arguments));
}

int isthmus_vswprintf(wchar_t* buffer, size_t count, const wchar_t* format, va_list arguments) {
    return store(buffer, count, overflow::cut_and_fail, format, arguments);
}

int isthmus_swprintf(wchar_t* buffer, size_t count, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(isthmus_vswprintf(buffer, count, format, arguments));
}

int _vswprintf(wchar_t* buffer, const wchar_t* format, va_list arguments) {
    return store(buffer, endless, overflow::cut, format, arguments);
}

int _swprintf(wchar_t* buffer, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(_vswprintf(buffer, format, arguments));
}

int _vsnprintf(char* buffer, size_t count, const char* format, va_list arguments) {
    return store(buffer, count, overflow::no_terminator, format, arguments);
}

int _snprintf(char* buffer, size_t count, const char* format, ...) {
    ISTHMUS_VARIADIC(_vsnprintf(buffer, count, format, arguments));
}

int vsprintf_s(char* buffer, size_t sizeOfBuffer, const char* format, va_list arguments) {
    return store(buffer, sizeOfBuffer, overflow::refuse, format, arguments);
}

int sprintf_s(char* buffer, size_t sizeOfBuffer, const char* format, ...) {
    ISTHMUS_VARIADIC(vsprintf_s(buffer, sizeOfBuffer, format, arguments));
}

int _vsnprintf_s(
    char* buffer, size_t sizeOfBuffer, size_t count, const char* format, va_list arguments) {
    return store_some(buffer, sizeOfBuffer, count, format, arguments);
}

int _snprintf_s(char* buffer, size_t sizeOfBuffer, size_t count, const char* format, ...) {
    ISTHMUS_VARIADIC(_vsnprintf_s(buffer, sizeOfBuffer, count, format, arguments));
}

int _vsnwprintf(wchar_t* buffer, size_t count, const wchar_t* format, va_list arguments) {
    return store(buffer, count, overflow::no_terminator, format, arguments);
}

int _snwprintf(wchar_t* buffer, size_t count, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(_vsnwprintf(buffer, count, format, arguments));
}

int vswprintf_s(wchar_t* buffer, size_t sizeOfBuffer, const wchar_t* format, va_list arguments) {
    return store(buffer, sizeOfBuffer, overflow::refuse, format, arguments);
}

int swprintf_s(wchar_t* buffer, size_t sizeOfBuffer, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(vswprintf_s(buffer, sizeOfBuffer, format, arguments));
}

int _vsnwprintf_s(
    wchar_t* buffer, size_t sizeOfBuffer, size_t count, const wchar_t* format, va_list arguments) {
    return store_some(buffer, sizeOfBuffer, count, format, arguments);
}

int _snwprintf_s(wchar_t* buffer, size_t sizeOfBuffer, size_t count, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(_vsnwprintf_s(buffer, sizeOfBuffer, count, format, arguments));
}

int _cprintf(const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    const int length = print(stdout, format, arguments);
    va_end(arguments);
    std::fflush(stdout);
    return length;
}

#undef ISTHMUS_VARIADIC
