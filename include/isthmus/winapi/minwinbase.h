#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// A time, by the calendar. (The SDK's other structures of this header are in minwindef.h.)
/// https://learn.microsoft.com/windows/win32/api/minwinbase/

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;
