/* TransactNamedPipe and CallNamedPipe. */

#include "pipe_testing.h"

static const DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

/* Answers requests with themselves, backwards, then with a word more. */
static DWORD WINAPI serve(LPVOID argument) {
    const HANDLE pipe = (HANDLE)argument;
    char request[100];
    char reply[100];
    DWORD length = 0;
    DWORD i;
    ConnectNamedPipe(pipe, NULL);
    while (ReadFile(pipe, request, sizeof(request), &length, NULL)) {
        for (i = 0; i < length; ++i) {
            reply[i] = request[length - 1 - i];
        }
        WriteFile(pipe, reply, length, &length, NULL);
        if (length == 3) {
            WriteFile(pipe, "unasked", 7, &length, NULL);
        }
    }
    DisconnectNamedPipe(pipe);
    return 0;
}

static BOOL transact(HANDLE pipe, const char* request, DWORD room) {
    char copy[100];
    strcpy(copy, request);
    forget_sizes();
    return TransactNamedPipe(pipe, copy, (DWORD)strlen(copy), buffer, room, &size, NULL);
}

static BOOL call(LPCTSTR name, const char* request, DWORD room, DWORD timeout) {
    char copy[100];
    strcpy(copy, request);
    forget_sizes();
    return CallNamedPipe(name, copy, (DWORD)strlen(copy), buffer, room, &size, timeout);
}

static void transactions(void) {
    HANDLE server, client, thread;
    const LPCTSTR name = pipe_name(TEXT("transact"));
    trace_note("TransactNamedPipe");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, messages, 1), 0);
    OPENS(thread, CreateThread(NULL, 0, serve, server, 0, NULL));
    SUCCEEDS(WaitNamedPipe(name, 1000));
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    FAILS(transact(client, "hello", 100), ERROR_BAD_PIPE);
    GIVES(size, 0);
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    SUCCEEDS_WITH(transact(client, "hello", 100), UNTOUCHED);
    GOT("olleh");
    SUCCEEDS(transact(client, "hello", 5));
    GOT("olleh");
    FAILS(transact(client, "hello", 2), ERROR_MORE_DATA);
    GOT("ol");
    /* The rest of the reply has to be read first. */
    FAILS(transact(client, "hello", 100), ERROR_PIPE_BUSY);
    SUCCEEDS(read_some(client, 100));
    GOT("leh");
    FAILS(transact(client, "ab", 0), ERROR_MORE_DATA);
    GIVES(size, 0);
    SUCCEEDS(read_some(client, 100));
    GOT("ba");
    SUCCEEDS(transact(client, "", 100));
    GIVES(size, 0);
    SUCCEEDS(transact(client, "", 0));
    GIVES(size, 0);
    trace_note("without waiting it waits, too");
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
    SUCCEEDS(transact(client, "hello", 100));
    GOT("olleh");
    FAILS(read_some(client, 100), ERROR_NO_DATA);
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    trace_note("a message that nobody has asked for");
    SUCCEEDS(transact(client, "abc", 100));
    GOT("cba");
    /* Its being here is what the next call needs: wait for it. */
    do {
        peek(client, 0);
    } while (available == 0);
    FAILS(transact(client, "hello", 100), ERROR_PIPE_BUSY);
    GIVES(size, 0);
    SUCCEEDS(read_some(client, 100));
    GOT("unasked");
    SUCCEEDS(transact(client, "hello", 100));
    GOT("olleh");
    SUCCEEDS(CloseHandle(client));
    GIVES(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(thread));
    SUCCEEDS(CloseHandle(server));
}

static void refusals(void) {
    HANDLE server, client;
    trace_note("unread messages");
    HOLDS(make_pair(pipe_name(TEXT("unread")), messages, &server, &client));
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    SUCCEEDS(write_text(server, "x"));
    FAILS(transact(client, "hello", 100), ERROR_PIPE_BUSY);
    SUCCEEDS(read_some(client, 10));
    SUCCEEDS(write_text(server, ""));
    FAILS(transact(client, "hello", 100), ERROR_PIPE_BUSY);
    SUCCEEDS(read_some(client, 10));
    GIVES(size, 0);
    SUCCEEDS(write_text(client, "x"));
    FAILS(transact(server, "hello", 100), ERROR_PIPE_BUSY);
    SUCCEEDS(peek(server, 0));
    SAW(0, 1, 1);
    trace_note("the other end has gone");
    SUCCEEDS(CloseHandle(server));
    FAILS(transact(client, "hello", 100), ERROR_BAD_PIPE);
    SUCCEEDS(CloseHandle(client));
    trace_note("a client that reads bytes");
    HOLDS(make_pair(pipe_name(TEXT("bytes")), messages, &server, &client));
    FAILS(transact(client, "hello", 100), ERROR_BAD_PIPE);
    SUCCEEDS(peek(server, 0));
    SAW(0, 0, 0);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void calls(void) {
    HANDLE server, thread;
    int i;
    const LPCTSTR name = pipe_name(TEXT("call"));
    const DWORD rooms[] = {100, 2};
    trace_note("CallNamedPipe");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, messages, 1), 0);
    for (i = 0; i < 2; ++i) {
        OPENS(thread, CreateThread(NULL, 0, serve, server, 0, NULL));
        SUCCEEDS(WaitNamedPipe(name, 1000));
        if (rooms[i] == 100) {
            SUCCEEDS(call(name, "hello", rooms[i], 1000));
            GOT("olleh");
        } else {
            FAILS(call(name, "hello", rooms[i], NMPWAIT_WAIT_FOREVER), ERROR_MORE_DATA);
            GOT("ol");
        }
        GIVES(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
        SUCCEEDS(CloseHandle(thread));
    }
    trace_note("a call waits for an instance");
    FAILS(call(name, "hello", 100, 20), ERROR_SEM_TIMEOUT);
    GIVES(size, no_size);
    OPENS(thread, CreateThread(NULL, 0, serve, server, 0, NULL));
    SUCCEEDS(call(name, "hello", 100, NMPWAIT_WAIT_FOREVER));
    GOT("olleh");
    GIVES(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(thread));
    SUCCEEDS(CloseHandle(server));
    FAILS(call(name, "hello", 100, 20), ERROR_FILE_NOT_FOUND);
}

int main(void) {
    transactions();
    refusals();
    calls();
    end_pipes();
    return trace_end();
}
