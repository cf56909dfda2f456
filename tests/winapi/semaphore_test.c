/* Semaphores: counts, their maximum, rights, names. */

#include "trace.h"

static void counts(void) {
    HANDLE semaphore;
    LONG previous = -7;
    trace_note("counts");
    OPENS_WITH(semaphore, CreateSemaphore(NULL, 1, 3, NULL), 0);
    GIVES_WITH(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0, UNTOUCHED);
    GIVES_WITH(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT, UNTOUCHED);
    GIVES(WaitForSingleObject(semaphore, 1), WAIT_TIMEOUT);
    SUCCEEDS_WITH(ReleaseSemaphore(semaphore, 2, &previous), UNTOUCHED);
    GIVES(previous, 0);
    previous = -7;
    FAILS(ReleaseSemaphore(semaphore, 2, &previous), ERROR_TOO_MANY_POSTS);
    GIVES(previous, -7);
    SUCCEEDS(ReleaseSemaphore(semaphore, 1, &previous));
    GIVES(previous, 2);
    FAILS(ReleaseSemaphore(semaphore, 1, NULL), ERROR_TOO_MANY_POSTS);
    FAILS(ReleaseSemaphore(semaphore, 0x7fffffff, NULL), ERROR_TOO_MANY_POSTS);
    GIVES(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(semaphore, INFINITE), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(semaphore, 10), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    SUCCEEDS(ReleaseSemaphore(semaphore, 3, NULL));
    SUCCEEDS(CloseHandle(semaphore));
    FAILS(ReleaseSemaphore(semaphore, 1, NULL), ERROR_INVALID_HANDLE);
}

static void limits(void) {
    HANDLE semaphore;
    LONG previous = -7;
    trace_note("limits");
    FAILS(CreateSemaphore(NULL, 0, 0, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateSemaphore(NULL, 0, -1, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateSemaphore(NULL, -1, 1, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateSemaphore(NULL, 2, 1, NULL), ERROR_INVALID_PARAMETER);
    OPENS_WITH(semaphore, CreateSemaphore(NULL, 0x7fffffff, 0x7fffffff, NULL), 0);
    FAILS(ReleaseSemaphore(semaphore, 1, &previous), ERROR_TOO_MANY_POSTS);
    GIVES(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    SUCCEEDS(ReleaseSemaphore(semaphore, 1, &previous));
    GIVES(previous, 0x7ffffffe);
    SUCCEEDS(CloseHandle(semaphore));
    OPENS_WITH(semaphore, CreateSemaphore(NULL, 0, 0x7fffffff, NULL), 0);
    SUCCEEDS(ReleaseSemaphore(semaphore, 0x7fffffff, &previous));
    GIVES(previous, 0);
    FAILS(ReleaseSemaphore(semaphore, 0x7fffffff, &previous), ERROR_TOO_MANY_POSTS);
    SUCCEEDS(CloseHandle(semaphore));
    OPENS_WITH(semaphore, CreateSemaphore(NULL, 1, 2, NULL), 0);
    previous = -7;
    BEGIN_GAP("Wine takes releases by nothing, and by less")
    FAILS(ReleaseSemaphore(semaphore, 0, &previous), ERROR_INVALID_PARAMETER);
    FAILS(ReleaseSemaphore(semaphore, -1, &previous), ERROR_INVALID_PARAMETER);
    FAILS(ReleaseSemaphore(semaphore, -0x7fffffff - 1, &previous), ERROR_INVALID_PARAMETER);
    GIVES(previous, -7);
    END_GAP
    SUCCEEDS(CloseHandle(semaphore));
}

static void rights(void) {
    HANDLE semaphore;
    LONG previous = -7;
    trace_note("rights");
    OPENS_WITH(semaphore, CreateSemaphoreEx(NULL, 1, 2, NULL, 0, SYNCHRONIZE), 0);
    FAILS(ReleaseSemaphore(semaphore, 1, &previous), ERROR_ACCESS_DENIED);
    GIVES(previous, -7);
    GIVES(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(semaphore));
    OPENS_WITH(semaphore, CreateSemaphoreEx(NULL, 1, 2, NULL, 0, SEMAPHORE_MODIFY_STATE), 0);
    SUCCEEDS(ReleaseSemaphore(semaphore, 1, &previous));
    GIVES(previous, 1);
    GIVES_WITH(WaitForSingleObject(semaphore, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(semaphore));
    OPENS_WITH(semaphore, CreateSemaphoreEx(NULL, 0, 2, NULL, 0, GENERIC_WRITE), 0);
    SUCCEEDS(ReleaseSemaphore(semaphore, 1, NULL));
    GIVES_WITH(WaitForSingleObject(semaphore, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(semaphore));
    OPENS_WITH(semaphore, CreateSemaphoreEx(NULL, 0, 2, NULL, 0, GENERIC_EXECUTE), 0);
    FAILS(ReleaseSemaphore(semaphore, 1, NULL), ERROR_ACCESS_DENIED);
    GIVES_WITH(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT, UNTOUCHED);
    SUCCEEDS(CloseHandle(semaphore));
    OPENS_WITH(semaphore, CreateSemaphoreEx(NULL, 0, 2, NULL, 0, SEMAPHORE_ALL_ACCESS), 0);
    SUCCEEDS(ReleaseSemaphore(semaphore, 1, NULL));
    GIVES(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(semaphore));
    FAILS(CreateSemaphoreEx(NULL, 3, 2, NULL, 0, SEMAPHORE_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    BEGIN_GAP("Wine ignores flags that it does not know")
    FAILS(CreateSemaphoreEx(NULL, 0, 2, NULL, 1, SEMAPHORE_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    END_GAP
}

static void named(void) {
    const LPCTSTR name = object_name(TEXT("Semaphore"));
    HANDLE first;
    HANDLE second;
    LONG previous = -7;
    trace_note("names");
    FAILS(OpenSemaphore(SEMAPHORE_ALL_ACCESS, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(first, CreateSemaphore(NULL, 1, 3, name), 0);
    OPENS_WITH(second, CreateSemaphore(NULL, 5, 10, name), ERROR_ALREADY_EXISTS);
    FAILS(ReleaseSemaphore(second, 3, &previous), ERROR_TOO_MANY_POSTS);
    SUCCEEDS(ReleaseSemaphore(second, 2, &previous));
    GIVES(previous, 1);
    FAILS(CreateSemaphore(NULL, 5, 1, name), ERROR_INVALID_PARAMETER);
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(first));
    OPENS_WITH(first, OpenSemaphore(SYNCHRONIZE, FALSE, name), UNTOUCHED);
    GIVES(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    FAILS(ReleaseSemaphore(first, 1, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(first));
    OPENS_WITH(first, OpenSemaphore(SEMAPHORE_MODIFY_STATE, TRUE, name), UNTOUCHED);
    SUCCEEDS(ReleaseSemaphore(first, 1, &previous));
    GIVES(previous, 1);
    GIVES_WITH(WaitForSingleObject(first, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(CloseHandle(second));
    FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(first, CreateSemaphore(NULL, 0, 1, name), 0);
    GIVES(WaitForSingleObject(first, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(first));
}

static HANDLE full;
static HANDLE empty;
static HANDLE guard;
static LONG made;
static LONG taken;

enum { each_makes = 200, makers = 3 };

static DWORD WINAPI make(LPVOID parameter) {
    int i;
    (void)parameter;
    for (i = 0; i < each_makes; ++i) {
        if (WaitForSingleObject(empty, INFINITE) != WAIT_OBJECT_0 ||
            WaitForSingleObject(guard, INFINITE) != WAIT_OBJECT_0) {
            return 1;
        }
        ++made;
        if (!ReleaseMutex(guard) || !ReleaseSemaphore(full, 1, NULL)) {
            return 2;
        }
    }
    return 0;
}

static DWORD WINAPI take(LPVOID parameter) {
    int i;
    (void)parameter;
    for (i = 0; i < each_makes; ++i) {
        if (WaitForSingleObject(full, INFINITE) != WAIT_OBJECT_0 ||
            WaitForSingleObject(guard, INFINITE) != WAIT_OBJECT_0) {
            return 1;
        }
        ++taken;
        if (!ReleaseMutex(guard) || !ReleaseSemaphore(empty, 1, NULL)) {
            return 2;
        }
    }
    return 0;
}

static void producers_and_consumers(void) {
    HANDLE threads[2 * makers];
    LONG previous = -7;
    int i;
    trace_note("producers and consumers");
    OPENS(full, CreateSemaphore(NULL, 0, 4, NULL));
    OPENS(empty, CreateSemaphore(NULL, 4, 4, NULL));
    OPENS(guard, CreateMutex(NULL, FALSE, NULL));
    for (i = 0; i < 2 * makers; ++i) {
        threads[i] = CreateThread(NULL, 0, i < makers ? make : take, NULL, 0, NULL);
    }
    GIVES(WaitForMultipleObjects(2 * makers, threads, TRUE, INFINITE), WAIT_OBJECT_0);
    for (i = 0; i < 2 * makers; ++i) {
        DWORD code = 7;
        SUCCEEDS(GetExitCodeThread(threads[i], &code));
        GIVES(code, 0);
        SUCCEEDS(CloseHandle(threads[i]));
    }
    GIVES(made, each_makes * makers);
    GIVES(taken, each_makes * makers);
    FAILS(ReleaseSemaphore(empty, 1, NULL), ERROR_TOO_MANY_POSTS);
    SUCCEEDS(ReleaseSemaphore(full, 1, &previous));
    GIVES(previous, 0);
    SUCCEEDS(CloseHandle(full));
    SUCCEEDS(CloseHandle(empty));
    SUCCEEDS(CloseHandle(guard));
}

static void wrong_handles(void) {
    HANDLE event;
    trace_note("wrong handles");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    FAILS(ReleaseSemaphore(event, 1, NULL), ERROR_INVALID_HANDLE);
    FAILS(ReleaseSemaphore(NULL, 1, NULL), ERROR_INVALID_HANDLE);
    FAILS(ReleaseSemaphore(INVALID_HANDLE_VALUE, 1, NULL), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(event));
}

int main(void) {
    counts();
    limits();
    rights();
    named();
    producers_and_consumers();
    wrong_handles();
    return trace_end();
}
