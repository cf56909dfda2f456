/* Views: where they lie, how long they live, what they share. */

#include "trace.h"

enum { granule = 0x10000 };

static HANDLE make(DWORD size) {
    return CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, NULL);
}

static void offsets(void) {
    HANDLE mapping;
    char* all;
    char* part;
    trace_note("offsets");
    OPENS(mapping, make(3 * granule));
    FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 1, 0), ERROR_MAPPED_ALIGNMENT);
    FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 4096, 0), ERROR_MAPPED_ALIGNMENT);
    FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, granule / 2, 4096), ERROR_MAPPED_ALIGNMENT);
    all = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    HOLDS(all != NULL && (ULONG_PTR)all % granule == 0);
    all[granule + 5] = 'x';
    all[3 * granule - 1] = 'y';
    part = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, granule, 10);
    HOLDS(part != NULL && (ULONG_PTR)part % granule == 0);
    HOLDS(part[5] == 'x');
    part[6] = 'z';
    HOLDS(all[granule + 6] == 'z');
    SUCCEEDS_WITH(UnmapViewOfFile(part), UNTOUCHED);
    part = (char*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 2 * granule, 0);
    HOLDS(part != NULL && part[granule - 1] == 'y');
    SUCCEEDS(UnmapViewOfFile(part));
    FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 2 * granule, granule + 1), ERROR_ACCESS_DENIED);
    BEGIN_GAP("Wine says 87 where nothing is left to be mapped") {
        FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 4 * granule, 1), ERROR_ACCESS_DENIED);
        FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 1, 0, 1), ERROR_ACCESS_DENIED);
        FAILS(MapViewOfFile(mapping, FILE_MAP_READ, 0, 3 * granule, 0), ERROR_ACCESS_DENIED);
    }
    END_GAP
    SUCCEEDS(UnmapViewOfFile(all));
    SUCCEEDS(CloseHandle(mapping));
}

static void sizes(void) {
    HANDLE mapping;
    char* view;
    trace_note("the last page counts in full");
    OPENS(mapping, make(100));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 101);
    HOLDS(view != NULL);
    view[4095] = 'x';
    SUCCEEDS(UnmapViewOfFile(view));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 4096);
    HOLDS(view != NULL && view[4095] == 'x');
    SUCCEEDS(UnmapViewOfFile(view));
    FAILS(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 4097), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
}

static void addresses(void) {
    HANDLE mapping;
    char* first;
    char* second;
    trace_note("addresses");
    OPENS(mapping, make(granule));
    first = (char*)MapViewOfFileEx(mapping, FILE_MAP_WRITE, 0, 0, 0, NULL);
    HOLDS(first != NULL);
    FAILS(MapViewOfFileEx(mapping, FILE_MAP_WRITE, 0, 0, 0, first), ERROR_INVALID_ADDRESS);
    FAILS(MapViewOfFileEx(mapping, FILE_MAP_WRITE, 0, 0, 0, first + 4096), ERROR_MAPPED_ALIGNMENT);
    FAILS(MapViewOfFileEx(mapping, FILE_MAP_WRITE, 0, 0, 0, first + 1), ERROR_MAPPED_ALIGNMENT);
    strcpy(first, "moved");
    SUCCEEDS(UnmapViewOfFile(first));
    second = (char*)MapViewOfFileEx(mapping, FILE_MAP_WRITE, 0, 0, 0, first);
    HOLDS(second == first);
    HOLDS(strcmp(second, "moved") == 0);
    SUCCEEDS(UnmapViewOfFile(second));
    SUCCEEDS(CloseHandle(mapping));
}

static void lives(void) {
    const LPCTSTR name = object_name(TEXT("lives"));
    HANDLE mapping;
    char* view;
    char* other;
    trace_note("a view outlives its handle, not so the name");
    OPENS(mapping, CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 100, name));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    HOLDS(view != NULL);
    SUCCEEDS(CloseHandle(mapping));
    strcpy(view, "still here");
    HOLDS(strcmp(view, "still here") == 0);
    SUCCEEDS_WITH(FlushViewOfFile(view, 0), UNTOUCHED);
    BEGIN_GAP("Under Wine a view keeps the name") {
        FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    }
    END_GAP
    SUCCEEDS_WITH(UnmapViewOfFile(view), UNTOUCHED);
    FAILS(UnmapViewOfFile(view), ERROR_INVALID_ADDRESS);
    FAILS(UnmapViewOfFile(NULL), ERROR_INVALID_ADDRESS);
    FAILS(UnmapViewOfFile(&mapping), ERROR_INVALID_ADDRESS);

    trace_note("any address in it will do");
    OPENS(mapping, make(3 * 4096));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    other = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    HOLDS(view != NULL && other != NULL && view != other);
    view[7] = '7';
    HOLDS(other[7] == '7');
    SUCCEEDS(UnmapViewOfFile(view + 5000));
    FAILS(UnmapViewOfFile(view), ERROR_INVALID_ADDRESS);
    SUCCEEDS(UnmapViewOfFile(other + 10));
    SUCCEEDS(CloseHandle(mapping));
}

static void copies(void) {
    HANDLE mapping;
    char* shared;
    char* copy;
    trace_note("copy on write");
    OPENS(mapping, make(2 * 4096));
    shared = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    copy = (char*)MapViewOfFile(mapping, FILE_MAP_COPY, 0, 0, 0);
    HOLDS(shared != NULL && copy != NULL);
    shared[0] = 's';
    HOLDS(copy[0] == 's');
    copy[0] = 'c';
    HOLDS(shared[0] == 's' && copy[0] == 'c');
    shared[1] = 't';
    HOLDS(copy[1] == 0);
    shared[4096] = 'u';
    HOLDS(copy[4096] == 'u');
    SUCCEEDS(UnmapViewOfFile(copy));
    copy = (char*)MapViewOfFile(mapping, FILE_MAP_COPY, 0, 0, 0);
    HOLDS(copy != NULL && copy[0] == 's');
    SUCCEEDS(UnmapViewOfFile(copy));
    SUCCEEDS(UnmapViewOfFile(shared));
    SUCCEEDS(CloseHandle(mapping));
}

static void flushes(void) {
    HANDLE mapping;
    char* view;
    trace_note("flushing");
    OPENS(mapping, make(2 * 4096));
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    HOLDS(view != NULL);
    SUCCEEDS_WITH(FlushViewOfFile(view, 0), UNTOUCHED);
    SUCCEEDS_WITH(FlushViewOfFile(view, 100), UNTOUCHED);
    SUCCEEDS_WITH(FlushViewOfFile(view + 5000, 10), UNTOUCHED);
    SUCCEEDS_WITH(FlushViewOfFile(view + 10, 0), UNTOUCHED);
    FAILS(FlushViewOfFile(view, 1000000), ERROR_INVALID_PARAMETER);
    SUCCEEDS(UnmapViewOfFile(view));
    BEGIN_GAP("Wine says 87") {
        FAILS(FlushViewOfFile(view, 0), ERROR_INVALID_ADDRESS);
        FAILS(FlushViewOfFile(NULL, 0), ERROR_INVALID_ADDRESS);
    }
    END_GAP
    SUCCEEDS(CloseHandle(mapping));
}

static void reserved(void) {
    HANDLE mapping;
    char* view;
    trace_note("SEC_RESERVE");
    OPENS_WITH(mapping,
               CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, 0x100000,
                                 NULL),
               ERROR_SUCCESS);
    view = (char*)MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 2 * granule, 16);
    HOLDS(view != NULL && (ULONG_PTR)view % granule == 0);
    BEGIN_GAP("Windows wants the pages to be committed first") {
        view[0] = 'x';
        HOLDS(view[0] == 'x');
    }
    END_GAP
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(mapping));
}

int main(void) {
    offsets();
    sizes();
    addresses();
    lives();
    copies();
    flushes();
    reserved();
    return trace_end();
}
