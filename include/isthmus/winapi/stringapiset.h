#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnls.h"

/// \file
/// Between code pages and `wchar_t`, which is UTF-16 or UTF-32. Characters that the code page does
/// not have become the default character: there is no best fit.
/// https://learn.microsoft.com/windows/win32/api/stringapiset/

ISTHMUS_BEGIN_C

WINBASEAPI int WINAPI MultiByteToWideChar(UINT CodePage,
                                          DWORD dwFlags,
                                          LPCCH lpMultiByteStr,
                                          int cbMultiByte,
                                          LPWSTR lpWideCharStr,
                                          int cchWideChar) ISTHMUS_WIDE(MultiByteToWideChar);
/// With CP_ACP a default character may be given, though the code page is UTF-8.
WINBASEAPI int WINAPI WideCharToMultiByte(UINT CodePage,
                                          DWORD dwFlags,
                                          LPCWCH lpWideCharStr,
                                          int cchWideChar,
                                          LPSTR lpMultiByteStr,
                                          int cbMultiByte,
                                          LPCCH lpDefaultChar,
                                          LPBOOL lpUsedDefaultChar)
    ISTHMUS_WIDE(WideCharToMultiByte);

ISTHMUS_END_C
