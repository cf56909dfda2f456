/* What an end finds when the other has been closed. */

#include "pipe_testing.h"

static void the_server_goes(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("server"));
    trace_note("the server goes");
    HOLDS(make_pair(name, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, &server, &client));
    SUCCEEDS(write_text(server, "last"));
    SUCCEEDS(write_text(server, "words"));
    SUCCEEDS(write_text(client, "unread"));
    SUCCEEDS(CloseHandle(server));
    SUCCEEDS(peek(client, 2));
    SAW(2, 9, 2);
    FAILS(write_text(client, "x"), ERROR_NO_DATA);
    FAILS(write_text(client, ""), ERROR_NO_DATA);
    GIVES(mode_of(client), PIPE_READMODE_BYTE);
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    FAILS(read_some(client, 2), ERROR_MORE_DATA);
    GOT("la");
    FAILS(TransactNamedPipe(client, buffer, 1, buffer, 1, &size, NULL), ERROR_BAD_PIPE);
    SUCCEEDS(read_some(client, 10));
    GOT("st");
    SUCCEEDS(read_some(client, 10));
    GOT("words");
    FAILS(read_some(client, 10), ERROR_BROKEN_PIPE);
    GIVES(size, 0);
    FAILS(read_some(client, 10), ERROR_BROKEN_PIPE);
    FAILS(read_some(client, 0), ERROR_BROKEN_PIPE);
    FAILS(peek(client, 10), ERROR_BROKEN_PIPE);
    SAW(no_size, no_size, no_size);
    FAILS(write_text(client, "x"), ERROR_NO_DATA);
    GIVES(size, 0);
    SUCCEEDS(FlushFileBuffers(client));
    FAILS(TransactNamedPipe(client, buffer, 1, buffer, 1, &size, NULL), ERROR_BAD_PIPE);
    SUCCEEDS(GetNamedPipeInfo(client, &size, NULL, NULL, NULL));
    GIVES(size, PIPE_CLIENT_END | PIPE_TYPE_MESSAGE);
    SUCCEEDS(set_mode(client, PIPE_NOWAIT));
    FAILS(read_some(client, 10), ERROR_BROKEN_PIPE);
    FAILS(write_text(client, "x"), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(client));
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void the_client_goes(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("client"));
    trace_note("the client goes");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    FAILS(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    SUCCEEDS(write_text(client, "last words"));
    SUCCEEDS(write_text(server, "unread"));
    SUCCEEDS(CloseHandle(client));
    FAILS(write_text(server, "x"), ERROR_NO_DATA);
    FAILS(write_text(server, ""), ERROR_NO_DATA);
    SUCCEEDS(FlushFileBuffers(server));
    SUCCEEDS(read_some(server, 4));
    GOT("last");
    SUCCEEDS(peek(server, 100));
    SAW(6, 6, -6);
    SUCCEEDS(read_some(server, 100));
    GOT(" words");
    FAILS(read_some(server, 100), ERROR_BROKEN_PIPE);
    FAILS(peek(server, 100), ERROR_BROKEN_PIPE);
    FAILS(write_text(server, "x"), ERROR_NO_DATA);
    SUCCEEDS(set_mode(server, PIPE_NOWAIT));
    FAILS(read_some(server, 100), ERROR_BROKEN_PIPE);
    FAILS(write_text(server, "x"), ERROR_NO_DATA);
    GIVES(instances_of(server), 1);
    SUCCEEDS(CloseHandle(server));
}

static void a_disconnected_server_goes(void) {
    HANDLE server, client;
    const LPCTSTR name = pipe_name(TEXT("disconnected"));
    trace_note("a server that has disconnected its client goes");
    HOLDS(make_pair(name, PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(DisconnectNamedPipe(server));
    SUCCEEDS(CloseHandle(server));
    FAILS(read_some(client, 10), ERROR_PIPE_NOT_CONNECTED);
    FAILS(write_text(client, "x"), ERROR_PIPE_NOT_CONNECTED);
    FAILS(peek(client, 10), ERROR_PIPE_NOT_CONNECTED);
    FAILS(GetNamedPipeInfo(client, NULL, NULL, NULL, NULL), ERROR_PIPE_NOT_CONNECTED);
    SUCCEEDS(CloseHandle(client));
}

static void one_of_two_instances_goes(void) {
    HANDLE first, second, client;
    const LPCTSTR name = pipe_name(TEXT("two"));
    trace_note("one of two instances goes");
    OPENS_WITH(first, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
    OPENS_WITH(second, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    /* It was the first one's, whoever has noticed it. */
    SUCCEEDS(CloseHandle(first));
    FAILS(read_some(client, 10), ERROR_BROKEN_PIPE);
    FAILS(peek(second, 10), ERROR_BAD_PIPE);
    SUCCEEDS(CloseHandle(client));
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    SUCCEEDS(write_text(client, "second"));
    SUCCEEDS(read_some(second, 10));
    GOT("second");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(second));
    REFUSES(open_pipe(name, GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void flushing(void) {
    HANDLE server, client;
    trace_note("nothing to flush");
    HOLDS(make_pair(pipe_name(TEXT("flush")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS_WITH(FlushFileBuffers(server), UNTOUCHED);
    SUCCEEDS(write_text(server, "hello"));
    SUCCEEDS(read_some(client, 10));
    SUCCEEDS(FlushFileBuffers(server));
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 10));
    SUCCEEDS(FlushFileBuffers(client));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

int main(void) {
    the_server_goes();
    the_client_goes();
    a_disconnected_server_goes();
    one_of_two_instances_goes();
    flushing();
    end_pipes();
    return trace_end();
}
