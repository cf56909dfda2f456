#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// The environment, whose names have case here, and the standard streams. Their descriptors stay
/// the C library's: closing such a handle leaves them open, and SetStdHandle changes what
/// GetStdHandle returns and nothing else. https://learn.microsoft.com/windows/win32/api/processenv/

ISTHMUS_BEGIN_C

WINBASEAPI DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize);
WINBASEAPI DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize)
    ISTHMUS_WIDE(GetEnvironmentVariableW);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue)
    ISTHMUS_WIDE(SetEnvironmentVariableW);

WINBASEAPI HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
WINBASEAPI BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);

ISTHMUS_END_C

#define GetEnvironmentVariable ISTHMUS_AW(GetEnvironmentVariable)
#define SetEnvironmentVariable ISTHMUS_AW(SetEnvironmentVariable)
