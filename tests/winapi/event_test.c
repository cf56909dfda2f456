/* Events: creating, opening, setting, resetting, pulsing. */

#include "trace.h"

static void manual_reset(void) {
    HANDLE event;
    trace_note("manual reset");
    OPENS_WITH(event, CreateEvent(NULL, TRUE, FALSE, NULL), 0);
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_TIMEOUT, UNTOUCHED);
    SUCCEEDS_WITH(SetEvent(event), UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_OBJECT_0, UNTOUCHED);
    GIVES(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS_WITH(SetEvent(event), UNTOUCHED);
    SUCCEEDS_WITH(ResetEvent(event), UNTOUCHED);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS_WITH(ResetEvent(event), UNTOUCHED);
    GIVES(WaitForSingleObject(event, 1), WAIT_TIMEOUT);
    SUCCEEDS_WITH(CloseHandle(event), UNTOUCHED);
    FAILS(CloseHandle(event), ERROR_INVALID_HANDLE);
    FAILS(SetEvent(event), ERROR_INVALID_HANDLE);
}

static void auto_reset(void) {
    HANDLE event;
    trace_note("auto reset");
    OPENS_WITH(event, CreateEvent(NULL, FALSE, FALSE, NULL), 0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(event));
    SUCCEEDS(SetEvent(event));
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(event));
    SUCCEEDS(ResetEvent(event));
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(event));
}

static void initial_state(void) {
    HANDLE event;
    trace_note("initial state");
    OPENS_WITH(event, CreateEvent(NULL, TRUE, TRUE, NULL), 0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEvent(NULL, FALSE, TRUE, NULL), 0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(event));
    /* Whatever is not FALSE. */
    OPENS_WITH(event, CreateEvent(NULL, 2, -1, NULL), 0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(event));
}

static void ex_form(void) {
    HANDLE event;
    trace_note("the Ex form");
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, EVENT_ALL_ACCESS), 0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(event));
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, CREATE_EVENT_INITIAL_SET, EVENT_ALL_ACCESS), 0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event,
               CreateEventEx(NULL, NULL, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET,
                             EVENT_ALL_ACCESS),
               0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(event));
    BEGIN_GAP("Wine ignores flags that it does not know")
    FAILS(CreateEventEx(NULL, NULL, 4, EVENT_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    END_GAP
}

static void rights(void) {
    HANDLE event;
    trace_note("rights");
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, SYNCHRONIZE), 0);
    FAILS(SetEvent(event), ERROR_ACCESS_DENIED);
    FAILS(ResetEvent(event), ERROR_ACCESS_DENIED);
    FAILS(PulseEvent(event), ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_TIMEOUT, UNTOUCHED);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, EVENT_MODIFY_STATE), 0);
    SUCCEEDS(SetEvent(event));
    SUCCEEDS(ResetEvent(event));
    SUCCEEDS(PulseEvent(event));
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, GENERIC_WRITE), 0);
    SUCCEEDS(SetEvent(event));
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, GENERIC_EXECUTE), 0);
    FAILS(SetEvent(event), ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_TIMEOUT, UNTOUCHED);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, GENERIC_READ), 0);
    FAILS(SetEvent(event), ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, GENERIC_ALL), 0);
    SUCCEEDS(SetEvent(event));
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_OBJECT_0, UNTOUCHED);
    SUCCEEDS(CloseHandle(event));
    OPENS_WITH(event, CreateEventEx(NULL, NULL, 0, MAXIMUM_ALLOWED), 0);
    SUCCEEDS(SetEvent(event));
    GIVES_WITH(WaitForSingleObject(event, 0), WAIT_OBJECT_0, UNTOUCHED);
    SUCCEEDS(CloseHandle(event));
}

static void named(void) {
    const LPCTSTR name = object_name(TEXT("event"));
    HANDLE first;
    HANDLE second;
    trace_note("names");
    FAILS(OpenEvent(EVENT_ALL_ACCESS, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(first, CreateEvent(NULL, TRUE, FALSE, name), 0);
    /* What is said of state and kind does not matter any more. */
    OPENS_WITH(second, CreateEvent(NULL, FALSE, TRUE, name), ERROR_ALREADY_EXISTS);
    GIVES(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(second));
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(second));
    OPENS_WITH(second, OpenEvent(SYNCHRONIZE, FALSE, name), UNTOUCHED);
    GIVES(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    FAILS(ResetEvent(second), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(first));
    OPENS_WITH(first, OpenEvent(EVENT_MODIFY_STATE, FALSE, name), UNTOUCHED);
    SUCCEEDS(ResetEvent(first));
    GIVES_WITH(WaitForSingleObject(first, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    GIVES(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(CloseHandle(second));
    FAILS(OpenEvent(EVENT_ALL_ACCESS, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(first, CreateEventEx(NULL, name, CREATE_EVENT_INITIAL_SET, SYNCHRONIZE), 0);
    OPENS_WITH(second, CreateEventEx(NULL, name, 0, EVENT_MODIFY_STATE), ERROR_ALREADY_EXISTS);
    FAILS(SetEvent(first), ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObject(second, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    SUCCEEDS(SetEvent(second));
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(first, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(CloseHandle(second));
}

static HANDLE waiting[2];
static HANDLE pulsed;

static DWORD WINAPI wait_for_pulse(LPVOID parameter) {
    const HANDLE mine = *(HANDLE*)parameter;
    return SignalObjectAndWait(mine, pulsed, 10000, FALSE);
}

/* Pulsing releases who waits at that moment. There is no telling from outside whether somebody
   waits already: so again and again. */
static void pulse(BOOL manual, DWORD released_at_least) {
    HANDLE threads[2];
    DWORD released = 0;
    int i;
    pulsed = CreateEvent(NULL, manual, FALSE, NULL);
    for (i = 0; i < 2; ++i) {
        waiting[i] = CreateEvent(NULL, FALSE, FALSE, NULL);
        threads[i] = CreateThread(NULL, 0, wait_for_pulse, &waiting[i], 0, NULL);
    }
    WaitForMultipleObjects(2, waiting, TRUE, INFINITE);
    while (released < released_at_least) {
        PulseEvent(pulsed);
        released = 0;
        for (i = 0; i < 2; ++i) {
            released += WaitForSingleObject(threads[i], 1) == WAIT_OBJECT_0;
        }
    }
    GIVES(WaitForMultipleObjects(2, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (i = 0; i < 2; ++i) {
        DWORD code = 1;
        SUCCEEDS(GetExitCodeThread(threads[i], &code));
        GIVES(code, WAIT_OBJECT_0);
        CloseHandle(threads[i]);
        CloseHandle(waiting[i]);
    }
    /* Nothing is left of it. */
    GIVES(WaitForSingleObject(pulsed, 0), WAIT_TIMEOUT);
    CloseHandle(pulsed);
}

static void pulses(void) {
    HANDLE event;
    trace_note("pulse");
    OPENS(event, CreateEvent(NULL, TRUE, FALSE, NULL));
    SUCCEEDS_WITH(PulseEvent(event), UNTOUCHED);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(event));
    SUCCEEDS(PulseEvent(event));
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(event));
    pulse(TRUE, 2);
    pulse(FALSE, 2);
}

static void wrong_handles(void) {
    const HANDLE semaphore = CreateSemaphore(NULL, 0, 1, NULL);
    trace_note("wrong handles");
    FAILS(SetEvent(NULL), ERROR_INVALID_HANDLE);
    FAILS(ResetEvent(NULL), ERROR_INVALID_HANDLE);
    FAILS(PulseEvent(NULL), ERROR_INVALID_HANDLE);
    FAILS(SetEvent(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
    FAILS(SetEvent(semaphore), ERROR_INVALID_HANDLE);
    FAILS(ResetEvent(semaphore), ERROR_INVALID_HANDLE);
    FAILS(PulseEvent(semaphore), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(semaphore));
}

int main(void) {
    manual_reset();
    auto_reset();
    initial_state();
    ex_form();
    rights();
    named();
    pulses();
    wrong_handles();
    return trace_end();
}
