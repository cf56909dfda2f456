/* CreatePipe. */

#include "pipe_testing.h"

static void bytes_go_one_way(void) {
    HANDLE reader = NULL, writer = NULL;
    trace_note("one way");
    SUCCEEDS_WITH(CreatePipe(&reader, &writer, NULL, 0), UNTOUCHED);
    HOLDS(reader != NULL && writer != NULL && reader != writer);
    SUCCEEDS(write_text(writer, "hello"));
    GIVES(size, 5);
    SUCCEEDS(write_text(writer, " world"));
    SUCCEEDS(peek(reader, 3));
    SAW(3, 11, -3);
    GOT("hel");
    SUCCEEDS(read_some(reader, 7));
    GOT("hello w");
    SUCCEEDS(read_some(reader, 100));
    GOT("orld");
    FAILS(read_some(writer, 1), ERROR_ACCESS_DENIED);
    FAILS(peek(writer, 1), ERROR_ACCESS_DENIED);
    FAILS(write_text(reader, "x"), ERROR_ACCESS_DENIED);
    FAILS(TransactNamedPipe(reader, buffer, 1, buffer, 1, &size, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(FlushFileBuffers(writer));
    SUCCEEDS(CloseHandle(reader));
    SUCCEEDS(CloseHandle(writer));
}

static void it_is_a_pipe(void) {
    HANDLE reader, writer;
    DWORD flags = no_size, out = no_size, in = no_size, max = no_size;
    ULONG process = 0;
    trace_note("what it tells of itself");
    SUCCEEDS(CreatePipe(&reader, &writer, NULL, 100));
    SUCCEEDS(GetNamedPipeInfo(reader, &flags, &out, &in, &max));
    HOLDS(flags == (PIPE_SERVER_END | PIPE_TYPE_BYTE) && out == 100 && in == 100 && max == 1);
    SUCCEEDS(GetNamedPipeInfo(writer, &flags, &out, &in, &max));
    HOLDS(flags == (PIPE_CLIENT_END | PIPE_TYPE_BYTE) && out == 100 && in == 100 && max == 1);
    GIVES(mode_of(reader), PIPE_WAIT);
    GIVES(mode_of(writer), PIPE_WAIT);
    GIVES(instances_of(reader), 1);
    GIVES(instances_of(writer), 1);
    GIVES(GetFileType(reader), FILE_TYPE_PIPE);
    GIVES(GetFileType(writer), FILE_TYPE_PIPE);
    SUCCEEDS(GetNamedPipeServerProcessId(writer, &process));
    HOLDS(process == GetCurrentProcessId());
    process = 0;
    SUCCEEDS(GetNamedPipeClientProcessId(reader, &process));
    HOLDS(process == GetCurrentProcessId());
    FAILS(ConnectNamedPipe(reader, NULL), ERROR_PIPE_CONNECTED);
    FAILS(ConnectNamedPipe(writer, NULL), ERROR_INVALID_FUNCTION);
    FAILS(set_mode(reader, PIPE_READMODE_MESSAGE), ERROR_INVALID_PARAMETER);
    FAILS(set_mode(writer, PIPE_READMODE_MESSAGE), ERROR_INVALID_PARAMETER);
    GIVES(WaitForSingleObject(reader, 0), WAIT_OBJECT_0);
    GIVES(WaitForSingleObject(writer, 0), WAIT_OBJECT_0);
    SUCCEEDS(CloseHandle(reader));
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(CreatePipe(&reader, &writer, NULL, 0));
    SUCCEEDS(GetNamedPipeInfo(reader, NULL, &out, &in, NULL));
    HOLDS(out == 4096 && in == 4096);
    SUCCEEDS(CloseHandle(reader));
    SUCCEEDS(CloseHandle(writer));
}

static void without_waiting(void) {
    static char data[100];
    HANDLE reader, writer;
    trace_note("without waiting");
    SUCCEEDS(CreatePipe(&reader, &writer, NULL, 100));
    SUCCEEDS(set_mode(reader, PIPE_NOWAIT));
    FAILS(read_some(reader, 10), ERROR_NO_DATA);
    GIVES(size, 0);
    SUCCEEDS(write_text(writer, "x"));
    SUCCEEDS(read_some(reader, 10));
    GOT("x");
    FAILS(read_some(reader, 10), ERROR_NO_DATA);
    SUCCEEDS(set_mode(writer, PIPE_NOWAIT));
    SUCCEEDS(WriteFile(writer, data, 100, &size, NULL));
    GIVES(size, 100);
    SUCCEEDS(WriteFile(writer, data, 1, &size, NULL));
    GIVES(size, 0);
    SUCCEEDS(read_some(reader, 1000));
    GIVES(size, 100);
    SUCCEEDS(CloseHandle(writer));
    FAILS(read_some(reader, 10), ERROR_BROKEN_PIPE);
    SUCCEEDS(CloseHandle(reader));
}

static void ends(void) {
    HANDLE reader, writer;
    trace_note("the writer goes");
    SUCCEEDS(CreatePipe(&reader, &writer, NULL, 0));
    SUCCEEDS(write_text(writer, "last words"));
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(peek(reader, 4));
    SAW(4, 10, -4);
    SUCCEEDS(read_some(reader, 100));
    GOT("last words");
    FAILS(read_some(reader, 100), ERROR_BROKEN_PIPE);
    GIVES(size, 0);
    FAILS(peek(reader, 4), ERROR_BROKEN_PIPE);
    FAILS(ConnectNamedPipe(reader, NULL), ERROR_NO_DATA);
    SUCCEEDS(CloseHandle(reader));
    trace_note("the reader goes");
    SUCCEEDS(CreatePipe(&reader, &writer, NULL, 0));
    SUCCEEDS(write_text(writer, "unread"));
    SUCCEEDS(CloseHandle(reader));
    FAILS(write_text(writer, "x"), ERROR_NO_DATA);
    GIVES(size, 0);
    SUCCEEDS(CloseHandle(writer));
    trace_note("the reader disconnects");
    SUCCEEDS(CreatePipe(&reader, &writer, NULL, 0));
    SUCCEEDS(write_text(writer, "unread"));
    SUCCEEDS(DisconnectNamedPipe(reader));
    FAILS(write_text(writer, "x"), ERROR_PIPE_NOT_CONNECTED);
    FAILS(read_some(reader, 10), ERROR_PIPE_NOT_CONNECTED);
    FAILS(peek(reader, 10), ERROR_BAD_PIPE);
    SUCCEEDS(CloseHandle(reader));
    SUCCEEDS(CloseHandle(writer));
}

static void handles(void) {
    HANDLE reader, writer, other;
    DWORD flags = no_size;
    SECURITY_ATTRIBUTES attributes;
    trace_note("handles");
    attributes.nLength = sizeof(attributes);
    attributes.lpSecurityDescriptor = NULL;
    attributes.bInheritHandle = TRUE;
    SUCCEEDS(CreatePipe(&reader, &writer, &attributes, 0));
    SUCCEEDS(GetHandleInformation(reader, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT);
    SUCCEEDS(GetHandleInformation(writer, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT);
    SUCCEEDS(SetHandleInformation(reader, HANDLE_FLAG_INHERIT, 0));
    SUCCEEDS(GetHandleInformation(reader, &flags));
    GIVES(flags, 0);
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), writer, GetCurrentProcess(), &other, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(write_text(other, "hello"));
    SUCCEEDS(read_some(reader, 10));
    GOT("hello");
    SUCCEEDS(CloseHandle(other));
    FAILS(read_some(reader, 10), ERROR_BROKEN_PIPE);
    SUCCEEDS(CloseHandle(reader));
    FAILS(read_some(reader, 10), ERROR_INVALID_HANDLE);
}

int main(void) {
    bytes_go_one_way();
    it_is_a_pipe();
    without_waiting();
    ends();
    handles();
    end_pipes();
    return trace_end();
}
