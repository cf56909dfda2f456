/* Reading and writing ordinary files: ends, appending, OVERLAPPED on a synchronous handle. */

#include "temp_file.h"

static char buffer[64];
static DWORD count;

static void ends(void) {
    const LPCTSTR path = temp_file(TEXT("ends"));
    HANDLE file;
    trace_note("ends");
    OPENS(file, CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    GIVES_WITH(GetFileType(file), FILE_TYPE_DISK, UNTOUCHED);
    count = 17;
    SUCCEEDS_WITH(ReadFile(file, buffer, 10, &count, NULL), UNTOUCHED);
    GIVES(count, 0);
    SUCCEEDS_WITH(WriteFile(file, "0123456789", 10, &count, NULL), UNTOUCHED);
    GIVES(count, 10);
    SUCCEEDS(ReadFile(file, buffer, 10, &count, NULL));
    GIVES(count, 0);
    GIVES(SetFilePointer(file, 7, NULL, FILE_BEGIN), 7);
    SUCCEEDS(ReadFile(file, buffer, sizeof buffer, &count, NULL));
    HAS_BYTES(buffer, count, "789");
    SUCCEEDS(WriteFile(file, buffer, 0, &count, NULL));
    GIVES(count, 0);
    SUCCEEDS(ReadFile(file, buffer, 0, &count, NULL));
    SUCCEEDS_WITH(FlushFileBuffers(file), UNTOUCHED);
    trace_note("bad arguments");
    FAILS(ReadFile(file, NULL, 1, &count, NULL), ERROR_NOACCESS);
    FAILS(WriteFile(file, NULL, 1, &count, NULL), ERROR_INVALID_USER_BUFFER);
    count = 17;
    FAILS(ReadFile(NULL, buffer, 1, &count, NULL), ERROR_INVALID_HANDLE);
    GIVES(count, 0);
    count = 17;
    FAILS(WriteFile(INVALID_HANDLE_VALUE, buffer, 1, &count, NULL), ERROR_INVALID_HANDLE);
    GIVES(count, 0);
    FAILS(FlushFileBuffers(NULL), ERROR_INVALID_HANDLE);
    GIVES_WITH(GetFileType(NULL), FILE_TYPE_UNKNOWN, ERROR_INVALID_HANDLE);
    GIVES_WITH(GetFileType(GetCurrentProcess()), FILE_TYPE_UNKNOWN, ERROR_INVALID_HANDLE);
    FAILS(GetMailslotInfo(file, NULL, NULL, NULL, NULL), ERROR_INVALID_HANDLE);
    FAILS(SetMailslotInfo(file, 0), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(file));
    FAILS(ReadFile(file, buffer, 1, &count, NULL), ERROR_INVALID_HANDLE);
    SUCCEEDS(DeleteFile(path));
}

static void appending(void) {
    const LPCTSTR path = temp_file(TEXT("append"));
    HANDLE log;
    HANDLE other;
    trace_note("appending");
    put_file(path, "one");
    OPENS(log, CreateFile(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                          OPEN_EXISTING, 0, NULL));
    SUCCEEDS(WriteFile(log, ",two", 4, &count, NULL));
    OPENS(other, CreateFile(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                            OPEN_EXISTING, 0, NULL));
    SUCCEEDS(WriteFile(other, ",three", 6, &count, NULL));
    SUCCEEDS(WriteFile(log, ",four", 5, &count, NULL));
    FAILS(ReadFile(log, buffer, 1, &count, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(CloseHandle(log));
    HOLDS(strcmp(file_content(path), "one,two,three,four") == 0);
    SUCCEEDS(DeleteFile(path));
}

static void positions(void) {
    const LPCTSTR path = temp_file(TEXT("shared"));
    HANDLE file;
    HANDLE copy;
    HANDLE other;
    trace_note("a duplicate has the same position, another open its own");
    put_file(path, "0123456789");
    OPENS(file, CreateFile(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL));
    OPENS(other, CreateFile(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    SUCCEEDS(ReadFile(file, buffer, 2, &count, NULL));
    SUCCEEDS(ReadFile(copy, buffer, 2, &count, NULL));
    HAS_BYTES(buffer, count, "23");
    SUCCEEDS(ReadFile(other, buffer, 2, &count, NULL));
    HAS_BYTES(buffer, count, "01");
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(ReadFile(copy, buffer, 2, &count, NULL));
    HAS_BYTES(buffer, count, "45");
    SUCCEEDS(CloseHandle(copy));
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(DeleteFile(path));
}

static void overlapped(void) {
    const LPCTSTR path = temp_file(TEXT("overlapped"));
    OVERLAPPED where;
    HANDLE file;
    trace_note("OVERLAPPED: where, and what came of it");
    memset(&where, 0, sizeof where);
    OPENS(file, CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    OPENS(where.hEvent, CreateEvent(NULL, TRUE, FALSE, NULL));
    SUCCEEDS(WriteFile(file, "0123456789", 10, &count, NULL));
    where.Offset = 3;
    where.Internal = 17;
    where.InternalHigh = 17;
    count = 0;
    SUCCEEDS_WITH(ReadFile(file, buffer, 4, &count, &where), UNTOUCHED);
    HAS_BYTES(buffer, count, "3456");
    GIVES(where.Internal, 0);
    GIVES(where.InternalHigh, 4);
    GIVES(WaitForSingleObject(where.hEvent, 0), WAIT_OBJECT_0);
    trace_note("the position follows");
    GIVES(SetFilePointer(file, 0, NULL, FILE_CURRENT), 7);
    SUCCEEDS(ReadFile(file, buffer, sizeof buffer, &count, NULL));
    HAS_BYTES(buffer, count, "789");
    where.Offset = 1;
    SUCCEEDS(ResetEvent(where.hEvent));
    SUCCEEDS_WITH(WriteFile(file, "ab", 2, &count, &where), UNTOUCHED);
    GIVES(count, 2);
    GIVES(where.InternalHigh, 2);
    GIVES(WaitForSingleObject(where.hEvent, 0), WAIT_OBJECT_0);
    GIVES(SetFilePointer(file, 0, NULL, FILE_CURRENT), 3);
    SUCCEEDS(ReadFile(file, buffer, 2, NULL, &where));
    GIVES(where.InternalHigh, 2);
    HAS_BYTES(buffer, where.InternalHigh, "ab");
    trace_note("the end is an error then");
    where.Offset = 10;
    count = 17;
    FAILS(ReadFile(file, buffer, 1, &count, &where), ERROR_HANDLE_EOF);
    GIVES(count, 0);
    where.Offset = 8;
    SUCCEEDS(ReadFile(file, buffer, 4, &count, &where));
    HAS_BYTES(buffer, count, "89");
    trace_note("at the end, wherever that is");
    where.Offset = 0xFFFFFFFF;
    where.OffsetHigh = 0xFFFFFFFF;
    SUCCEEDS(WriteFile(file, "XY", 2, &count, &where));
    GIVES(GetFileSize(file, NULL), 12);
    where.OffsetHigh = 0;
    where.Offset = 11;
    SUCCEEDS(ReadFile(file, buffer, 4, &count, &where));
    HAS_BYTES(buffer, count, "Y");
    trace_note("without an event; with what is none");
    SUCCEEDS(CloseHandle(where.hEvent));
    BEGIN_GAP("Wine does not look at the event") {
        FAILS(ReadFile(file, buffer, 1, &count, &where), ERROR_INVALID_HANDLE);
        OPENS(where.hEvent, CreateMutex(NULL, FALSE, NULL));
        FAILS(WriteFile(file, "x", 1, &count, &where), ERROR_INVALID_HANDLE);
        SUCCEEDS(CloseHandle(where.hEvent));
    }
    END_GAP
    where.hEvent = NULL;
    where.Offset = 0;
    SUCCEEDS(ReadFile(file, buffer, 1, &count, &where));
    HAS_BYTES(buffer, count, "0");
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(DeleteFile(path));
}

int main(void) {
    ends();
    appending();
    positions();
    overlapped();
    return trace_end();
}
