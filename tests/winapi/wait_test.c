/* Waiting: for several objects, for one and another, with times. */

#include "trace.h"

static HANDLE objects[MAXIMUM_WAIT_OBJECTS + 1];

static void counts(void) {
    size_t i;
    trace_note("how many");
    for (i = 0; i < MAXIMUM_WAIT_OBJECTS + 1; ++i) {
        objects[i] = CreateEvent(NULL, TRUE, TRUE, NULL);
    }
    GIVES_WITH(WaitForMultipleObjects(0, objects, FALSE, 0), WAIT_FAILED, ERROR_INVALID_PARAMETER);
    GIVES_WITH(WaitForMultipleObjects(0, objects, TRUE, 0), WAIT_FAILED, ERROR_INVALID_PARAMETER);
    GIVES_WITH(WaitForMultipleObjects(0, NULL, FALSE, 0), WAIT_FAILED, ERROR_INVALID_PARAMETER);
    GIVES_WITH(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, objects, FALSE, 0), WAIT_FAILED,
               ERROR_INVALID_PARAMETER);
    GIVES_WITH(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, objects, TRUE, 0), WAIT_FAILED,
               ERROR_INVALID_PARAMETER);
    GIVES_WITH(WaitForMultipleObjects(1, objects, FALSE, 0), WAIT_OBJECT_0, UNTOUCHED);
    GIVES_WITH(WaitForMultipleObjects(1, objects, TRUE, 0), WAIT_OBJECT_0, UNTOUCHED);
    GIVES_WITH(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 0), WAIT_OBJECT_0,
               UNTOUCHED);
    GIVES_WITH(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, TRUE, INFINITE), WAIT_OBJECT_0,
               UNTOUCHED);
    GIVES(WaitForMultipleObjectsEx(MAXIMUM_WAIT_OBJECTS, objects, TRUE, 0, FALSE), WAIT_OBJECT_0);
    for (i = 0; i < MAXIMUM_WAIT_OBJECTS; ++i) {
        ResetEvent(objects[i]);
    }
    GIVES_WITH(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 0), WAIT_TIMEOUT,
               UNTOUCHED);
    GIVES(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, TRUE, 0), WAIT_TIMEOUT);
    SetEvent(objects[63]);
    GIVES(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, INFINITE),
          WAIT_OBJECT_0 + 63);
    GIVES(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, TRUE, 5), WAIT_TIMEOUT);
    SetEvent(objects[17]);
    GIVES(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 0), WAIT_OBJECT_0 + 17);
    GIVES(WaitForMultipleObjectsEx(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 0, FALSE),
          WAIT_OBJECT_0 + 17);
    for (i = 0; i < MAXIMUM_WAIT_OBJECTS + 1; ++i) {
        CloseHandle(objects[i]);
    }
}

static void bad_handles(void) {
    HANDLE two[2];
    HANDLE write_only;
    trace_note("handles that cannot be waited for");
    OPENS(two[0], CreateEvent(NULL, TRUE, TRUE, NULL));
    OPENS(write_only, CreateEventEx(NULL, NULL, 0, EVENT_MODIFY_STATE));
    two[1] = NULL;
    GIVES_WITH(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForMultipleObjects(2, two, TRUE, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    two[1] = write_only;
    GIVES_WITH(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForMultipleObjects(2, two, TRUE, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObject(write_only, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObjectEx(write_only, 0, FALSE), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(write_only));
    GIVES_WITH(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject(write_only, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES(WaitForSingleObjectEx(two[0], 0, FALSE), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(two[0]));
}

static void the_same_twice(void) {
    const LPCTSTR name = object_name(TEXT("twice"));
    HANDLE two[3];
    trace_note("one object twice");
    OPENS(two[0], CreateEvent(NULL, FALSE, FALSE, name));
    two[1] = two[0];
    GIVES(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(two[0]));
    GIVES(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_OBJECT_0);
    GIVES(WaitForMultipleObjects(2, two, FALSE, 5), WAIT_TIMEOUT);
    OPENS(two[1], OpenEvent(EVENT_ALL_ACCESS, FALSE, name));
    GIVES(WaitForMultipleObjects(2, two, FALSE, 5), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(two[1]));
    GIVES(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_OBJECT_0);
    GIVES(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(two[1]));
    BEGIN_GAP("Wine waits for all of two handles of one object")
    GIVES_WITH(WaitForMultipleObjects(2, two, TRUE, 0), WAIT_FAILED, ERROR_INVALID_PARAMETER);
    two[2] = two[0];
    GIVES_WITH(WaitForMultipleObjects(3, two, TRUE, 0), WAIT_FAILED, ERROR_INVALID_PARAMETER);
    GIVES(WaitForSingleObject(two[0], 0), WAIT_OBJECT_0);
    END_GAP
    SUCCEEDS(CloseHandle(two[0]));
    SUCCEEDS(CloseHandle(two[1]));
}

static DWORD WINAPI take_two(LPVOID parameter) {
    HANDLE* const mutexes = (HANDLE*)parameter;
    return WaitForMultipleObjects(2, mutexes, TRUE, INFINITE);
}

/* A thread takes two mutexes, and ends. */
static void abandon_two(HANDLE* mutexes) {
    DWORD code = 7;
    HANDLE thread;
    OPENS(thread, CreateThread(NULL, 0, take_two, mutexes, 0, NULL));
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(thread));
}

static void abandoned(void) {
    HANDLE three[3];
    trace_note("abandoned ones among several");
    OPENS(three[0], CreateEvent(NULL, TRUE, FALSE, NULL));
    OPENS(three[1], CreateMutex(NULL, FALSE, NULL));
    OPENS(three[2], CreateMutex(NULL, FALSE, NULL));
    abandon_two(three + 1);
    GIVES_WITH(WaitForMultipleObjects(3, three, FALSE, 0), WAIT_ABANDONED_0 + 1, UNTOUCHED);
    /* Owned by the caller now: what is left is the other. */
    GIVES(WaitForMultipleObjects(3, three, FALSE, 0), WAIT_OBJECT_0 + 1);
    GIVES(WaitForSingleObject(three[2], 0), WAIT_ABANDONED);
    SUCCEEDS(ReleaseMutex(three[1]));
    SUCCEEDS(ReleaseMutex(three[1]));
    SUCCEEDS(ReleaseMutex(three[2]));
    abandon_two(three + 1);
    GIVES(WaitForMultipleObjects(3, three, TRUE, 0), WAIT_TIMEOUT);
    FAILS(ReleaseMutex(three[1]), ERROR_NOT_OWNER);
    SUCCEEDS(SetEvent(three[0]));
    GIVES(WaitForMultipleObjects(3, three, FALSE, 0), WAIT_OBJECT_0);
    GIVES(WaitForMultipleObjects(3, three, TRUE, 0), WAIT_ABANDONED_0);
    GIVES(WaitForMultipleObjects(3, three, TRUE, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(three[1]));
    SUCCEEDS(ReleaseMutex(three[1]));
    FAILS(ReleaseMutex(three[1]), ERROR_NOT_OWNER);
    SUCCEEDS(ReleaseMutex(three[2]));
    SUCCEEDS(ReleaseMutex(three[2]));
    SUCCEEDS(CloseHandle(three[0]));
    SUCCEEDS(CloseHandle(three[1]));
    SUCCEEDS(CloseHandle(three[2]));
}

static void all_or_nothing(void) {
    HANDLE three[3];
    LONG previous = 7;
    trace_note("all or nothing");
    OPENS(three[0], CreateEvent(NULL, FALSE, TRUE, NULL));
    OPENS(three[1], CreateSemaphore(NULL, 2, 2, NULL));
    OPENS(three[2], CreateMutex(NULL, FALSE, NULL));
    GIVES(WaitForMultipleObjects(3, three, TRUE, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseMutex(three[2]));
    FAILS(ReleaseMutex(three[2]), ERROR_NOT_OWNER);
    GIVES(WaitForMultipleObjects(3, three, TRUE, 0), WAIT_TIMEOUT);
    FAILS(ReleaseMutex(three[2]), ERROR_NOT_OWNER);
    SUCCEEDS(ReleaseSemaphore(three[1], 1, &previous));
    GIVES(previous, 1);
    GIVES(WaitForMultipleObjects(3, three, TRUE, 10), WAIT_TIMEOUT);
    GIVES(WaitForMultipleObjects(3, three, FALSE, 0), WAIT_OBJECT_0 + 1);
    GIVES(WaitForMultipleObjects(3, three, FALSE, 0), WAIT_OBJECT_0 + 1);
    GIVES(WaitForMultipleObjects(3, three, FALSE, 0), WAIT_OBJECT_0 + 2);
    SUCCEEDS(ReleaseMutex(three[2]));
    SUCCEEDS(CloseHandle(three[0]));
    SUCCEEDS(CloseHandle(three[1]));
    SUCCEEDS(CloseHandle(three[2]));
}

static DWORD WINAPI set_all(LPVOID parameter) {
    HANDLE* const events = (HANDLE*)parameter;
    return SetEvent(events[0]) && SetEvent(events[1]);
}

static void until_the_last(void) {
    HANDLE three[3];
    trace_note("until the last is there");
    OPENS(three[0], CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(three[1], CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(three[2], CreateThread(NULL, 0, set_all, three, CREATE_SUSPENDED, NULL));
    GIVES(WaitForMultipleObjects(3, three, TRUE, 10), WAIT_TIMEOUT);
    GIVES(WaitForMultipleObjects(3, three, FALSE, 10), WAIT_TIMEOUT);
    GIVES(ResumeThread(three[2]), 1);
    GIVES(WaitForMultipleObjects(3, three, TRUE, INFINITE), WAIT_OBJECT_0);
    GIVES(WaitForMultipleObjects(3, three, FALSE, INFINITE), WAIT_OBJECT_0 + 2);
    SUCCEEDS(CloseHandle(three[0]));
    SUCCEEDS(CloseHandle(three[1]));
    SUCCEEDS(CloseHandle(three[2]));
}

static void signal_and_wait(void) {
    HANDLE event;
    HANDLE other;
    HANDLE semaphore;
    HANDLE mutex;
    HANDLE limited;
    trace_note("SignalObjectAndWait");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(other, CreateEvent(NULL, TRUE, TRUE, NULL));
    OPENS(semaphore, CreateSemaphore(NULL, 0, 1, NULL));
    OPENS(mutex, CreateMutex(NULL, TRUE, NULL));
    GIVES_WITH(SignalObjectAndWait(NULL, event, 0, FALSE), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES_WITH(SignalObjectAndWait(event, NULL, 0, FALSE), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    GIVES_WITH(SignalObjectAndWait(event, other, 0, FALSE), WAIT_OBJECT_0, UNTOUCHED);
    GIVES(SignalObjectAndWait(event, event, 0, FALSE), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    GIVES(SignalObjectAndWait(semaphore, semaphore, 0, FALSE), WAIT_OBJECT_0);
    GIVES(SignalObjectAndWait(semaphore, other, 0, FALSE), WAIT_OBJECT_0);
    GIVES_WITH(SignalObjectAndWait(semaphore, other, 0, FALSE), WAIT_FAILED, ERROR_TOO_MANY_POSTS);
    GIVES(SignalObjectAndWait(mutex, mutex, 0, FALSE), WAIT_OBJECT_0);
    GIVES(SignalObjectAndWait(mutex, event, 0, FALSE), WAIT_TIMEOUT);
    GIVES_WITH(SignalObjectAndWait(mutex, event, 0, FALSE), WAIT_FAILED, ERROR_NOT_OWNER);
    GIVES_WITH(SignalObjectAndWait(GetCurrentThread(), other, 0, FALSE), WAIT_FAILED,
               ERROR_INVALID_HANDLE);
    OPENS(limited, CreateEventEx(NULL, NULL, 0, SYNCHRONIZE));
    GIVES_WITH(SignalObjectAndWait(limited, other, 0, FALSE), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(limited));
    OPENS(limited, CreateSemaphoreEx(NULL, 0, 1, NULL, 0, SYNCHRONIZE));
    GIVES_WITH(SignalObjectAndWait(limited, other, 0, FALSE), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(limited));
    OPENS(limited, CreateEventEx(NULL, NULL, 0, EVENT_MODIFY_STATE));
    GIVES_WITH(SignalObjectAndWait(event, limited, 0, FALSE), WAIT_FAILED, ERROR_ACCESS_DENIED);
    GIVES(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    GIVES(SignalObjectAndWait(limited, event, 5, FALSE), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(limited));
    SUCCEEDS(CloseHandle(event));
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(CloseHandle(semaphore));
    SUCCEEDS(CloseHandle(mutex));
}

/* How long a call lasts, in milliseconds, as far as GetTickCount can tell. */
#define LASTS_AT_LEAST(call, milliseconds)                                                         \
    do {                                                                                           \
        const DWORD before = GetTickCount();                                                       \
        (void)(call);                                                                              \
        trace_error = UNTOUCHED;                                                                   \
        trace_line(GetTickCount() - before + 17 >= (milliseconds), __FILE__, __LINE__, #call, 1);  \
    } while (0)

static void times(void) {
    HANDLE event;
    HANDLE thread;
    HANDLE two[2];
    trace_note("times");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(two[1], CreateMutex(NULL, FALSE, NULL));
    two[0] = event;
    LASTS_AT_LEAST(WaitForSingleObject(event, 60), 60);
    LASTS_AT_LEAST(WaitForMultipleObjects(2, two, TRUE, 60), 60);
    LASTS_AT_LEAST(Sleep(60), 60);
    LASTS_AT_LEAST(SleepEx(60, FALSE), 60);
    GIVES_WITH(SleepEx(0, FALSE), 0, UNTOUCHED);
    /* As long as a wait can be that is not for ever. */
    SUCCEEDS(SetEvent(event));
    GIVES(WaitForSingleObject(event, 0xfffffffe), WAIT_OBJECT_0);
    OPENS(thread, CreateThread(NULL, 0, set_all, two, 0, NULL));
    GIVES(WaitForSingleObject(event, 0xfffffffe), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(thread, 0x7fffffff), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(thread));
    SUCCEEDS(CloseHandle(event));
    SUCCEEDS(CloseHandle(two[1]));
}

static DWORD WINAPI wait_for_it(LPVOID parameter) {
    return WaitForSingleObject(*(HANDLE*)parameter, INFINITE);
}

/* An object lives as long as somebody waits for it: its handle may be closed. */
static void closed_meanwhile(void) {
    HANDLE event;
    HANDLE other;
    HANDLE thread;
    trace_note("a handle that is closed while another is waited for");
    OPENS(event, CreateEvent(NULL, TRUE, FALSE, NULL));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    OPENS(thread, CreateThread(NULL, 0, wait_for_it, &other, 0, NULL));
    SUCCEEDS(CloseHandle(event));
    GIVES(WaitForSingleObject(thread, 5), WAIT_TIMEOUT);
    SUCCEEDS(SetEvent(other));
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(CloseHandle(thread));
}

int main(void) {
    counts();
    bad_handles();
    the_same_twice();
    abandoned();
    all_or_nothing();
    until_the_last();
    signal_and_wait();
    times();
    closed_meanwhile();
    return trace_end();
}
