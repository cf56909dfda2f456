#pragma once
#pragma GCC system_header

#include "minwindef.h"

ISTHMUS_BEGIN_C

WINBASEAPI INT WINAPI lstrlenW(LPCWSTR lpString) ISTHMUS_WIDE(lstrlenW);

ISTHMUS_END_C
