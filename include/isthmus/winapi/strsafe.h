#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winerror.h"

#include <stdarg.h>

/// \file
/// Texts in buffers whose size is known: in characters (Cch) or bytes (Cb). A result that is cut
/// off is STRSAFE_E_INSUFFICIENT_BUFFER, but for a line of StringCchGets, whose rest the next call
/// gets.
/// https://learn.microsoft.com/windows/win32/menurc/strsafe-ovw

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_MAX_LENGTH (STRSAFE_MAX_CCH - 1)

#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)

#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000
#define STRSAFE_FILL_BYTE(byte) ((DWORD)(((byte)&0x000000FF) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(byte) ((DWORD)(((byte)&0x000000FF) | STRSAFE_FILL_ON_FAILURE))

typedef char* STRSAFE_LPSTR;
typedef const char* STRSAFE_LPCSTR;
typedef wchar_t* STRSAFE_LPWSTR;
typedef const wchar_t* STRSAFE_LPCWSTR;

ISTHMUS_BEGIN_C

WINBASEAPI HRESULT WINAPI StringCchCopyA(STRSAFE_LPSTR pszDest,
                                         size_t cchDest,
                                         STRSAFE_LPCSTR pszSrc);
WINBASEAPI HRESULT WINAPI StringCchCopyW(STRSAFE_LPWSTR pszDest,
                                         size_t cchDest,
                                         STRSAFE_LPCWSTR pszSrc) ISTHMUS_WIDE(StringCchCopyW);
WINBASEAPI HRESULT WINAPI StringCchCopyExA(STRSAFE_LPSTR pszDest,
                                           size_t cchDest,
                                           STRSAFE_LPCSTR pszSrc,
                                           STRSAFE_LPSTR* ppszDestEnd,
                                           size_t* pcchRemaining,
                                           DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCchCopyExW(STRSAFE_LPWSTR pszDest,
                                           size_t cchDest,
                                           STRSAFE_LPCWSTR pszSrc,
                                           STRSAFE_LPWSTR* ppszDestEnd,
                                           size_t* pcchRemaining,
                                           DWORD dwFlags) ISTHMUS_WIDE(StringCchCopyExW);
WINBASEAPI HRESULT WINAPI StringCchCopyNA(STRSAFE_LPSTR pszDest,
                                          size_t cchDest,
                                          STRSAFE_LPCSTR pszSrc,
                                          size_t cchToCopy);
WINBASEAPI HRESULT WINAPI StringCchCopyNW(STRSAFE_LPWSTR pszDest,
                                          size_t cchDest,
                                          STRSAFE_LPCWSTR pszSrc,
                                          size_t cchToCopy) ISTHMUS_WIDE(StringCchCopyNW);
WINBASEAPI HRESULT WINAPI StringCchCopyNExA(STRSAFE_LPSTR pszDest,
                                            size_t cchDest,
                                            STRSAFE_LPCSTR pszSrc,
                                            size_t cchToCopy,
                                            STRSAFE_LPSTR* ppszDestEnd,
                                            size_t* pcchRemaining,
                                            DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCchCopyNExW(STRSAFE_LPWSTR pszDest,
                                            size_t cchDest,
                                            STRSAFE_LPCWSTR pszSrc,
                                            size_t cchToCopy,
                                            STRSAFE_LPWSTR* ppszDestEnd,
                                            size_t* pcchRemaining,
                                            DWORD dwFlags) ISTHMUS_WIDE(StringCchCopyNExW);
WINBASEAPI HRESULT WINAPI StringCchCatA(STRSAFE_LPSTR pszDest,
                                        size_t cchDest,
                                        STRSAFE_LPCSTR pszSrc);
WINBASEAPI HRESULT WINAPI StringCchCatW(STRSAFE_LPWSTR pszDest,
                                        size_t cchDest,
                                        STRSAFE_LPCWSTR pszSrc) ISTHMUS_WIDE(StringCchCatW);
WINBASEAPI HRESULT WINAPI StringCchCatExA(STRSAFE_LPSTR pszDest,
                                          size_t cchDest,
                                          STRSAFE_LPCSTR pszSrc,
                                          STRSAFE_LPSTR* ppszDestEnd,
                                          size_t* pcchRemaining,
                                          DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCchCatExW(STRSAFE_LPWSTR pszDest,
                                          size_t cchDest,
                                          STRSAFE_LPCWSTR pszSrc,
                                          STRSAFE_LPWSTR* ppszDestEnd,
                                          size_t* pcchRemaining,
                                          DWORD dwFlags) ISTHMUS_WIDE(StringCchCatExW);
WINBASEAPI HRESULT WINAPI StringCchCatNA(STRSAFE_LPSTR pszDest,
                                         size_t cchDest,
                                         STRSAFE_LPCSTR pszSrc,
                                         size_t cchToAppend);
WINBASEAPI HRESULT WINAPI StringCchCatNW(STRSAFE_LPWSTR pszDest,
                                         size_t cchDest,
                                         STRSAFE_LPCWSTR pszSrc,
                                         size_t cchToAppend) ISTHMUS_WIDE(StringCchCatNW);
WINBASEAPI HRESULT WINAPI StringCchCatNExA(STRSAFE_LPSTR pszDest,
                                           size_t cchDest,
                                           STRSAFE_LPCSTR pszSrc,
                                           size_t cchToAppend,
                                           STRSAFE_LPSTR* ppszDestEnd,
                                           size_t* pcchRemaining,
                                           DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCchCatNExW(STRSAFE_LPWSTR pszDest,
                                           size_t cchDest,
                                           STRSAFE_LPCWSTR pszSrc,
                                           size_t cchToAppend,
                                           STRSAFE_LPWSTR* ppszDestEnd,
                                           size_t* pcchRemaining,
                                           DWORD dwFlags) ISTHMUS_WIDE(StringCchCatNExW);
WINBASEAPI HRESULT WINAPI StringCchVPrintfA(STRSAFE_LPSTR pszDest,
                                            size_t cchDest,
                                            STRSAFE_LPCSTR pszFormat,
                                            va_list argList) ISTHMUS_WIDE(StringCchVPrintfA);
WINBASEAPI HRESULT WINAPI StringCchVPrintfW(STRSAFE_LPWSTR pszDest,
                                            size_t cchDest,
                                            STRSAFE_LPCWSTR pszFormat,
                                            va_list argList) ISTHMUS_WIDE(StringCchVPrintfW);
WINBASEAPI HRESULT WINAPI StringCchVPrintfExA(STRSAFE_LPSTR pszDest,
                                              size_t cchDest,
                                              STRSAFE_LPSTR* ppszDestEnd,
                                              size_t* pcchRemaining,
                                              DWORD dwFlags,
                                              STRSAFE_LPCSTR pszFormat,
                                              va_list argList) ISTHMUS_WIDE(StringCchVPrintfExA);
WINBASEAPI HRESULT WINAPI StringCchVPrintfExW(STRSAFE_LPWSTR pszDest,
                                              size_t cchDest,
                                              STRSAFE_LPWSTR* ppszDestEnd,
                                              size_t* pcchRemaining,
                                              DWORD dwFlags,
                                              STRSAFE_LPCWSTR pszFormat,
                                              va_list argList) ISTHMUS_WIDE(StringCchVPrintfExW);
WINBASEAPI HRESULT WINAPI StringCchPrintfA(STRSAFE_LPSTR pszDest,
                                           size_t cchDest,
                                           STRSAFE_LPCSTR pszFormat,
                                           ...) ISTHMUS_WIDE(StringCchPrintfA);
WINBASEAPI HRESULT WINAPI StringCchPrintfW(STRSAFE_LPWSTR pszDest,
                                           size_t cchDest,
                                           STRSAFE_LPCWSTR pszFormat,
                                           ...) ISTHMUS_WIDE(StringCchPrintfW);
WINBASEAPI HRESULT WINAPI StringCchPrintfExA(STRSAFE_LPSTR pszDest,
                                             size_t cchDest,
                                             STRSAFE_LPSTR* ppszDestEnd,
                                             size_t* pcchRemaining,
                                             DWORD dwFlags,
                                             STRSAFE_LPCSTR pszFormat,
                                             ...) ISTHMUS_WIDE(StringCchPrintfExA);
WINBASEAPI HRESULT WINAPI StringCchPrintfExW(STRSAFE_LPWSTR pszDest,
                                             size_t cchDest,
                                             STRSAFE_LPWSTR* ppszDestEnd,
                                             size_t* pcchRemaining,
                                             DWORD dwFlags,
                                             STRSAFE_LPCWSTR pszFormat,
                                             ...) ISTHMUS_WIDE(StringCchPrintfExW);
WINBASEAPI HRESULT WINAPI StringCchGetsA(STRSAFE_LPSTR pszDest, size_t cchDest);
WINBASEAPI HRESULT WINAPI StringCchGetsW(STRSAFE_LPWSTR pszDest, size_t cchDest)
    ISTHMUS_WIDE(StringCchGetsW);
WINBASEAPI HRESULT WINAPI StringCchLengthA(STRSAFE_LPCSTR psz, size_t cchMax, size_t* pcchLength);
WINBASEAPI HRESULT WINAPI StringCchLengthW(STRSAFE_LPCWSTR psz, size_t cchMax, size_t* pcchLength)
    ISTHMUS_WIDE(StringCchLengthW);

WINBASEAPI HRESULT WINAPI StringCbCopyA(STRSAFE_LPSTR pszDest,
                                        size_t cbDest,
                                        STRSAFE_LPCSTR pszSrc);
WINBASEAPI HRESULT WINAPI StringCbCopyW(STRSAFE_LPWSTR pszDest,
                                        size_t cbDest,
                                        STRSAFE_LPCWSTR pszSrc) ISTHMUS_WIDE(StringCbCopyW);
WINBASEAPI HRESULT WINAPI StringCbCopyExA(STRSAFE_LPSTR pszDest,
                                          size_t cbDest,
                                          STRSAFE_LPCSTR pszSrc,
                                          STRSAFE_LPSTR* ppszDestEnd,
                                          size_t* pcbRemaining,
                                          DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCbCopyExW(STRSAFE_LPWSTR pszDest,
                                          size_t cbDest,
                                          STRSAFE_LPCWSTR pszSrc,
                                          STRSAFE_LPWSTR* ppszDestEnd,
                                          size_t* pcbRemaining,
                                          DWORD dwFlags) ISTHMUS_WIDE(StringCbCopyExW);
WINBASEAPI HRESULT WINAPI StringCbCopyNA(STRSAFE_LPSTR pszDest,
                                         size_t cbDest,
                                         STRSAFE_LPCSTR pszSrc,
                                         size_t cbToCopy);
WINBASEAPI HRESULT WINAPI StringCbCopyNW(STRSAFE_LPWSTR pszDest,
                                         size_t cbDest,
                                         STRSAFE_LPCWSTR pszSrc,
                                         size_t cbToCopy) ISTHMUS_WIDE(StringCbCopyNW);
WINBASEAPI HRESULT WINAPI StringCbCopyNExA(STRSAFE_LPSTR pszDest,
                                           size_t cbDest,
                                           STRSAFE_LPCSTR pszSrc,
                                           size_t cbToCopy,
                                           STRSAFE_LPSTR* ppszDestEnd,
                                           size_t* pcbRemaining,
                                           DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCbCopyNExW(STRSAFE_LPWSTR pszDest,
                                           size_t cbDest,
                                           STRSAFE_LPCWSTR pszSrc,
                                           size_t cbToCopy,
                                           STRSAFE_LPWSTR* ppszDestEnd,
                                           size_t* pcbRemaining,
                                           DWORD dwFlags) ISTHMUS_WIDE(StringCbCopyNExW);
WINBASEAPI HRESULT WINAPI StringCbCatA(STRSAFE_LPSTR pszDest, size_t cbDest, STRSAFE_LPCSTR pszSrc);
WINBASEAPI HRESULT WINAPI StringCbCatW(STRSAFE_LPWSTR pszDest,
                                       size_t cbDest,
                                       STRSAFE_LPCWSTR pszSrc) ISTHMUS_WIDE(StringCbCatW);
WINBASEAPI HRESULT WINAPI StringCbCatExA(STRSAFE_LPSTR pszDest,
                                         size_t cbDest,
                                         STRSAFE_LPCSTR pszSrc,
                                         STRSAFE_LPSTR* ppszDestEnd,
                                         size_t* pcbRemaining,
                                         DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCbCatExW(STRSAFE_LPWSTR pszDest,
                                         size_t cbDest,
                                         STRSAFE_LPCWSTR pszSrc,
                                         STRSAFE_LPWSTR* ppszDestEnd,
                                         size_t* pcbRemaining,
                                         DWORD dwFlags) ISTHMUS_WIDE(StringCbCatExW);
WINBASEAPI HRESULT WINAPI StringCbCatNA(STRSAFE_LPSTR pszDest,
                                        size_t cbDest,
                                        STRSAFE_LPCSTR pszSrc,
                                        size_t cbToAppend);
WINBASEAPI HRESULT WINAPI StringCbCatNW(STRSAFE_LPWSTR pszDest,
                                        size_t cbDest,
                                        STRSAFE_LPCWSTR pszSrc,
                                        size_t cbToAppend) ISTHMUS_WIDE(StringCbCatNW);
WINBASEAPI HRESULT WINAPI StringCbCatNExA(STRSAFE_LPSTR pszDest,
                                          size_t cbDest,
                                          STRSAFE_LPCSTR pszSrc,
                                          size_t cbToAppend,
                                          STRSAFE_LPSTR* ppszDestEnd,
                                          size_t* pcbRemaining,
                                          DWORD dwFlags);
WINBASEAPI HRESULT WINAPI StringCbCatNExW(STRSAFE_LPWSTR pszDest,
                                          size_t cbDest,
                                          STRSAFE_LPCWSTR pszSrc,
                                          size_t cbToAppend,
                                          STRSAFE_LPWSTR* ppszDestEnd,
                                          size_t* pcbRemaining,
                                          DWORD dwFlags) ISTHMUS_WIDE(StringCbCatNExW);
WINBASEAPI HRESULT WINAPI StringCbVPrintfA(STRSAFE_LPSTR pszDest,
                                           size_t cbDest,
                                           STRSAFE_LPCSTR pszFormat,
                                           va_list argList) ISTHMUS_WIDE(StringCbVPrintfA);
WINBASEAPI HRESULT WINAPI StringCbVPrintfW(STRSAFE_LPWSTR pszDest,
                                           size_t cbDest,
                                           STRSAFE_LPCWSTR pszFormat,
                                           va_list argList) ISTHMUS_WIDE(StringCbVPrintfW);
WINBASEAPI HRESULT WINAPI StringCbVPrintfExA(STRSAFE_LPSTR pszDest,
                                             size_t cbDest,
                                             STRSAFE_LPSTR* ppszDestEnd,
                                             size_t* pcbRemaining,
                                             DWORD dwFlags,
                                             STRSAFE_LPCSTR pszFormat,
                                             va_list argList) ISTHMUS_WIDE(StringCbVPrintfExA);
WINBASEAPI HRESULT WINAPI StringCbVPrintfExW(STRSAFE_LPWSTR pszDest,
                                             size_t cbDest,
                                             STRSAFE_LPWSTR* ppszDestEnd,
                                             size_t* pcbRemaining,
                                             DWORD dwFlags,
                                             STRSAFE_LPCWSTR pszFormat,
                                             va_list argList) ISTHMUS_WIDE(StringCbVPrintfExW);
WINBASEAPI HRESULT WINAPI StringCbPrintfA(STRSAFE_LPSTR pszDest,
                                          size_t cbDest,
                                          STRSAFE_LPCSTR pszFormat,
                                          ...) ISTHMUS_WIDE(StringCbPrintfA);
WINBASEAPI HRESULT WINAPI StringCbPrintfW(STRSAFE_LPWSTR pszDest,
                                          size_t cbDest,
                                          STRSAFE_LPCWSTR pszFormat,
                                          ...) ISTHMUS_WIDE(StringCbPrintfW);
WINBASEAPI HRESULT WINAPI StringCbPrintfExA(STRSAFE_LPSTR pszDest,
                                            size_t cbDest,
                                            STRSAFE_LPSTR* ppszDestEnd,
                                            size_t* pcbRemaining,
                                            DWORD dwFlags,
                                            STRSAFE_LPCSTR pszFormat,
                                            ...) ISTHMUS_WIDE(StringCbPrintfExA);
WINBASEAPI HRESULT WINAPI StringCbPrintfExW(STRSAFE_LPWSTR pszDest,
                                            size_t cbDest,
                                            STRSAFE_LPWSTR* ppszDestEnd,
                                            size_t* pcbRemaining,
                                            DWORD dwFlags,
                                            STRSAFE_LPCWSTR pszFormat,
                                            ...) ISTHMUS_WIDE(StringCbPrintfExW);
WINBASEAPI HRESULT WINAPI StringCbGetsA(STRSAFE_LPSTR pszDest, size_t cbDest);
WINBASEAPI HRESULT WINAPI StringCbGetsW(STRSAFE_LPWSTR pszDest, size_t cbDest)
    ISTHMUS_WIDE(StringCbGetsW);
WINBASEAPI HRESULT WINAPI StringCbLengthA(STRSAFE_LPCSTR psz, size_t cbMax, size_t* pcbLength);
WINBASEAPI HRESULT WINAPI StringCbLengthW(STRSAFE_LPCWSTR psz, size_t cbMax, size_t* pcbLength)
    ISTHMUS_WIDE(StringCbLengthW);

ISTHMUS_END_C

#define StringCchCopy ISTHMUS_AW(StringCchCopy)
#define StringCchCopyEx ISTHMUS_AW(StringCchCopyEx)
#define StringCchCopyN ISTHMUS_AW(StringCchCopyN)
#define StringCchCopyNEx ISTHMUS_AW(StringCchCopyNEx)
#define StringCchCat ISTHMUS_AW(StringCchCat)
#define StringCchCatEx ISTHMUS_AW(StringCchCatEx)
#define StringCchCatN ISTHMUS_AW(StringCchCatN)
#define StringCchCatNEx ISTHMUS_AW(StringCchCatNEx)
#define StringCchVPrintf ISTHMUS_AW(StringCchVPrintf)
#define StringCchVPrintfEx ISTHMUS_AW(StringCchVPrintfEx)
#define StringCchPrintf ISTHMUS_AW(StringCchPrintf)
#define StringCchPrintfEx ISTHMUS_AW(StringCchPrintfEx)
#define StringCchGets ISTHMUS_AW(StringCchGets)
#define StringCchLength ISTHMUS_AW(StringCchLength)
#define StringCbCopy ISTHMUS_AW(StringCbCopy)
#define StringCbCopyEx ISTHMUS_AW(StringCbCopyEx)
#define StringCbCopyN ISTHMUS_AW(StringCbCopyN)
#define StringCbCopyNEx ISTHMUS_AW(StringCbCopyNEx)
#define StringCbCat ISTHMUS_AW(StringCbCat)
#define StringCbCatEx ISTHMUS_AW(StringCbCatEx)
#define StringCbCatN ISTHMUS_AW(StringCbCatN)
#define StringCbCatNEx ISTHMUS_AW(StringCbCatNEx)
#define StringCbVPrintf ISTHMUS_AW(StringCbVPrintf)
#define StringCbVPrintfEx ISTHMUS_AW(StringCbVPrintfEx)
#define StringCbPrintf ISTHMUS_AW(StringCbPrintf)
#define StringCbPrintfEx ISTHMUS_AW(StringCbPrintfEx)
#define StringCbGets ISTHMUS_AW(StringCbGets)
#define StringCbLength ISTHMUS_AW(StringCbLength)
