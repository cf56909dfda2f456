/* One-time initialization, and interlocked operations. */

#include "trace.h"

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static volatile LONG calls;
static int the_context[4];

static BOOL CALLBACK succeed(PINIT_ONCE InitOnce, PVOID Parameter, PVOID* Context) {
    InterlockedIncrement(&calls);
    if (InitOnce != &once) {
        return FALSE;
    }
    if (Context != NULL) {
        *Context = Parameter;
    }
    return TRUE;
}

static BOOL CALLBACK fail(PINIT_ONCE InitOnce, PVOID Parameter, PVOID* Context) {
    (void)InitOnce;
    (void)Parameter;
    (void)Context;
    InterlockedIncrement(&calls);
    SetLastError(4711);
    return FALSE;
}

static BOOL CALLBACK succeed_slowly(PINIT_ONCE InitOnce, PVOID Parameter, PVOID* Context) {
    Sleep(20);
    return succeed(InitOnce, Parameter, Context);
}

static DWORD WINAPI initialize(LPVOID parameter) {
    PVOID context = NULL;
    return InitOnceExecuteOnce(&once, succeed_slowly, parameter, &context) && context == parameter;
}

static void execute(void) {
    HANDLE threads[4];
    PVOID context = NULL;
    int i;
    trace_note("InitOnceExecuteOnce");
    FAILS(InitOnceExecuteOnce(&once, fail, NULL, &context), 4711);
    GIVES(calls, 1);
    FAILS(InitOnceExecuteOnce(&once, fail, NULL, NULL), 4711);
    GIVES(calls, 2);
    SUCCEEDS(InitOnceExecuteOnce(&once, succeed, &the_context[1], &context));
    HOLDS(context == &the_context[1]);
    GIVES(calls, 3);
    context = NULL;
    SUCCEEDS_WITH(InitOnceExecuteOnce(&once, succeed, &the_context[2], &context), UNTOUCHED);
    HOLDS(context == &the_context[1]);
    SUCCEEDS(InitOnceExecuteOnce(&once, fail, NULL, NULL));
    GIVES(calls, 3);
    InitOnceInitialize(&once);
    calls = 0;
    for (i = 0; i < 4; ++i) {
        threads[i] = CreateThread(NULL, 0, initialize, &the_context[3], 0, NULL);
    }
    GIVES(WaitForMultipleObjects(4, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (i = 0; i < 4; ++i) {
        DWORD code = 0;
        SUCCEEDS(GetExitCodeThread(threads[i], &code));
        GIVES(code, 1);
        CloseHandle(threads[i]);
    }
    GIVES(calls, 1);
}

static void synchronous(void) {
    BOOL pending = 7;
    PVOID context = &pending;
    trace_note("begin and complete");
    InitOnceInitialize(&once);
    FAILS(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context),
          ERROR_GEN_FAILURE);
    GIVES(pending, 7);
    HOLDS(context == &pending);
    FAILS(InitOnceComplete(&once, 0, NULL), ERROR_GEN_FAILURE);
    FAILS(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, NULL), ERROR_GEN_FAILURE);
    SUCCEEDS_WITH(InitOnceBeginInitialize(&once, 0, &pending, &context), UNTOUCHED);
    GIVES(pending, TRUE);
    FAILS(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context),
          ERROR_GEN_FAILURE);
    FAILS(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context),
          ERROR_INVALID_PARAMETER);
    FAILS(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, &the_context[0]), ERROR_INVALID_PARAMETER);
    SUCCEEDS_WITH(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, NULL), UNTOUCHED);
    SUCCEEDS(InitOnceBeginInitialize(&once, 0, &pending, &context));
    GIVES(pending, TRUE);
    FAILS(InitOnceComplete(&once, 0, (PVOID)1), ERROR_INVALID_PARAMETER);
    FAILS(InitOnceComplete(&once, 0, (PVOID)2), ERROR_INVALID_PARAMETER);
    SUCCEEDS(InitOnceComplete(&once, 0, &the_context[1]));
    FAILS(InitOnceComplete(&once, 0, &the_context[2]), ERROR_GEN_FAILURE);
    SUCCEEDS(InitOnceBeginInitialize(&once, 0, &pending, &context));
    GIVES(pending, FALSE);
    HOLDS(context == &the_context[1]);
    context = NULL;
    SUCCEEDS(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context));
    GIVES(pending, FALSE);
    HOLDS(context == &the_context[1]);
    SUCCEEDS(InitOnceBeginInitialize(&once, 0, &pending, NULL));
}

static void asynchronous(void) {
    BOOL pending = 7;
    PVOID context = NULL;
    trace_note("asynchronously");
    InitOnceInitialize(&once);
    SUCCEEDS_WITH(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context), UNTOUCHED);
    GIVES(pending, TRUE);
    SUCCEEDS(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context));
    GIVES(pending, TRUE);
    FAILS(InitOnceBeginInitialize(&once, 0, &pending, &context), ERROR_INVALID_PARAMETER);
    FAILS(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context),
          ERROR_GEN_FAILURE);
    FAILS(
        InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC, &pending, &context),
        ERROR_INVALID_PARAMETER);
    FAILS(InitOnceComplete(&once, 0, &the_context[1]), ERROR_INVALID_PARAMETER);
    FAILS(InitOnceComplete(&once, INIT_ONCE_ASYNC | INIT_ONCE_INIT_FAILED, NULL),
          ERROR_INVALID_PARAMETER);
    SUCCEEDS_WITH(InitOnceComplete(&once, INIT_ONCE_ASYNC, &the_context[1]), UNTOUCHED);
    FAILS(InitOnceComplete(&once, INIT_ONCE_ASYNC, &the_context[2]), ERROR_GEN_FAILURE);
    SUCCEEDS(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context));
    GIVES(pending, FALSE);
    HOLDS(context == &the_context[1]);
}

static void interlocked(void) {
    LONG number = 5;
    LONG64 large = (LONG64)1 << 40;
    PVOID pointer = &number;
    trace_note("Interlocked");
    GIVES(InterlockedIncrement(&number), 6);
    GIVES(InterlockedDecrement(&number), 5);
    GIVES(InterlockedExchange(&number, 10), 5);
    GIVES(InterlockedExchangeAdd(&number, -3), 10);
    GIVES(InterlockedCompareExchange(&number, 20, 8), 7);
    GIVES(InterlockedCompareExchange(&number, 20, 7), 7);
    GIVES(number, 20);
    GIVES(InterlockedAnd(&number, 0x1c), 20);
    GIVES(InterlockedOr(&number, 0x43), 0x14);
    GIVES(InterlockedXor(&number, 0x41), 0x57);
    GIVES(number, 0x16);
    GIVES(InterlockedExchange(&number, 0x7fffffff), 0x16);
    GIVES(InterlockedIncrement(&number), -0x7fffffff - 1);
    GIVES(InterlockedIncrement64(&large), ((LONG64)1 << 40) + 1);
    GIVES(InterlockedDecrement64(&large), (LONG64)1 << 40);
    GIVES(InterlockedExchange64(&large, (LONG64)3 << 50), (LONG64)1 << 40);
    GIVES(InterlockedExchangeAdd64(&large, (LONG64)1 << 50), (LONG64)3 << 50);
    GIVES(InterlockedCompareExchange64(&large, 1, 2), (LONG64)4 << 50);
    GIVES(InterlockedCompareExchange64(&large, 6, (LONG64)4 << 50), (LONG64)4 << 50);
    GIVES(InterlockedAnd64(&large, 3), 6);
    GIVES(InterlockedOr64(&large, 8), 2);
    GIVES(InterlockedXor64(&large, 3), 10);
    GIVES(large, 9);
    HOLDS(InterlockedExchangePointer(&pointer, &large) == &number);
    HOLDS(InterlockedCompareExchangePointer(&pointer, NULL, &number) == &large);
    HOLDS(InterlockedCompareExchangePointer(&pointer, NULL, &large) == &large);
    HOLDS(pointer == NULL);
    number = 0;
    GIVES(InterlockedBitTestAndSet(&number, 4), 0);
    GIVES(InterlockedBitTestAndSet(&number, 4), 1);
    GIVES(InterlockedBitTestAndReset(&number, 4), 1);
    GIVES(InterlockedBitTestAndReset(&number, 4), 0);
    MemoryBarrier();
    YieldProcessor();
}

int main(void) {
    execute();
    synchronous();
    asynchronous();
    interlocked();
    return trace_end();
}
