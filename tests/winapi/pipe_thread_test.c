/* Calls that wait, and what ends them. */

#include "pipe_testing.h"

/* A call in a thread of its own. */
struct call {
    HANDLE pipe;
    DWORD room;
    HANDLE started;
    HANDLE thread;
    BOOL done;
    DWORD error;
    DWORD size;
    char data[100];
};

static DWORD WINAPI read_in_thread(LPVOID argument) {
    struct call* const call = (struct call*)argument;
    SetEvent(call->started);
    SetLastError(UNTOUCHED);
    call->size = no_size;
    call->done = ReadFile(call->pipe, call->data, call->room, &call->size, NULL);
    call->error = GetLastError();
    return 0;
}

static DWORD WINAPI connect_in_thread(LPVOID argument) {
    struct call* const call = (struct call*)argument;
    SetEvent(call->started);
    SetLastError(UNTOUCHED);
    call->done = ConnectNamedPipe(call->pipe, NULL);
    call->error = GetLastError();
    return 0;
}

static DWORD WINAPI flush_in_thread(LPVOID argument) {
    struct call* const call = (struct call*)argument;
    SetEvent(call->started);
    SetLastError(UNTOUCHED);
    call->done = FlushFileBuffers(call->pipe);
    call->error = GetLastError();
    return 0;
}

/* More than any pipe holds. */
static char much[1024 * 1024];

static DWORD WINAPI write_in_thread(LPVOID argument) {
    struct call* const call = (struct call*)argument;
    SetEvent(call->started);
    SetLastError(UNTOUCHED);
    call->size = no_size;
    call->done = WriteFile(call->pipe, much, sizeof(much), &call->size, NULL);
    call->error = GetLastError();
    return 0;
}

/* Starts it. That it has not ended after a moment tells that it waits, or has not begun to. */
static BOOL start(struct call* call, LPTHREAD_START_ROUTINE routine, HANDLE pipe, DWORD room) {
    memset(call, 0, sizeof(*call));
    call->pipe = pipe;
    call->room = room;
    call->started = CreateEvent(NULL, TRUE, FALSE, NULL);
    call->thread = CreateThread(NULL, 0, routine, call, 0, NULL);
    WaitForSingleObject(call->started, INFINITE);
    return WaitForSingleObject(call->thread, 30) == WAIT_TIMEOUT;
}

/* Waits until a call waits on this end: its handle is not signaled meanwhile. */
static BOOL becomes_busy(HANDLE pipe) {
    int i;
    for (i = 0; i < 5000; ++i) {
        if (WaitForSingleObject(pipe, 0) == WAIT_TIMEOUT) {
            return TRUE;
        }
        Sleep(1);
    }
    return FALSE;
}

static BOOL finish(struct call* call) {
    const BOOL ended = WaitForSingleObject(call->thread, 5000) == WAIT_OBJECT_0;
    CloseHandle(call->thread);
    CloseHandle(call->started);
    return ended;
}

static void a_read_waits_for_data(void) {
    struct call call;
    HANDLE server, client;
    trace_note("a read waits for data");
    HOLDS(make_pair(pipe_name(TEXT("read")), PIPE_TYPE_BYTE, &server, &client));
    HOLDS(start(&call, read_in_thread, server, 100));
    HOLDS(becomes_busy(server));
    GIVES(WaitForSingleObject(client, 0), WAIT_OBJECT_0);
    SUCCEEDS(write_text(client, "hello"));
    HOLDS(finish(&call));
    HOLDS(call.done && call.error == UNTOUCHED);
    HAS_BYTES(call.data, call.size, "hello");
    GIVES(WaitForSingleObject(server, 0), WAIT_OBJECT_0);
    trace_note("so does one of nothing");
    HOLDS(start(&call, read_in_thread, server, 0));
    SUCCEEDS(write_text(client, ""));
    GIVES(WaitForSingleObject(call.thread, 30), WAIT_TIMEOUT);
    SUCCEEDS(write_text(client, "ab"));
    HOLDS(finish(&call));
    HOLDS(call.done && call.size == 0);
    SUCCEEDS(read_some(server, 10));
    GOT("ab");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("an empty message is something");
    HOLDS(make_pair(pipe_name(TEXT("empty")), PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, &server,
                    &client));
    HOLDS(start(&call, read_in_thread, server, 100));
    SUCCEEDS(write_text(client, ""));
    HOLDS(finish(&call));
    HOLDS(call.done && call.size == 0);
    HOLDS(start(&call, read_in_thread, server, 2));
    SUCCEEDS(write_text(client, "hello"));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_MORE_DATA);
    HAS_BYTES(call.data, call.size, "he");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void what_ends_a_read(void) {
    struct call call;
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("ends"));
    trace_note("the client goes");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    HOLDS(start(&call, read_in_thread, server, 100));
    SUCCEEDS(CloseHandle(client));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_BROKEN_PIPE && call.size == 0);
    SUCCEEDS(CloseHandle(server));
    trace_note("the server goes");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    HOLDS(start(&call, read_in_thread, client, 100));
    SUCCEEDS(CloseHandle(server));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_BROKEN_PIPE);
    SUCCEEDS(CloseHandle(client));
    trace_note("the server disconnects");
    HOLDS(make_pair(name, PIPE_TYPE_MESSAGE, &server, &client));
    HOLDS(start(&call, read_in_thread, client, 100));
    SUCCEEDS(DisconnectNamedPipe(server));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_PIPE_NOT_CONNECTED);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("its handle is closed");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    HOLDS(start(&call, read_in_thread, server, 100));
    HOLDS(becomes_busy(server));
    SUCCEEDS(CloseHandle(server));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_BROKEN_PIPE);
    FAILS(write_text(client, "x"), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(client));
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void connecting(void) {
    struct call call;
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("connect"));
    trace_note("ConnectNamedPipe waits for a client");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    HOLDS(start(&call, connect_in_thread, server, 0));
    HOLDS(becomes_busy(server));
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    HOLDS(finish(&call));
    HOLDS(call.done && call.error == UNTOUCHED);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 100));
    GOT("hello");
    trace_note("and for the next one");
    SUCCEEDS(DisconnectNamedPipe(server));
    SUCCEEDS(CloseHandle(client));
    HOLDS(start(&call, connect_in_thread, server, 0));
    SUCCEEDS(WaitNamedPipe(name, 1000));
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    HOLDS(finish(&call));
    HOLDS(call.done);
    SUCCEEDS(write_text(server, "again"));
    SUCCEEDS(read_some(client, 100));
    GOT("again");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("the handle is closed");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    HOLDS(start(&call, connect_in_thread, server, 0));
    HOLDS(becomes_busy(server));
    SUCCEEDS(CloseHandle(server));
    HOLDS(finish(&call));
    HOLDS(!call.done);
    BEGIN_GAP("Wine: 676") {
        HOLDS(call.error == ERROR_BROKEN_PIPE);
    }
    END_GAP
    FAILS(WaitNamedPipe(name, 10), ERROR_FILE_NOT_FOUND);
}

static void two_instances(void) {
    struct call calls[2];
    HANDLE servers[2], clients[2];
    int i;
    const LPCTSTR name = pipe_name(TEXT("two"));
    trace_note("two instances, two threads");
    for (i = 0; i < 2; ++i) {
        OPENS_WITH(servers[i], make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
        HOLDS(start(&calls[i], connect_in_thread, servers[i], 0));
        HOLDS(becomes_busy(servers[i]));
    }
    for (i = 0; i < 2; ++i) {
        OPENS(clients[i], open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    }
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_PIPE_BUSY);
    for (i = 0; i < 2; ++i) {
        HOLDS(finish(&calls[i]));
        HOLDS(calls[i].done);
        SUCCEEDS(write_text(servers[i], "hello"));
    }
    for (i = 0; i < 2; ++i) {
        SUCCEEDS(read_some(clients[i], 100));
        GOT("hello");
        SUCCEEDS(CloseHandle(clients[i]));
        SUCCEEDS(CloseHandle(servers[i]));
    }
}

static void flushing(void) {
    struct call call;
    HANDLE server, client;
    trace_note("FlushFileBuffers waits for the reader");
    HOLDS(make_pair(pipe_name(TEXT("flush")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(write_text(server, "hello"));
    HOLDS(start(&call, flush_in_thread, server, 0));
    SUCCEEDS(read_some(client, 3));
    GIVES(WaitForSingleObject(call.thread, 30), WAIT_TIMEOUT);
    SUCCEEDS(read_some(client, 100));
    GOT("lo");
    HOLDS(finish(&call));
    HOLDS(call.done);
    trace_note("until it goes");
    SUCCEEDS(write_text(server, "hello"));
    HOLDS(start(&call, flush_in_thread, server, 0));
    HOLDS(becomes_busy(server));
    SUCCEEDS(CloseHandle(client));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_BROKEN_PIPE);
    SUCCEEDS(CloseHandle(server));
    trace_note("or is disconnected by another thread");
    HOLDS(make_pair(pipe_name(TEXT("flush")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(write_text(client, "hello"));
    HOLDS(start(&call, flush_in_thread, client, 0));
    SUCCEEDS(DisconnectNamedPipe(server));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_PIPE_NOT_CONNECTED);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void a_write_waits_for_room(void) {
    static char taken[100000];
    struct call call;
    HANDLE server, client;
    DWORD total = 0;
    int right = 1;
    size_t i;
    const LPCTSTR name = pipe_name(TEXT("room"));
    trace_note("a write waits for the reader");
    for (i = 0; i < sizeof(much); ++i) {
        much[i] = (char)(i / 1000);
    }
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    HOLDS(start(&call, write_in_thread, client, 0));
    HOLDS(becomes_busy(client));
    while (total < sizeof(much) && ReadFile(server, taken, sizeof(taken), &size, NULL)) {
        right = right && memcmp(taken, much + total, size) == 0;
        total += size;
    }
    GIVES(total, sizeof(much));
    HOLDS(right);
    HOLDS(finish(&call));
    HOLDS(call.done && call.size == sizeof(much));
    GIVES(WaitForSingleObject(client, 0), WAIT_OBJECT_0);
    trace_note("until it goes");
    HOLDS(start(&call, write_in_thread, client, 0));
    HOLDS(becomes_busy(client));
    SUCCEEDS(CloseHandle(server));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_BROKEN_PIPE && call.size == 0);
    SUCCEEDS(CloseHandle(client));
    trace_note("or disconnects");
    HOLDS(make_pair(name, PIPE_TYPE_MESSAGE, &server, &client));
    HOLDS(start(&call, write_in_thread, client, 0));
    SUCCEEDS(DisconnectNamedPipe(server));
    HOLDS(finish(&call));
    HOLDS(!call.done && call.error == ERROR_PIPE_NOT_CONNECTED && call.size == 0);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("a message of that size");
    HOLDS(make_pair(name, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, &server, &client));
    HOLDS(start(&call, write_in_thread, client, 0));
    FAILS(read_some(server, 1000), ERROR_MORE_DATA);
    GIVES(size, 1000);
    total = size;
    while (!ReadFile(server, taken, sizeof(taken), &size, NULL) &&
           GetLastError() == ERROR_MORE_DATA) {
        total += size;
    }
    GIVES(total + size, sizeof(much));
    HOLDS(finish(&call));
    HOLDS(call.done && call.size == sizeof(much));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void side_by_side(void) {
    struct call call;
    HANDLE server, client;
    trace_note("a read that waits stops nobody");
    HOLDS(make_pair(pipe_name(TEXT("both")), PIPE_TYPE_BYTE, &server, &client));
    HOLDS(start(&call, read_in_thread, server, 100));
    BEGIN_GAP("Windows makes the calls on a synchronous handle one after the other") {
        SUCCEEDS(write_text(server, "out"));
        SUCCEEDS(peek(server, 100));
        SAW(0, 0, 0);
        SUCCEEDS(read_some(client, 100));
        GOT("out");
        SUCCEEDS(set_mode(server, PIPE_WAIT));
        GIVES(mode_of(server), PIPE_WAIT);
    }
    END_GAP
    SUCCEEDS(write_text(client, "in"));
    HOLDS(finish(&call));
    HAS_BYTES(call.data, call.size, "in");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

int main(void) {
    a_read_waits_for_data();
    what_ends_a_read();
    connecting();
    two_instances();
    flushing();
    a_write_waits_for_room();
    side_by_side();
    end_pipes();
    return trace_end();
}
