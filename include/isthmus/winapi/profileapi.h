#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// The clock for measuring, which counts 10,000,000 a second.
/// https://learn.microsoft.com/windows/win32/api/profileapi/

ISTHMUS_BEGIN_C

WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount);
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency);

ISTHMUS_END_C
