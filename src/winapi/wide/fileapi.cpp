#include "text.hpp"

#include <isthmus/winapi/errhandlingapi.h>
#include <isthmus/winapi/fileapi.h>

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
