#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// The console's code pages, which are UTF-8 (others: ERROR_INVALID_PARAMETER), and its title.
/// https://learn.microsoft.com/windows/console/

ISTHMUS_BEGIN_C

WINBASEAPI BOOL WINAPI SetConsoleCP(UINT wCodePageID);
WINBASEAPI BOOL WINAPI SetConsoleOutputCP(UINT wCodePageID);
/// If standard output is a terminal; else ERROR_INVALID_HANDLE.
WINBASEAPI BOOL WINAPI SetConsoleTitleA(LPCSTR lpConsoleTitle);
WINBASEAPI BOOL WINAPI SetConsoleTitleW(LPCWSTR lpConsoleTitle) ISTHMUS_WIDE(SetConsoleTitleW);

ISTHMUS_END_C

#define SetConsoleTitle ISTHMUS_AW(SetConsoleTitle)
