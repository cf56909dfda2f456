/* PIPE_NOWAIT: no call waits. */

#include "pipe_testing.h"

static const DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

static void connecting(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("connect"));
    trace_note("ConnectNamedPipe");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT, 1), 0);
    GIVES(mode_of(server), PIPE_NOWAIT);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    FAILS(read_some(server, 10), ERROR_PIPE_LISTENING);
    FAILS(write_text(server, "x"), ERROR_PIPE_LISTENING);
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    GIVES(mode_of(client), PIPE_WAIT);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(client));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    FAILS(read_some(server, 10), ERROR_BROKEN_PIPE);
    SUCCEEDS(DisconnectNamedPipe(server));
    FAILS(read_some(server, 10), ERROR_PIPE_NOT_CONNECTED);
    FAILS(write_text(server, "x"), ERROR_PIPE_NOT_CONNECTED);
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_PIPE_BUSY);
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    SUCCEEDS(WaitNamedPipe(name, 10));
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 10));
    GOT("hello");
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void reading(void) {
    HANDLE server, client;
    trace_note("ReadFile, bytes");
    HOLDS(make_pair(pipe_name(TEXT("bytes")), PIPE_TYPE_BYTE | PIPE_NOWAIT, &server, &client));
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    GIVES(size, 0);
    FAILS(read_some(server, 0), ERROR_NO_DATA);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 0));
    GIVES(size, 0);
    SUCCEEDS(read_some(server, 3));
    GOT("hel");
    SUCCEEDS(read_some(server, 10));
    GOT("lo");
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    trace_note("ReadFile, messages");
    HOLDS(make_pair(pipe_name(TEXT("messages")), messages | PIPE_NOWAIT, &server, &client));
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(write_text(client, ""));
    FAILS(read_some(server, 3), ERROR_MORE_DATA);
    GOT("hel");
    SUCCEEDS(read_some(server, 10));
    GOT("lo");
    SUCCEEDS(read_some(server, 10));
    GIVES(size, 0);
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    trace_note("the client, too");
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
    GIVES(mode_of(client), PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    FAILS(read_some(client, 10), ERROR_NO_DATA);
    SUCCEEDS(write_text(server, "hello"));
    SUCCEEDS(read_some(client, 10));
    GOT("hello");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void writing_messages(void) {
    static char data[2000];
    HANDLE server, client;
    trace_note("WriteFile, messages that do not fit");
    HOLDS(make_pair(pipe_name(TEXT("full")), messages, &server, &client));
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
    SUCCEEDS(WriteFile(client, data, 700, &size, NULL));
    GIVES(size, 700);
    SUCCEEDS(WriteFile(client, data, 700, &size, NULL));
    GIVES(size, 700);
    SUCCEEDS_WITH(WriteFile(client, data, 700, &size, NULL), UNTOUCHED);
    GIVES(size, 0);
    SUCCEEDS(WriteFile(client, data, 100, &size, NULL));
    GIVES(size, 100);
    SUCCEEDS(peek(server, 0));
    SAW(0, 1500, 700);
    SUCCEEDS(read_some(server, 2000));
    GIVES(size, 700);
    SUCCEEDS(WriteFile(client, data, 700, &size, NULL));
    GIVES(size, 700);
    SUCCEEDS(WriteFile(client, data, 0, &size, NULL));
    GIVES(size, 0);
    SUCCEEDS(read_some(server, 2000));
    GIVES(size, 700);
    SUCCEEDS(read_some(server, 2000));
    GIVES(size, 100);
    SUCCEEDS(read_some(server, 2000));
    GIVES(size, 700);
    SUCCEEDS(read_some(server, 2000));
    GIVES(size, 0);
    trace_note("each direction has its own buffer");
    SUCCEEDS(set_mode(server, PIPE_READMODE_MESSAGE | PIPE_NOWAIT));
    SUCCEEDS(WriteFile(server, data, 700, &size, NULL));
    GIVES(size, 700);
    SUCCEEDS(WriteFile(server, data, 700, &size, NULL));
    GIVES(size, 0);
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    SUCCEEDS(read_some(client, 2000));
    GIVES(size, 700);
    SUCCEEDS(WriteFile(server, data, 1000, &size, NULL));
    GIVES(size, 1000);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void writing_bytes(void) {
    static char data[3000];
    HANDLE server, client;
    trace_note("WriteFile, bytes that do not fit");
    HOLDS(make_pair(pipe_name(TEXT("bytes")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(set_mode(client, PIPE_NOWAIT));
    SUCCEEDS(WriteFile(client, data, 1500, &size, NULL));
    GIVES(size, 1500);
    BEGIN_GAP("Wine writes all or nothing") {
        SUCCEEDS(WriteFile(client, data, 1500, &size, NULL));
        GIVES(size, 500);
        SUCCEEDS(WriteFile(client, data, 1500, &size, NULL));
        GIVES(size, 0);
        SUCCEEDS(read_some(server, 500));
        GIVES(size, 500);
    }
    END_GAP
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, &available, NULL));
    GIVES(available, 1500);
    SUCCEEDS(read_some(server, 3000));
    GIVES(size, 1500);
    SUCCEEDS(WriteFile(client, data, 2000, &size, NULL));
    GIVES(size, 2000);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

int main(void) {
    connecting();
    reading();
    writing_messages();
    writing_bytes();
    end_pipes();
    return trace_end();
}
