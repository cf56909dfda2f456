/* A named-pipe client in message mode: sends each of its arguments, prints each reply.

       pipe_client NAME MESSAGE... */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <strsafe.h>

#define BUFFER_SIZE 16

/* A reply may be larger than the buffer: then it comes in parts. */
static BOOL PrintReply(HANDLE hPipe)
{
    char buffer[BUFFER_SIZE + 1];
    DWORD cbRead;
    BOOL bSuccess;

    printf("Reply: ");
    do {
        bSuccess = ReadFile(hPipe, buffer, BUFFER_SIZE, &cbRead, NULL);
        if (!bSuccess && GetLastError() != ERROR_MORE_DATA)
            break;
        buffer[cbRead] = '\0';
        printf("[%s]", buffer);
    } while (!bSuccess);
    printf("\n");
    return bSuccess;
}

int main(int argc, char *argv[])
{
    char szName[MAX_PATH];
    HANDLE hPipe;
    DWORD dwMode, cbWritten;
    int i;

    if (argc < 3) {
        printf("usage: pipe_client NAME MESSAGE...\n");
        return 2;
    }
    StringCchPrintfA(szName, MAX_PATH, "\\\\.\\pipe\\%s", argv[1]);

    for (;;) {
        hPipe = CreateFileA(szName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (hPipe != INVALID_HANDLE_VALUE)
            break;
        if (GetLastError() != ERROR_PIPE_BUSY) {
            printf("Could not open the pipe, error %lu\n", GetLastError());
            return 1;
        }
        if (!WaitNamedPipeA(szName, 20000)) {
            printf("All instances remained busy, error %lu\n", GetLastError());
            return 1;
        }
    }

    dwMode = PIPE_READMODE_MESSAGE;
    if (!SetNamedPipeHandleState(hPipe, &dwMode, NULL, NULL)) {
        printf("SetNamedPipeHandleState failed, error %lu\n", GetLastError());
        return 1;
    }

    for (i = 2; i < argc; ++i) {
        if (!WriteFile(hPipe, argv[i], (DWORD)strlen(argv[i]), &cbWritten, NULL)) {
            printf("WriteFile failed, error %lu\n", GetLastError());
            return 1;
        }
        printf("Sent %lu bytes\n", cbWritten);
        if (!PrintReply(hPipe)) {
            printf("ReadFile failed, error %lu\n", GetLastError());
            return 1;
        }
    }

    CloseHandle(hPipe);
    return 0;
}
