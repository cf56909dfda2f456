/* Condition variables, with critical sections and with slim locks; waiting for an address. */

#include "trace.h"

static CRITICAL_SECTION section;
static SRWLOCK slim = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
static CONDITION_VARIABLE waits = CONDITION_VARIABLE_INIT;
static int waiting;
static int tickets;
static int served;

enum { waiters = 3 };

static DWORD WINAPI wait_in_section(LPVOID parameter) {
    EnterCriticalSection(&section);
    ++waiting;
    WakeConditionVariable(&waits);
    while (tickets == 0) {
        if (!SleepConditionVariableCS(&changed, &section, INFINITE)) {
            break;
        }
    }
    --tickets;
    ++served;
    WakeConditionVariable(&waits);
    LeaveCriticalSection(&section);
    return parameter == NULL;
}

static DWORD WINAPI wait_exclusively(LPVOID parameter) {
    AcquireSRWLockExclusive(&slim);
    ++waiting;
    WakeConditionVariable(&waits);
    while (tickets == 0) {
        if (!SleepConditionVariableSRW(&changed, &slim, INFINITE, 0)) {
            break;
        }
    }
    --tickets;
    ++served;
    WakeConditionVariable(&waits);
    ReleaseSRWLockExclusive(&slim);
    return parameter == NULL;
}

static void start(LPTHREAD_START_ROUTINE call, HANDLE* threads) {
    int i;
    waiting = 0;
    tickets = 0;
    served = 0;
    for (i = 0; i < waiters; ++i) {
        threads[i] = CreateThread(NULL, 0, call, NULL, 0, NULL);
    }
}

static void finish(HANDLE* threads) {
    int i;
    GIVES(WaitForMultipleObjects(waiters, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    GIVES(served, waiters);
    GIVES(tickets, 0);
    for (i = 0; i < waiters; ++i) {
        CloseHandle(threads[i]);
    }
}

static void with_sections(void) {
    HANDLE threads[waiters];
    trace_note("with a critical section");
    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    FAILS(SleepConditionVariableCS(&changed, &section, 0), ERROR_TIMEOUT);
    FAILS(SleepConditionVariableCS(&changed, &section, 5), ERROR_TIMEOUT);
    /* It is in the section again. */
    HOLDS((DWORD)(ULONG_PTR)section.OwningThread == GetCurrentThreadId());
    LeaveCriticalSection(&section);
    /* Nobody waits: nothing is remembered. */
    WakeConditionVariable(&changed);
    WakeAllConditionVariable(&changed);
    EnterCriticalSection(&section);
    FAILS(SleepConditionVariableCS(&changed, &section, 5), ERROR_TIMEOUT);
    start(wait_in_section, threads);
    while (waiting != waiters) {
        SleepConditionVariableCS(&waits, &section, INFINITE);
    }
    tickets = 1;
    WakeConditionVariable(&changed);
    while (served != 1) {
        SleepConditionVariableCS(&waits, &section, INFINITE);
    }
    GIVES(tickets, 0);
    tickets = waiters - 1;
    WakeAllConditionVariable(&changed);
    LeaveCriticalSection(&section);
    finish(threads);
    DeleteCriticalSection(&section);
}

static void with_slim_locks(void) {
    HANDLE threads[waiters];
    trace_note("with a slim lock");
    InitializeConditionVariable(&changed);
    InitializeConditionVariable(&waits);
    AcquireSRWLockExclusive(&slim);
    FAILS(SleepConditionVariableSRW(&changed, &slim, 0, 0), ERROR_TIMEOUT);
    FAILS(SleepConditionVariableSRW(&changed, &slim, 5, 0), ERROR_TIMEOUT);
    GIVES(TryAcquireSRWLockShared(&slim), 0);
    ReleaseSRWLockExclusive(&slim);
    AcquireSRWLockShared(&slim);
    FAILS(SleepConditionVariableSRW(&changed, &slim, 5, CONDITION_VARIABLE_LOCKMODE_SHARED),
          ERROR_TIMEOUT);
    GIVES(TryAcquireSRWLockExclusive(&slim), 0);
    SUCCEEDS(TryAcquireSRWLockShared(&slim));
    ReleaseSRWLockShared(&slim);
    ReleaseSRWLockShared(&slim);
    start(wait_exclusively, threads);
    AcquireSRWLockExclusive(&slim);
    while (waiting != waiters) {
        SleepConditionVariableSRW(&waits, &slim, INFINITE, 0);
    }
    tickets = 1;
    WakeConditionVariable(&changed);
    while (served != 1) {
        SleepConditionVariableSRW(&waits, &slim, INFINITE, 0);
    }
    tickets = waiters - 1;
    WakeAllConditionVariable(&changed);
    ReleaseSRWLockExclusive(&slim);
    finish(threads);
}

static volatile LONG word;
static volatile LONG in_step;

static LONG value_of(volatile LONG* variable) {
    return InterlockedCompareExchange(variable, 0, 0);
}

static DWORD WINAPI follow(LPVOID parameter) {
    LONG seen = 0;
    while (seen != 100) {
        WaitOnAddress(&word, &seen, sizeof seen, INFINITE);
        seen = value_of(&word);
        InterlockedExchange(&in_step, seen);
        WakeByAddressSingle((PVOID)&in_step);
    }
    return parameter == NULL;
}

static void addresses(void) {
    BYTE bytes[2] = {1, 2};
    SHORT small = 3;
    LONGLONG large = 1;
    LONGLONG other = (LONGLONG)1 << 40 | 1;
    BYTE byte = 1;
    LONG i;
    HANDLE thread;
    trace_note("waiting for an address");
    FAILS(WaitOnAddress(bytes, &byte, 1, 0), ERROR_TIMEOUT);
    FAILS(WaitOnAddress(bytes, &byte, 1, 5), ERROR_TIMEOUT);
    SUCCEEDS_WITH(WaitOnAddress(bytes + 1, &byte, 1, 5), UNTOUCHED);
    FAILS(WaitOnAddress(&small, &small, 2, 1), ERROR_TIMEOUT);
    SUCCEEDS_WITH(WaitOnAddress(&large, &other, 8, INFINITE), UNTOUCHED);
    FAILS(WaitOnAddress(&large, &other, 4, 1), ERROR_TIMEOUT);
    FAILS(WaitOnAddress(&large, &large, 8, 1), ERROR_TIMEOUT);
    FAILS(WaitOnAddress(&large, &large, 3, 1), ERROR_INVALID_PARAMETER);
    FAILS(WaitOnAddress(&large, &large, 0, 1), ERROR_INVALID_PARAMETER);
    WakeByAddressSingle(&large);
    WakeByAddressAll(&large);
    thread = CreateThread(NULL, 0, follow, NULL, 0, NULL);
    for (i = 1; i <= 100; ++i) {
        LONG seen = value_of(&in_step);
        InterlockedExchange(&word, i);
        WakeByAddressAll((PVOID)&word);
        while (seen != i) {
            WaitOnAddress(&in_step, &seen, sizeof seen, INFINITE);
            seen = value_of(&in_step);
        }
    }
    GIVES(value_of(&in_step), 100);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    CloseHandle(thread);
}

int main(void) {
    with_sections();
    with_slim_locks();
    addresses();
    return trace_end();
}
