/* A named-pipe server in message mode: one client after the other, one reply for each message. Ends
   when a client sends "quit".

       pipe_server [NAME] */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <strsafe.h>

#define BUFFER_SIZE 512

static BOOL ServeClient(HANDLE hPipe)
{
    char request[BUFFER_SIZE + 1];
    char reply[BUFFER_SIZE + 32];
    DWORD cbRead, cbWritten;

    while (ReadFile(hPipe, request, BUFFER_SIZE, &cbRead, NULL)) {
        request[cbRead] = '\0';
        printf("Received %lu bytes: %s\n", cbRead, request);
        StringCchPrintfA(reply, sizeof(reply), "You said: %s", request);
        if (!WriteFile(hPipe, reply, (DWORD)strlen(reply), &cbWritten, NULL)) {
            printf("WriteFile failed, error %lu\n", GetLastError());
            return TRUE;
        }
        if (strcmp(request, "quit") == 0)
            return FALSE;
    }
    if (GetLastError() == ERROR_BROKEN_PIPE)
        printf("The client has left\n");
    else
        printf("ReadFile failed, error %lu\n", GetLastError());
    return TRUE;
}

int main(int argc, char *argv[])
{
    char szName[MAX_PATH];
    HANDLE hPipe;
    BOOL bGoOn = TRUE;

    setvbuf(stdout, NULL, _IONBF, 0);
    StringCchPrintfA(szName, MAX_PATH, "\\\\.\\pipe\\%s", argc > 1 ? argv[1] : "isthmus-ported");

    hPipe = CreateNamedPipeA(szName, PIPE_ACCESS_DUPLEX,
                             PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                             1, BUFFER_SIZE, BUFFER_SIZE, 0, NULL);
    if (hPipe == INVALID_HANDLE_VALUE) {
        printf("CreateNamedPipe failed, error %lu\n", GetLastError());
        return 1;
    }
    printf("Waiting for clients\n");

    while (bGoOn) {
        /* A client may have connected between the two calls. */
        BOOL bConnected = ConnectNamedPipe(hPipe, NULL) ? TRUE
                                                        : GetLastError() == ERROR_PIPE_CONNECTED;
        if (!bConnected) {
            printf("ConnectNamedPipe failed, error %lu\n", GetLastError());
            break;
        }
        bGoOn = ServeClient(hPipe);
        FlushFileBuffers(hPipe);
        DisconnectNamedPipe(hPipe);
    }

    CloseHandle(hPipe);
    printf("Server ends\n");
    return 0;
}
