/* Writes each of its arguments to a mailslot.

       mailslot_client NAME MESSAGE... */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <strsafe.h>

int main(int argc, char *argv[])
{
    char szName[MAX_PATH];
    HANDLE hSlot;
    DWORD cbWritten;
    int i;

    if (argc < 3) {
        printf("usage: mailslot_client NAME MESSAGE...\n");
        return 2;
    }
    StringCchPrintfA(szName, MAX_PATH, "\\\\.\\mailslot\\%s", argv[1]);
    hSlot = CreateFileA(szName, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                        FILE_ATTRIBUTE_NORMAL, NULL);
    if (hSlot == INVALID_HANDLE_VALUE) {
        printf("CreateFile failed, error %lu\n", GetLastError());
        return 1;
    }
    for (i = 2; i < argc; ++i) {
        if (!WriteFile(hSlot, argv[i], (DWORD)strlen(argv[i]), &cbWritten, NULL)) {
            printf("WriteFile failed, error %lu\n", GetLastError());
            return 1;
        }
        printf("%lu bytes written\n", cbWritten);
    }
    CloseHandle(hSlot);
    return 0;
}
