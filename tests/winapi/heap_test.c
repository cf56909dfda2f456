/* Heaps. */

#include "trace.h"

static int is_filled(const char* bytes, size_t size, char with) {
    size_t at;
    for (at = 0; at < size; ++at) {
        if (bytes[at] != with) {
            return 0;
        }
    }
    return 1;
}

static void blocks(HANDLE heap) {
    char* block;
    void* empty;
    SUCCEEDS(block = (char*)HeapAlloc(heap, 0, 10));
    GIVES_WITH(HeapSize(heap, 0, block), 10, UNTOUCHED);
    memset(block, 'x', 10);
    SUCCEEDS(block = (char*)HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 20000));
    GIVES(HeapSize(heap, 0, block), 20000);
    HOLDS(is_filled(block, 10, 'x'));
    HOLDS(is_filled(block + 10, 20000 - 10, 0));
    SUCCEEDS(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 5) == (LPVOID)block);
    GIVES(HeapSize(heap, 0, block), 5);
    HOLDS(is_filled(block, 5, 'x'));
    SUCCEEDS_WITH(HeapValidate(heap, 0, block), UNTOUCHED);
    SUCCEEDS_WITH(HeapValidate(heap, 0, NULL), UNTOUCHED);
    SUCCEEDS_WITH(HeapFree(heap, 0, block), UNTOUCHED);
    SUCCEEDS(block = (char*)HeapAlloc(heap, HEAP_ZERO_MEMORY, 3000));
    HOLDS(is_filled(block, 3000, 0));
    SUCCEEDS(HeapFree(heap, HEAP_NO_SERIALIZE, block));
    SUCCEEDS(empty = HeapAlloc(heap, 0, 0));
    GIVES(HeapSize(heap, 0, empty), 0);
    SUCCEEDS(HeapFree(heap, 0, empty));
    SUCCEEDS_WITH(HeapFree(heap, 0, NULL), UNTOUCHED);
    FAILS(HeapAlloc(heap, 0, (SIZE_T)-1) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapAlloc(heap, 0, ((SIZE_T)-1) / 2) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    HOLDS(HeapReAlloc(heap, 0, NULL, 10) == NULL);
}

static void of_the_process(void) {
    trace_note("the process's heap");
    HOLDS(GetProcessHeap() != NULL);
    HOLDS(GetProcessHeap() == GetProcessHeap());
    blocks(GetProcessHeap());
    FAILS(HeapDestroy(GetProcessHeap()), ERROR_INVALID_HANDLE);
}

static void of_its_own(void) {
    HANDLE heap;
    trace_note("a heap");
    OPENS(heap, HeapCreate(0, 0, 0));
    blocks(heap);
    HOLDS(HeapAlloc(heap, 0, 100) != NULL);
    SUCCEEDS_WITH(HeapDestroy(heap), UNTOUCHED);
    OPENS(heap, HeapCreate(HEAP_NO_SERIALIZE, 4096, 0));
    HOLDS(HeapAlloc(heap, 0, 100000) != NULL);
    SUCCEEDS(HeapDestroy(heap));
}

static void of_a_fixed_size(void) {
    HANDLE heap;
    void* block;
    trace_note("a heap of a fixed size");
    OPENS(heap, HeapCreate(0, 0, 65536));
    FAILS(HeapAlloc(heap, 0, 100000) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    SUCCEEDS(block = HeapAlloc(heap, 0, 30000));
    FAILS(HeapAlloc(heap, 0, 60000) != NULL, ERROR_NOT_ENOUGH_MEMORY);
    GIVES(HeapSize(heap, 0, block), 30000);
    SUCCEEDS(HeapFree(heap, 0, block));
    SUCCEEDS(block = HeapAlloc(heap, 0, 40000));
    SUCCEEDS(HeapDestroy(heap));
}

static void garbage(void) {
    BEGIN_GAP("Wine, as Windows, crashes on some of what is no heap and no block") {
        HANDLE none = (HANDLE)(ULONG_PTR)0xdeadbee0;
        FAILS(HeapAlloc(none, 0, 10) != NULL, ERROR_INVALID_HANDLE);
        FAILS(HeapReAlloc(none, 0, NULL, 10) != NULL, ERROR_INVALID_HANDLE);
        FAILS(HeapFree(none, 0, NULL), ERROR_INVALID_HANDLE);
        GIVES_WITH(HeapSize(none, 0, NULL), (SIZE_T)-1, ERROR_INVALID_HANDLE);
        FAILS(HeapValidate(none, 0, NULL), ERROR_INVALID_HANDLE);
        FAILS(HeapDestroy(none), ERROR_INVALID_HANDLE);
        FAILS(HeapFree(GetProcessHeap(), 0, &none), ERROR_INVALID_PARAMETER);
        FAILS(HeapReAlloc(GetProcessHeap(), 0, &none, 10) != NULL, ERROR_INVALID_PARAMETER);
        GIVES_WITH(HeapSize(GetProcessHeap(), 0, &none), (SIZE_T)-1, ERROR_INVALID_PARAMETER);
        FAILS(HeapValidate(GetProcessHeap(), 0, &none), UNTOUCHED);
        FAILS(HeapCreate(0, 100, 50) != NULL, ERROR_INVALID_PARAMETER);
        FAILS(HeapCreate(HEAP_GENERATE_EXCEPTIONS, 0, 0) != NULL, ERROR_CALL_NOT_IMPLEMENTED);
    }
    END_GAP
}

int main(void) {
    of_the_process();
    of_its_own();
    of_a_fixed_size();
    garbage();
    return trace_end();
}
