/* CreateNamedPipe: arguments, names, instances; what the ends tell of themselves. */

#include "pipe_testing.h"

static void arguments(void) {
    HANDLE pipe;
    const LPCTSTR name = pipe_name(TEXT("arguments"));
    trace_note("open modes");
    REFUSES(make_pipe(name, 0, PIPE_TYPE_BYTE, 1), ERROR_INVALID_PARAMETER);
    REFUSES(make_pipe(name, 4, PIPE_TYPE_BYTE, 1), ERROR_INVALID_PARAMETER);
    REFUSES(make_pipe(name, FILE_FLAG_WRITE_THROUGH, PIPE_TYPE_BYTE, 1), ERROR_INVALID_PARAMETER);
    OPENS_WITH(pipe,
               make_pipe(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_WRITE_THROUGH, PIPE_TYPE_BYTE, 1), 0);
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe, make_pipe(name, PIPE_ACCESS_DUPLEX | WRITE_DAC, PIPE_TYPE_BYTE, 1), 0);
    SUCCEEDS(CloseHandle(pipe));

    trace_note("pipe modes");
    REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_READMODE_MESSAGE, 1),
            ERROR_INVALID_PARAMETER);
    OPENS_WITH(pipe, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_BYTE, 1),
               0);
    GIVES(mode_of(pipe), PIPE_READMODE_BYTE);
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe,
               make_pipe(name, PIPE_ACCESS_DUPLEX,
                         PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT, 1),
               0);
    GIVES(mode_of(pipe), PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_REJECT_REMOTE_CLIENTS, 1), 0);
    GIVES(mode_of(pipe), PIPE_READMODE_BYTE | PIPE_WAIT);
    SUCCEEDS(CloseHandle(pipe));
    BEGIN_GAP("Wine takes modes that there are none of") {
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, 0x10, 1), ERROR_INVALID_PARAMETER);
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, 0x40, 1), ERROR_INVALID_PARAMETER);
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX | 0x10, PIPE_TYPE_BYTE, 1),
                ERROR_INVALID_PARAMETER);
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX | 0x1000, PIPE_TYPE_BYTE, 1),
                ERROR_INVALID_PARAMETER);
    }
    END_GAP

    trace_note("numbers of instances");
    OPENS_WITH(pipe, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES),
               0);
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 254), 0);
    SUCCEEDS(CloseHandle(pipe));
    BEGIN_GAP("Wine takes any number of instances") {
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 0), ERROR_INVALID_PARAMETER);
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 256), ERROR_INVALID_PARAMETER);
        REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 0xffffffff),
                ERROR_INVALID_PARAMETER);
    }
    END_GAP
}

/* The name, with one character in the place of another, everywhere. */
static LPCTSTR with(LPCTSTR name, TCHAR old_one, TCHAR new_one) {
    static TCHAR result[128];
    size_t i = 0;
    for (; name[i] != 0; ++i) {
        result[i] = name[i] == old_one ? new_one : name[i];
    }
    result[i] = 0;
    return result;
}

/* The name, made longer. */
static LPCTSTR with_length(LPCTSTR name, size_t length) {
    static TCHAR result[320];
    size_t i = 0;
    for (; name[i] != 0; ++i) {
        result[i] = name[i];
    }
    while (i < length) {
        result[i++] = TEXT('n');
    }
    result[length] = 0;
    return result;
}

static void invalid_names(void) {
    HANDLE pipe, client;
    const LPCTSTR name = pipe_name(TEXT("long"));
    trace_note("what is no name");
    REFUSES(make_pipe(NULL, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), ERROR_PATH_NOT_FOUND);
    REFUSES(make_pipe(TEXT(""), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), ERROR_PATH_NOT_FOUND);
    REFUSES(make_pipe(TEXT("not a pipe"), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
            ERROR_INVALID_NAME);
    REFUSES(make_pipe(TEXT("\\\\.\\mailslot\\isthmus.test"), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
            ERROR_INVALID_NAME);
    REFUSES(make_pipe(TEXT("\\\\.\\pipe\\..\\x"), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
            ERROR_INVALID_NAME);
    BEGIN_GAP("Wine: 6") {
        REFUSES(make_pipe(TEXT("\\\\.\\pipe\\"), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
                ERROR_INVALID_NAME);
        REFUSES(make_pipe(TEXT("\\\\.\\pipe"), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
                ERROR_INVALID_NAME);
    }
    END_GAP
    REFUSES(make_pipe(with_length(name, 300), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
            ERROR_FILENAME_EXCED_RANGE);
    OPENS_WITH(pipe, make_pipe(with_length(name, 256), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS(client, open_pipe(with_length(name, 256), GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(pipe));
}

static void spellings(void) {
    HANDLE pipe, client;
    const LPCTSTR name = pipe_name(TEXT("a\\spelling"));
    const LPCTSTR special = pipe_name(TEXT("<>*?|\"=;,"));
    trace_note("case and slashes do not count");
    OPENS_WITH(pipe,
               make_pipe(with(name, TEXT('i'), TEXT('I')), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
               0);
    SUCCEEDS(WaitNamedPipe(name, 10));
    SUCCEEDS(WaitNamedPipe(with(name, TEXT('p'), TEXT('P')), 10));
    OPENS(client, open_pipe(with(name, TEXT('s'), TEXT('S')), GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(DisconnectNamedPipe(pipe));
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe,
               make_pipe(with(name, TEXT('\\'), TEXT('/')), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1),
               0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(pipe));
    trace_note("any other character is one");
    OPENS_WITH(pipe, make_pipe(special, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS(client, open_pipe(special, GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(pipe));
    REFUSES(open_pipe(special, GENERIC_READ), ERROR_FILE_NOT_FOUND);
}

static void device_namespace(void) {
    HANDLE pipe, client;
    TCHAR other[128];
    const LPCTSTR name = pipe_name(TEXT("device"));
    trace_note("the other prefix");
    lstrcpyn(other, name, 128);
    other[2] = TEXT('?');
    OPENS_WITH(pipe, make_pipe(other, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(pipe));
}

static void instances(void) {
    HANDLE first, second, client;
    const LPCTSTR name = pipe_name(TEXT("instances"));
    trace_note("instances");
    OPENS_WITH(first, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 2), 0);
    GIVES(instances_of(first), 1);
    REFUSES(make_pipe(name, PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE, 2), ERROR_ACCESS_DENIED);
    REFUSES(make_pipe(name, PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 2), ERROR_ACCESS_DENIED);
    GIVES(instances_of(first), 1);
    /* Another type and another maximum are no errors, and change nothing. */
    OPENS_WITH(second, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 5), 0);
    GIVES(instances_of(first), 2);
    GIVES(instances_of(second), 2);
    REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 2), ERROR_PIPE_BUSY);
    REFUSES(make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 255), ERROR_PIPE_BUSY);
    SUCCEEDS(CloseHandle(first));
    GIVES(instances_of(second), 1);
    OPENS_WITH(first, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1), 0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    GIVES(instances_of(client), 2);
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(CloseHandle(second));
    SUCCEEDS(CloseHandle(client));
    OPENS_WITH(first, make_pipe(name, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1), 0);
    GIVES(instances_of(first), 1);
    SUCCEEDS(CloseHandle(first));
}

static void the_first_instance_gets_the_first_client(void) {
    HANDLE first, second, client, other;
    const LPCTSTR name = pipe_name(TEXT("order"));
    trace_note("order");
    OPENS_WITH(first, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
    OPENS_WITH(second, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2), 0);
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    FAILS(peek(second, 10), ERROR_BAD_PIPE);
    SUCCEEDS(peek(first, 10));
    OPENS(other, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    SUCCEEDS(write_text(other, "other"));
    SUCCEEDS(write_text(client, "client"));
    SUCCEEDS(read_some(second, 100));
    GOT("other");
    SUCCEEDS(read_some(first, 100));
    GOT("client");
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(CloseHandle(second));
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(other));
}

static void then_who_listens_first(void) {
    HANDLE servers[3], client;
    int i;
    const LPCTSTR name = pipe_name(TEXT("listen"));
    trace_note("who listens first is first");
    for (i = 0; i < 3; ++i) {
        OPENS_WITH(servers[i], make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT, 3),
                   0);
    }
    for (i = 0; i < 2; ++i) {
        OPENS(client, open_pipe(name, GENERIC_READ));
        SUCCEEDS(CloseHandle(client));
        FAILS(ConnectNamedPipe(servers[i], NULL), ERROR_NO_DATA);
        SUCCEEDS(DisconnectNamedPipe(servers[i]));
    }
    FAILS(ConnectNamedPipe(servers[1], NULL), ERROR_PIPE_LISTENING);
    FAILS(ConnectNamedPipe(servers[0], NULL), ERROR_PIPE_LISTENING);
    OPENS(client, open_pipe(name, GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    FAILS(ConnectNamedPipe(servers[2], NULL), ERROR_NO_DATA);
    OPENS(client, open_pipe(name, GENERIC_READ));
    SUCCEEDS(CloseHandle(client));
    FAILS(ConnectNamedPipe(servers[1], NULL), ERROR_NO_DATA);
    FAILS(ConnectNamedPipe(servers[0], NULL), ERROR_PIPE_LISTENING);
    for (i = 0; i < 3; ++i) {
        SUCCEEDS(CloseHandle(servers[i]));
    }
}

static void first_instance_only(void) {
    HANDLE pipe;
    const DWORD first_only = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
    const LPCTSTR name = pipe_name(TEXT("first"));
    trace_note("first instance only");
    OPENS_WITH(pipe, make_pipe(name, first_only, PIPE_TYPE_BYTE, 2), 0);
    BEGIN_GAP("Wine ignores FILE_FLAG_FIRST_PIPE_INSTANCE") {
        REFUSES(make_pipe(name, first_only, PIPE_TYPE_BYTE, 2), ERROR_ACCESS_DENIED);
        GIVES(instances_of(pipe), 1);
    }
    END_GAP
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe, make_pipe(name, first_only, PIPE_TYPE_BYTE, 2), 0);
    SUCCEEDS(CloseHandle(pipe));
}

static void information(void) {
    HANDLE server, client;
    DWORD flags = no_size, out = no_size, in = no_size, max = no_size;
    const LPCTSTR name = pipe_name(TEXT("information"));
    trace_note("GetNamedPipeInfo");
    OPENS_WITH(server, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 7), 0);
    OPENS(client, open_pipe(name, GENERIC_READ | GENERIC_WRITE));
    SUCCEEDS(GetNamedPipeInfo(server, &flags, &out, &in, &max));
    HOLDS(flags == (PIPE_SERVER_END | PIPE_TYPE_MESSAGE) && out == out_size && in == in_size &&
          max == 7);
    SUCCEEDS(GetNamedPipeInfo(client, &flags, &out, &in, &max));
    HOLDS(flags == (PIPE_CLIENT_END | PIPE_TYPE_MESSAGE) && out == out_size && in == in_size &&
          max == 7);
    SUCCEEDS(GetNamedPipeInfo(client, NULL, NULL, NULL, NULL));
    GIVES(mode_of(server), PIPE_READMODE_BYTE | PIPE_WAIT);
    GIVES(mode_of(client), PIPE_READMODE_BYTE | PIPE_WAIT);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
    OPENS_WITH(server,
               CreateNamedPipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES,
                               0, 0, 0, NULL),
               0);
    OPENS(client, open_pipe(name, GENERIC_READ));
    SUCCEEDS(GetNamedPipeInfo(server, &flags, &out, &in, &max));
    HOLDS(flags == (PIPE_SERVER_END | PIPE_TYPE_BYTE) && out == 0 && in == 0);
    BEGIN_GAP("Wine: 0xffffffff") {
        HOLDS(max == PIPE_UNLIMITED_INSTANCES);
    }
    END_GAP
    SUCCEEDS(GetNamedPipeInfo(client, &flags, &out, &in, &max));
    HOLDS(flags == (PIPE_CLIENT_END | PIPE_TYPE_BYTE) && out == 0 && in == 0);
    BEGIN_GAP("Wine: 0xffffffff") {
        HOLDS(max == PIPE_UNLIMITED_INSTANCES);
    }
    END_GAP
    GIVES(GetFileType(server), FILE_TYPE_PIPE);
    GIVES(GetFileType(client), FILE_TYPE_PIPE);
    SUCCEEDS(CloseHandle(client));
    SUCCEEDS(CloseHandle(server));
}

static void inheritance(void) {
    HANDLE pipe;
    DWORD flags = no_size;
    SECURITY_ATTRIBUTES attributes;
    const LPCTSTR name = pipe_name(TEXT("inheritance"));
    trace_note("attributes");
    attributes.nLength = sizeof(attributes);
    attributes.lpSecurityDescriptor = NULL;
    attributes.bInheritHandle = TRUE;
    OPENS_WITH(pipe,
               CreateNamedPipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, &attributes),
               0);
    SUCCEEDS(GetHandleInformation(pipe, &flags));
    HOLDS(flags == HANDLE_FLAG_INHERIT);
    SUCCEEDS(CloseHandle(pipe));
    OPENS_WITH(pipe, make_pipe(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1), 0);
    SUCCEEDS(GetHandleInformation(pipe, &flags));
    HOLDS(flags == 0);
    SUCCEEDS(CloseHandle(pipe));
}

int main(void) {
    arguments();
    invalid_names();
    spellings();
    device_namespace();
    instances();
    the_first_instance_gets_the_first_client();
    then_who_listens_first();
    first_instance_only();
    information();
    inheritance();
    end_pipes();
    return trace_end();
}
