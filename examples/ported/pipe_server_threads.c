/* A named-pipe server with a thread for each client. Ends when it has served COUNT clients.

       pipe_server_threads NAME COUNT */

#include <windows.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <tchar.h>
#include <strsafe.h>

#define BUFFER_CHARS 256
#define MAX_CLIENTS 32

static LONG g_lMessages;

static unsigned __stdcall InstanceThread(void *pParameter)
{
    HANDLE hPipe = (HANDLE)pParameter;
    TCHAR request[BUFFER_CHARS], reply[BUFFER_CHARS];
    DWORD cbRead, cbWritten;

    while (ReadFile(hPipe, request, sizeof(request) - sizeof(TCHAR), &cbRead, NULL)) {
        LONG lNumber = InterlockedIncrement(&g_lMessages);
        int i;
        (void)lNumber;
        request[cbRead / sizeof(TCHAR)] = 0;
        StringCchCopy(reply, BUFFER_CHARS, request);
        for (i = 0; reply[i] != 0; ++i)
            if (reply[i] >= TEXT('a') && reply[i] <= TEXT('z'))
                reply[i] = (TCHAR)(reply[i] - TEXT('a') + TEXT('A'));
        if (!WriteFile(hPipe, reply, (DWORD)(lstrlen(reply) * sizeof(TCHAR)), &cbWritten, NULL))
            break;
    }

    /* The client shall read the last reply before the pipe is disconnected. */
    FlushFileBuffers(hPipe);
    DisconnectNamedPipe(hPipe);
    CloseHandle(hPipe);
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR szName[MAX_PATH];
    HANDLE hThreads[MAX_CLIENTS];
    int nClients, i;

    if (argc != 3) {
        _tprintf(TEXT("usage: pipe_server_threads NAME COUNT\n"));
        return 2;
    }
    StringCchPrintf(szName, MAX_PATH, TEXT("\\\\.\\pipe\\%s"), argv[1]);
    nClients = _ttoi(argv[2]);
    if (nClients < 1 || nClients > MAX_CLIENTS) {
        _tprintf(TEXT("1 to %d clients\n"), MAX_CLIENTS);
        return 2;
    }

    for (i = 0; i < nClients; ++i) {
        HANDLE hPipe = CreateNamedPipe(szName, PIPE_ACCESS_DUPLEX,
                                       PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                                       PIPE_UNLIMITED_INSTANCES, 512, 512,
                                       NMPWAIT_USE_DEFAULT_WAIT, NULL);
        if (hPipe == INVALID_HANDLE_VALUE) {
            _tprintf(TEXT("CreateNamedPipe failed, error %lu\n"), GetLastError());
            return 1;
        }
        if (i == 0) {
            _tprintf(TEXT("Serving %d clients\n"), nClients);
            fflush(stdout);
        }
        if (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) {
            _tprintf(TEXT("ConnectNamedPipe failed, error %lu\n"), GetLastError());
            return 1;
        }
        hThreads[i] = (HANDLE)_beginthreadex(NULL, 0, InstanceThread, hPipe, 0, NULL);
        if (hThreads[i] == NULL) {
            _tprintf(TEXT("No thread for client %d\n"), i);
            return 1;
        }
    }

    WaitForMultipleObjects((DWORD)nClients, hThreads, TRUE, INFINITE);
    for (i = 0; i < nClients; ++i)
        CloseHandle(hThreads[i]);
    _tprintf(TEXT("Served %d clients, %ld messages\n"), nClients, g_lMessages);
    return 0;
}
