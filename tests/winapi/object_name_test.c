/* Names of mutexes, events and semaphores: one namespace, prefixes, what is no name. */

#include "trace.h"

static void one_namespace(void) {
    const LPCTSTR name = object_name(TEXT("kind"));
    HANDLE handle;
    trace_note("one namespace for all kinds");
    OPENS_WITH(handle, CreateMutex(NULL, FALSE, name), 0);
    FAILS(CreateEvent(NULL, FALSE, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(CreateSemaphore(NULL, 0, 1, name), ERROR_INVALID_HANDLE);
    FAILS(OpenEvent(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(handle));
    OPENS_WITH(handle, CreateEvent(NULL, FALSE, FALSE, name), 0);
    FAILS(CreateMutex(NULL, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(CreateSemaphore(NULL, 0, 1, name), ERROR_INVALID_HANDLE);
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(handle));
    OPENS_WITH(handle, CreateSemaphore(NULL, 0, 1, name), 0);
    FAILS(CreateMutex(NULL, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(CreateEvent(NULL, FALSE, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(CreateMutexEx(NULL, name, 0, SYNCHRONIZE), ERROR_INVALID_HANDLE);
    FAILS(CreateEventEx(NULL, name, 0, SYNCHRONIZE), ERROR_INVALID_HANDLE);
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(OpenEvent(SYNCHRONIZE, FALSE, name), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(handle));
}

static void same_object(HANDLE first, LPCTSTR name, BOOL same) {
    HANDLE second = OpenEvent(SYNCHRONIZE, FALSE, name);
    if (!same) {
        HOLDS(second == NULL && GetLastError() == ERROR_FILE_NOT_FOUND);
        return;
    }
    HOLDS(second != NULL);
    SUCCEEDS(SetEvent(first));
    GIVES(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(first, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(second));
}

static void prefixes(void) {
    HANDLE handle;
    trace_note("Local, which is the default, and Global");
    OPENS_WITH(handle, CreateEvent(NULL, FALSE, FALSE, object_name(TEXT("prefix"))), 0);
    same_object(handle, trace_name(TEXT("Local\\isthmus.test."), TEXT("prefix")), TRUE);
    same_object(handle, trace_name(TEXT("Global\\isthmus.test."), TEXT("prefix")), FALSE);
    same_object(handle, object_name(TEXT("Prefix")), FALSE);
    same_object(handle, trace_name(TEXT("ISTHMUS.test."), TEXT("prefix")), FALSE);
    SUCCEEDS(CloseHandle(handle));
    OPENS_WITH(
        handle,
        CreateEvent(NULL, FALSE, FALSE, trace_name(TEXT("Global\\isthmus.test."), TEXT("prefix"))),
        0);
    same_object(handle, trace_name(TEXT("Global\\isthmus.test."), TEXT("prefix")), TRUE);
    same_object(handle, object_name(TEXT("prefix")), FALSE);
    SUCCEEDS(CloseHandle(handle));
    OPENS_WITH(
        handle,
        CreateEvent(NULL, FALSE, FALSE, trace_name(TEXT("Local\\isthmus.test."), TEXT("prefix"))),
        0);
    same_object(handle, object_name(TEXT("prefix")), TRUE);
    SUCCEEDS(CloseHandle(handle));
    FAILS(CreateEvent(NULL, FALSE, FALSE, TEXT("local\\isthmus.test")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateMutex(NULL, FALSE, TEXT("GLOBAL\\isthmus.test")), ERROR_PATH_NOT_FOUND);
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, TEXT("local\\isthmus.test")), ERROR_PATH_NOT_FOUND);
}

static void no_names(void) {
    HANDLE first;
    HANDLE second;
    trace_note("no name");
    OPENS_WITH(first, CreateEvent(NULL, FALSE, FALSE, TEXT("")), 0);
    OPENS_WITH(second, CreateEvent(NULL, FALSE, FALSE, TEXT("")), 0);
    SUCCEEDS(SetEvent(first));
    GIVES(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(CloseHandle(second));
    OPENS_WITH(first, CreateMutex(NULL, FALSE, TEXT("")), 0);
    SUCCEEDS(CloseHandle(first));
    OPENS_WITH(first, CreateSemaphore(NULL, 0, 1, TEXT("")), 0);
    SUCCEEDS(CloseHandle(first));
    FAILS(OpenEvent(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, NULL), ERROR_INVALID_PARAMETER);
    FAILS(OpenEvent(SYNCHRONIZE, FALSE, TEXT("")), ERROR_INVALID_HANDLE);
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, TEXT("")), ERROR_INVALID_HANDLE);
    FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, TEXT("")), ERROR_INVALID_HANDLE);
}

static void invalid_names(void) {
    TCHAR longest[300];
    size_t i;
    trace_note("what is no name");
    FAILS(CreateMutex(NULL, FALSE, TEXT("isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateEvent(NULL, FALSE, FALSE, TEXT("isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateSemaphore(NULL, 0, 1, TEXT("isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(OpenMutex(SYNCHRONIZE, FALSE, TEXT("isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(OpenEvent(SYNCHRONIZE, FALSE, TEXT("isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, TEXT("isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateMutex(NULL, FALSE, TEXT("Local\\isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateMutex(NULL, FALSE, TEXT("Global\\isthmus\\test")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateMutex(NULL, FALSE, TEXT("isthmus\\")), ERROR_PATH_NOT_FOUND);
    FAILS(CreateMutex(NULL, FALSE, TEXT("\\isthmus")), ERROR_BAD_PATHNAME);
    FAILS(OpenEvent(SYNCHRONIZE, FALSE, TEXT("\\isthmus")), ERROR_BAD_PATHNAME);
    FAILS(CreateMutex(NULL, FALSE, TEXT("\\\\.\\pipe\\isthmus")), ERROR_BAD_PATHNAME);
    FAILS(CreateMutex(NULL, FALSE, TEXT("Local\\")), ERROR_INVALID_NAME);
    for (i = 0; i < 299; ++i) {
        longest[i] = TEXT('x');
    }
    longest[i] = 0;
    BEGIN_GAP("Wine: only the A functions limit names to MAX_PATH") {
        FAILS(CreateMutex(NULL, FALSE, longest), ERROR_FILENAME_EXCED_RANGE);
        FAILS(CreateEvent(NULL, FALSE, FALSE, longest), ERROR_FILENAME_EXCED_RANGE);
        FAILS(CreateSemaphore(NULL, 0, 1, longest), ERROR_FILENAME_EXCED_RANGE);
        FAILS(OpenMutex(SYNCHRONIZE, FALSE, longest), ERROR_FILENAME_EXCED_RANGE);
        FAILS(OpenEvent(SYNCHRONIZE, FALSE, longest), ERROR_FILENAME_EXCED_RANGE);
        FAILS(OpenSemaphore(SYNCHRONIZE, FALSE, longest), ERROR_FILENAME_EXCED_RANGE);
    } END_GAP
}

static void usual_names(void) {
    static const LPCTSTR names[] = {TEXT("with a space"),  TEXT("with/slash"),
                                    TEXT("{2b1f-4}"),      TEXT("a:b*c?d\"e<f>g|h"),
                                    TEXT("umlaut \u00e4"), TEXT("hangul \ud55c")};
    size_t i;
    trace_note("what is a name");
    for (i = 0; i < sizeof names / sizeof names[0]; ++i) {
        const LPCTSTR name = object_name(names[i]);
        HANDLE first;
        HANDLE second;
        OPENS_WITH(first, CreateMutex(NULL, FALSE, name), 0);
        OPENS_WITH(second, CreateMutex(NULL, FALSE, name), ERROR_ALREADY_EXISTS);
        SUCCEEDS(CloseHandle(second));
        OPENS_WITH(second, OpenMutex(SYNCHRONIZE, FALSE, name), UNTOUCHED);
        SUCCEEDS(CloseHandle(second));
        SUCCEEDS(CloseHandle(first));
        FAILS(OpenMutex(SYNCHRONIZE, FALSE, name), ERROR_FILE_NOT_FOUND);
    }
}

int main(void) {
    one_namespace();
    prefixes();
    no_names();
    invalid_names();
    usual_names();
    return trace_end();
}
