#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// Heaps. What is no block of the heap is found out. Functions that fail return null: heaps that
/// raise exceptions are not offered.
/// https://learn.microsoft.com/windows/win32/api/heapapi/

ISTHMUS_BEGIN_C

/// HEAP_GENERATE_EXCEPTIONS: ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize);
WINBASEAPI BOOL WINAPI HeapDestroy(HANDLE hHeap);
WINBASEAPI HANDLE WINAPI GetProcessHeap(VOID);
WINBASEAPI LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);
WINBASEAPI LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);
WINBASEAPI BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);
WINBASEAPI SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);
WINBASEAPI BOOL WINAPI HeapValidate(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);

ISTHMUS_END_C
