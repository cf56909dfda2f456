/* The states of a server's end: listening, connected, closing, disconnected. */

#include "pipe_testing.h"

static void listening(void) {
    HANDLE server;
    const LPCTSTR name = pipe_name(TEXT("listening"));
    trace_note("listening");
    OPENS_WITH(server,
               make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1),
               0);
    FAILS(read_some(server, 10), ERROR_PIPE_LISTENING);
    GIVES(size, 0);
    FAILS(write_text(server, "x"), ERROR_PIPE_LISTENING);
    GIVES(size, 0);
    FAILS(peek(server, 10), ERROR_BAD_PIPE);
    SAW(no_size, no_size, no_size);
    FAILS(TransactNamedPipe(server, buffer, 1, buffer, 1, &size, NULL), ERROR_BAD_PIPE);
    FAILS(DisconnectNamedPipe(server), ERROR_PIPE_LISTENING);
    SUCCEEDS(FlushFileBuffers(server));
    GIVES(mode_of(server), PIPE_READMODE_MESSAGE);
    GIVES(instances_of(server), 1);
    SUCCEEDS(WaitNamedPipe(name, 10));
    GIVES(WaitForSingleObject(server, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(server));
    FAILS(WaitNamedPipe(name, 10), ERROR_FILE_NOT_FOUND);
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void the_client_came_first(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("first"));
    trace_note("the client came first");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS_WITH(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE), 0);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    FAILS(ConnectNamedPipe(client, NULL), ERROR_INVALID_FUNCTION);
    REFUSES(open_pipe(name, GENERIC_READ | GENERIC_WRITE), ERROR_PIPE_BUSY);
    FAILS(WaitNamedPipe(name, 1), ERROR_SEM_TIMEOUT);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 100));
    GOT("hello");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void nobody_has_to_wait_for_a_client(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("unwaited"));
    trace_note("reading without ConnectNamedPipe");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 100));
    GOT("hello");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("writing");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(write_text(server, "hello"));
    GIVES(size, 5);
    SUCCEEDS(read_some(client, 100));
    GOT("hello");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("peeking");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(peek(server, 10));
    SAW(0, 0, 0);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("disconnecting");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(DisconnectNamedPipe(server));
    FAILS(read_some(client, 10), ERROR_PIPE_NOT_CONNECTED);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("flushing");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(FlushFileBuffers(server));
    SUCCEEDS(FlushFileBuffers(client));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void the_client_came_and_went(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("gone"));
    trace_note("the client came and went");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(write_text(client, "bye"));
    SUCCEEDS(CloseHandle(client));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_PIPE_BUSY);
    SUCCEEDS(peek(server, 10));
    HOLDS(size == 3 && available == 3);
    SUCCEEDS(read_some(server, 10));
    GOT("bye");
    FAILS(read_some(server, 10), ERROR_BROKEN_PIPE);
    GIVES(size, 0);
    FAILS(peek(server, 10), ERROR_BROKEN_PIPE);
    FAILS(write_text(server, "x"), ERROR_NO_DATA);
    GIVES(size, 0);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    FAILS(WaitNamedPipe(name, 1), ERROR_SEM_TIMEOUT);
    SUCCEEDS(FlushFileBuffers(server));
    SUCCEEDS(DisconnectNamedPipe(server));
    FAILS(DisconnectNamedPipe(server), ERROR_PIPE_NOT_CONNECTED);
    FAILS(read_some(server, 10), ERROR_PIPE_NOT_CONNECTED);
    FAILS(write_text(server, "x"), ERROR_PIPE_NOT_CONNECTED);
    FAILS(peek(server, 10), ERROR_BAD_PIPE);
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_PIPE_BUSY);
    FAILS(WaitNamedPipe(name, 1), ERROR_SEM_TIMEOUT);
    SUCCEEDS(CloseHandle(server));
}

static void disconnected(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("disconnected"));
    trace_note("disconnected");
    HOLDS(make_pair(name, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, &server, &client));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    SUCCEEDS(write_text(server, "to the client"));
    SUCCEEDS(write_text(client, "to the server"));
    SUCCEEDS(DisconnectNamedPipe(server));
    /* What was not read is gone. */
    FAILS(read_some(client, 100), ERROR_PIPE_NOT_CONNECTED);
    GIVES(size, 0);
    FAILS(write_text(client, "x"), ERROR_PIPE_NOT_CONNECTED);
    GIVES(size, 0);
    GIVES(WaitForSingleObject(client, 0), WAIT_TIMEOUT);
    FAILS(peek(client, 100), ERROR_PIPE_NOT_CONNECTED);
    FAILS(FlushFileBuffers(client), ERROR_PIPE_NOT_CONNECTED);
    FAILS(TransactNamedPipe(client, buffer, 1, buffer, 1, &size, NULL), ERROR_PIPE_NOT_CONNECTED);
    FAILS(set_mode(client, PIPE_READMODE_MESSAGE), ERROR_PIPE_NOT_CONNECTED);
    FAILS(GetNamedPipeHandleState(client, &size, NULL, NULL, NULL, NULL, 0),
          ERROR_PIPE_NOT_CONNECTED);
    FAILS(GetNamedPipeHandleState(client, NULL, &size, NULL, NULL, NULL, 0),
          ERROR_PIPE_NOT_CONNECTED);
    FAILS(GetNamedPipeInfo(client, &size, NULL, NULL, NULL), ERROR_PIPE_NOT_CONNECTED);
    FAILS(read_some(server, 100), ERROR_PIPE_NOT_CONNECTED);
    FAILS(write_text(server, "x"), ERROR_PIPE_NOT_CONNECTED);
    FAILS(peek(server, 100), ERROR_BAD_PIPE);
    SUCCEEDS(FlushFileBuffers(server));
    FAILS(TransactNamedPipe(server, buffer, 1, buffer, 1, &size, NULL), ERROR_BAD_PIPE);
    GIVES(mode_of(server), PIPE_READMODE_MESSAGE);
    GIVES(instances_of(server), 1);
    SUCCEEDS(set_mode(server, PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
    FAILS(DisconnectNamedPipe(server), ERROR_PIPE_NOT_CONNECTED);

    trace_note("and connected again");
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    SUCCEEDS(set_mode(server, PIPE_READMODE_MESSAGE));
    FAILS(read_some(client, 100), ERROR_PIPE_NOT_CONNECTED);
    SUCCEEDS(CloseHandle(client));
    FAILS(read_some(server, 10), ERROR_PIPE_LISTENING);
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    SUCCEEDS(peek(server, 100));
    SAW(0, 0, 0);
    SUCCEEDS(peek(client, 100));
    SAW(0, 0, 0);
    SUCCEEDS(write_text(client, "again"));
    SUCCEEDS(read_some(server, 100));
    GOT("again");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void a_client_cannot_disconnect(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("client"));
    trace_note("a client's end");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    BEGIN_GAP("Wine: 50") {
        FAILS(DisconnectNamedPipe(client), ERROR_INVALID_FUNCTION);
    }
    END_GAP
    SUCCEEDS(write_text(client, "still there"));
    SUCCEEDS(read_some(server, 100));
    GOT("still there");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void processes(void) {
    HANDLE server, client;
    ULONG process = 0;
    const LPCTSTR name = pipe_name(TEXT("processes"));
    trace_note("processes");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(GetNamedPipeClientProcessId(server, &process));
    HOLDS(process == GetCurrentProcessId());
    process = 0;
    SUCCEEDS(GetNamedPipeClientProcessId(client, &process));
    HOLDS(process == GetCurrentProcessId());
    process = 0;
    SUCCEEDS(GetNamedPipeServerProcessId(server, &process));
    HOLDS(process == GetCurrentProcessId());
    process = 0;
    SUCCEEDS(GetNamedPipeServerProcessId(client, &process));
    HOLDS(process == GetCurrentProcessId());
    BEGIN_GAP("Wine: 1784") {
        FAILS(GetNamedPipeClientProcessId(server, NULL), ERROR_INSUFFICIENT_BUFFER);
        FAILS(GetNamedPipeServerProcessId(server, NULL), ERROR_INSUFFICIENT_BUFFER);
    }
    END_GAP
    trace_note("the client has gone");
    process = 0;
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(GetNamedPipeClientProcessId(server, &process));
    HOLDS(process == GetCurrentProcessId());
    SUCCEEDS(DisconnectNamedPipe(server));
    SUCCEEDS(GetNamedPipeServerProcessId(server, &process));
    SUCCEEDS(CloseHandle(server));
    trace_note("the server has gone");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(CloseHandle(server));
    process = 0;
    SUCCEEDS(GetNamedPipeServerProcessId(client, &process));
    HOLDS(process == GetCurrentProcessId());
    process = 0;
    SUCCEEDS(GetNamedPipeClientProcessId(client, &process));
    HOLDS(process == GetCurrentProcessId());
    SUCCEEDS(CloseHandle(client));
    trace_note("they are not connected");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(DisconnectNamedPipe(server));
    BEGIN_GAP("Wine tells of a client where there is none") {
        FAILS(GetNamedPipeClientProcessId(server, &process), ERROR_NOT_FOUND);
        FAILS(GetNamedPipeClientProcessId(client, &process), ERROR_PIPE_NOT_CONNECTED);
        FAILS(GetNamedPipeServerProcessId(client, &process), ERROR_PIPE_NOT_CONNECTED);
    }
    END_GAP
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    BEGIN_GAP("Wine tells of a client where there is none") {
        FAILS(GetNamedPipeClientProcessId(server, &process), ERROR_NOT_FOUND);
    }
    END_GAP
    SUCCEEDS(CloseHandle(server));
}

static void other_handles(void) {
    HANDLE event = CreateEvent(NULL, TRUE, FALSE, NULL);
    DWORD mode = 0;
    trace_note("no pipes");
    FAILS(ConnectNamedPipe(event, NULL), ERROR_INVALID_HANDLE);
    FAILS(DisconnectNamedPipe(event), ERROR_INVALID_HANDLE);
    FAILS(peek(event, 1), ERROR_INVALID_HANDLE);
    FAILS(TransactNamedPipe(event, buffer, 1, buffer, 1, &size, NULL), ERROR_INVALID_HANDLE);
    FAILS(SetNamedPipeHandleState(event, &mode, NULL, NULL), ERROR_INVALID_HANDLE);
    FAILS(GetNamedPipeHandleState(event, &mode, NULL, NULL, NULL, NULL, 0), ERROR_INVALID_HANDLE);
    FAILS(GetNamedPipeInfo(event, NULL, NULL, NULL, NULL), ERROR_INVALID_HANDLE);
    FAILS(GetNamedPipeClientProcessId(event, &size), ERROR_INVALID_HANDLE);
    FAILS(GetNamedPipeServerProcessId(event, &size), ERROR_INVALID_HANDLE);
    FAILS(ConnectNamedPipe(NULL, NULL), ERROR_INVALID_HANDLE);
    FAILS(DisconnectNamedPipe(NULL), ERROR_INVALID_HANDLE);
    FAILS(peek(NULL, 1), ERROR_INVALID_HANDLE);
    FAILS(ConnectNamedPipe(INVALID_HANDLE_VALUE, NULL), ERROR_INVALID_HANDLE);
    FAILS(GetNamedPipeInfo((HANDLE)(ULONG_PTR)0xdeadbee0, NULL, NULL, NULL, NULL),
          ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(event));
}

int main(void) {
    listening();
    the_client_came_first();
    nobody_has_to_wait_for_a_client();
    the_client_came_and_went();
    disconnected();
    a_client_cannot_disconnect();
    processes();
    other_handles();
    end_pipes();
    return trace_end();
}
