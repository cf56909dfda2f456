#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

#include <stdarg.h>

/// \file
/// What is older than the other headers, and whatever has no other: Global and Local memory, lstr
/// functions, FormatMessage, names of the computer and the user.
/// https://learn.microsoft.com/windows/win32/api/winbase/

#define GMEM_FIXED 0x0000
#define GMEM_MOVEABLE 0x0002
#define GMEM_NOCOMPACT 0x0010
#define GMEM_NODISCARD 0x0020
#define GMEM_ZEROINIT 0x0040
#define GMEM_MODIFY 0x0080
#define GMEM_DISCARDABLE 0x0100
#define GMEM_SHARE 0x2000
#define GMEM_DDESHARE 0x2000
#define GMEM_DISCARDED 0x4000
#define GMEM_INVALID_HANDLE 0x8000
#define GMEM_LOCKCOUNT 0x00FF
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)

#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_NOCOMPACT 0x0010
#define LMEM_NODISCARD 0x0020
#define LMEM_ZEROINIT 0x0040
#define LMEM_MODIFY 0x0080
#define LMEM_DISCARDABLE 0x0F00
#define LMEM_DISCARDED 0x4000
#define LMEM_INVALID_HANDLE 0x8000
#define LMEM_LOCKCOUNT 0x00FF
#define LHND (LMEM_MOVEABLE | LMEM_ZEROINIT)
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define NONZEROLHND (LMEM_MOVEABLE)
#define NONZEROLPTR (LMEM_FIXED)

#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF
#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000

#define MAX_COMPUTERNAME_LENGTH 15

#define ZeroMemory RtlZeroMemory
#define FillMemory RtlFillMemory
#define CopyMemory RtlCopyMemory
#define MoveMemory RtlMoveMemory
#define EqualMemory RtlEqualMemory
#define SecureZeroMemory RtlSecureZeroMemory

ISTHMUS_BEGIN_C

WINBASEAPI PVOID WINAPI RtlSecureZeroMemory(PVOID ptr, SIZE_T cnt);

// --- Global and Local memory: blocks that are fixed are pointers; moveable ones have to be locked

WINBASEAPI HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
/// GMEM_MODIFY: ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI HGLOBAL WINAPI GlobalReAlloc(HGLOBAL hMem, SIZE_T dwBytes, UINT uFlags);
WINBASEAPI HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);
WINBASEAPI LPVOID WINAPI GlobalLock(HGLOBAL hMem);
WINBASEAPI BOOL WINAPI GlobalUnlock(HGLOBAL hMem);
WINBASEAPI SIZE_T WINAPI GlobalSize(HGLOBAL hMem);
WINBASEAPI UINT WINAPI GlobalFlags(HGLOBAL hMem);
WINBASEAPI HGLOBAL WINAPI GlobalHandle(LPCVOID pMem);
WINBASEAPI HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
/// LMEM_MODIFY: ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags);
WINBASEAPI HLOCAL WINAPI LocalFree(HLOCAL hMem);
WINBASEAPI LPVOID WINAPI LocalLock(HLOCAL hMem);
WINBASEAPI BOOL WINAPI LocalUnlock(HLOCAL hMem);
WINBASEAPI SIZE_T WINAPI LocalSize(HLOCAL hMem);
WINBASEAPI UINT WINAPI LocalFlags(HLOCAL hMem);
WINBASEAPI HLOCAL WINAPI LocalHandle(LPCVOID pMem);

// --- texts; null is an empty one where it is only read

WINBASEAPI int WINAPI lstrlenA(LPCSTR lpString);
WINBASEAPI int WINAPI lstrlenW(LPCWSTR lpString) ISTHMUS_WIDE(lstrlenW);
WINBASEAPI LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
WINBASEAPI LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2) ISTHMUS_WIDE(lstrcpyW);
WINBASEAPI LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
WINBASEAPI LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength)
    ISTHMUS_WIDE(lstrcpynW);
WINBASEAPI LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
WINBASEAPI LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) ISTHMUS_WIDE(lstrcatW);
/// As words: signs, digits, letters; small letters before capitals. Beyond ASCII, code points
/// decide.
WINBASEAPI int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
WINBASEAPI int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2) ISTHMUS_WIDE(lstrcmpW);
WINBASEAPI int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
WINBASEAPI int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2) ISTHMUS_WIDE(lstrcmpiW);

// --- messages

/// The system's texts are in English, and those of the codes in winerror.h.
WINBASEAPI DWORD WINAPI FormatMessageA(DWORD dwFlags,
                                       LPCVOID lpSource,
                                       DWORD dwMessageId,
                                       DWORD dwLanguageId,
                                       LPSTR lpBuffer,
                                       DWORD nSize,
                                       va_list* Arguments) ISTHMUS_WIDE(FormatMessageA);
WINBASEAPI DWORD WINAPI FormatMessageW(DWORD dwFlags,
                                       LPCVOID lpSource,
                                       DWORD dwMessageId,
                                       DWORD dwLanguageId,
                                       LPWSTR lpBuffer,
                                       DWORD nSize,
                                       va_list* Arguments) ISTHMUS_WIDE(FormatMessageW);

// --- names

/// The host's name up to its first dot, which may be longer than MAX_COMPUTERNAME_LENGTH and keeps
/// its case.
WINBASEAPI BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize);
WINBASEAPI BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize)
    ISTHMUS_WIDE(GetComputerNameW);
WINBASEAPI BOOL WINAPI GetUserNameA(LPSTR lpBuffer, LPDWORD pcbBuffer);
WINBASEAPI BOOL WINAPI GetUserNameW(LPWSTR lpBuffer, LPDWORD pcbBuffer) ISTHMUS_WIDE(GetUserNameW);

ISTHMUS_END_C

#define lstrlen ISTHMUS_AW(lstrlen)
#define lstrcpy ISTHMUS_AW(lstrcpy)
#define lstrcpyn ISTHMUS_AW(lstrcpyn)
#define lstrcat ISTHMUS_AW(lstrcat)
#define lstrcmp ISTHMUS_AW(lstrcmp)
#define lstrcmpi ISTHMUS_AW(lstrcmpi)
#define FormatMessage ISTHMUS_AW(FormatMessage)
#define GetComputerName ISTHMUS_AW(GetComputerName)
#define GetUserName ISTHMUS_AW(GetUserName)
