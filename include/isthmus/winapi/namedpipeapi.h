#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// Named and anonymous pipes. A client opens one with CreateFile, both ends use ReadFile, WriteFile
/// and FlushFileBuffers.
/// https://learn.microsoft.com/windows/win32/api/namedpipeapi/

#define PIPE_ACCESS_INBOUND 0x00000001
#define PIPE_ACCESS_OUTBOUND 0x00000002
#define PIPE_ACCESS_DUPLEX 0x00000003
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000

#define PIPE_WAIT 0x00000000
#define PIPE_NOWAIT 0x00000001
#define PIPE_READMODE_BYTE 0x00000000
#define PIPE_READMODE_MESSAGE 0x00000002
#define PIPE_TYPE_BYTE 0x00000000
#define PIPE_TYPE_MESSAGE 0x00000004
#define PIPE_ACCEPT_REMOTE_CLIENTS 0x00000000
#define PIPE_REJECT_REMOTE_CLIENTS 0x00000008

#define PIPE_CLIENT_END 0x00000000
#define PIPE_SERVER_END 0x00000001

#define PIPE_UNLIMITED_INSTANCES 255

#define NMPWAIT_WAIT_FOREVER 0xffffffff
#define NMPWAIT_NOWAIT 0x00000001
#define NMPWAIT_USE_DEFAULT_WAIT 0x00000000

ISTHMUS_BEGIN_C

/// Clients of other machines cannot connect in any case. The buffers have at least what the system
/// gives every socket, so that a write waits later than on Windows. FILE_FLAG_OVERLAPPED:
/// ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI HANDLE WINAPI CreateNamedPipeA(LPCSTR lpName,
                                          DWORD dwOpenMode,
                                          DWORD dwPipeMode,
                                          DWORD nMaxInstances,
                                          DWORD nOutBufferSize,
                                          DWORD nInBufferSize,
                                          DWORD nDefaultTimeOut,
                                          LPSECURITY_ATTRIBUTES lpSecurityAttributes);
WINBASEAPI HANDLE WINAPI CreateNamedPipeW(LPCWSTR lpName,
                                          DWORD dwOpenMode,
                                          DWORD dwPipeMode,
                                          DWORD nMaxInstances,
                                          DWORD nOutBufferSize,
                                          DWORD nInBufferSize,
                                          DWORD nDefaultTimeOut,
                                          LPSECURITY_ATTRIBUTES lpSecurityAttributes)
    ISTHMUS_WIDE(CreateNamedPipeW);
#define CreateNamedPipe ISTHMUS_AW(CreateNamedPipe)

/// With an OVERLAPPED: ERROR_CALL_NOT_IMPLEMENTED, as in TransactNamedPipe.
WINBASEAPI BOOL WINAPI ConnectNamedPipe(HANDLE hNamedPipe, LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI DisconnectNamedPipe(HANDLE hNamedPipe);

WINBASEAPI BOOL WINAPI WaitNamedPipeA(LPCSTR lpNamedPipeName, DWORD nTimeOut);
WINBASEAPI BOOL WINAPI WaitNamedPipeW(LPCWSTR lpNamedPipeName, DWORD nTimeOut)
    ISTHMUS_WIDE(WaitNamedPipeW);
#define WaitNamedPipe ISTHMUS_AW(WaitNamedPipe)

/// While another thread waits in a ReadFile on the same end there is nothing to see, because what
/// comes is that read's.
WINBASEAPI BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe,
                                     LPVOID lpBuffer,
                                     DWORD nBufferSize,
                                     LPDWORD lpBytesRead,
                                     LPDWORD lpTotalBytesAvail,
                                     LPDWORD lpBytesLeftThisMessage);

WINBASEAPI BOOL WINAPI TransactNamedPipe(HANDLE hNamedPipe,
                                         LPVOID lpInBuffer,
                                         DWORD nInBufferSize,
                                         LPVOID lpOutBuffer,
                                         DWORD nOutBufferSize,
                                         LPDWORD lpBytesRead,
                                         LPOVERLAPPED lpOverlapped);

WINBASEAPI BOOL WINAPI CallNamedPipeA(LPCSTR lpNamedPipeName,
                                      LPVOID lpInBuffer,
                                      DWORD nInBufferSize,
                                      LPVOID lpOutBuffer,
                                      DWORD nOutBufferSize,
                                      LPDWORD lpBytesRead,
                                      DWORD nTimeOut);
WINBASEAPI BOOL WINAPI CallNamedPipeW(LPCWSTR lpNamedPipeName,
                                      LPVOID lpInBuffer,
                                      DWORD nInBufferSize,
                                      LPVOID lpOutBuffer,
                                      DWORD nOutBufferSize,
                                      LPDWORD lpBytesRead,
                                      DWORD nTimeOut) ISTHMUS_WIDE(CallNamedPipeW);
#define CallNamedPipe ISTHMUS_AW(CallNamedPipe)

/// The collection of data of a remote client, which there is none of: ERROR_INVALID_PARAMETER, as
/// on Windows for a client of the same machine.
WINBASEAPI BOOL WINAPI SetNamedPipeHandleState(HANDLE hNamedPipe,
                                               LPDWORD lpMode,
                                               LPDWORD lpMaxCollectionCount,
                                               LPDWORD lpCollectDataTimeout);
/// The user is the one that the kernel noted when the client connected.
WINBASEAPI BOOL WINAPI GetNamedPipeHandleStateA(HANDLE hNamedPipe,
                                                LPDWORD lpState,
                                                LPDWORD lpCurInstances,
                                                LPDWORD lpMaxCollectionCount,
                                                LPDWORD lpCollectDataTimeout,
                                                LPSTR lpUserName,
                                                DWORD nMaxUserNameSize);
WINBASEAPI BOOL WINAPI GetNamedPipeHandleStateW(HANDLE hNamedPipe,
                                                LPDWORD lpState,
                                                LPDWORD lpCurInstances,
                                                LPDWORD lpMaxCollectionCount,
                                                LPDWORD lpCollectDataTimeout,
                                                LPWSTR lpUserName,
                                                DWORD nMaxUserNameSize)
    ISTHMUS_WIDE(GetNamedPipeHandleStateW);
#define GetNamedPipeHandleState ISTHMUS_AW(GetNamedPipeHandleState)

/// The sizes of the buffers are those that the name's first instance was created with.
WINBASEAPI BOOL WINAPI GetNamedPipeInfo(HANDLE hNamedPipe,
                                        LPDWORD lpFlags,
                                        LPDWORD lpOutBufferSize,
                                        LPDWORD lpInBufferSize,
                                        LPDWORD lpMaxInstances);
WINBASEAPI BOOL WINAPI GetNamedPipeClientProcessId(HANDLE Pipe, PULONG ClientProcessId);
WINBASEAPI BOOL WINAPI GetNamedPipeServerProcessId(HANDLE Pipe, PULONG ServerProcessId);

/// The pipe has no name, so that nobody else can open it.
WINBASEAPI BOOL WINAPI CreatePipe(PHANDLE hReadPipe,
                                  PHANDLE hWritePipe,
                                  LPSECURITY_ATTRIBUTES lpPipeAttributes,
                                  DWORD nSize);

ISTHMUS_END_C
