/* What is inside a process: critical sections, slim locks. */

#include "trace.h"

static CRITICAL_SECTION section;
static SRWLOCK slim = SRWLOCK_INIT;
static LONG counter;
static HANDLE held;
static HANDLE let_go;

enum { rounds = 2000, workers = 4 };

static DWORD elsewhere(LPTHREAD_START_ROUTINE call) {
    DWORD code = 0;
    const HANDLE thread = CreateThread(NULL, 0, call, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

static void in_parallel(LPTHREAD_START_ROUTINE call) {
    HANDLE threads[workers];
    int i;
    counter = 0;
    for (i = 0; i < workers; ++i) {
        threads[i] = CreateThread(NULL, 0, call, NULL, 0, NULL);
    }
    WaitForMultipleObjects(workers, threads, TRUE, INFINITE);
    for (i = 0; i < workers; ++i) {
        CloseHandle(threads[i]);
    }
}

static DWORD WINAPI try_section(LPVOID parameter) {
    (void)parameter;
    if (!TryEnterCriticalSection(&section)) {
        return 0;
    }
    LeaveCriticalSection(&section);
    return 1;
}

static DWORD WINAPI count_in_section(LPVOID parameter) {
    int i;
    for (i = 0; i < rounds; ++i) {
        EnterCriticalSection(&section);
        EnterCriticalSection(&section);
        ++counter;
        LeaveCriticalSection(&section);
        LeaveCriticalSection(&section);
        if (i % 100 == 0) {
            SwitchToThread();
        }
    }
    return parameter == NULL;
}

static DWORD WINAPI hold_section(LPVOID parameter) {
    EnterCriticalSection(&section);
    SetEvent(held);
    WaitForSingleObject(let_go, INFINITE);
    counter = 77;
    LeaveCriticalSection(&section);
    return parameter == NULL;
}

static void use_section(void) {
    HANDLE thread;
    GIVES(elsewhere(try_section), 1);
    EnterCriticalSection(&section);
    GIVES(elsewhere(try_section), 0);
    SUCCEEDS(TryEnterCriticalSection(&section));
    EnterCriticalSection(&section);
    HOLDS(section.RecursionCount == 3);
    HOLDS((DWORD)(ULONG_PTR)section.OwningThread == GetCurrentThreadId());
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    GIVES(elsewhere(try_section), 0);
    LeaveCriticalSection(&section);
    GIVES(elsewhere(try_section), 1);
    HOLDS(section.LockCount == -1);
    HOLDS(section.RecursionCount == 0);
    HOLDS(section.OwningThread == NULL);
    in_parallel(count_in_section);
    GIVES(counter, rounds * workers);
    /* One who has to wait. */
    thread = CreateThread(NULL, 0, hold_section, NULL, 0, NULL);
    GIVES(WaitForSingleObject(held, INFINITE), WAIT_OBJECT_0);
    GIVES(TryEnterCriticalSection(&section), FALSE);
    SUCCEEDS(SetEvent(let_go));
    EnterCriticalSection(&section);
    GIVES(counter, 77);
    LeaveCriticalSection(&section);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    CloseHandle(thread);
    DeleteCriticalSection(&section);
}

static void critical_sections(void) {
    trace_note("critical sections");
    held = CreateEvent(NULL, FALSE, FALSE, NULL);
    let_go = CreateEvent(NULL, FALSE, FALSE, NULL);
    InitializeCriticalSection(&section);
    use_section();
    SUCCEEDS_WITH(InitializeCriticalSectionAndSpinCount(&section, 400), UNTOUCHED);
    use_section();
    SUCCEEDS_WITH(InitializeCriticalSectionEx(&section, 0, CRITICAL_SECTION_NO_DEBUG_INFO),
                  UNTOUCHED);
    SetCriticalSectionSpinCount(&section, 100);
    use_section();
}

static DWORD WINAPI try_exclusive(LPVOID parameter) {
    (void)parameter;
    if (!TryAcquireSRWLockExclusive(&slim)) {
        return 0;
    }
    ReleaseSRWLockExclusive(&slim);
    return 1;
}

static DWORD WINAPI try_shared(LPVOID parameter) {
    (void)parameter;
    if (!TryAcquireSRWLockShared(&slim)) {
        return 0;
    }
    ReleaseSRWLockShared(&slim);
    return 1;
}

static DWORD WINAPI count_exclusively(LPVOID parameter) {
    int i;
    for (i = 0; i < rounds; ++i) {
        AcquireSRWLockExclusive(&slim);
        ++counter;
        ReleaseSRWLockExclusive(&slim);
        AcquireSRWLockShared(&slim);
        if (counter == 0) {
            counter = -rounds * workers; /* cannot be */
        }
        ReleaseSRWLockShared(&slim);
        if (i % 100 == 0) {
            SwitchToThread();
        }
    }
    return parameter == NULL;
}

static DWORD WINAPI hold_shared(LPVOID parameter) {
    AcquireSRWLockShared(&slim);
    SetEvent(held);
    WaitForSingleObject(let_go, INFINITE);
    counter = 78;
    ReleaseSRWLockShared(&slim);
    return parameter == NULL;
}

static void slim_locks(void) {
    HANDLE thread;
    trace_note("slim locks");
    GIVES(elsewhere(try_exclusive), 1);
    GIVES(elsewhere(try_shared), 1);
    AcquireSRWLockExclusive(&slim);
    GIVES(elsewhere(try_exclusive), 0);
    GIVES(elsewhere(try_shared), 0);
    GIVES(TryAcquireSRWLockExclusive(&slim), 0);
    GIVES(TryAcquireSRWLockShared(&slim), 0);
    ReleaseSRWLockExclusive(&slim);
    AcquireSRWLockShared(&slim);
    GIVES(elsewhere(try_exclusive), 0);
    GIVES(elsewhere(try_shared), 1);
    SUCCEEDS(TryAcquireSRWLockShared(&slim));
    ReleaseSRWLockShared(&slim);
    GIVES(elsewhere(try_exclusive), 0);
    ReleaseSRWLockShared(&slim);
    GIVES(elsewhere(try_exclusive), 1);
    HOLDS(slim.Ptr == NULL);
    SUCCEEDS(TryAcquireSRWLockExclusive(&slim));
    HOLDS(slim.Ptr != NULL);
    ReleaseSRWLockExclusive(&slim);
    in_parallel(count_exclusively);
    GIVES(counter, rounds * workers);
    HOLDS(slim.Ptr == NULL);
    thread = CreateThread(NULL, 0, hold_shared, NULL, 0, NULL);
    GIVES(WaitForSingleObject(held, INFINITE), WAIT_OBJECT_0);
    GIVES(TryAcquireSRWLockExclusive(&slim), 0);
    SUCCEEDS(SetEvent(let_go));
    AcquireSRWLockExclusive(&slim);
    GIVES(counter, 78);
    ReleaseSRWLockExclusive(&slim);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    CloseHandle(thread);
    InitializeSRWLock(&slim);
    GIVES(elsewhere(try_exclusive), 1);
}

int main(void) {
    critical_sections();
    slim_locks();
    CloseHandle(held);
    CloseHandle(let_go);
    return trace_end();
}
