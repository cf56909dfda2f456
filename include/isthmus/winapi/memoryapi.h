#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// Shared memory: file mappings and their views. Of the page protections there are PAGE_READONLY,
/// PAGE_READWRITE and PAGE_WRITECOPY; those that execute, SEC_IMAGE and SEC_LARGE_PAGES fail with
/// ERROR_CALL_NOT_IMPLEMENTED. There is no VirtualAlloc: with SEC_RESERVE the pages are there at
/// once, and get their memory when they are first used.
/// https://learn.microsoft.com/windows/win32/api/memoryapi/

#define FILE_MAP_COPY 0x00000001
#define FILE_MAP_WRITE SECTION_MAP_WRITE
#define FILE_MAP_READ SECTION_MAP_READ
#define FILE_MAP_ALL_ACCESS SECTION_ALL_ACCESS
#define FILE_MAP_EXECUTE SECTION_MAP_EXECUTE_EXPLICIT
#define FILE_MAP_LARGE_PAGES 0x20000000
#define FILE_MAP_TARGETS_INVALID 0x40000000
#define FILE_MAP_RESERVE 0x80000000

ISTHMUS_BEGIN_C

/// A file that has a name as well: for its owner only, others ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI HANDLE WINAPI CreateFileMappingA(HANDLE hFile,
                                            LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                            DWORD flProtect,
                                            DWORD dwMaximumSizeHigh,
                                            DWORD dwMaximumSizeLow,
                                            LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateFileMappingW(HANDLE hFile,
                                            LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                            DWORD flProtect,
                                            DWORD dwMaximumSizeHigh,
                                            DWORD dwMaximumSizeLow,
                                            LPCWSTR lpName) ISTHMUS_WIDE(CreateFileMappingW);
#define CreateFileMapping ISTHMUS_AW(CreateFileMapping)

/// A file that is not at its path any more: ERROR_FILE_INVALID.
WINBASEAPI HANDLE WINAPI OpenFileMappingA(DWORD dwDesiredAccess,
                                          BOOL bInheritHandle,
                                          LPCSTR lpName);
WINBASEAPI HANDLE WINAPI OpenFileMappingW(DWORD dwDesiredAccess,
                                          BOOL bInheritHandle,
                                          LPCWSTR lpName) ISTHMUS_WIDE(OpenFileMappingW);
#define OpenFileMapping ISTHMUS_AW(OpenFileMapping)

WINBASEAPI LPVOID WINAPI MapViewOfFile(HANDLE hFileMappingObject,
                                       DWORD dwDesiredAccess,
                                       DWORD dwFileOffsetHigh,
                                       DWORD dwFileOffsetLow,
                                       SIZE_T dwNumberOfBytesToMap);
WINBASEAPI LPVOID WINAPI MapViewOfFileEx(HANDLE hFileMappingObject,
                                         DWORD dwDesiredAccess,
                                         DWORD dwFileOffsetHigh,
                                         DWORD dwFileOffsetLow,
                                         SIZE_T dwNumberOfBytesToMap,
                                         LPVOID lpBaseAddress);
WINBASEAPI BOOL WINAPI UnmapViewOfFile(LPCVOID lpBaseAddress);
WINBASEAPI BOOL WINAPI FlushViewOfFile(LPCVOID lpBaseAddress, SIZE_T dwNumberOfBytesToFlush);

ISTHMUS_END_C
