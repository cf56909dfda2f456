#include "text.hpp"
#include "utf8.hpp"

#include <isthmus/winapi/errhandlingapi.h>
#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/winerror.h>

#include <string_view>

/// \file
/// Files, by names of `wchar_t`.

using isthmus::winapi::narrow;

HANDLE WINAPI CreateFileW(LPCWSTR lpFileName,
                          DWORD dwDesiredAccess,
                          DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                          DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes,
                          HANDLE hTemplateFile) {
    return CreateFileA(narrow(lpFileName), dwDesiredAccess, dwShareMode, lpSecurityAttributes,
                       dwCreationDisposition, dwFlagsAndAttributes, hTemplateFile);
}

BOOL WINAPI DeleteFileW(LPCWSTR lpFileName) {
    return DeleteFileA(narrow(lpFileName));
}

namespace {

using isthmus::winapi::put_wide_character;
using isthmus::winapi::replacement;
using isthmus::winapi::wide_length;

/// Takes a character off UTF-8; what is none, byte by byte.
char32_t take(std::string_view& text) noexcept {
    const auto character = isthmus::detail::take_character(text);
    if (!character) {
        text.remove_prefix(1);
    }
    return character.value_or(replacement);
}

DWORD length_of(std::string_view text) noexcept {
    DWORD length = 0;
    while (!text.empty()) {
        length += static_cast<DWORD>(wide_length(take(text)));
    }
    return length;
}

/// With its end; there is room for it.
void write(std::string_view text, wchar_t* where) noexcept {
    while (!text.empty()) {
        where = put_wide_character(where, take(text));
    }
    *where = 0;
}

} // namespace

DWORD WINAPI GetTempPathW(DWORD nBufferLength, LPWSTR lpBuffer) {
    char text[4 * MAX_PATH];
    const DWORD size = GetTempPathA(sizeof text, text);
    if (size == 0 || size > sizeof text) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        return 0;
    }
    const std::string_view path(text, size);
    const DWORD length = length_of(path);
    if (lpBuffer == nullptr || nBufferLength <= length) {
        return length + 1;
    }
    write(path, lpBuffer);
    return length;
}

UINT WINAPI GetTempFileNameW(LPCWSTR lpPathName,
                             LPCWSTR lpPrefixString,
                             UINT uUnique,
                             LPWSTR lpTempFileName) {
    char name[2 * MAX_PATH];
    const UINT number = GetTempFileNameA(narrow(lpPathName), narrow(lpPrefixString), uUnique,
                                         lpTempFileName != nullptr ? name : nullptr);
    if (number != 0 && lpTempFileName != nullptr) {
        write(name, lpTempFileName);
    }
    return number;
}
