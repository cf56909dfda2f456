/* Producers and consumers: a ring of eight places, a semaphore that counts the free places, one that
   counts the full ones. */

#include <windows.h>
#include <stdio.h>

#define PLACES 8
#define PRODUCERS 3
#define CONSUMERS 2
#define ITEMS_PER_PRODUCER 200
#define ITEMS (PRODUCERS * ITEMS_PER_PRODUCER)

static int g_ring[PLACES];
static int g_in, g_out, g_taken;
static LONGLONG g_llSum;
static HANDLE g_hFree, g_hFull;
static CRITICAL_SECTION g_lock;

static DWORD WINAPI Producer(LPVOID pParameter)
{
    const int nFirst = (int)(INT_PTR)pParameter * ITEMS_PER_PRODUCER;
    int i;

    for (i = 0; i < ITEMS_PER_PRODUCER; ++i) {
        WaitForSingleObject(g_hFree, INFINITE);
        EnterCriticalSection(&g_lock);
        g_ring[g_in] = nFirst + i;
        g_in = (g_in + 1) % PLACES;
        LeaveCriticalSection(&g_lock);
        ReleaseSemaphore(g_hFull, 1, NULL);
    }
    return 0;
}

static DWORD WINAPI Consumer(LPVOID pParameter)
{
    DWORD dwTaken = 0;

    (void)pParameter;
    for (;;) {
        int nItem;
        WaitForSingleObject(g_hFull, INFINITE);
        EnterCriticalSection(&g_lock);
        if (g_taken == ITEMS) { /* woken only to end */
            LeaveCriticalSection(&g_lock);
            return dwTaken;
        }
        nItem = g_ring[g_out];
        g_out = (g_out + 1) % PLACES;
        g_llSum += nItem;
        ++dwTaken;
        if (++g_taken == ITEMS)
            ReleaseSemaphore(g_hFull, CONSUMERS, NULL);
        LeaveCriticalSection(&g_lock);
        ReleaseSemaphore(g_hFree, 1, NULL);
    }
}

int main(void)
{
    HANDLE hThreads[PRODUCERS + CONSUMERS];
    DWORD dwTotal = 0, dwCode, dwId;
    LONG lPrevious;
    int i;

    InitializeCriticalSection(&g_lock);
    g_hFree = CreateSemaphore(NULL, PLACES, PLACES, NULL);
    g_hFull = CreateSemaphore(NULL, 0, PLACES + CONSUMERS, NULL);
    if (g_hFree == NULL || g_hFull == NULL) {
        printf("CreateSemaphore failed, error %lu\n", GetLastError());
        return 1;
    }
    for (i = 0; i < PRODUCERS + CONSUMERS; ++i) {
        hThreads[i] = CreateThread(NULL, 0, i < PRODUCERS ? Producer : Consumer,
                                   (LPVOID)(INT_PTR)i, 0, &dwId);
        if (hThreads[i] == NULL) {
            printf("CreateThread failed, error %lu\n", GetLastError());
            return 1;
        }
    }
    WaitForMultipleObjects(PRODUCERS + CONSUMERS, hThreads, TRUE, INFINITE);
    for (i = 0; i < PRODUCERS + CONSUMERS; ++i) {
        GetExitCodeThread(hThreads[i], &dwCode);
        dwTotal += dwCode;
        CloseHandle(hThreads[i]);
    }
    printf("%lu items taken, their sum is %I64d\n", dwTotal, g_llSum);
    if (ReleaseSemaphore(g_hFree, 1, &lPrevious))
        printf("A place too many\n");
    else
        printf("All places are free again: error %lu\n", GetLastError());

    CloseHandle(g_hFree);
    CloseHandle(g_hFull);
    DeleteCriticalSection(&g_lock);
    return 0;
}
