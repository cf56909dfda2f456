/* Opens, writes, reads and closes a message pipe in one call.

       pipe_call_client NAME MESSAGE */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <strsafe.h>

int main(int argc, char *argv[])
{
    char szName[MAX_PATH];
    char reply[256];
    DWORD cbRead = 0;

    if (argc != 3) {
        printf("usage: pipe_call_client NAME MESSAGE\n");
        return 2;
    }
    StringCchPrintfA(szName, MAX_PATH, "\\\\.\\pipe\\%s", argv[1]);

    if (!CallNamedPipeA(szName, argv[2], (DWORD)strlen(argv[2]), reply, sizeof(reply) - 1, &cbRead,
                        NMPWAIT_WAIT_FOREVER)) {
        char *pText = NULL;
        DWORD dwError = GetLastError();
        FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                           FORMAT_MESSAGE_IGNORE_INSERTS,
                       NULL, dwError, 0, (LPSTR)&pText, 0, NULL);
        fprintf(stderr, "CallNamedPipe: %s", pText != NULL ? pText : "unknown error\n");
        LocalFree(pText);
        printf("CallNamedPipe failed, error %lu\n", dwError);
        return 1;
    }
    reply[cbRead] = '\0';
    printf("%lu bytes came back: %s\n", cbRead, reply);
    return 0;
}
