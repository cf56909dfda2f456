#include "text.hpp"

#include <isthmus/winapi/memoryapi.h>

/// \file
/// Mappings, by names of `wchar_t`.

using isthmus::winapi::narrow;

HANDLE WINAPI CreateFileMappingW(HANDLE hFile,
                                 LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                 DWORD flProtect,
                                 DWORD dwMaximumSizeHigh,
                                 DWORD dwMaximumSizeLow,
                                 LPCWSTR lpName) {
    return CreateFileMappingA(hFile, lpFileMappingAttributes, flProtect, dwMaximumSizeHigh,
                              dwMaximumSizeLow, narrow(lpName));
}

HANDLE WINAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return OpenFileMappingA(dwDesiredAccess, bInheritHandle, narrow(lpName));
}
