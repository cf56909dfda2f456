/* Reads of mailslots that wait: for a message, for their time, for the end of the mailslot. */

#include "trace.h"

static HANDLE slot;
static HANDLE ready;
static char buffer[32];
static DWORD count;
static DWORD error;

static DWORD WINAPI read_one(LPVOID unused) {
    BOOL done;
    (void)unused;
    SetEvent(ready);
    SetLastError(UNTOUCHED);
    done = ReadFile(slot, buffer, sizeof buffer, &count, NULL);
    error = GetLastError();
    return done != FALSE;
}

static HANDLE start_reading(void) {
    const HANDLE thread = CreateThread(NULL, 0, read_one, NULL, 0, NULL);
    WaitForSingleObject(ready, INFINITE);
    return thread;
}

static DWORD result_of(HANDLE thread) {
    DWORD result = 99;
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &result);
    CloseHandle(thread);
    return result;
}

static void for_a_message(void) {
    HANDLE writer;
    HANDLE thread;
    DWORD written = 0;
    trace_note("for a message");
    OPENS(slot, CreateMailslot(mailslot_name(TEXT("wait")), 0, MAILSLOT_WAIT_FOREVER, NULL));
    OPENS(writer, CreateFile(mailslot_name(TEXT("wait")), GENERIC_WRITE, FILE_SHARE_READ, NULL,
                             OPEN_EXISTING, 0, NULL));
    thread = start_reading();
    GIVES(WaitForSingleObject(thread, 20), WAIT_TIMEOUT);
    SUCCEEDS(WriteFile(writer, "at last", 7, &written, NULL));
    GIVES(result_of(thread), TRUE);
    GIVES(error, UNTOUCHED);
    HAS_BYTES(buffer, count, "at last");
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(CloseHandle(slot));
}

static void for_a_time(void) {
    HANDLE thread;
    trace_note("for a time");
    OPENS(slot, CreateMailslot(mailslot_name(TEXT("wait")), 0, 100, NULL));
    thread = start_reading();
    GIVES(result_of(thread), FALSE);
    GIVES(error, ERROR_SEM_TIMEOUT);
    SUCCEEDS(CloseHandle(slot));
}

static void for_the_end(void) {
    HANDLE thread;
    trace_note("for the end");
    BEGIN_GAP("Under Wine the read goes on") {
        OPENS(slot, CreateMailslot(mailslot_name(TEXT("wait")), 0, MAILSLOT_WAIT_FOREVER, NULL));
        thread = start_reading();
        SUCCEEDS(CloseHandle(slot));
        GIVES(result_of(thread), FALSE);
        HOLDS(error == ERROR_HANDLE_EOF || error == ERROR_INVALID_HANDLE);
    }
    END_GAP
}

int main(void) {
    ready = CreateEvent(NULL, FALSE, FALSE, NULL);
    for_a_message();
    for_a_time();
    for_the_end();
    CloseHandle(ready);
    return trace_end();
}
