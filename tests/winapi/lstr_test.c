/* The lstr functions, and what fills and copies memory. */

#include "text.h"

static void lengths(void) {
    trace_note("lstrlen");
    GIVES(lstrlen(TEXT("abc")), 3);
    GIVES(lstrlen(TEXT("")), 0);
    GIVES(lstrlen(NULL), 0);
    GIVES(lstrlenA("four"), 4);
    GIVES(lstrlenW(L"fiver"), 5);
}

static void copies(void) {
    trace_note("lstrcpy, lstrcpyn, lstrcat");
    fresh();
    HOLDS(lstrcpy(buffer, TEXT("abc")) == buffer);
    HAS_TEXT("abc");
    HAS_NO_MORE_THAN(4);
    HOLDS(lstrcat(buffer, TEXT("de")) == buffer);
    HAS_TEXT("abcde");
    HAS_NO_MORE_THAN(6);
    HOLDS(lstrcat(buffer, TEXT("")) == buffer);
    HAS_TEXT("abcde");
    HOLDS(lstrcpy(buffer, TEXT("")) == buffer);
    HAS_TEXT("");
    fresh();
    HOLDS(lstrcpyn(buffer, TEXT("abcdef"), 4) == buffer);
    HAS_TEXT("abc");
    HAS_NO_MORE_THAN(4);
    fresh();
    HOLDS(lstrcpyn(buffer, TEXT("ab"), 10) == buffer);
    HAS_TEXT("ab");
    HAS_NO_MORE_THAN(3);
    fresh();
    HOLDS(lstrcpyn(buffer, TEXT("ab"), 3) == buffer);
    HAS_TEXT("ab");
    HOLDS(lstrcpyn(buffer, TEXT("ab"), 1) == buffer);
    HAS_TEXT("");
    HOLDS(lstrcpy(buffer, NULL) == NULL);
    HOLDS(lstrcpy(NULL, TEXT("a")) == NULL);
    HOLDS(lstrcat(NULL, TEXT("a")) == NULL);
    HOLDS(lstrcat(buffer, NULL) == NULL);
    HOLDS(lstrcpyn(NULL, TEXT("a"), 2) == NULL);
}

static void comparisons(void) {
    trace_note("lstrcmp, lstrcmpi");
    GIVES(lstrcmp(TEXT("abc"), TEXT("abc")), 0);
    HOLDS(lstrcmp(TEXT("abc"), TEXT("abd")) < 0);
    HOLDS(lstrcmp(TEXT("b"), TEXT("abc")) > 0);
    HOLDS(lstrcmp(TEXT("ab"), TEXT("abc")) < 0);
    HOLDS(lstrcmp(TEXT("abc"), TEXT("ABC")) < 0);
    HOLDS(lstrcmp(TEXT("ABC"), TEXT("abd")) < 0);
    HOLDS(lstrcmp(TEXT("B"), TEXT("a")) > 0);
    HOLDS(lstrcmp(TEXT("9"), TEXT("a")) < 0);
    HOLDS(lstrcmp(TEXT("_"), TEXT("1")) < 0);
    GIVES(lstrcmpi(TEXT("abc"), TEXT("ABC")), 0);
    HOLDS(lstrcmpi(TEXT("abc"), TEXT("ABD")) < 0);
    HOLDS(lstrcmpi(TEXT("ABD"), TEXT("abc")) > 0);
    GIVES(lstrcmp(NULL, NULL), 0);
    HOLDS(lstrcmp(NULL, TEXT("a")) < 0);
    HOLDS(lstrcmp(TEXT("a"), NULL) > 0);
    HOLDS(lstrcmpi(NULL, TEXT("a")) < 0);
    HOLDS(lstrcmp(TEXT(""), TEXT("a")) < 0);
}

static void memory(void) {
    char bytes[8];
    trace_note("memory");
    FillMemory(bytes, sizeof(bytes), 'x');
    HAS_BYTES(bytes, 8, "xxxxxxxx");
    CopyMemory(bytes, "abc", 3);
    HAS_BYTES(bytes, 8, "abcxxxxx");
    MoveMemory(bytes + 1, bytes, 4);
    HAS_BYTES(bytes, 8, "aabcxxxx");
    ZeroMemory(bytes, 2);
    HAS_BYTES(bytes, 8, "\0\0bcxxxx");
    HOLDS(SecureZeroMemory(bytes, sizeof(bytes)) == (PVOID)bytes);
    HAS_BYTES(bytes, 8, "\0\0\0\0\0\0\0\0");
    HOLDS(RtlEqualMemory("abc", "abd", 2));
    HOLDS(!RtlEqualMemory("abc", "abd", 3));
}

int main(void) {
    lengths();
    copies();
    comparisons();
    memory();
    return trace_end();
}
