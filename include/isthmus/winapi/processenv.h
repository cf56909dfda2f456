#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// The standard streams. Their descriptors stay the C library's: closing such a handle leaves them
/// open, and SetStdHandle changes what GetStdHandle returns and nothing else.
/// https://learn.microsoft.com/windows/win32/api/processenv/

ISTHMUS_BEGIN_C

WINBASEAPI HANDLE WINAPI GetStdHandle(DWORD nStdHandle);
WINBASEAPI BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);

ISTHMUS_END_C
