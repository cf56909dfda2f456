#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// Files: what CreateFile opens, which are pipes, mailslots and ordinary files.
///
/// In paths a backslash is a slash, too, and case matters. There are no drives: `C:\x` is
/// ERROR_PATH_NOT_FOUND. Share modes hold between the opens of one process as on Windows; between
/// processes it only counts whether somebody shares the file with nobody. Of the attributes
/// FILE_ATTRIBUTE_READONLY alone means anything (when the file is made).
///
/// https://learn.microsoft.com/windows/win32/api/fileapi/

#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5

#define INVALID_FILE_SIZE ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)-1)

ISTHMUS_BEGIN_C

/// FILE_FLAG_OVERLAPPED, FILE_FLAG_OPEN_REPARSE_POINT, template files, and directories (with
/// FILE_FLAG_BACKUP_SEMANTICS; without, 5 as on Windows): ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI HANDLE WINAPI CreateFileA(LPCSTR lpFileName,
                                     DWORD dwDesiredAccess,
                                     DWORD dwShareMode,
                                     LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                     DWORD dwCreationDisposition,
                                     DWORD dwFlagsAndAttributes,
                                     HANDLE hTemplateFile);
WINBASEAPI HANDLE WINAPI CreateFileW(LPCWSTR lpFileName,
                                     DWORD dwDesiredAccess,
                                     DWORD dwShareMode,
                                     LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                     DWORD dwCreationDisposition,
                                     DWORD dwFlagsAndAttributes,
                                     HANDLE hTemplateFile) ISTHMUS_WIDE(CreateFileW);
#define CreateFile ISTHMUS_AW(CreateFile)

/// With an OVERLAPPED both block: no handle is asynchronous.
WINBASEAPI BOOL WINAPI ReadFile(HANDLE hFile,
                                LPVOID lpBuffer,
                                DWORD nNumberOfBytesToRead,
                                LPDWORD lpNumberOfBytesRead,
                                LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI WriteFile(HANDLE hFile,
                                 LPCVOID lpBuffer,
                                 DWORD nNumberOfBytesToWrite,
                                 LPDWORD lpNumberOfBytesWritten,
                                 LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI FlushFileBuffers(HANDLE hFile);
WINBASEAPI DWORD WINAPI GetFileType(HANDLE hFile);

WINBASEAPI DWORD WINAPI SetFilePointer(HANDLE hFile,
                                       LONG lDistanceToMove,
                                       PLONG lpDistanceToMoveHigh,
                                       DWORD dwMoveMethod);
WINBASEAPI BOOL WINAPI SetFilePointerEx(HANDLE hFile,
                                        LARGE_INTEGER liDistanceToMove,
                                        PLARGE_INTEGER lpNewFilePointer,
                                        DWORD dwMoveMethod);
WINBASEAPI BOOL WINAPI SetEndOfFile(HANDLE hFile);
WINBASEAPI DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh);
WINBASEAPI BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize);

/// An open file whose users share that loses its name at once, not when it is closed.
WINBASEAPI BOOL WINAPI DeleteFileA(LPCSTR lpFileName);
WINBASEAPI BOOL WINAPI DeleteFileW(LPCWSTR lpFileName) ISTHMUS_WIDE(DeleteFileW);
#define DeleteFile ISTHMUS_AW(DeleteFile)

/// TMP, TEMP or TMPDIR of the environment, else /tmp; with a slash at the end.
WINBASEAPI DWORD WINAPI GetTempPathA(DWORD nBufferLength, LPSTR lpBuffer);
WINBASEAPI DWORD WINAPI GetTempPathW(DWORD nBufferLength, LPWSTR lpBuffer)
    ISTHMUS_WIDE(GetTempPathW);
#define GetTempPath ISTHMUS_AW(GetTempPath)
WINBASEAPI UINT WINAPI GetTempFileNameA(LPCSTR lpPathName,
                                        LPCSTR lpPrefixString,
                                        UINT uUnique,
                                        LPSTR lpTempFileName);
WINBASEAPI UINT WINAPI GetTempFileNameW(LPCWSTR lpPathName,
                                        LPCWSTR lpPrefixString,
                                        UINT uUnique,
                                        LPWSTR lpTempFileName) ISTHMUS_WIDE(GetTempFileNameW);
#define GetTempFileName ISTHMUS_AW(GetTempFileName)

ISTHMUS_END_C
