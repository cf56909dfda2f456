#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// Threads, and the calling process.
/// https://learn.microsoft.com/windows/win32/api/processthreadsapi/

ISTHMUS_BEGIN_C

WINBASEAPI HANDLE WINAPI GetCurrentProcess(VOID);
WINBASEAPI DWORD WINAPI GetCurrentProcessId(VOID);
WINBASEAPI HANDLE WINAPI GetCurrentThread(VOID);
WINBASEAPI DWORD WINAPI GetCurrentThreadId(VOID);

ISTHMUS_END_C
