/* Byte pipes: a stream, whatever the pieces it was written in. */

#include "pipe_testing.h"

static void pieces(void) {
    HANDLE server, client;
    trace_note("pieces");
    HOLDS(make_pair(pipe_name(TEXT("pieces")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS_WITH(write_text(client, "hello"), UNTOUCHED);
    GIVES(size, 5);
    SUCCEEDS(write_text(client, " world"));
    GIVES(size, 6);
    SUCCEEDS_WITH(read_some(server, 3), UNTOUCHED);
    GOT("hel");
    SUCCEEDS(read_some(server, 3));
    GOT("lo ");
    SUCCEEDS(read_some(server, 100));
    GOT("world");
    SUCCEEDS(write_text(server, "back"));
    SUCCEEDS(read_some(client, 100));
    GOT("back");
    /* Nothing is written to a stream without notice. */
    SUCCEEDS(write_text(client, ""));
    GIVES(size, 0);
    SUCCEEDS(write_text(client, "x"));
    SUCCEEDS(read_some(server, 100));
    GOT("x");
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void peeking(void) {
    HANDLE server, client;
    trace_note("PeekNamedPipe");
    HOLDS(make_pair(pipe_name(TEXT("peek")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS_WITH(peek(server, 10), UNTOUCHED);
    SAW(0, 0, 0);
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS_WITH(peek(server, 3), UNTOUCHED);
    /* What is left of a message is what was copied from one that has no length. */
    SAW(3, 5, -3);
    GOT("hel");
    SUCCEEDS(peek(server, 10));
    SAW(5, 5, -5);
    SUCCEEDS(peek(server, 0));
    SAW(0, 5, 0);
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, NULL, NULL));
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, &available, NULL));
    GIVES(available, 5);
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, &size, NULL, NULL));
    GIVES(size, 0);
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, NULL, &left));
    GIVES(left, 0);
    SUCCEEDS(PeekNamedPipe(server, buffer, 2, NULL, NULL, NULL));
    HOLDS(memcmp(buffer, "he", 2) == 0);
    SUCCEEDS(write_text(client, " world"));
    SUCCEEDS(peek(server, 100));
    SAW(11, 11, -11);
    GOT("hello world");
    SUCCEEDS(read_some(server, 6));
    SUCCEEDS(peek(server, 100));
    SAW(5, 5, -5);
    GOT("world");
    SUCCEEDS(read_some(server, 100));
    GOT("world");
    SUCCEEDS(peek(server, 100));
    SAW(0, 0, 0);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void reading_nothing(void) {
    HANDLE server, client;
    trace_note("reading nothing");
    HOLDS(make_pair(pipe_name(TEXT("nothing")), PIPE_TYPE_BYTE, &server, &client));
    SUCCEEDS(write_text(client, "ab"));
    SUCCEEDS(read_some(server, 0));
    GIVES(size, 0);
    SUCCEEDS(peek(server, 0));
    GIVES(available, 2);
    SUCCEEDS(read_some(server, 10));
    GOT("ab");
    SUCCEEDS(CloseHandle(client));
    FAILS(read_some(server, 0), ERROR_BROKEN_PIPE);
    SUCCEEDS(CloseHandle(server));
}

static void no_messages(void) {
    HANDLE server, client;
    DWORD value = 0;
    trace_note("modes of a byte pipe");
    HOLDS(make_pair(pipe_name(TEXT("modes")), PIPE_TYPE_BYTE, &server, &client));
    FAILS(set_mode(server, PIPE_READMODE_MESSAGE), ERROR_INVALID_PARAMETER);
    FAILS(set_mode(client, PIPE_READMODE_MESSAGE), ERROR_INVALID_PARAMETER);
    FAILS(set_mode(client, PIPE_READMODE_MESSAGE | PIPE_NOWAIT), ERROR_INVALID_PARAMETER);
    GIVES(mode_of(server), 0);
    GIVES(mode_of(client), 0);
    FAILS(set_mode(client, 4), ERROR_INVALID_PARAMETER);
    FAILS(set_mode(client, 8), ERROR_INVALID_PARAMETER);
    FAILS(set_mode(client, 0x10), ERROR_INVALID_PARAMETER);
    SUCCEEDS_WITH(set_mode(client, PIPE_NOWAIT), UNTOUCHED);
    GIVES(mode_of(client), PIPE_NOWAIT);
    GIVES(mode_of(server), 0);
    SUCCEEDS(set_mode(client, PIPE_WAIT));
    GIVES(mode_of(client), 0);
    SUCCEEDS_WITH(SetNamedPipeHandleState(client, NULL, NULL, NULL), UNTOUCHED);
    BEGIN_GAP("Wine ignores what only a remote client has") {
        FAILS(SetNamedPipeHandleState(client, NULL, &value, NULL), ERROR_INVALID_PARAMETER);
        FAILS(SetNamedPipeHandleState(client, NULL, NULL, &value), ERROR_INVALID_PARAMETER);
        FAILS(GetNamedPipeHandleState(client, NULL, NULL, &value, NULL, NULL, 0),
              ERROR_INVALID_PARAMETER);
        FAILS(GetNamedPipeHandleState(client, NULL, NULL, NULL, &value, NULL, 0),
              ERROR_INVALID_PARAMETER);
    }
    END_GAP
    SUCCEEDS_WITH(GetNamedPipeHandleState(client, NULL, NULL, NULL, NULL, NULL, 0), UNTOUCHED);
    FAILS(TransactNamedPipe(client, buffer, 1, buffer, 1, &value, NULL), ERROR_BAD_PIPE);
    FAILS(TransactNamedPipe(server, buffer, 1, buffer, 1, &value, NULL), ERROR_BAD_PIPE);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void user_names(void) {
    HANDLE server, client;
    TCHAR name[256];
    TCHAR little[1];
    trace_note("the client's user");
    HOLDS(make_pair(pipe_name(TEXT("user")), PIPE_TYPE_BYTE, &server, &client));
    name[0] = 0;
    /* (Windows knows a client from its first word on.) */
    SUCCEEDS(write_text(client, "hello"));
    SUCCEEDS(read_some(server, 100));
    BEGIN_GAP("Wine does not tell the user") {
        SUCCEEDS(GetNamedPipeHandleState(server, NULL, NULL, NULL, NULL, name, 256));
        HOLDS(name[0] != 0);
        FAILS(GetNamedPipeHandleState(server, NULL, NULL, NULL, NULL, little, 1),
              ERROR_INSUFFICIENT_BUFFER);
        FAILS(GetNamedPipeHandleState(client, NULL, NULL, NULL, NULL, name, 256),
              ERROR_INVALID_FUNCTION);
    }
    END_GAP(void) little;
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void large(void) {
    static char data[20000];
    HANDLE server, client;
    DWORD total = 0;
    int right = 1;
    int i;
    trace_note("many pieces");
    HOLDS(make_pair(pipe_name(TEXT("many")), PIPE_TYPE_BYTE, &server, &client));
    for (i = 0; i < 200; ++i) {
        data[0] = (char)i;
        right = right && WriteFile(client, data, 5, &size, NULL) && size == 5;
    }
    HOLDS(right);
    SUCCEEDS(PeekNamedPipe(server, NULL, 0, NULL, &available, NULL));
    GIVES(available, 1000);
    while (total < 1000 && ReadFile(server, data, 333, &size, NULL)) {
        for (i = 0; i < (int)size; ++i) {
            right =
                right && ((total + (DWORD)i) % 5 != 0 || data[i] == (char)((total + (DWORD)i) / 5));
        }
        total += size;
    }
    GIVES(total, 1000);
    HOLDS(right);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

int main(void) {
    pieces();
    peeking();
    reading_nothing();
    no_messages();
    user_names();
    large();
    end_pipes();
    return trace_end();
}
