/* Mappings of files, without and with a name. */

#include "temp_file.h"

static HANDLE open_file(LPCTSTR path, DWORD access) {
    return CreateFile(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                      OPEN_ALWAYS, 0, NULL);
}

static void sizes(void) {
    const LPCTSTR path = temp_file(TEXT("mapsize"));
    DWORD count = 0;
    HANDLE file;
    HANDLE mapping;
    char* view;
    trace_note("sizes");
    OPENS(file, open_file(path, GENERIC_READ | GENERIC_WRITE));
    FAILS(CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, NULL), ERROR_FILE_INVALID);
    SUCCEEDS(WriteFile(file, "0123456789", 10, &count, NULL));
    FAILS(CreateFileMapping(file, NULL, PAGE_READONLY, 0, 11, NULL), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(CreateFileMapping(file, NULL, PAGE_WRITECOPY, 0, 11, NULL), ERROR_NOT_ENOUGH_MEMORY);
    OPENS_WITH(mapping, CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, NULL), ERROR_SUCCESS);
    view = (char*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    HOLDS(view != NULL && memcmp(view, "0123456789", 11) == 0);
    SUCCEEDS(UnmapViewOfFile(view));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 10);
    HOLDS(view != NULL);
    SUCCEEDS(UnmapViewOfFile(view));
    trace_note("the size is exact");
    FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 11), ERROR_ACCESS_DENIED);
    FAILS(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
    OPENS(mapping, CreateFileMapping(file, NULL, PAGE_READONLY, 0, 4, NULL));
    FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 5), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
    trace_note("a larger one makes the file larger");
    OPENS_WITH(mapping, CreateFileMapping(file, NULL, PAGE_READWRITE, 0, 70000, NULL), ERROR_SUCCESS);
    GIVES(GetFileSize(file, NULL), 70000);
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0x10000, 0);
    HOLDS(view != NULL && view[0] == 0);
    view[0] = 'x';
    SUCCEEDS(FlushViewOfFile(view, 0));
    GIVES(SetFilePointer(file, 0x10000, NULL, FILE_BEGIN), 0x10000);
    {
        char byte = 0;
        SUCCEEDS(ReadFile(file, &byte, 1, &count, NULL));
        HOLDS(byte == 'x');
    }
    trace_note("not shorter while it is mapped");
    GIVES(SetFilePointer(file, 10, NULL, FILE_BEGIN), 10);
    FAILS(SetEndOfFile(file), ERROR_USER_MAPPED_FILE);
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(mapping));
    SUCCEEDS(SetEndOfFile(file));
    GIVES(GetFileSize(file, NULL), 10);
    SUCCEEDS(CloseHandle(file));
    HOLDS(strcmp(file_content(path), "0123456789") == 0);
    SUCCEEDS(DeleteFile(path));
}

static void rights(void) {
    const LPCTSTR path = temp_file(TEXT("maprights"));
    HANDLE file;
    HANDLE mapping;
    char* view;
    trace_note("the file's rights");
    put_file(path, "content");
    OPENS(file, open_file(path, GENERIC_READ));
    FAILS(CreateFileMapping(file, NULL, PAGE_READWRITE, 0, 0, NULL), ERROR_ACCESS_DENIED);
    OPENS(mapping, CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, NULL));
    SUCCEEDS(CloseHandle(mapping));
    OPENS(mapping, CreateFileMapping(file, NULL, PAGE_WRITECOPY, 0, 0, NULL));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_COPY, 0, 0, 0);
    HOLDS(view != NULL && view[0] == 'c');
    view[0] = 'C';
    HOLDS(view[0] == 'C');
    SUCCEEDS(UnmapViewOfFile(view));
    FAILS(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
    SUCCEEDS(CloseHandle(file));
    HOLDS(strcmp(file_content(path), "content") == 0);
    OPENS(file, open_file(path, GENERIC_WRITE));
    FAILS(CreateFileMapping(file, NULL, PAGE_READWRITE, 0, 0, NULL), ERROR_ACCESS_DENIED);
    FAILS(CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(file));
    OPENS(file, open_file(path, 0));
    FAILS(CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(DeleteFile(path));
}

static void lives(void) {
    const LPCTSTR path = temp_file(TEXT("maplives"));
    HANDLE file;
    HANDLE mapping;
    char* view;
    trace_note("the view outlives both handles");
    put_file(path, "content");
    OPENS(file, open_file(path, GENERIC_READ | GENERIC_WRITE));
    OPENS(mapping, CreateFileMapping(file, NULL, PAGE_READWRITE, 0, 0, NULL));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    HOLDS(view != NULL);
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(CloseHandle(mapping));
    memcpy(view, "CONTENT", 7);
    SUCCEEDS(FlushViewOfFile(view, 7));
    HOLDS(strcmp(file_content(path), "CONTENT") == 0);
    REFUSES(CreateFile(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                       TRUNCATE_EXISTING, 0, NULL),
            ERROR_USER_MAPPED_FILE);
    SUCCEEDS(UnmapViewOfFile(view));
    trace_note("and who has nobody share the file has no quarrel with it");
    OPENS(file, CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL));
    OPENS(mapping, CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, NULL));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    HOLDS(view != NULL && view[0] == 'C');
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(CloseHandle(mapping));
    OPENS(file, CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL));
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(DeleteFile(path));
}

static void names(void) {
    const LPCTSTR path = temp_file(TEXT("mapname"));
    const LPCTSTR name = object_name(TEXT("mapname"));
    HANDLE file;
    HANDLE mapping;
    HANDLE other;
    char* view;
    char* seen;
    trace_note("a file with a name");
    put_file(path, "0123456789");
    OPENS(file, open_file(path, GENERIC_READ | GENERIC_WRITE));
    OPENS_WITH(mapping, CreateFileMapping(file, NULL, PAGE_READWRITE, 0, 0, name), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(file));
    OPENS_WITH(other, OpenFileMapping(FILE_MAP_ALL_ACCESS, FALSE, name), UNTOUCHED);
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    seen = (char*)MapViewOfFile(other, FILE_MAP_WRITE, 0, 0, 10);
    HOLDS(view != NULL && seen != NULL && view != seen);
    HOLDS(memcmp(seen, "0123456789", 10) == 0);
    view[0] = 'x';
    HOLDS(seen[0] == 'x');
    seen[9] = 'y';
    HOLDS(view[9] == 'y');
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(mapping));
    FAILS(MapViewOfFile(other, FILE_MAP_WRITE, 0, 0, 11), ERROR_ACCESS_DENIED);
    SUCCEEDS(UnmapViewOfFile(seen));
    trace_note("what exists is opened, whatever comes with the name");
    OPENS_WITH(mapping, CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 5000, name),
               ERROR_ALREADY_EXISTS);
    view = (char*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    HOLDS(view != NULL && memcmp(view, "x12345678y", 10) == 0);
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(mapping));
    SUCCEEDS(CloseHandle(other));
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    HOLDS(strcmp(file_content(path), "x12345678y") == 0);

    trace_note("of a file that is only to be read");
    OPENS(file, open_file(path, GENERIC_READ));
    OPENS(mapping, CreateFileMapping(file, NULL, PAGE_READONLY, 0, 0, name));
    SUCCEEDS(CloseHandle(file));
    OPENS(other, OpenFileMapping(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name));
    view = (char*)MapViewOfFile(other, FILE_MAP_READ, 0, 0, 0);
    HOLDS(view != NULL && view[0] == 'x');
    SUCCEEDS(UnmapViewOfFile(view));
    BEGIN_GAP("Wine forgets the page protection") {
        FAILS(MapViewOfFile(other, FILE_MAP_WRITE, 0, 0, 0), ERROR_INVALID_PARAMETER);
    }
    END_GAP
    SUCCEEDS(CloseHandle(other));
    BEGIN_GAP("Elsewhere who opens the mapping gets the file itself, not by its path") {
        SUCCEEDS(DeleteFile(path));
        FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_FILE_INVALID);
        put_file(path, "another file, and longer");
        FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_FILE_INVALID);
    }
    END_GAP
    SUCCEEDS(CloseHandle(mapping));
    SUCCEEDS(DeleteFile(path));
}

int main(void) {
    sizes();
    rights();
    lives();
    names();
    return trace_end();
}
