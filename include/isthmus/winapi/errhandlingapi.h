#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// The calling thread's last error.
/// https://learn.microsoft.com/windows/win32/api/errhandlingapi/

ISTHMUS_BEGIN_C

WINBASEAPI DWORD WINAPI GetLastError(VOID);
WINBASEAPI VOID WINAPI SetLastError(DWORD dwErrCode);

ISTHMUS_END_C
