/* Mailslots on one machine: names, messages, timeouts, and what is told of them. */

#include "trace.h"

static char buffer[64];
static DWORD count;
static DWORD max_size;
static DWORD next_size;
static DWORD messages;
static DWORD timeout;

static HANDLE open_writer(LPCTSTR name) {
    return CreateFile(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                      FILE_ATTRIBUTE_NORMAL, NULL);
}

static void names(void) {
    const LPCTSTR name = mailslot_name(TEXT("names"));
    TCHAR other_case[128];
    HANDLE slot;
    HANDLE nested;
    size_t i;
    trace_note("names");
    REFUSES(CreateMailslot(NULL, 0, 0, NULL), ERROR_PATH_NOT_FOUND);
    REFUSES(CreateMailslot(TEXT(""), 0, 0, NULL), ERROR_PATH_NOT_FOUND);
    REFUSES(CreateMailslot(TEXT("blah"), 0, 0, NULL), ERROR_INVALID_NAME);
    REFUSES(CreateMailslot(TEXT("\\\\.\\pipe\\x"), 0, 0, NULL), ERROR_INVALID_NAME);
    REFUSES(open_writer(name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(slot, CreateMailslot(name, 0, 0, NULL), UNTOUCHED);
    REFUSES(CreateMailslot(name, 0, 0, NULL), ERROR_ALREADY_EXISTS);
    for (i = 0; name[i] != 0; ++i) {
        other_case[i] = (TCHAR)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    }
    other_case[i] = 0;
    REFUSES(CreateMailslot(other_case, 0, 0, NULL), ERROR_ALREADY_EXISTS);
    OPENS(nested, CreateMailslot(mailslot_name(TEXT("names\\nested")), 0, 0, NULL));
    SUCCEEDS_WITH(CloseHandle(nested), UNTOUCHED);
    SUCCEEDS_WITH(CloseHandle(slot), UNTOUCHED);
    REFUSES(open_writer(name), ERROR_FILE_NOT_FOUND);
    OPENS(slot, CreateMailslot(name, 0, 0, NULL));
    SUCCEEDS(CloseHandle(slot));
}

static void writers(void) {
    const LPCTSTR name = mailslot_name(TEXT("writers"));
    HANDLE slot;
    HANDLE writer;
    HANDLE reader;
    trace_note("writers");
    OPENS(slot, CreateMailslot(name, 0, 0, NULL));
    OPENS_WITH(writer, open_writer(name), ERROR_SUCCESS);
    SUCCEEDS_WITH(WriteFile(writer, "abc", 3, &count, NULL), UNTOUCHED);
    GIVES(count, 3);
    SUCCEEDS(CloseHandle(writer));
    OPENS_WITH(writer,
               CreateFile(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS, 0, NULL),
               ERROR_ALREADY_EXISTS);
    SUCCEEDS(CloseHandle(writer));
    OPENS_WITH(writer,
               CreateFile(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0,
                          NULL),
               ERROR_SUCCESS);
    SUCCEEDS(WriteFile(writer, "de", 2, &count, NULL));
    count = 17;
    SUCCEEDS_WITH(ReadFile(slot, buffer, sizeof buffer, &count, NULL), UNTOUCHED);
    HAS_BYTES(buffer, count, "abc");
    SUCCEEDS(ReadFile(slot, buffer, sizeof buffer, &count, NULL));
    HAS_BYTES(buffer, count, "de");

    trace_note("each end has its direction");
    FAILS(WriteFile(slot, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    GIVES(count, 0);
    FAILS(FlushFileBuffers(slot), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(writer));
    OPENS(writer, open_writer(name));
    FAILS(ReadFile(writer, buffer, 1, &count, NULL), ERROR_ACCESS_DENIED);
    OPENS(reader, CreateFile(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                             OPEN_EXISTING, 0, NULL));
    FAILS(WriteFile(reader, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(reader));

    trace_note("bad arguments");
    FAILS(WriteFile(writer, NULL, 1, &count, NULL), ERROR_INVALID_USER_BUFFER);
    SUCCEEDS(WriteFile(writer, "kept", 4, NULL, NULL));
    FAILS(ReadFile(slot, NULL, 16, &count, NULL), ERROR_NOACCESS);
    SUCCEEDS(ReadFile(slot, buffer, sizeof buffer, NULL, NULL));
    HAS_BYTES(buffer, 4, "kept");
    FAILS(SetEndOfFile(writer), ERROR_INVALID_FUNCTION);
    GIVES_WITH(SetFilePointer(slot, 0, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER,
               ERROR_INVALID_FUNCTION);
    BEGIN_GAP("Wine takes a mailslot for a pipe") {
        GIVES_WITH(GetFileType(slot), FILE_TYPE_UNKNOWN, NO_ERROR);
        GIVES_WITH(GetFileType(writer), FILE_TYPE_UNKNOWN, NO_ERROR);
    }
    END_GAP
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(CloseHandle(slot));
}

static void the_reader_goes(void) {
    const LPCTSTR name = mailslot_name(TEXT("gone"));
    HANDLE slot;
    HANDLE writer;
    trace_note("the reader goes");
    OPENS(slot, CreateMailslot(name, 0, 0, NULL));
    OPENS(writer, open_writer(name));
    SUCCEEDS(CloseHandle(slot));
    BEGIN_GAP("Wine keeps a mailslot while a writer is open") {
        FAILS(WriteFile(writer, "x", 1, &count, NULL), ERROR_HANDLE_EOF);
        GIVES(count, 0);
        REFUSES(open_writer(name), ERROR_FILE_NOT_FOUND);
        OPENS(slot, CreateMailslot(name, 0, 0, NULL));
        FAILS(WriteFile(writer, "x", 1, &count, NULL), ERROR_HANDLE_EOF);
        SUCCEEDS(CloseHandle(slot));
    }
    END_GAP
    SUCCEEDS(CloseHandle(writer));
}

static void info(void) {
    HANDLE slot;
    HANDLE writer;
    HANDLE copy;
    trace_note("info");
    FAILS(GetMailslotInfo(INVALID_HANDLE_VALUE, &max_size, &next_size, &messages, &timeout),
          ERROR_INVALID_HANDLE);
    FAILS(GetMailslotInfo(NULL, &max_size, &next_size, &messages, &timeout), ERROR_INVALID_HANDLE);
    FAILS(SetMailslotInfo(NULL, 5), ERROR_INVALID_HANDLE);
    OPENS(slot, CreateMailslot(mailslot_name(TEXT("info")), (DWORD)-1, (DWORD)-1, NULL));
    SUCCEEDS_WITH(GetMailslotInfo(slot, &max_size, &next_size, &messages, &timeout), UNTOUCHED);
    GIVES(max_size, 0xFFFFFFFF);
    GIVES(next_size, MAILSLOT_NO_MESSAGE);
    GIVES(messages, 0);
    GIVES(timeout, MAILSLOT_WAIT_FOREVER);
    SUCCEEDS(GetMailslotInfo(slot, NULL, NULL, NULL, NULL));
    SUCCEEDS_WITH(SetMailslotInfo(slot, 250), UNTOUCHED);
    SUCCEEDS(GetMailslotInfo(slot, NULL, NULL, NULL, &timeout));
    GIVES(timeout, 250);
    SUCCEEDS(SetMailslotInfo(slot, 0));
    SUCCEEDS(CloseHandle(slot));

    OPENS(slot, CreateMailslot(mailslot_name(TEXT("info")), 400, 0, NULL));
    SUCCEEDS(GetMailslotInfo(slot, &max_size, NULL, NULL, &timeout));
    GIVES(max_size, 400);
    GIVES(timeout, 0);
    OPENS(writer, open_writer(mailslot_name(TEXT("info"))));
    FAILS(GetMailslotInfo(writer, &max_size, &next_size, &messages, &timeout), ERROR_INVALID_HANDLE);
    FAILS(SetMailslotInfo(writer, 5), ERROR_INVALID_HANDLE);
    SUCCEEDS(WriteFile(writer, "a", 1, &count, NULL));
    SUCCEEDS(GetMailslotInfo(slot, NULL, &next_size, &messages, NULL));
    GIVES(next_size, 1);
    GIVES(messages, 1);
    SUCCEEDS(WriteFile(writer, "bc", 2, &count, NULL));
    BEGIN_GAP("Wine counts one message, however many there are") {
        SUCCEEDS(GetMailslotInfo(slot, NULL, &next_size, &messages, NULL));
        GIVES(next_size, 1);
        GIVES(messages, 2);
    }
    END_GAP
    SUCCEEDS(ReadFile(slot, buffer, sizeof buffer, &count, NULL));
    SUCCEEDS(GetMailslotInfo(slot, NULL, &next_size, &messages, NULL));
    GIVES(next_size, 2);
    GIVES(messages, 1);
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), slot, GetCurrentProcess(), &copy, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    SUCCEEDS(CloseHandle(slot));
    FAILS(GetMailslotInfo(slot, &max_size, NULL, NULL, NULL), ERROR_INVALID_HANDLE);
    SUCCEEDS(ReadFile(copy, buffer, sizeof buffer, &count, NULL));
    HAS_BYTES(buffer, count, "bc");
    SUCCEEDS(SetMailslotInfo(copy, 30));
    SUCCEEDS(CloseHandle(copy));
    SUCCEEDS(CloseHandle(writer));
}

static void sizes(void) {
    HANDLE slot;
    HANDLE writer;
    trace_note("sizes");
    OPENS(slot, CreateMailslot(mailslot_name(TEXT("sizes")), 8, 0, NULL));
    OPENS(writer, open_writer(mailslot_name(TEXT("sizes"))));
    SUCCEEDS(WriteFile(writer, "12345678", 8, &count, NULL));
    SUCCEEDS(ReadFile(slot, buffer, 8, &count, NULL));
    HAS_BYTES(buffer, count, "12345678");
    BEGIN_GAP("Wine ignores the maximum size") {
        FAILS(WriteFile(writer, "123456789", 9, &count, NULL), ERROR_INVALID_PARAMETER);
        GIVES(count, 0);
    }
    END_GAP
    BEGIN_GAP("Wine cuts a message that the buffer is too small for") {
        SUCCEEDS(WriteFile(writer, "abcdef", 6, &count, NULL));
        FAILS(ReadFile(slot, buffer, 5, &count, NULL), ERROR_INSUFFICIENT_BUFFER);
        GIVES(count, 0);
        FAILS(ReadFile(slot, buffer, 0, &count, NULL), ERROR_INSUFFICIENT_BUFFER);
        SUCCEEDS(GetMailslotInfo(slot, NULL, &next_size, &messages, NULL));
        GIVES(next_size, 6);
        SUCCEEDS(ReadFile(slot, buffer, 6, &count, NULL));
        HAS_BYTES(buffer, count, "abcdef");
    }
    END_GAP
    BEGIN_GAP("Wine fails to read an empty message") {
        SUCCEEDS(WriteFile(writer, buffer, 0, &count, NULL));
        SUCCEEDS(GetMailslotInfo(slot, NULL, &next_size, &messages, NULL));
        GIVES(next_size, 0);
        GIVES(messages, 1);
        count = 17;
        SUCCEEDS(ReadFile(slot, buffer, sizeof buffer, &count, NULL));
        GIVES(count, 0);
        FAILS(ReadFile(slot, buffer, 0, &count, NULL), ERROR_SEM_TIMEOUT);
    }
    END_GAP
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(CloseHandle(slot));
}

static void timeouts(void) {
    HANDLE slot;
    HANDLE writer;
    trace_note("timeouts");
    OPENS(slot, CreateMailslot(mailslot_name(TEXT("timeouts")), 0, 0, NULL));
    count = 17;
    FAILS(ReadFile(slot, buffer, sizeof buffer, &count, NULL), ERROR_SEM_TIMEOUT);
    GIVES(count, 0);
    SUCCEEDS(SetMailslotInfo(slot, 60));
    FAILS(ReadFile(slot, buffer, sizeof buffer, &count, NULL), ERROR_SEM_TIMEOUT);
    OPENS(writer, open_writer(mailslot_name(TEXT("timeouts"))));
    SUCCEEDS(SetMailslotInfo(slot, MAILSLOT_WAIT_FOREVER));
    SUCCEEDS(WriteFile(writer, "now", 3, &count, NULL));
    SUCCEEDS(ReadFile(slot, buffer, sizeof buffer, &count, NULL));
    HAS_BYTES(buffer, count, "now");
    SUCCEEDS(CloseHandle(writer));
    SUCCEEDS(CloseHandle(slot));
}

static void broadcasts(void) {
    const LPCTSTR everywhere = trace_name(TEXT("\\\\*\\mailslot\\isthmus.test."), TEXT("broadcast"));
    HANDLE slot;
    HANDLE writer;
    trace_note("broadcasts");
    BEGIN_GAP("Wine has no mailslots of other machines") {
        OPENS(slot, CreateMailslot(mailslot_name(TEXT("broadcast")), 0, 0, NULL));
        OPENS(writer, open_writer(everywhere));
        SUCCEEDS(WriteFile(writer, "all", 3, &count, NULL));
        SUCCEEDS(ReadFile(slot, buffer, sizeof buffer, &count, NULL));
        HAS_BYTES(buffer, count, "all");
        SUCCEEDS(CloseHandle(writer));
        SUCCEEDS(CloseHandle(slot));
    }
    END_GAP
}

int main(void) {
    names();
    writers();
    the_reader_goes();
    info();
    sizes();
    timeouts();
    broadcasts();
    return trace_end();
}
