#pragma once
#pragma GCC system_header

#include "fileapi.h"
#include "minwindef.h"
#include "winnt.h"

/// \file
/// What has no header of its own.
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

ISTHMUS_BEGIN_C

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

WINBASEAPI INT WINAPI lstrlenW(LPCWSTR lpString) ISTHMUS_WIDE(lstrlenW);

ISTHMUS_END_C
