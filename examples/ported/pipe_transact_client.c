/* A client of pipe_server_threads: one transaction for each argument.

       pipe_transact_client NAME MESSAGE... */

#include <windows.h>
#include <stdio.h>
#include <tchar.h>
#include <strsafe.h>

#define BUFFER_CHARS 8

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR szName[MAX_PATH];
    TCHAR buffer[BUFFER_CHARS + 1];
    HANDLE hPipe;
    DWORD dwMode = PIPE_READMODE_MESSAGE, cbRead;
    BOOL bSuccess;
    int i;

    if (argc < 3) {
        _tprintf(TEXT("usage: pipe_transact_client NAME MESSAGE...\n"));
        return 2;
    }
    StringCchPrintf(szName, MAX_PATH, TEXT("\\\\.\\pipe\\%s"), argv[1]);

    while ((hPipe = CreateFile(szName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                               FILE_ATTRIBUTE_NORMAL, NULL)) == INVALID_HANDLE_VALUE) {
        /* Between two clients the server may have no instance for a moment. */
        if (GetLastError() != ERROR_PIPE_BUSY && GetLastError() != ERROR_FILE_NOT_FOUND) {
            _tprintf(TEXT("Could not open %s, error %lu\n"), szName, GetLastError());
            return 1;
        }
        if (!WaitNamedPipe(szName, 10000))
            Sleep(10);
    }
    if (!SetNamedPipeHandleState(hPipe, &dwMode, NULL, NULL)) {
        _tprintf(TEXT("SetNamedPipeHandleState failed, error %lu\n"), GetLastError());
        return 1;
    }

    for (i = 2; i < argc; ++i) {
        bSuccess = TransactNamedPipe(hPipe, argv[i], (DWORD)(lstrlen(argv[i]) * sizeof(TCHAR)),
                                     buffer, BUFFER_CHARS * sizeof(TCHAR), &cbRead, NULL);
        _tprintf(TEXT("%s -> "), argv[i]);
        while (bSuccess || GetLastError() == ERROR_MORE_DATA) {
            buffer[cbRead / sizeof(TCHAR)] = 0;
            _tprintf(TEXT("%s"), buffer);
            if (bSuccess)
                break;
            bSuccess = ReadFile(hPipe, buffer, BUFFER_CHARS * sizeof(TCHAR), &cbRead, NULL);
        }
        _tprintf(TEXT("\n"));
        if (!bSuccess) {
            _tprintf(TEXT("TransactNamedPipe failed, error %lu\n"), GetLastError());
            return 1;
        }
    }

    CloseHandle(hPipe);
    return 0;
}
