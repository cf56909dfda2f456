#include "text_functions.hpp"

#include <isthmus/winapi/crt_string.h>

#include <cstdlib>

/// \file
/// What Microsoft's C library has for texts of `wchar_t` beside the standard's.

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

int _wcsicmp(const wchar_t* left, const wchar_t* right) {
    return compare(left, right, endless, true);
}

int _wcsnicmp(const wchar_t* left, const wchar_t* right, size_t count) {
    return compare(left, right, count, true);
}

wchar_t* _wcsdup(const wchar_t* text) {
    const std::size_t size = (text_length(text) + 1) * sizeof(wchar_t);
    void* const copy = std::malloc(size); // NOLINT: its owner frees it
    return static_cast<wchar_t*>(copy != nullptr ? std::memcpy(copy, text, size) : nullptr);
}

wchar_t* _wcslwr(wchar_t* text) {
    return change_each(text, lower<wchar_t>);
}

wchar_t* _wcsupr(wchar_t* text) {
    return change_each(text, upper<wchar_t>);
}

wchar_t* _wcsrev(wchar_t* text) {
    return reverse(text);
}

errno_t wcscpy_s(wchar_t* to, size_t size, const wchar_t* from) {
    return append_bounded(to, size, 0, from, endless - 1);
}

errno_t wcsncpy_s(wchar_t* to, size_t size, const wchar_t* from, size_t count) {
    return append_bounded(to, size, 0, from, count);
}

errno_t wcscat_s(wchar_t* to, size_t size, const wchar_t* from) {
    return append_to_text(to, size, from, endless - 1);
}

errno_t wcsncat_s(wchar_t* to, size_t size, const wchar_t* from, size_t count) {
    return append_to_text(to, size, from, count);
}

wchar_t* wcstok_s(wchar_t* text, const wchar_t* delimiters, wchar_t** context) {
    return next_token(text, delimiters, context);
}

size_t wcsnlen_s(const wchar_t* text, size_t size) {
    return text != nullptr ? text_length(text, size) : 0;
}

wchar_t* _itow(int value, wchar_t* text, int radix) {
    write_signed(value, text, endless, radix);
    return text;
}

errno_t _itow_s(int value, wchar_t* text, size_t size, int radix) {
    return write_signed(value, text, size, radix);
}

wchar_t* _ultow(ULONG value, wchar_t* text, int radix) {
    write_number(value, false, text, endless, radix);
    return text;
}

errno_t _ultow_s(ULONG value, wchar_t* text, size_t size, int radix) {
    return write_number(value, false, text, size, radix);
}

wchar_t* _i64tow(__int64 value, wchar_t* text, int radix) {
    write_signed(value, text, endless, radix);
    return text;
}

wchar_t* _ui64tow(unsigned __int64 value, wchar_t* text, int radix) {
    write_number(value, false, text, endless, radix);
    return text;
}
