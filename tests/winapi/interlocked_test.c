/* Interlocked operations that Windows' compilers have and MinGW has not all of; the others are used
   in the tests of threads. */

#include "trace.h"

static void sums(void) {
    BEGIN_GAP("MinGW lacks InterlockedAdd and InterlockedAdd64")
#ifndef __MINGW32__
    {
        LONG volatile number = 2147483647;
        LONG64 volatile large = 0xffffffff;
        GIVES(InterlockedAdd(&number, 1), -2147483647 - 1);
        GIVES(InterlockedAdd(&number, -1), 2147483647);
        GIVES(InterlockedAdd(&number, -2147483647), 0);
        GIVES(number, 0);
        GIVES(InterlockedAdd64(&large, 1), 0x100000000);
        GIVES(InterlockedAdd64(&large, -0x100000001), -1);
        GIVES(large, -1);
    }
#endif
    END_GAP
}

/* Each gives what was before, but those that count: what is then. */
static void sixteen_bits(void) {
    SHORT volatile numbers[3] = {77, 32767, 77};
    trace_note("16 bits");
    GIVES(InterlockedIncrement16(&numbers[1]), -32768);
    GIVES(InterlockedDecrement16(&numbers[1]), 32767);
    GIVES(InterlockedCompareExchange16(&numbers[1], 5, 1), 32767);
    GIVES(numbers[1], 32767);
    GIVES(InterlockedCompareExchange16(&numbers[1], 0x0ff0, 32767), 32767);
    GIVES(numbers[1], 0x0ff0);
    HOLDS(numbers[0] == 77 && numbers[2] == 77);
    BEGIN_GAP("MinGW lacks the other functions for 16 bits")
#ifndef __MINGW32__
    GIVES(InterlockedAnd16(&numbers[1], 0x00ff), 0x0ff0);
    GIVES(InterlockedOr16(&numbers[1], 0x000f), 0x00f0);
    GIVES(InterlockedXor16(&numbers[1], 0x0f0f), 0x00ff);
    GIVES(InterlockedExchange16(&numbers[1], -1), 0x0ff0);
    GIVES(numbers[1], -1);
    HOLDS(numbers[0] == 77 && numbers[2] == 77);
#endif
    END_GAP
}

#define ADDITIONS 20000

static LONG volatile sum;
static LONG64 volatile large_sum;
static SHORT volatile small_sum;

static DWORD WINAPI add(LPVOID unused) {
    int at;
    (void)unused;
    for (at = 0; at < ADDITIONS; ++at) {
        InterlockedExchangeAdd(&sum, 2);
        InterlockedExchangeAdd64(&large_sum, 0x100000000);
        InterlockedIncrement16(&small_sum);
    }
    return 0;
}

static void threads(void) {
    HANDLE adders[4];
    int at;
    trace_note("none is lost");
    for (at = 0; at < 4; ++at) {
        adders[at] = CreateThread(NULL, 0, add, NULL, 0, NULL);
    }
    GIVES(WaitForMultipleObjects(4, adders, TRUE, 30000), WAIT_OBJECT_0);
    for (at = 0; at < 4; ++at) {
        CloseHandle(adders[at]);
    }
    GIVES(sum, 8 * ADDITIONS);
    HOLDS(large_sum == 4 * ADDITIONS * (LONG64)0x100000000);
    GIVES(small_sum, (SHORT)(4 * ADDITIONS - 65536));
}

int main(void) {
    sums();
    sixteen_bits();
    threads();
    return trace_end();
}
