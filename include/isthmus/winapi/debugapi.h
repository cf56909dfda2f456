#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// Text for a debugger. There is none that takes it: it goes to standard error.
/// https://learn.microsoft.com/windows/win32/api/debugapi/

ISTHMUS_BEGIN_C

WINBASEAPI VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString);
WINBASEAPI VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString) ISTHMUS_WIDE(OutputDebugStringW);

ISTHMUS_END_C

#define OutputDebugString ISTHMUS_AW(OutputDebugString)
