/* Mappings that are memory: making and opening them, protections, rights. */

#include "trace.h"

static HANDLE make(DWORD protection, DWORD size, LPCTSTR name) {
    return CreateFileMapping(INVALID_HANDLE_VALUE, NULL, protection, 0, size, name);
}

static void arguments(void) {
    HANDLE mapping;
    trace_note("arguments");
    FAILS(make(PAGE_READWRITE, 0, NULL), ERROR_INVALID_PARAMETER);
    FAILS(make(PAGE_NOACCESS, 100, NULL), ERROR_INVALID_PARAMETER);
    FAILS(make(0, 100, NULL), ERROR_INVALID_PARAMETER);
    FAILS(make(PAGE_READONLY | PAGE_READWRITE, 100, NULL), ERROR_INVALID_PARAMETER);
    FAILS(make(0x1000, 100, NULL), ERROR_INVALID_PARAMETER);
    FAILS(make(PAGE_READWRITE | SEC_COMMIT | SEC_RESERVE, 100, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateFileMapping((HANDLE)(ULONG_PTR)0xbad0, NULL, PAGE_READWRITE, 0, 100, NULL),
          ERROR_INVALID_HANDLE);
    FAILS(CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0x7fffffff, 0, NULL),
          ERROR_NOT_ENOUGH_MEMORY);
    OPENS_WITH(mapping, make(PAGE_READWRITE, 100, NULL), ERROR_SUCCESS);
    SUCCEEDS_WITH(CloseHandle(mapping), UNTOUCHED);
    OPENS_WITH(mapping, make(PAGE_READWRITE, 100, TEXT("")), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(mapping));
    OPENS_WITH(mapping, CreateFileMapping(NULL, NULL, PAGE_READWRITE, 0, 100, NULL), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(mapping));
    OPENS_WITH(mapping, make(PAGE_READWRITE | SEC_COMMIT, 100, NULL), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(mapping));
    OPENS_WITH(mapping, make(PAGE_READONLY, 100, NULL), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(mapping));
    OPENS_WITH(mapping, make(PAGE_WRITECOPY, 100, NULL), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(mapping));
    BEGIN_GAP("Windows offers it") {
        FAILS(make(PAGE_EXECUTE_READWRITE, 100, NULL), ERROR_CALL_NOT_IMPLEMENTED);
        FAILS(make(PAGE_READWRITE | SEC_LARGE_PAGES, 100, NULL), ERROR_CALL_NOT_IMPLEMENTED);
    }
    END_GAP
}

static void names(void) {
    const LPCTSTR name = object_name(TEXT("mapping"));
    const LPCTSTR local = trace_name(TEXT("Local\\isthmus.test."), TEXT("mapping"));
    HANDLE mapping;
    HANDLE again;
    HANDLE event;
    char* view;
    trace_note("names");
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, NULL), ERROR_INVALID_PARAMETER);
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, TEXT("")), ERROR_INVALID_HANDLE);
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    FAILS(make(PAGE_READWRITE, 100, TEXT("no such directory\\x")), ERROR_PATH_NOT_FOUND);
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, TEXT("no such directory\\x")), ERROR_PATH_NOT_FOUND);
    OPENS_WITH(mapping, make(PAGE_READWRITE, 100, name), ERROR_SUCCESS);
    OPENS_WITH(again, make(PAGE_READWRITE, 1000000, name), ERROR_ALREADY_EXISTS);
    HOLDS(again != mapping);
    trace_note("the size is the first one's");
    view = (char*)MapViewOfFile(again, FILE_MAP_WRITE, 0, 0, 0);
    HOLDS(view != NULL);
    strcpy(view, "shared");
    FAILS(MapViewOfFile(again, FILE_MAP_WRITE, 0, 0, 1000000), ERROR_ACCESS_DENIED);
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(again));
    FAILS(make(PAGE_READWRITE, 0, name), ERROR_INVALID_PARAMETER);
    OPENS_WITH(again, OpenFileMapping(FILE_MAP_READ, FALSE, name), UNTOUCHED);
    view = (char*)MapViewOfFile(again, FILE_MAP_READ, 0, 0, 0);
    HOLDS(view != NULL && strcmp(view, "shared") == 0);
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(again));
    OPENS_WITH(again, OpenFileMapping(FILE_MAP_READ, FALSE, local), UNTOUCHED);
    SUCCEEDS(CloseHandle(again));
    SUCCEEDS(CloseHandle(mapping));
    trace_note("it goes with its last handle, and the next one is empty");
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(mapping, make(PAGE_READWRITE, 100, name), ERROR_SUCCESS);
    view = (char*)MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    HOLDS(view != NULL && view[0] == 0);
    SUCCEEDS(UnmapViewOfFile(view));
    SUCCEEDS(CloseHandle(mapping));

    trace_note("a name of another kind");
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, name));
    FAILS(make(PAGE_READWRITE, 100, name), ERROR_INVALID_HANDLE);
    FAILS(OpenFileMapping(FILE_MAP_READ, FALSE, name), ERROR_INVALID_HANDLE);
    FAILS(MapViewOfFile(event, FILE_MAP_READ, 0, 0, 0), ERROR_INVALID_HANDLE);
    FAILS(CreateFileMapping(event, NULL, PAGE_READWRITE, 0, 100, NULL), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(event));
}

/* Maps it all and unmaps it. */
static BOOL can_map(HANDLE mapping, DWORD access) {
    void* const view = MapViewOfFile(mapping, access, 0, 0, 0);
    if (view != NULL) {
        UnmapViewOfFile(view);
    }
    return view != NULL;
}

static void protections(void) {
    HANDLE mapping;
    trace_note("PAGE_READWRITE");
    OPENS(mapping, make(PAGE_READWRITE, 4096, NULL));
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_READ), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_WRITE), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_READ | FILE_MAP_WRITE), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_COPY), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_ALL_ACCESS), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, 0), UNTOUCHED);
    FAILS(can_map(mapping, FILE_MAP_READ | FILE_MAP_EXECUTE), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
    trace_note("PAGE_READONLY");
    OPENS(mapping, make(PAGE_READONLY, 4096, NULL));
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_READ), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_COPY), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, 0), UNTOUCHED);
    FAILS(can_map(mapping, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    FAILS(can_map(mapping, FILE_MAP_ALL_ACCESS), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
    trace_note("PAGE_WRITECOPY");
    OPENS(mapping, make(PAGE_WRITECOPY, 4096, NULL));
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_READ), UNTOUCHED);
    SUCCEEDS_WITH(can_map(mapping, FILE_MAP_COPY), UNTOUCHED);
    FAILS(can_map(mapping, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(mapping));
}

static void rights(void) {
    const LPCTSTR name = object_name(TEXT("rights"));
    HANDLE mapping;
    HANDLE other;
    HANDLE copy;
    trace_note("rights");
    OPENS(mapping, make(PAGE_READWRITE, 4096, name));
    OPENS(other, OpenFileMapping(FILE_MAP_READ, FALSE, name));
    SUCCEEDS(can_map(other, FILE_MAP_READ));
    SUCCEEDS(can_map(other, FILE_MAP_COPY));
    FAILS(can_map(other, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    FAILS(can_map(other, FILE_MAP_ALL_ACCESS), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(other));
    OPENS(other, OpenFileMapping(FILE_MAP_WRITE, FALSE, name));
    SUCCEEDS(can_map(other, FILE_MAP_WRITE));
    FAILS(can_map(other, FILE_MAP_READ), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(other));
    OPENS(other, OpenFileMapping(FILE_MAP_ALL_ACCESS, FALSE, name));
    SUCCEEDS(can_map(other, FILE_MAP_ALL_ACCESS));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &copy, FILE_MAP_READ,
                             FALSE, 0));
    SUCCEEDS(can_map(copy, FILE_MAP_READ));
    FAILS(can_map(copy, FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(copy));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), other, GetCurrentProcess(), &copy, 0, FALSE, 0));
    FAILS(can_map(copy, 0), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(copy));
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(CloseHandle(mapping));
    trace_note("of one that nobody may write to");
    OPENS(mapping, make(PAGE_READONLY, 4096, name));
    OPENS(other, OpenFileMapping(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name));
    SUCCEEDS(can_map(other, FILE_MAP_READ));
    BEGIN_GAP("Wine forgets the page protection") {
        FAILS(can_map(other, FILE_MAP_WRITE), ERROR_INVALID_PARAMETER);
        FAILS(OpenFileMapping(0, FALSE, name), ERROR_ACCESS_DENIED);
        FAILS(OpenFileMapping(0x40, FALSE, name), ERROR_ACCESS_DENIED);
    }
    END_GAP
    SUCCEEDS(CloseHandle(other));
    SUCCEEDS(CloseHandle(mapping));
    trace_note("handles");
    FAILS(can_map(NULL, FILE_MAP_READ), ERROR_INVALID_HANDLE);
    FAILS(can_map(INVALID_HANDLE_VALUE, FILE_MAP_READ), ERROR_INVALID_HANDLE);
    OPENS(mapping, make(PAGE_READWRITE, 4096, NULL));
    FAILS(SetEvent(mapping), ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject(mapping, 0), WAIT_FAILED, ERROR_ACCESS_DENIED);
    BEGIN_GAP("Wine takes a mapping for a file") {
        GIVES_WITH(GetFileType(mapping), FILE_TYPE_UNKNOWN, ERROR_INVALID_HANDLE);
    }
    END_GAP
    SUCCEEDS(CloseHandle(mapping));
    FAILS(can_map(mapping, FILE_MAP_READ), ERROR_INVALID_HANDLE);
}

int main(void) {
    arguments();
    names();
    protections();
    rights();
    return trace_end();
}
