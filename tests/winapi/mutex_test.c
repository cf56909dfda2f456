/* Mutexes: ownership, recursion, abandonment, rights, names. */

#include "trace.h"

static HANDLE the_mutex;
static HANDLE ready;
static HANDLE go_on;

static DWORD WINAPI poll_it(LPVOID parameter) {
    (void)parameter;
    return WaitForSingleObject(the_mutex, 0);
}

static DWORD WINAPI release_it(LPVOID parameter) {
    (void)parameter;
    SetLastError(0);
    return ReleaseMutex(the_mutex) ? 0 : GetLastError();
}

static DWORD WINAPI take_it(LPVOID parameter) {
    (void)parameter;
    return WaitForSingleObject(the_mutex, INFINITE);
}

static DWORD WINAPI take_it_twice(LPVOID parameter) {
    WaitForSingleObject(the_mutex, INFINITE);
    return take_it(parameter);
}

static DWORD WINAPI take_it_and_exit(LPVOID parameter) {
    ExitThread(take_it(parameter));
    return 0;
}

static DWORD WINAPI hold_it(LPVOID parameter) {
    take_it(parameter);
    SetEvent(ready);
    WaitForSingleObject(go_on, INFINITE);
    return ReleaseMutex(the_mutex);
}

/* What another thread's call returns. */
static DWORD elsewhere(LPTHREAD_START_ROUTINE call) {
    DWORD code = 0;
    const HANDLE thread = CreateThread(NULL, 0, call, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

static void ownership(void) {
    trace_note("ownership");
    OPENS_WITH(the_mutex, CreateMutex(NULL, FALSE, NULL), 0);
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    GIVES_WITH(WaitForSingleObject(the_mutex, 0), WAIT_OBJECT_0, UNTOUCHED);
    GIVES(elsewhere(poll_it), WAIT_TIMEOUT);
    GIVES(elsewhere(release_it), ERROR_NOT_OWNER);
    SUCCEEDS_WITH(ReleaseMutex(the_mutex), UNTOUCHED);
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    GIVES(elsewhere(release_it), ERROR_NOT_OWNER);
    SUCCEEDS(CloseHandle(the_mutex));
    OPENS_WITH(the_mutex, CreateMutex(NULL, TRUE, NULL), 0);
    GIVES(elsewhere(poll_it), WAIT_TIMEOUT);
    SUCCEEDS(ReleaseMutex(the_mutex));
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    /* It ends without ever having been released. */
    GIVES(WaitForSingleObject(the_mutex, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(the_mutex));
}

static void recursion(void) {
    int i;
    trace_note("recursion");
    OPENS(the_mutex, CreateMutex(NULL, TRUE, NULL));
    GIVES(WaitForSingleObject(the_mutex, INFINITE), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(the_mutex, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(the_mutex));
    SUCCEEDS(ReleaseMutex(the_mutex));
    GIVES(elsewhere(poll_it), WAIT_TIMEOUT);
    SUCCEEDS(ReleaseMutex(the_mutex));
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    for (i = 0; i < 1000; ++i) {
        WaitForSingleObject(the_mutex, INFINITE);
    }
    for (i = 0; i < 999; ++i) {
        ReleaseMutex(the_mutex);
    }
    GIVES(elsewhere(poll_it), WAIT_TIMEOUT);
    SUCCEEDS(ReleaseMutex(the_mutex));
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    SUCCEEDS(CloseHandle(the_mutex));
}

static void abandonment(void) {
    trace_note("abandonment");
    OPENS(the_mutex, CreateMutex(NULL, FALSE, NULL));
    GIVES(elsewhere(take_it), WAIT_OBJECT_0);
    GIVES_WITH(WaitForSingleObject(the_mutex, 0), WAIT_ABANDONED, UNTOUCHED);
    GIVES(WaitForSingleObject(the_mutex, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(the_mutex));
    SUCCEEDS(ReleaseMutex(the_mutex));
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    /* It tells only the first. */
    GIVES(WaitForSingleObject(the_mutex, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(the_mutex));
    /* Nothing is left of how often it was owned. */
    GIVES(elsewhere(take_it_twice), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(the_mutex, INFINITE), WAIT_ABANDONED);
    SUCCEEDS(ReleaseMutex(the_mutex));
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    GIVES(elsewhere(take_it_and_exit), WAIT_OBJECT_0);
    /* Each in turn. */
    GIVES(elsewhere(take_it), WAIT_ABANDONED);
    GIVES(elsewhere(poll_it), WAIT_ABANDONED);
    GIVES(WaitForSingleObject(the_mutex, 0), WAIT_ABANDONED);
    SUCCEEDS(ReleaseMutex(the_mutex));
    SUCCEEDS(CloseHandle(the_mutex));
}

static void handing_over(void) {
    HANDLE thread;
    trace_note("handing over");
    OPENS(the_mutex, CreateMutex(NULL, FALSE, NULL));
    OPENS(ready, CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(go_on, CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(thread, CreateThread(NULL, 0, hold_it, NULL, 0, NULL));
    GIVES(WaitForSingleObject(ready, INFINITE), WAIT_OBJECT_0);
    GIVES_WITH(WaitForSingleObject(the_mutex, 0), WAIT_TIMEOUT, UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(the_mutex, 20), WAIT_TIMEOUT, UNTOUCHED);
    FAILS(ReleaseMutex(the_mutex), ERROR_NOT_OWNER);
    GIVES(SignalObjectAndWait(go_on, the_mutex, INFINITE, FALSE), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(the_mutex));
    SUCCEEDS(CloseHandle(thread));
    SUCCEEDS(CloseHandle(ready));
    SUCCEEDS(CloseHandle(go_on));
    SUCCEEDS(CloseHandle(the_mutex));
}

static void ex_form(void) {
    HANDLE mutex;
    trace_note("the Ex form");
    OPENS_WITH(mutex, CreateMutexEx(NULL, NULL, 0, MUTEX_ALL_ACCESS), 0);
    FAILS(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    SUCCEEDS(CloseHandle(mutex));
    OPENS_WITH(mutex, CreateMutexEx(NULL, NULL, CREATE_MUTEX_INITIAL_OWNER, MUTEX_ALL_ACCESS), 0);
    SUCCEEDS(ReleaseMutex(mutex));
    SUCCEEDS(CloseHandle(mutex));
    BEGIN_GAP("Wine ignores flags that it does not know")
    FAILS(CreateMutexEx(NULL, NULL, 2, MUTEX_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    END_GAP
    /* Releasing takes no right. */
    OPENS_WITH(mutex, CreateMutexEx(NULL, NULL, CREATE_MUTEX_INITIAL_OWNER, READ_CONTROL), 0);
    GIVES_WITH(WaitForSingleObject(mutex, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS_WITH(ReleaseMutex(mutex), UNTOUCHED);
    FAILS(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    SUCCEEDS(CloseHandle(mutex));
    OPENS_WITH(mutex, CreateMutexEx(NULL, NULL, 0, SYNCHRONIZE), 0);
    GIVES(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    SUCCEEDS_WITH(ReleaseMutex(mutex), UNTOUCHED);
    SUCCEEDS(CloseHandle(mutex));
}

static void named(void) {
    const LPCTSTR name = object_name(TEXT("Mutex"));
    HANDLE first;
    HANDLE second;
    trace_note("names");
    FAILS(OpenMutex(MUTEX_ALL_ACCESS, FALSE, name), ERROR_FILE_NOT_FOUND);
    FAILS(OpenMutex(0, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(first, CreateMutex(NULL, TRUE, name), 0);
    /* Who opens it does not own it; but this thread does, whatever the handle. */
    OPENS_WITH(second, CreateMutex(NULL, TRUE, name), ERROR_ALREADY_EXISTS);
    SUCCEEDS(ReleaseMutex(second));
    FAILS(ReleaseMutex(second), ERROR_NOT_OWNER);
    FAILS(ReleaseMutex(first), ERROR_NOT_OWNER);
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(first));
    SUCCEEDS(ReleaseMutex(first));
    FAILS(ReleaseMutex(second), ERROR_NOT_OWNER);
    SUCCEEDS(CloseHandle(second));
    BEGIN_GAP(
        "Wine opens objects for no right at all, and for rights that their type does not have")
    FAILS(OpenMutex(0, FALSE, name), ERROR_ACCESS_DENIED);
    FAILS(OpenMutex(0x0002, FALSE, name), ERROR_ACCESS_DENIED);
    FAILS(OpenMutex(SYNCHRONIZE | 0x00200000, FALSE, name), ERROR_ACCESS_DENIED);
    FAILS(OpenMutex(ACCESS_SYSTEM_SECURITY, FALSE, name), ERROR_PRIVILEGE_NOT_HELD);
    END_GAP
    OPENS_WITH(second, OpenMutex(READ_CONTROL, FALSE, name), UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(second, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    FAILS(ReleaseMutex(second), ERROR_NOT_OWNER);
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(second));
    SUCCEEDS(CloseHandle(second));
    OPENS_WITH(second, OpenMutex(GENERIC_READ | GENERIC_WRITE, FALSE, name), UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(second, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(second));
    OPENS_WITH(second, OpenMutex(GENERIC_EXECUTE, FALSE, name), UNTOUCHED);
    GIVES(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(second));
    SUCCEEDS(CloseHandle(second));
    OPENS_WITH(second, OpenMutex(MAXIMUM_ALLOWED, FALSE, name), UNTOUCHED);
    GIVES(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    /* Owned when its last handles are closed. */
    SUCCEEDS(CloseHandle(second));
    SUCCEEDS(CloseHandle(first));
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(first, CreateMutex(NULL, FALSE, name), 0);
    FAILS(ReleaseMutex(first), ERROR_NOT_OWNER);
    SUCCEEDS(CloseHandle(first));
}

static void wrong_handles(void) {
    HANDLE event;
    trace_note("wrong handles");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    FAILS(ReleaseMutex(event), ERROR_INVALID_HANDLE);
    FAILS(ReleaseMutex(NULL), ERROR_INVALID_HANDLE);
    FAILS(ReleaseMutex(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
    FAILS(ReleaseMutex(GetCurrentThread()), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(event));
    FAILS(ReleaseMutex(event), ERROR_INVALID_HANDLE);
}

int main(void) {
    ownership();
    recursion();
    abandonment();
    handing_over();
    ex_form();
    named();
    wrong_handles();
    return trace_end();
}
