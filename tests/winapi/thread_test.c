/* Threads: creating, ending, waiting for them, their codes and ids; what is theirs alone. */

#include "trace.h"

#include <process.h>

static HANDLE started;
static HANDLE go_on;
static volatile LONG counter;

static DWORD WINAPI return_it(LPVOID parameter) {
    return (DWORD)(ULONG_PTR)parameter;
}

static DWORD WINAPI exit_with_it(LPVOID parameter) {
    ExitThread((DWORD)(ULONG_PTR)parameter);
    return 1;
}

static DWORD WINAPI wait_to_go_on(LPVOID parameter) {
    SetEvent(started);
    WaitForSingleObject(go_on, INFINITE);
    return (DWORD)(ULONG_PTR)parameter;
}

static DWORD WINAPI count(LPVOID parameter) {
    InterlockedIncrement(&counter);
    return return_it(parameter);
}

static LONG counted(void) {
    return InterlockedCompareExchange(&counter, 0, 0);
}

static DWORD WINAPI own_id(LPVOID parameter) {
    (void)parameter;
    return GetCurrentThreadId();
}

static void codes(void) {
    static const DWORD all[] = {0, 1, 42, 258, 259, 0x80000000, 0xffffffff};
    size_t i;
    trace_note("exit codes");
    for (i = 0; i < sizeof all / sizeof all[0]; ++i) {
        HANDLE thread;
        DWORD code = 7;
        OPENS_WITH(thread, CreateThread(NULL, 0, return_it, (LPVOID)(ULONG_PTR)all[i], 0, NULL),
                   UNTOUCHED);
        GIVES_WITH(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0, UNTOUCHED);
        SUCCEEDS_WITH(GetExitCodeThread(thread, &code), UNTOUCHED);
        GIVES(code, all[i]);
        SUCCEEDS(CloseHandle(thread));
        OPENS(thread, CreateThread(NULL, 0, exit_with_it, (LPVOID)(ULONG_PTR)all[i], 0, NULL));
        GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
        SUCCEEDS(GetExitCodeThread(thread, &code));
        GIVES(code, all[i]);
        SUCCEEDS(CloseHandle(thread));
    }
}

static void life(void) {
    HANDLE thread;
    DWORD code = 7;
    trace_note("while it runs, and after");
    OPENS(started, CreateEvent(NULL, FALSE, FALSE, NULL));
    OPENS(go_on, CreateEvent(NULL, TRUE, FALSE, NULL));
    OPENS(thread, CreateThread(NULL, 0, wait_to_go_on, (LPVOID)5, 0, NULL));
    GIVES(WaitForSingleObject(started, INFINITE), WAIT_OBJECT_0);
    GIVES_WITH(WaitForSingleObject(thread, 0), WAIT_TIMEOUT, UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(thread, 5), WAIT_TIMEOUT, UNTOUCHED);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, STILL_ACTIVE);
    SUCCEEDS(SetEvent(go_on));
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(thread, 0), WAIT_OBJECT_0);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, 5);
    SUCCEEDS(CloseHandle(thread));
    FAILS(GetExitCodeThread(thread, &code), ERROR_INVALID_HANDLE);
    /* It runs on without a handle. */
    counter = 0;
    OPENS(thread, CreateThread(NULL, 0, count, NULL, 0, NULL));
    SUCCEEDS(CloseHandle(thread));
    while (counted() == 0) {
        Sleep(0);
    }
    GIVES(counted(), 1);
}

static void suspended(void) {
    HANDLE thread;
    DWORD code = 7;
    trace_note("suspended at first");
    counter = 0;
    OPENS(thread, CreateThread(NULL, 0, count, (LPVOID)9, CREATE_SUSPENDED, NULL));
    GIVES(WaitForSingleObject(thread, 10), WAIT_TIMEOUT);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, STILL_ACTIVE);
    GIVES(counter, 0);
    GIVES_WITH(ResumeThread(thread), 1, UNTOUCHED);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    GIVES(counter, 1);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, 9);
    SUCCEEDS(CloseHandle(thread));
    GIVES_WITH(ResumeThread(GetCurrentThread()), 0, UNTOUCHED);
    GIVES_WITH(ResumeThread(go_on), (DWORD)-1, ERROR_INVALID_HANDLE);
    GIVES_WITH(ResumeThread(NULL), (DWORD)-1, ERROR_INVALID_HANDLE);
}

static void many(void) {
    enum { all = 40 };
    HANDLE threads[all];
    int i;
    trace_note("many");
    counter = 0;
    for (i = 0; i < all; ++i) {
        threads[i] = CreateThread(NULL, i % 2 == 0 ? 0 : 4096 * (SIZE_T)i, count, NULL, 0, NULL);
    }
    GIVES(WaitForMultipleObjects(all, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    GIVES(WaitForMultipleObjects(all, threads, FALSE, INFINITE), WAIT_OBJECT_0);
    GIVES(counter, all);
    for (i = 0; i < all; ++i) {
        CloseHandle(threads[i]);
    }
    for (i = 0; i < 3; ++i) {
        static const SIZE_T sizes[] = {1, 65536, 4 * 1024 * 1024};
        HANDLE thread;
        OPENS(thread,
              CreateThread(NULL, sizes[i], count, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL));
        GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
        SUCCEEDS(CloseHandle(thread));
    }
}

static void ids(void) {
    HANDLE thread;
    DWORD id = 0;
    DWORD code = 0;
    trace_note("ids");
    HOLDS(GetCurrentThreadId() != 0);
    HOLDS(GetCurrentThreadId() == GetCurrentThreadId());
    HOLDS(GetThreadId(GetCurrentThread()) == GetCurrentThreadId());
    OPENS(thread, CreateThread(NULL, 0, own_id, NULL, 0, &id));
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    HOLDS(id == code);
    HOLDS(id != GetCurrentThreadId());
    HOLDS(GetThreadId(thread) == id);
    FAILS(GetThreadId(go_on), ERROR_INVALID_HANDLE);
    FAILS(GetThreadId(NULL), ERROR_INVALID_HANDLE);
    FAILS(GetProcessId(thread), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(thread));
    HOLDS(GetProcessId(GetCurrentProcess()) == GetCurrentProcessId());
    HOLDS((DWORD)_getpid() == GetCurrentProcessId());
}

static void current(void) {
    HANDLE handle = NULL;
    DWORD code = 7;
    trace_note("the calling thread and process");
    SUCCEEDS(GetExitCodeThread(GetCurrentThread(), &code));
    GIVES(code, STILL_ACTIVE);
    GIVES_WITH(WaitForSingleObject(GetCurrentThread(), 5), WAIT_TIMEOUT, UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(GetCurrentProcess(), 5), WAIT_TIMEOUT, UNTOUCHED);
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &handle,
                             0, FALSE, DUPLICATE_SAME_ACCESS));
    HOLDS(handle != GetCurrentThread());
    HOLDS(GetThreadId(handle) == GetCurrentThreadId());
    GIVES(WaitForSingleObject(handle, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(handle));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &handle,
                             SYNCHRONIZE, FALSE, 0));
    FAILS(GetExitCodeThread(handle, &code), ERROR_ACCESS_DENIED);
    FAILS(GetThreadId(handle), ERROR_ACCESS_DENIED);
    GIVES_WITH(ResumeThread(handle), (DWORD)-1, ERROR_ACCESS_DENIED);
    GIVES(WaitForSingleObject(handle, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(handle));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &handle,
                             THREAD_QUERY_INFORMATION, FALSE, 0));
    SUCCEEDS(GetExitCodeThread(handle, &code));
    HOLDS(GetThreadId(handle) == GetCurrentThreadId());
    GIVES_WITH(WaitForSingleObject(handle, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(handle));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &handle,
                             0, FALSE, DUPLICATE_SAME_ACCESS));
    HOLDS(GetProcessId(handle) == GetCurrentProcessId());
    SUCCEEDS(CloseHandle(handle));
    FAILS(GetExitCodeThread(go_on, &code), ERROR_INVALID_HANDLE);
    FAILS(GetExitCodeThread(NULL, &code), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(started));
    SUCCEEDS(CloseHandle(go_on));
}

static unsigned __stdcall return_one_more(void* parameter) {
    return (unsigned)(ULONG_PTR)parameter + 1;
}

static unsigned __stdcall end_with_it(void* parameter) {
    _endthreadex((unsigned)(ULONG_PTR)parameter);
    return 1;
}

static void __cdecl count_once(void* parameter) {
    (void)parameter;
    InterlockedIncrement(&counter);
}

static void __cdecl count_and_end(void* parameter) {
    count_once(parameter);
    _endthread();
}

static void as_the_c_library_has_them(void) {
    HANDLE thread;
    unsigned id = 0;
    DWORD code = 7;
    trace_note("_beginthreadex, _beginthread");
    OPENS(thread, (HANDLE)_beginthreadex(NULL, 0, return_one_more, (void*)41, 0, &id));
    HOLDS(id == GetThreadId(thread));
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, 42);
    SUCCEEDS(CloseHandle(thread));
    OPENS(thread, (HANDLE)_beginthreadex(NULL, 0, end_with_it, (void*)43, CREATE_SUSPENDED, NULL));
    GIVES(WaitForSingleObject(thread, 5), WAIT_TIMEOUT);
    GIVES(ResumeThread(thread), 1);
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, 43);
    SUCCEEDS(CloseHandle(thread));
    counter = 0;
    HOLDS(_beginthread(count_once, 0, NULL) != (uintptr_t)-1);
    HOLDS(_beginthread(count_and_end, 0, NULL) != (uintptr_t)-1);
    while (counted() != 2) {
        Sleep(0);
    }
    GIVES(counted(), 2);
}

static DWORD slot;

static DWORD WINAPI use_slot(LPVOID parameter) {
    if (TlsGetValue(slot) != NULL || GetLastError() != ERROR_SUCCESS) {
        return 1;
    }
    if (!TlsSetValue(slot, parameter)) {
        return 2;
    }
    return TlsGetValue(slot) == parameter ? 0 : 3;
}

static void storage(void) {
    HANDLE thread;
    DWORD code = 7;
    DWORD other;
    int mine = 0;
    trace_note("thread-local storage");
    GIVES((slot = TlsAlloc()) == TLS_OUT_OF_INDEXES, 0);
    GIVES_WITH(TlsGetValue(slot) == NULL, 1, ERROR_SUCCESS);
    SUCCEEDS_WITH(TlsSetValue(slot, &mine), UNTOUCHED);
    GIVES_WITH(TlsGetValue(slot) == &mine, 1, ERROR_SUCCESS);
    OPENS(thread, CreateThread(NULL, 0, use_slot, &code, 0, NULL));
    GIVES(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    SUCCEEDS(GetExitCodeThread(thread, &code));
    GIVES(code, 0);
    SUCCEEDS(CloseHandle(thread));
    HOLDS(TlsGetValue(slot) == &mine);
    other = TlsAlloc();
    HOLDS(other != slot);
    HOLDS(TlsGetValue(other) == NULL);
    SUCCEEDS_WITH(TlsFree(slot), UNTOUCHED);
    FAILS(TlsFree(slot), ERROR_INVALID_PARAMETER);
    SUCCEEDS(TlsFree(other));
    slot = TlsAlloc();
    HOLDS(TlsGetValue(slot) == NULL);
    SUCCEEDS(TlsFree(slot));
    FAILS(TlsGetValue(100000), ERROR_INVALID_PARAMETER);
    FAILS(TlsSetValue(100000, NULL), ERROR_INVALID_PARAMETER);
    FAILS(TlsFree(100000), ERROR_INVALID_PARAMETER);
}

int main(void) {
    codes();
    life();
    suspended();
    many();
    ids();
    current();
    as_the_c_library_has_them();
    storage();
    return trace_end();
}
