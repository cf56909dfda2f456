#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// Threads, and the calling process.
/// https://learn.microsoft.com/windows/win32/api/processthreadsapi/

#define TLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)

typedef DWORD(WINAPI* PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;

ISTHMUS_BEGIN_C

// --- threads

WINBASEAPI HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes,
                                      SIZE_T dwStackSize,
                                      LPTHREAD_START_ROUTINE lpStartAddress,
                                      LPVOID lpParameter,
                                      DWORD dwCreationFlags,
                                      LPDWORD lpThreadId);
/// Starts a thread that was created with CREATE_SUSPENDED. Nothing else suspends threads.
WINBASEAPI DWORD WINAPI ResumeThread(HANDLE hThread);
/// Runs the destructors of the C++ objects on the stack: it is pthread_exit.
WINBASEAPI DECLSPEC_NORETURN VOID WINAPI ExitThread(DWORD dwExitCode);
WINBASEAPI BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode);
WINBASEAPI DWORD WINAPI GetThreadId(HANDLE Thread);
/// Always TRUE.
WINBASEAPI BOOL WINAPI SwitchToThread(VOID);

/// There are 256 indexes.
WINBASEAPI DWORD WINAPI TlsAlloc(VOID);
WINBASEAPI LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex);
WINBASEAPI BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue);
WINBASEAPI BOOL WINAPI TlsFree(DWORD dwTlsIndex);

// --- the calling process and thread

WINBASEAPI HANDLE WINAPI GetCurrentProcess(VOID);
WINBASEAPI DWORD WINAPI GetCurrentProcessId(VOID);
/// Of the calling process: there are no handles of others.
WINBASEAPI DWORD WINAPI GetProcessId(HANDLE Process);
/// Is exit(): of the code the system keeps the low eight bits.
WINBASEAPI DECLSPEC_NORETURN VOID WINAPI ExitProcess(UINT uExitCode);
WINBASEAPI HANDLE WINAPI GetCurrentThread(VOID);
WINBASEAPI DWORD WINAPI GetCurrentThreadId(VOID);

ISTHMUS_END_C
