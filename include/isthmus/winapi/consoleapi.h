#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// Control events of the console: signals come as these. SIGINT is CTRL_C_EVENT, SIGQUIT is
/// CTRL_BREAK_EVENT, SIGHUP and SIGTERM are CTRL_CLOSE_EVENT. As on Windows, handlers run on a
/// thread of their own, the last one added first, until one returns TRUE; if none does, or after
/// CTRL_CLOSE_EVENT, the process ends: by the signal.
/// https://learn.microsoft.com/windows/console/setconsolectrlhandler

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

typedef BOOL(WINAPI* PHANDLER_ROUTINE)(DWORD CtrlType);

ISTHMUS_BEGIN_C

/// Before the first call signals do what they always do.
WINBASEAPI BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);
/// UTF-8, whatever the terminal is.
WINBASEAPI UINT WINAPI GetConsoleCP(VOID);
WINBASEAPI UINT WINAPI GetConsoleOutputCP(VOID);

ISTHMUS_END_C
