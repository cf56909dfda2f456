/* Several processes count in named shared memory, one at a time by a named mutex. Each adds COUNT; the
   last of TOTAL processes to finish prints the sum. All start at a line of input.

       shared_counter NAME COUNT TOTAL */

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <strsafe.h>

typedef struct {
    LONG lProcesses;
    LONGLONG llSum;
} SHARED;

int main(int argc, char *argv[])
{
    char szMemory[MAX_PATH], szMutex[MAX_PATH];
    HANDLE hMapping, hMutex;
    SHARED *pShared;
    BOOL bFirst;
    int i, nCount, nTotal;

    if (argc != 4) {
        printf("usage: shared_counter NAME COUNT TOTAL\n");
        return 2;
    }
    nCount = atoi(argv[2]);
    nTotal = atoi(argv[3]);
    StringCchPrintfA(szMemory, MAX_PATH, "Local\\%s.memory", argv[1]);
    StringCchPrintfA(szMutex, MAX_PATH, "Local\\%s.mutex", argv[1]);

    hMutex = CreateMutexA(NULL, FALSE, szMutex);
    if (hMutex == NULL) {
        printf("CreateMutex failed, error %lu\n", GetLastError());
        return 1;
    }
    hMapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(SHARED),
                                  szMemory);
    if (hMapping == NULL) {
        printf("CreateFileMapping failed, error %lu\n", GetLastError());
        return 1;
    }
    bFirst = GetLastError() != ERROR_ALREADY_EXISTS;
    pShared = (SHARED *)MapViewOfFile(hMapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (pShared == NULL) {
        printf("MapViewOfFile failed, error %lu\n", GetLastError());
        return 1;
    }
    printf("%s\n", bFirst ? "Created the counter" : "Opened the counter");
    fflush(stdout);

    /* Enter starts it. */
    getchar();
    for (i = 0; i < nCount; ++i) {
        WaitForSingleObject(hMutex, INFINITE);
        ++pShared->llSum; /* not atomic: the mutex has to do it */
        ReleaseMutex(hMutex);
    }

    WaitForSingleObject(hMutex, INFINITE);
    if (++pShared->lProcesses == nTotal)
        printf("All %d processes together: %I64d\n", nTotal, pShared->llSum);
    fflush(stdout);
    ReleaseMutex(hMutex);

    UnmapViewOfFile(pShared);
    CloseHandle(hMapping);
    CloseHandle(hMutex);
    return 0;
}
