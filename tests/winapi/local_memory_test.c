/* Global and Local memory: fixed and moveable. */

#include "trace.h"

static void fixed_global(void) {
    HGLOBAL block;
    HGLOBAL grown;
    trace_note("GlobalAlloc, fixed");
    OPENS(block, GlobalAlloc(GMEM_FIXED, 10));
    GIVES_WITH(GlobalSize(block), 10, UNTOUCHED);
    HOLDS(GlobalLock(block) == block);
    GIVES_WITH(GlobalUnlock(block), TRUE, UNTOUCHED);
    GIVES_WITH(GlobalFlags(block), 0, UNTOUCHED);
    HOLDS(GlobalHandle(block) == block);
    HOLDS(GlobalReAlloc(block, 5, 0) == block);
    GIVES(GlobalSize(block), 5);
    FAILS(GlobalReAlloc(block, 1000000, 0) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    OPENS(grown, GlobalReAlloc(block, 100000, GMEM_MOVEABLE));
    GIVES(GlobalSize(grown), 100000);
    GIVES_WITH(GlobalFree(grown) == NULL, TRUE, UNTOUCHED);
    OPENS(block, GlobalAlloc(GPTR, 100));
    HOLDS(((char*)block)[0] == 0 && ((char*)block)[99] == 0);
    HOLDS(GlobalFree(block) == NULL);
}

static void moveable_global(void) {
    HGLOBAL block;
    char* bytes;
    trace_note("GlobalAlloc, moveable");
    OPENS(block, GlobalAlloc(GHND, 10));
    GIVES(GlobalSize(block), 10);
    GIVES(GlobalFlags(block), 0);
    SUCCEEDS_WITH(bytes = (char*)GlobalLock(block), UNTOUCHED);
    HOLDS((HGLOBAL)bytes != block);
    HOLDS(bytes[0] == 0 && bytes[9] == 0);
    HOLDS(GlobalHandle(bytes) == block);
    GIVES(GlobalFlags(block), 1);
    HOLDS(GlobalLock(block) == (LPVOID)bytes);
    GIVES(GlobalFlags(block) & GMEM_LOCKCOUNT, 2);
    GIVES_WITH(GlobalUnlock(block), TRUE, UNTOUCHED);
    GIVES_WITH(GlobalUnlock(block), FALSE, NO_ERROR);
    GIVES_WITH(GlobalUnlock(block), FALSE, ERROR_NOT_LOCKED);
    memcpy(bytes, "abc", 4);
    HOLDS(GlobalReAlloc(block, 5000, GMEM_MOVEABLE | GMEM_ZEROINIT) == block);
    GIVES(GlobalSize(block), 5000);
    SUCCEEDS(bytes = (char*)GlobalLock(block));
    HOLDS(memcmp(bytes, "abc", 4) == 0 && bytes[4999] == 0);
    HOLDS(GlobalFree(block) == NULL);
}

static void discarded(void) {
    HGLOBAL block;
    trace_note("a handle without memory");
    OPENS(block, GlobalAlloc(GMEM_MOVEABLE, 0));
    GIVES(GlobalSize(block), 0);
    FAILS(GlobalLock(block) != NULL, ERROR_DISCARDED);
    GIVES(GlobalFlags(block) & GMEM_DISCARDED, GMEM_DISCARDED);
    FAILS(GlobalUnlock(block), ERROR_NOT_LOCKED);
    HOLDS(GlobalReAlloc(block, 10, GMEM_MOVEABLE) == block);
    GIVES(GlobalSize(block), 10);
    SUCCEEDS(GlobalLock(block));
    HOLDS(GlobalFree(block) == NULL);
}

static void local(void) {
    HLOCAL block;
    char* bytes;
    trace_note("LocalAlloc");
    OPENS(block, LocalAlloc(LPTR, 10));
    GIVES_WITH(LocalSize(block), 10, UNTOUCHED);
    HOLDS(((char*)block)[0] == 0 && ((char*)block)[9] == 0);
    HOLDS(LocalLock(block) == block);
    FAILS(LocalUnlock(block), ERROR_NOT_LOCKED);
    GIVES(LocalFlags(block), 0);
    HOLDS(LocalHandle(block) == block);
    HOLDS(LocalFree(block) == NULL);
    OPENS(block, LocalAlloc(LHND, 10));
    GIVES(LocalSize(block), 10);
    SUCCEEDS(bytes = (char*)LocalLock(block));
    HOLDS((HLOCAL)bytes != block);
    HOLDS(LocalHandle(bytes) == block);
    GIVES(LocalFlags(block) & LMEM_LOCKCOUNT, 1);
    GIVES_WITH(LocalUnlock(block), FALSE, NO_ERROR);
    GIVES_WITH(LocalUnlock(block), FALSE, ERROR_NOT_LOCKED);
    HOLDS(LocalReAlloc(block, 50, LMEM_MOVEABLE) == block);
    GIVES(LocalSize(block), 50);
    HOLDS(LocalFree(block) == NULL);
    OPENS(block, LocalAlloc(LMEM_FIXED, 4));
    HOLDS(LocalFree(block) == NULL);
}

static void what_is_none(void) {
    trace_note("null, garbage, too much");
    GIVES_WITH(GlobalFree(NULL) == NULL, TRUE, UNTOUCHED);
    GIVES_WITH(LocalFree(NULL) == NULL, TRUE, UNTOUCHED);
    FAILS(GlobalSize(NULL), ERROR_INVALID_HANDLE);
    FAILS(LocalSize(NULL), ERROR_INVALID_HANDLE);
    FAILS(GlobalUnlock(NULL), ERROR_INVALID_HANDLE);
    FAILS(LocalUnlock(NULL), ERROR_INVALID_HANDLE);
    GIVES_WITH(GlobalFlags(NULL), GMEM_INVALID_HANDLE, ERROR_INVALID_HANDLE);
    FAILS(GlobalReAlloc(NULL, 10, 0) != NULL, ERROR_INVALID_HANDLE);
    FAILS(LocalReAlloc(NULL, 10, 0) != NULL, ERROR_INVALID_HANDLE);
    FAILS(GlobalHandle(NULL) != NULL, ERROR_INVALID_PARAMETER);
    GIVES_WITH(GlobalFree((HGLOBAL)(ULONG_PTR)0xdeadbee0) != NULL, TRUE, ERROR_INVALID_HANDLE);
    GIVES_WITH(LocalFree((HLOCAL)(ULONG_PTR)0xdeadbee0) != NULL, TRUE, ERROR_INVALID_HANDLE);
    FAILS(GlobalSize((HGLOBAL)(ULONG_PTR)0xdeadbee0), ERROR_INVALID_HANDLE);
    FAILS(LocalReAlloc((HLOCAL)(ULONG_PTR)0xdeadbee0, 1, 0) != NULL, ERROR_INVALID_HANDLE);
    HOLDS(GlobalLock(NULL) == NULL);
    FAILS(GlobalAlloc(GMEM_FIXED, (SIZE_T)-1) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    FAILS(LocalAlloc(LMEM_FIXED, (SIZE_T)-1) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    BEGIN_GAP("what is no handle may be a pointer to Wine") {
        FAILS(GlobalLock((HGLOBAL)(ULONG_PTR)0xdeadbee0) != NULL, ERROR_INVALID_HANDLE);
        FAILS(GlobalUnlock((HGLOBAL)(ULONG_PTR)0xdeadbee0), ERROR_INVALID_HANDLE);
        GIVES_WITH(GlobalFlags((HGLOBAL)(ULONG_PTR)0xdeadbee0), GMEM_INVALID_HANDLE,
                   ERROR_INVALID_HANDLE);
        FAILS(GlobalHandle(&trace_checks) != NULL, ERROR_INVALID_HANDLE);
    }
    END_GAP
}

int main(void) {
    fixed_global();
    moveable_global();
    discarded();
    local();
    what_is_none();
    return trace_end();
}
