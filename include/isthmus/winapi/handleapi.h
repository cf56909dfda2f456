#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// Handles. A handle is an index into the process's table, a multiple of 4 whose low two bits are
/// ignored; whatever else is passed fails with ERROR_INVALID_HANDLE.
/// https://learn.microsoft.com/windows/win32/api/handleapi/

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002

ISTHMUS_BEGIN_C

WINBASEAPI BOOL WINAPI CloseHandle(HANDLE hObject);
/// Within the calling process: there are no handles of others.
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle,
                                       HANDLE hSourceHandle,
                                       HANDLE hTargetProcessHandle,
                                       LPHANDLE lpTargetHandle,
                                       DWORD dwDesiredAccess,
                                       BOOL bInheritHandle,
                                       DWORD dwOptions);
WINBASEAPI BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);
WINBASEAPI BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);
WINBASEAPI BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);

ISTHMUS_END_C
