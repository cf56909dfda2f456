/* Message pipes: messages of any size, read in either mode. */

#include "pipe_testing.h"

static const DWORD messages = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

static void boundaries(void) {
    HANDLE server, client;
    trace_note("boundaries");
    HOLDS(make_pair(pipe_name(TEXT("boundaries")), messages, &server, &client));
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(write_text(client, "world!"));
    SUCCEEDS_WITH(read_some(server, 100), UNTOUCHED);
    GOT("hello");
    SUCCEEDS(read_some(server, 6));
    GOT("world!");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void more_data(void) {
    HANDLE server, client;
    trace_note("a buffer too small");
    HOLDS(make_pair(pipe_name(TEXT("more")), messages, &server, &client));
    SUCCEEDS(write_text(client, "0123456789"));
    SUCCEEDS(write_text(client, "next"));
    FAILS(read_some(server, 4), ERROR_MORE_DATA);
    GOT("0123");
    FAILS(read_some(server, 0), ERROR_MORE_DATA);
    GIVES(size, 0);
    FAILS(read_some(server, 5), ERROR_MORE_DATA);
    GOT("45678");
    SUCCEEDS(read_some(server, 1));
    GOT("9");
    SUCCEEDS(read_some(server, 100));
    GOT("next");
    trace_note("the rest in the other mode");
    SUCCEEDS(write_text(client, "0123456789"));
    FAILS(read_some(server, 4), ERROR_MORE_DATA);
    GOT("0123");
    SUCCEEDS(set_mode(server, PIPE_READMODE_BYTE));
    SUCCEEDS(read_some(server, 3));
    GOT("456");
    SUCCEEDS(set_mode(server, PIPE_READMODE_MESSAGE));
    FAILS(read_some(server, 1), ERROR_MORE_DATA);
    GOT("7");
    SUCCEEDS(read_some(server, 100));
    GOT("89");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void clients_begin_with_bytes(void) {
    HANDLE server, client;
    trace_note("a client begins with bytes");
    HOLDS(make_pair(pipe_name(TEXT("client")), messages, &server, &client));
    GIVES(mode_of(server), PIPE_READMODE_MESSAGE);
    GIVES(mode_of(client), PIPE_READMODE_BYTE);
    SUCCEEDS(write_text(server, "hello"));
    SUCCEEDS(write_text(server, "world"));
    SUCCEEDS(read_some(client, 7));
    GOT("hellowo");
    SUCCEEDS(read_some(client, 2));
    GOT("rl");
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    GIVES(mode_of(client), PIPE_READMODE_MESSAGE);
    SUCCEEDS(read_some(client, 100));
    GOT("d");
    SUCCEEDS(write_text(server, "hello"));
    SUCCEEDS(write_text(server, "world"));
    FAILS(read_some(client, 2), ERROR_MORE_DATA);
    GOT("he");
    SUCCEEDS(read_some(client, 100));
    GOT("llo");
    SUCCEEDS(set_mode(client, PIPE_READMODE_BYTE));
    SUCCEEDS(read_some(client, 100));
    GOT("world");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void empty_messages(void) {
    HANDLE server, client;
    trace_note("empty messages");
    HOLDS(make_pair(pipe_name(TEXT("empty")), messages, &server, &client));
    SUCCEEDS_WITH(write_text(client, ""), UNTOUCHED);
    GIVES(size, 0);
    SUCCEEDS(peek(server, 10));
    SAW(0, 0, 0);
    SUCCEEDS(write_text(client, "ab"));
    SUCCEEDS(peek(server, 10));
    SAW(0, 2, 0);
    SUCCEEDS_WITH(read_some(server, 10), UNTOUCHED);
    GIVES(size, 0);
    SUCCEEDS(peek(server, 10));
    SAW(2, 2, 0);
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(read_some(server, 10));
    GOT("ab");
    SUCCEEDS(read_some(server, 0));
    GIVES(size, 0);
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(read_some(server, 10));
    GIVES(size, 0);
    SUCCEEDS(read_some(server, 10));
    GIVES(size, 0);
    trace_note("they vanish among bytes");
    SUCCEEDS(set_mode(server, PIPE_READMODE_BYTE));
    SUCCEEDS(write_text(client, "a"));
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(write_text(client, "b"));
    SUCCEEDS(read_some(server, 10));
    GOT("ab");
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(write_text(client, "ab"));
    SUCCEEDS(read_some(server, 10));
    GOT("ab");
    trace_note("but one that nothing follows");
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(read_some(server, 10));
    GIVES(size, 0);
    SUCCEEDS(set_mode(server, PIPE_READMODE_BYTE | PIPE_NOWAIT));
    FAILS(read_some(server, 10), ERROR_NO_DATA);
    SUCCEEDS(write_text(client, ""));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(read_some(server, 10));
    GIVES(size, 0);
    FAILS(read_some(server, 10), ERROR_BROKEN_PIPE);
    SUCCEEDS(CloseHandle(server));
}

static void peeking(void) {
    HANDLE server, client;
    trace_note("PeekNamedPipe");
    HOLDS(make_pair(pipe_name(TEXT("peek")), messages, &server, &client));
    SUCCEEDS(peek(server, 10));
    SAW(0, 0, 0);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS_WITH(peek(server, 3), UNTOUCHED);
    SAW(3, 5, 2);
    GOT("hel");
    SUCCEEDS(write_text(client, "world!"));
    SUCCEEDS(peek(server, 3));
    SAW(3, 11, 2);
    SUCCEEDS(peek(server, 100));
    SAW(5, 11, 0);
    GOT("hello");
    SUCCEEDS(peek(server, 0));
    SAW(0, 11, 5);
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, NULL, NULL));
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, NULL, &left));
    GIVES(left, 5);
    FAILS(read_some(server, 2), ERROR_MORE_DATA);
    SUCCEEDS(peek(server, 2));
    SAW(2, 9, 1);
    GOT("ll");
    SUCCEEDS(peek(server, 100));
    SAW(3, 9, 0);
    trace_note("in byte mode, too, the first message only");
    SUCCEEDS(set_mode(server, PIPE_READMODE_BYTE));
    SUCCEEDS(peek(server, 100));
    SAW(3, 9, 0);
    SUCCEEDS(peek(server, 1));
    SAW(1, 9, 2);
    SUCCEEDS(read_some(server, 100));
    GOT("lloworld!");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void large(void) {
    static char data[3000];
    static char seen[3000];
    HANDLE server, client;
    int i;
    trace_note("larger messages");
    HOLDS(make_pair(pipe_name(TEXT("large")), messages, &server, &client));
    for (i = 0; i < 2000; ++i) {
        data[i] = (char)(i * 7);
    }
    SUCCEEDS(WriteFile(client, data, 2000, &size, NULL));
    GIVES(size, 2000);
    SUCCEEDS(peek(server, 100));
    SAW(100, 2000, 1900);
    HOLDS(memcmp(buffer, data, 100) == 0);
    FAILS(ReadFile(server, seen, 1999, &size, NULL), ERROR_MORE_DATA);
    GIVES(size, 1999);
    HOLDS(memcmp(seen, data, 1999) == 0);
    SUCCEEDS(ReadFile(server, seen, 3000, &size, NULL));
    GIVES(size, 1);
    HOLDS(seen[0] == data[1999]);
    SUCCEEDS(WriteFile(server, data, 1000, &size, NULL));
    SUCCEEDS(set_mode(client, PIPE_READMODE_MESSAGE));
    SUCCEEDS(ReadFile(client, seen, 1000, &size, NULL));
    GIVES(size, 1000);
    HOLDS(memcmp(seen, data, 1000) == 0);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void bytes_of_a_message_pipe(void) {
    HANDLE server, client;
    trace_note("a server that reads bytes");
    HOLDS(make_pair(pipe_name(TEXT("bytes")), PIPE_TYPE_MESSAGE | PIPE_READMODE_BYTE, &server,
                    &client));
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(write_text(client, "world"));
    SUCCEEDS(read_some(server, 8));
    GOT("hellowor");
    SUCCEEDS(read_some(server, 8));
    GOT("ld");
    FAILS(TransactNamedPipe(server, buffer, 1, buffer, 1, &size, NULL), ERROR_BAD_PIPE);
    trace_note("the first instance's type holds");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    {
        HANDLE other;
        const LPCTSTR name = pipe_name(TEXT("type"));
        OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, messages, 2), 0);
        OPENS_WITH(other, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
        GIVES(mode_of(other), PIPE_READMODE_BYTE);
        SUCCEEDS(set_mode(other, PIPE_READMODE_MESSAGE));
        SUCCEEDS(CloseHandle(server));
        OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
        SUCCEEDS(write_text(client, "one"));
        SUCCEEDS(write_text(client, "two"));
        SUCCEEDS(read_some(other, 100));
        GOT("one");
        SUCCEEDS(CloseHandle(client));
        SUCCEEDS(CloseHandle(other));
    }
}

int main(void) {
    boundaries();
    more_data();
    clients_begin_with_bytes();
    empty_messages();
    peeking();
    large();
    bytes_of_a_message_pipe();
    end_pipes();
    return trace_end();
}
