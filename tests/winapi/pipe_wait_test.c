/* WaitNamedPipe, and CallNamedPipe where there is nobody to call. */

#include "pipe_testing.h"

static DWORD waited;

static BOOL wait_for(LPCTSTR name, DWORD timeout) {
    const ULONGLONG start = GetTickCount64();
    const BOOL done = WaitNamedPipe(name, timeout);
    waited = (DWORD)(GetTickCount64() - start);
    return done;
}

static void names(void) {
    const LPCTSTR name = pipe_name(TEXT("none"));
    trace_note("no such pipe");
    FAILS(WaitNamedPipe(name, 10), ERROR_FILE_NOT_FOUND);
    FAILS(WaitNamedPipe(name, NMPWAIT_USE_DEFAULT_WAIT), ERROR_FILE_NOT_FOUND);
    FAILS(WaitNamedPipe(name, NMPWAIT_WAIT_FOREVER), ERROR_FILE_NOT_FOUND);
    FAILS(WaitNamedPipe(TEXT("not a pipe"), 10), ERROR_PATH_NOT_FOUND);
    FAILS(WaitNamedPipe(TEXT("\\\\.\\mailslot\\isthmus.test"), 10), ERROR_PATH_NOT_FOUND);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, 10), ERROR_FILE_NOT_FOUND);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, NMPWAIT_WAIT_FOREVER),
          ERROR_FILE_NOT_FOUND);
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void free_instances(void) {
    HANDLE first, second, client;
    const LPCTSTR name = pipe_name(TEXT("free"));
    trace_note("an instance is free");
    OPENS_WITH(first, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
    SUCCEEDS_WITH(WaitNamedPipe(name, 10), UNTOUCHED);
    SUCCEEDS(WaitNamedPipe(name, NMPWAIT_USE_DEFAULT_WAIT));
    SUCCEEDS(WaitNamedPipe(name, NMPWAIT_NOWAIT));
    SUCCEEDS(WaitNamedPipe(name, NMPWAIT_WAIT_FOREVER));
    OPENS(client, open_pipe(name, GENERIC_READ));
    FAILS(WaitNamedPipe(name, NMPWAIT_NOWAIT), ERROR_SEM_TIMEOUT);
    OPENS_WITH(second, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
    SUCCEEDS(WaitNamedPipe(name, NMPWAIT_NOWAIT));
    SUCCEEDS(CloseHandle(second));
    FAILS(WaitNamedPipe(name, NMPWAIT_NOWAIT), ERROR_SEM_TIMEOUT);
    SUCCEEDS(CloseHandle(client));
    FAILS(WaitNamedPipe(name, NMPWAIT_NOWAIT), ERROR_SEM_TIMEOUT);
    SUCCEEDS(CloseHandle(first));
    FAILS(WaitNamedPipe(name, NMPWAIT_NOWAIT), ERROR_FILE_NOT_FOUND);
}

static void timeouts(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("timeouts"));
    trace_note("times");
    OPENS_WITH(server,
               CreateNamedPipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 120, NULL), 0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    FAILS(wait_for(name, 60), ERROR_SEM_TIMEOUT);
    HOLDS(waited >= 55);
    FAILS(wait_for(name, NMPWAIT_USE_DEFAULT_WAIT), ERROR_SEM_TIMEOUT);
    HOLDS(waited >= 110);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    OPENS_WITH(server, CreateNamedPipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL),
               0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    FAILS(wait_for(name, NMPWAIT_USE_DEFAULT_WAIT), ERROR_SEM_TIMEOUT);
    BEGIN_GAP("Wine does not wait where the default is 50 ms") {
        HOLDS(waited >= 45);
    }
    END_GAP
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void calling(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("call"));
    trace_note("CallNamedPipe");
    FAILS(CallNamedPipe(NULL, buffer, 1, buffer, 1, &size, 10), ERROR_PATH_NOT_FOUND);
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1), 0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, 20), ERROR_SEM_TIMEOUT);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, NMPWAIT_NOWAIT), ERROR_SEM_TIMEOUT);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, NMPWAIT_USE_DEFAULT_WAIT),
          ERROR_SEM_TIMEOUT);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, 20), ERROR_INVALID_PARAMETER);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(server));
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1), 0);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, 20), ERROR_ACCESS_DENIED);
    SUCCEEDS(WaitNamedPipe(name, NMPWAIT_NOWAIT));
    SUCCEEDS(CloseHandle(server));
}

int main(void) {
    names();
    free_instances();
    timeouts();
    calling();
    end_pipes();
    return trace_end();
}
