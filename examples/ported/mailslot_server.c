/* Reads a mailslot and prints what comes, until "stop" comes or 20 seconds have passed without a
   message.

       mailslot_server [NAME] */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <tchar.h>
#include <strsafe.h>

static BOOL ReadSlot(HANDLE hSlot)
{
    DWORD cbMessage, cMessages, cbRead;
    CHAR *pBuffer;
    BOOL bStop;

    if (!GetMailslotInfo(hSlot, NULL, &cbMessage, &cMessages, NULL)) {
        _tprintf(TEXT("GetMailslotInfo failed, error %lu\n"), GetLastError());
        return FALSE;
    }
    if (cbMessage == MAILSLOT_NO_MESSAGE) {
        /* Nothing there: a read waits for the next one, in a buffer of the largest size. */
        cbMessage = 400;
    }
    pBuffer = (CHAR *)GlobalAlloc(GPTR, cbMessage + 1);
    if (pBuffer == NULL)
        return FALSE;
    if (!ReadFile(hSlot, pBuffer, cbMessage, &cbRead, NULL)) {
        _tprintf(TEXT("ReadFile failed, error %lu\n"), GetLastError());
        GlobalFree(pBuffer);
        return FALSE;
    }
    printf("Message of %lu bytes: %s\n", cbRead, pBuffer);
    fflush(stdout);
    bStop = strcmp(pBuffer, "stop") == 0;
    GlobalFree(pBuffer);
    return !bStop;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR szName[MAX_PATH];
    HANDLE hSlot;

    StringCchPrintf(szName, MAX_PATH, TEXT("\\\\.\\mailslot\\%s"),
                    argc > 1 ? argv[1] : TEXT("isthmus-ported"));
    hSlot = CreateMailslot(szName, 400, 20000, NULL);
    if (hSlot == INVALID_HANDLE_VALUE) {
        _tprintf(TEXT("CreateMailslot failed, error %lu\n"), GetLastError());
        return 1;
    }
    _tprintf(TEXT("Reading the mailslot\n"));
    fflush(stdout);
    while (ReadSlot(hSlot))
        ;
    CloseHandle(hSlot);
    return 0;
}
