#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

#include <stdarg.h>

/// \file
/// Of the functions for windows, those that have nothing to do with them: wsprintf, whose results
/// have at most 1023 characters.
/// https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-wsprintfw

ISTHMUS_BEGIN_C

WINBASEAPI int WINAPIV wsprintfA(LPSTR unnamedParam1, LPCSTR unnamedParam2, ...)
    ISTHMUS_WIDE(wsprintfA);
WINBASEAPI int WINAPIV wsprintfW(LPWSTR unnamedParam1, LPCWSTR unnamedParam2, ...)
    ISTHMUS_WIDE(wsprintfW);
WINBASEAPI int WINAPI wvsprintfA(LPSTR unnamedParam1, LPCSTR unnamedParam2, va_list arglist)
    ISTHMUS_WIDE(wvsprintfA);
WINBASEAPI int WINAPI wvsprintfW(LPWSTR unnamedParam1, LPCWSTR unnamedParam2, va_list arglist)
    ISTHMUS_WIDE(wvsprintfW);

ISTHMUS_END_C

#define wsprintf ISTHMUS_AW(wsprintf)
#define wvsprintf ISTHMUS_AW(wvsprintf)
