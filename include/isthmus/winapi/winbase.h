#pragma once
#pragma GCC system_header

#include "fileapi.h"
#include "minwindef.h"
#include "winnt.h"

#include <stdarg.h>

/// \file
/// What has no header of its own: mailslots, Global and Local memory, the oldest string functions,
/// FormatMessage, names of the computer and the user.
/// https://learn.microsoft.com/windows/win32/api/winbase/

// --- files

#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2

#define FILE_FLAG_WRITE_THROUGH 0x80000000
#define FILE_FLAG_OVERLAPPED 0x40000000
#define FILE_FLAG_NO_BUFFERING 0x20000000
#define FILE_FLAG_RANDOM_ACCESS 0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000
#define FILE_FLAG_POSIX_SEMANTICS 0x01000000
#define FILE_FLAG_OPEN_REPARSE_POINT 0x00200000
#define FILE_FLAG_OPEN_NO_RECALL 0x00100000
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000

#define FILE_TYPE_UNKNOWN 0x0000
#define FILE_TYPE_DISK 0x0001
#define FILE_TYPE_CHAR 0x0002
#define FILE_TYPE_PIPE 0x0003
#define FILE_TYPE_REMOTE 0x8000

#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)

// What a pipe's client lets the server do in its name: it is taken, and nothing comes of it.
#define SECURITY_ANONYMOUS (0 << 16)
#define SECURITY_IDENTIFICATION (1 << 16)
#define SECURITY_IMPERSONATION (2 << 16)
#define SECURITY_DELEGATION (3 << 16)
#define SECURITY_CONTEXT_TRACKING 0x00040000
#define SECURITY_EFFECTIVE_ONLY 0x00080000
#define SECURITY_SQOS_PRESENT 0x00100000

// --- threads, critical sections

#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define CRITICAL_SECTION_NO_DEBUG_INFO RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO

// --- memory, messages, names

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

// --- mailslots

/// Who writes to `\\*\mailslot\x` or `\\DOMAIN\mailslot\x` reaches the readers on this machine:
/// nothing crosses the network (for that the C++ API has options).
WINBASEAPI HANDLE WINAPI CreateMailslotA(LPCSTR lpName,
                                         DWORD nMaxMessageSize,
                                         DWORD lReadTimeout,
                                         LPSECURITY_ATTRIBUTES lpSecurityAttributes);
WINBASEAPI HANDLE WINAPI CreateMailslotW(LPCWSTR lpName,
                                         DWORD nMaxMessageSize,
                                         DWORD lReadTimeout,
                                         LPSECURITY_ATTRIBUTES lpSecurityAttributes)
    ISTHMUS_WIDE(CreateMailslotW);
#define CreateMailslot ISTHMUS_AW(CreateMailslot)
WINBASEAPI BOOL WINAPI GetMailslotInfo(HANDLE hMailslot,
                                       LPDWORD lpMaxMessageSize,
                                       LPDWORD lpNextSize,
                                       LPDWORD lpMessageCount,
                                       LPDWORD lpReadTimeout);
WINBASEAPI BOOL WINAPI SetMailslotInfo(HANDLE hMailslot, DWORD lReadTimeout);

// --- memory

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
