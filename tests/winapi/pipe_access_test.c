/* What an end may do: the pipe's direction, and the rights of the handle. */

#include "pipe_testing.h"

static void inbound(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("inbound"));
    trace_note("from the client to the server");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1), 0);
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_ACCESS_DENIED);
    REFUSES(open_pipe(name, GENERIC_READ | GENERIC_WRITE), ERROR_ACCESS_DENIED);
    FAILS(CallNamedPipe(name, buffer, 1, buffer, 1, &size, 10), ERROR_ACCESS_DENIED);
    OPENS(client, open_pipe(name, GENERIC_WRITE));
    SUCCEEDS(write_text(client, "hello"));
    FAILS(read_some(client, 10), ERROR_ACCESS_DENIED);
    FAILS(peek(client, 10), ERROR_ACCESS_DENIED);
    FAILS(TransactNamedPipe(client, buffer, 1, buffer, 1, &size, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(set_mode(client, PIPE_NOWAIT));
    GIVES(mode_of(client), PIPE_NOWAIT);
    GIVES(instances_of(client), 1);
    SUCCEEDS(read_some(server, 10));
    GOT("hello");
    FAILS(write_text(server, "x"), ERROR_ACCESS_DENIED);
    FAILS(set_mode(server, PIPE_NOWAIT), ERROR_ACCESS_DENIED);
    FAILS(TransactNamedPipe(server, buffer, 1, buffer, 1, &size, NULL), ERROR_ACCESS_DENIED);
    GIVES(mode_of(server), PIPE_WAIT);
    SUCCEEDS(GetNamedPipeInfo(server, NULL, NULL, NULL, NULL));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    SUCCEEDS(DisconnectNamedPipe(server));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void outbound(void) {
    HANDLE server, client;
    DWORD mode = PIPE_NOWAIT;
    const LPCTSTR name = pipe_name(TEXT("outbound"));
    trace_note("from the server to the client");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1), 0);
    REFUSES(open_pipe(name, GENERIC_WRITE), ERROR_ACCESS_DENIED);
    REFUSES(open_pipe(name, GENERIC_READ | GENERIC_WRITE), ERROR_ACCESS_DENIED);
    FAILS(peek(server, 10), ERROR_ACCESS_DENIED);
    OPENS(client, open_pipe(name, GENERIC_READ));
    SUCCEEDS(write_text(server, "hello"));
    FAILS(read_some(server, 10), ERROR_ACCESS_DENIED);
    FAILS(peek(server, 10), ERROR_ACCESS_DENIED);
    FAILS(GetNamedPipeInfo(server, NULL, &size, NULL, NULL), ERROR_ACCESS_DENIED);
    FAILS(GetNamedPipeHandleState(server, &mode, NULL, NULL, NULL, NULL, 0), ERROR_ACCESS_DENIED);
    FAILS(GetNamedPipeHandleState(server, NULL, &mode, NULL, NULL, NULL, 0), ERROR_ACCESS_DENIED);
    SUCCEEDS(set_mode(server, PIPE_READMODE_MESSAGE));
    SUCCEEDS(read_some(client, 10));
    GOT("hello");
    FAILS(write_text(client, "x"), ERROR_ACCESS_DENIED);
    GIVES(mode_of(client), PIPE_READMODE_BYTE);
    BEGIN_GAP("Wine lets a client change its mode without FILE_WRITE_ATTRIBUTES") {
        FAILS(set_mode(client, PIPE_READMODE_MESSAGE), ERROR_ACCESS_DENIED);
    }
    END_GAP
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(DisconnectNamedPipe(server));
    SUCCEEDS(CloseHandle(server));

    trace_note("a reader that may change its mode");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1), 0);
    OPENS(client, open_pipe(name, GENERIC_READ | FILE_WRITE_ATTRIBUTES));
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    GIVES(mode_of(client), PIPE_READMODE_MESSAGE);
    SUCCEEDS(write_text(server, "one"));
    SUCCEEDS(write_text(server, "two"));
    SUCCEEDS(read_some(client, 10));
    GOT("one");
    FAILS(TransactNamedPipe(client, buffer, 1, buffer, 1, &size, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void clients_with_fewer_rights(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("fewer"));
    trace_note("a client that only reads");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    FAILS(write_text(client, "x"), ERROR_ACCESS_DENIED);
    SUCCEEDS(write_text(server, "hello"));
    SUCCEEDS(peek(client, 10));
    SAW(5, 5, -5);
    SUCCEEDS(read_some(client, 10));
    GOT("hello");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));

    trace_note("a client that only writes");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS(client, open_pipe(name, GENERIC_WRITE));
    FAILS(read_some(client, 10), ERROR_ACCESS_DENIED);
    FAILS(peek(client, 10), ERROR_ACCESS_DENIED);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 10));
    GOT("hello");
    SUCCEEDS(set_mode(client, PIPE_READMODE_BYTE));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));

    trace_note("a client that can do neither");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1), 0);
    OPENS(client, open_pipe(name, 0));
    FAILS(read_some(client, 10), ERROR_ACCESS_DENIED);
    FAILS(write_text(client, "x"), ERROR_ACCESS_DENIED);
    FAILS(peek(client, 10), ERROR_ACCESS_DENIED);
    SUCCEEDS(GetNamedPipeInfo(client, NULL, &size, NULL, NULL));
    GIVES(size, 1000);
    GIVES(mode_of(client), PIPE_READMODE_BYTE);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));

    trace_note("single rights");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1), 0);
    BEGIN_GAP("Wine checks GENERIC_READ and GENERIC_WRITE only") {
        REFUSES(open_pipe(name, FILE_READ_DATA), ERROR_ACCESS_DENIED);
    }
    END_GAP
    OPENS(client, open_pipe(name, FILE_WRITE_DATA));
    SUCCEEDS(write_text(client, "x"));
    FAILS(read_some(client, 1), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void duplicates(void) {
    HANDLE server, client, other;
    const HANDLE here = GetCurrentProcess();
    trace_note("duplicates of a handle are one end");
    HOLDS(make_pair(pipe_name(TEXT("duplicates")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(DuplicateHandle(here, client, here, &other, GENERIC_READ, FALSE, 0));
    FAILS(write_text(other, "x"), ERROR_ACCESS_DENIED);
    SUCCEEDS(write_text(server, "hello"));
    SUCCEEDS(read_some(other, 2));
    GOT("he");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(read_some(other, 10));
    GOT("llo");
    SUCCEEDS(write_text(server, "still there"));
    SUCCEEDS(read_some(other, 100));
    GOT("still there");
    SUCCEEDS(CloseHandle(other));
    FAILS(write_text(server, "x"), ERROR_NO_DATA);
    FAILS(read_some(other, 10), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(server));
}

static void dispositions(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("dispositions"));
    const DWORD both = GENERIC_READ | GENERIC_WRITE;
    trace_note("dispositions");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS_WITH(client, CreateFile(name, both, 0, NULL, OPEN_ALWAYS, 0, NULL), ERROR_ALREADY_EXISTS);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS_WITH(client,
               CreateFile(name, both, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                          FILE_ATTRIBUTE_NORMAL, NULL),
               0);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    REFUSES(CreateFile(name, both, 0, NULL, OPEN_EXISTING, 0, NULL), ERROR_FILE_NOT_FOUND);
}

int main(void) {
    inbound();
    outbound();
    clients_with_fewer_rights();
    duplicates();
    dispositions();
    end_pipes();
    return trace_end();
}
