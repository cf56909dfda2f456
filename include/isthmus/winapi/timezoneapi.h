#pragma once
#pragma GCC system_header

#include "minwinbase.h"
#include "minwindef.h"

/// \file
/// Between the two ways to write a time.
/// https://learn.microsoft.com/windows/win32/api/timezoneapi/

ISTHMUS_BEGIN_C

WINBASEAPI BOOL WINAPI FileTimeToSystemTime(const FILETIME* lpFileTime, LPSYSTEMTIME lpSystemTime);
WINBASEAPI BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME* lpSystemTime, LPFILETIME lpFileTime);

ISTHMUS_END_C
