/* Handles: what is one, what is not, and what can be done with those of any type. */

#include "trace.h"

static void garbage_is_no_handle(void) {
    DWORD flags = 0;
    HANDLE other = NULL;
    trace_note("garbage");
    FAILS(CloseHandle(NULL), ERROR_INVALID_HANDLE);
    FAILS(CloseHandle((HANDLE)(ULONG_PTR)0xdeadbee0), ERROR_INVALID_HANDLE);
    FAILS(CloseHandle((HANDLE)(ULONG_PTR)3), ERROR_INVALID_HANDLE);
    FAILS(CloseHandle((HANDLE)(LONG_PTR)-64), ERROR_INVALID_HANDLE);
    FAILS(GetHandleInformation(NULL, &flags), ERROR_INVALID_HANDLE);
    FAILS(GetHandleInformation((HANDLE)(ULONG_PTR)0xdeadbee0, &flags), ERROR_INVALID_HANDLE);
    FAILS(SetHandleInformation(NULL, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT),
          ERROR_INVALID_HANDLE);
    FAILS(SetHandleInformation(NULL, 0, 0), ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject(NULL, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject((HANDLE)(ULONG_PTR)0xdeadbee0, 0), WAIT_FAILED,
               ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject((HANDLE)(LONG_PTR)-64, INFINITE), WAIT_FAILED,
               ERROR_INVALID_HANDLE);
    FAILS(DuplicateHandle(GetCurrentProcess(), NULL, GetCurrentProcess(), &other, 0, FALSE,
                          DUPLICATE_SAME_ACCESS),
          ERROR_INVALID_HANDLE);
    FAILS(DuplicateHandle(GetCurrentProcess(), (HANDLE)(ULONG_PTR)0xdeadbee0, GetCurrentProcess(),
                          &other, 0, FALSE, DUPLICATE_SAME_ACCESS),
          ERROR_INVALID_HANDLE);
}

static void closing(void) {
    HANDLE first;
    HANDLE second;
    DWORD flags = 0;
    trace_note("closing");
    OPENS(first, CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(second, CreateEvent(NULL, FALSE, FALSE, NULL));
    HOLDS(first != second);
    HOLDS(((ULONG_PTR)first & 3) == 0);
    HOLDS(((ULONG_PTR)second & 3) == 0);
    SUCCEEDS_WITH(CloseHandle(first), UNTOUCHED);
    FAILS(CloseHandle(first), ERROR_INVALID_HANDLE);
    FAILS(GetHandleInformation(first, &flags), ERROR_INVALID_HANDLE);
    FAILS(SetEvent(first), ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject(first, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    SUCCEEDS(SetEvent(second));
    SUCCEEDS(CloseHandle(second));
    /* Pseudo-handles can be closed as often as one likes. */
    SUCCEEDS_WITH(CloseHandle(GetCurrentProcess()), UNTOUCHED);
    SUCCEEDS_WITH(CloseHandle(GetCurrentThread()), UNTOUCHED);
    SUCCEEDS_WITH(CloseHandle(GetCurrentThread()), UNTOUCHED);
    HOLDS(GetCurrentProcess() == (HANDLE)(LONG_PTR)-1);
    HOLDS(GetCurrentThread() == (HANDLE)(LONG_PTR)-2);
}

static void low_bits(void) {
    HANDLE event;
    HANDLE other = NULL;
    DWORD flags = 7;
    trace_note("the low two bits");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    SUCCEEDS(SetEvent((HANDLE)((ULONG_PTR)event | 1)));
    GIVES(WaitForSingleObject((HANDLE)((ULONG_PTR)event | 2), 0), WAIT_OBJECT_0);
    SUCCEEDS(GetHandleInformation((HANDLE)((ULONG_PTR)event | 3), &flags));
    GIVES(flags, 0);
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), (HANDLE)((ULONG_PTR)event | 3),
                             GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS));
    SUCCEEDS(CloseHandle((HANDLE)((ULONG_PTR)event | 1)));
    FAILS(CloseHandle(event), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(other));
}

static void flags(void) {
    SECURITY_ATTRIBUTES inherit;
    HANDLE event;
    DWORD flags = 7;
    trace_note("flags");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    SUCCEEDS_WITH(GetHandleInformation(event, &flags), UNTOUCHED);
    GIVES(flags, 0);
    SUCCEEDS_WITH(SetHandleInformation(event, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT), UNTOUCHED);
    SUCCEEDS(GetHandleInformation(event, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT);
    /* The mask says which. */
    SUCCEEDS(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE,
                                  HANDLE_FLAG_PROTECT_FROM_CLOSE));
    SUCCEEDS(GetHandleInformation(event, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE);
    SUCCEEDS(SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0));
    SUCCEEDS(GetHandleInformation(event, &flags));
    GIVES(flags, HANDLE_FLAG_PROTECT_FROM_CLOSE);
    FAILS(CloseHandle(event), ERROR_INVALID_HANDLE);
    SUCCEEDS(SetEvent(event));
    SUCCEEDS(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    SUCCEEDS(CloseHandle(event));
    inherit.nLength = sizeof inherit;
    inherit.lpSecurityDescriptor = NULL;
    inherit.bInheritHandle = TRUE;
    OPENS(event, CreateEvent(&inherit, FALSE, FALSE, NULL));
    SUCCEEDS(GetHandleInformation(event, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT);
    SUCCEEDS(CloseHandle(event));
    inherit.bInheritHandle = FALSE;
    OPENS(event, CreateMutex(&inherit, FALSE, NULL));
    SUCCEEDS(GetHandleInformation(event, &flags));
    GIVES(flags, 0);
    SUCCEEDS(CloseHandle(event));
    OPENS(event, CreateSemaphore(&inherit, 0, 1, object_name(TEXT("flags"))));
    SUCCEEDS(CloseHandle(event));
    SUCCEEDS(GetHandleInformation(GetCurrentProcess(), &flags));
    GIVES(flags, 0);
    SUCCEEDS(GetHandleInformation(GetCurrentThread(), &flags));
    FAILS(SetHandleInformation(GetCurrentProcess(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT),
          ERROR_ACCESS_DENIED);
}

static void duplicates(void) {
    HANDLE event;
    HANDLE other = NULL;
    HANDLE third = NULL;
    DWORD flags = 7;
    trace_note("duplicates");
    OPENS(event, CreateEvent(NULL, TRUE, FALSE, NULL));
    SUCCEEDS_WITH(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE,
                                  DUPLICATE_SAME_ACCESS),
                  UNTOUCHED);
    HOLDS(other != event);
    SUCCEEDS(SetEvent(other));
    GIVES(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    SUCCEEDS(GetHandleInformation(other, &flags));
    GIVES(flags, 0);
    SUCCEEDS(CloseHandle(event));
    GIVES(WaitForSingleObject(other, 0), WAIT_OBJECT_0);
    /* The source goes. */
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &event, 0, TRUE,
                             DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    /* (Its number may be the new one's.) */
    HOLDS(event == other || !CloseHandle(other));
    SUCCEEDS(GetHandleInformation(event, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT);
    /* Other rights, also more of them. */
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, SYNCHRONIZE,
                             FALSE, 0));
    FAILS(ResetEvent(other), ERROR_ACCESS_DENIED);
    GIVES(WaitForSingleObject(other, 0), WAIT_OBJECT_0);
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &third,
                             EVENT_MODIFY_STATE, FALSE, 0));
    SUCCEEDS(ResetEvent(third));
    GIVES_WITH(WaitForSingleObject(third, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(third));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &third, GENERIC_ALL,
                             FALSE, 0));
    SUCCEEDS(SetEvent(third));
    GIVES(WaitForSingleObject(third, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(third));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &third, 0, FALSE, 0));
    GIVES_WITH(WaitForSingleObject(third, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    FAILS(SetEvent(third), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(third));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &third,
                             EVENT_ALL_ACCESS, FALSE, DUPLICATE_SAME_ACCESS));
    FAILS(SetEvent(third), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(third));
    /* Nowhere to put it, or nobody to have it. */
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), NULL, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    FAILS(
        DuplicateHandle(NULL, other, GetCurrentProcess(), &third, 0, FALSE, DUPLICATE_SAME_ACCESS),
        ERROR_INVALID_HANDLE);
    FAILS(
        DuplicateHandle(GetCurrentProcess(), other, NULL, &third, 0, FALSE, DUPLICATE_SAME_ACCESS),
        ERROR_INVALID_HANDLE);
    FAILS(
        DuplicateHandle(event, other, GetCurrentProcess(), &third, 0, FALSE, DUPLICATE_SAME_ACCESS),
        ERROR_INVALID_HANDLE);
    FAILS(
        DuplicateHandle(GetCurrentProcess(), other, event, &third, 0, FALSE, DUPLICATE_SAME_ACCESS),
        ERROR_INVALID_HANDLE);
    BEGIN_GAP("in Wine the duplicate has the number of the source that is closed")
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), NULL, 0, FALSE,
                             DUPLICATE_CLOSE_SOURCE));
    FAILS(CloseHandle(other), ERROR_INVALID_HANDLE);
    END_GAP
    SUCCEEDS(CloseHandle(event));
}

static void comparisons(void) {
    trace_note("comparisons");
    BEGIN_GAP("CompareObjectHandles is not in Wine's kernel32.dll")
#ifndef _WIN32
    {
        HANDLE event;
        HANDLE other;
        HANDLE process = NULL;
        OPENS(event, CreateEvent(NULL, TRUE, FALSE, NULL));
        SUCCEEDS_WITH(CompareObjectHandles(event, event), UNTOUCHED);
        SUCCEEDS(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other,
                                 SYNCHRONIZE, FALSE, 0));
        SUCCEEDS_WITH(CompareObjectHandles(event, other), UNTOUCHED); /* whatever the rights */
        SUCCEEDS(CloseHandle(event));
        FAILS(CompareObjectHandles(event, other), ERROR_INVALID_HANDLE);
        FAILS(CompareObjectHandles(other, NULL), ERROR_INVALID_HANDLE);
        OPENS(event, CreateEvent(NULL, TRUE, FALSE, NULL));
        FAILS(CompareObjectHandles(event, other), ERROR_NOT_SAME_OBJECT);
        FAILS(CompareObjectHandles(event, GetCurrentProcess()), ERROR_NOT_SAME_OBJECT);
        SUCCEEDS(CloseHandle(event));
        SUCCEEDS(CloseHandle(other));
        SUCCEEDS(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(),
                                 &process, 0, FALSE, DUPLICATE_SAME_ACCESS));
        SUCCEEDS(CompareObjectHandles(process, GetCurrentProcess()));
        FAILS(CompareObjectHandles(GetCurrentProcess(), GetCurrentThread()), ERROR_NOT_SAME_OBJECT);
        SUCCEEDS(CloseHandle(process));
    }
#endif
    END_GAP
}

/* Real handles of the process stand for it, too. */
static void process_handles(void) {
    HANDLE process = NULL;
    HANDLE event;
    HANDLE other = NULL;
    trace_note("handles of the process");
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(),
                             &process, 0, FALSE, DUPLICATE_SAME_ACCESS));
    HOLDS(process != GetCurrentProcess());
    OPENS(event, CreateEvent(NULL, TRUE, TRUE, NULL));
    SUCCEEDS(DuplicateHandle(process, event, process, &other, 0, FALSE, DUPLICATE_SAME_ACCESS));
    GIVES(WaitForSingleObject(other, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(CloseHandle(process));
    FAILS(DuplicateHandle(process, event, GetCurrentProcess(), &other, 0, FALSE,
                          DUPLICATE_SAME_ACCESS),
          ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(event));
}

static PVOID volatile shared;
static volatile LONG stop;

/* Whatever the handle is at the moment: an event, closed, another event. */
static DWORD WINAPI use_it(LPVOID parameter) {
    DWORD wrong = 0;
    while (InterlockedCompareExchange(&stop, 0, 0) == 0) {
        const HANDLE handle = InterlockedCompareExchangePointer(&shared, NULL, NULL);
        HANDLE other;
        if (!SetEvent(handle) && GetLastError() != ERROR_INVALID_HANDLE) {
            ++wrong;
        }
        if (WaitForSingleObject(handle, 0) == WAIT_FAILED &&
            GetLastError() != ERROR_INVALID_HANDLE) {
            ++wrong;
        }
        if (DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &other, 0, FALSE,
                            DUPLICATE_SAME_ACCESS)) {
            wrong += !CloseHandle(other);
        }
    }
    return wrong + (parameter != NULL);
}

static void closing_elsewhere(void) {
    HANDLE threads[3];
    int i;
    trace_note("closing what others use");
    shared = CreateEvent(NULL, TRUE, FALSE, NULL);
    for (i = 0; i < 3; ++i) {
        threads[i] = CreateThread(NULL, 0, use_it, NULL, 0, NULL);
    }
    for (i = 0; i < 300; ++i) {
        CloseHandle(InterlockedExchangePointer(&shared, CreateEvent(NULL, TRUE, FALSE, NULL)));
    }
    InterlockedExchange(&stop, 1);
    GIVES(WaitForMultipleObjects(3, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (i = 0; i < 3; ++i) {
        DWORD code = 7;
        SUCCEEDS(GetExitCodeThread(threads[i], &code));
        GIVES(code, 0);
        SUCCEEDS(CloseHandle(threads[i]));
    }
    SUCCEEDS(CloseHandle(shared));
}

static void many_handles(void) {
    static HANDLE events[3000];
    const int count = (int)(sizeof events / sizeof events[0]);
    int made = 0, different = 0, closed = 0, i;
    trace_note("thousands of handles");
    for (i = 0; i < count; ++i) {
        events[i] = CreateEvent(NULL, TRUE, i % 2 != 0, NULL);
        made += events[i] != NULL;
    }
    HOLDS(made == count);
    for (i = 1; i < count; ++i) {
        different += events[i] != events[i - 1];
    }
    HOLDS(different == count - 1);
    GIVES(WaitForSingleObject(events[count - 1], 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(events[count - 2], 0), WAIT_TIMEOUT);
    for (i = 0; i < count; ++i) {
        closed += CloseHandle(events[i]) != FALSE;
    }
    HOLDS(closed == count);
}

int main(void) {
    garbage_is_no_handle();
    closing();
    low_bits();
    flags();
    duplicates();
    comparisons();
    process_handles();
    closing_elsewhere();
    many_handles();
    return trace_end();
}
