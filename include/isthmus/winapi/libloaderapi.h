#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// Where the program is. There are no other modules: ERROR_MOD_NOT_FOUND.
/// https://learn.microsoft.com/windows/win32/api/libloaderapi/

ISTHMUS_BEGIN_C

WINBASEAPI DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
WINBASEAPI DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize)
    ISTHMUS_WIDE(GetModuleFileNameW);

ISTHMUS_END_C

#define GetModuleFileName ISTHMUS_AW(GetModuleFileName)
