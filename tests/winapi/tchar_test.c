/* tchar.h and the functions behind it; Microsoft's own among those of the C library. */

/* MinGW: as Microsoft has it, not as the standard. */
#define __USE_MINGW_ANSI_STDIO 0

#include "text.h"

#include <stdlib.h>

static void searches(void) {
    static const TCHAR text[] = TEXT("one two one");
    trace_note("lengths, comparisons, searches");
    GIVES(_tcslen(TEXT("abc")), 3);
    GIVES(_tcslen(TEXT("")), 0);
    GIVES(_tcscmp(TEXT("abc"), TEXT("abc")), 0);
    HOLDS(_tcscmp(TEXT("abc"), TEXT("abd")) < 0);
    HOLDS(_tcscmp(TEXT("b"), TEXT("abc")) > 0);
    GIVES(_tcsncmp(TEXT("abc"), TEXT("abd"), 2), 0);
    HOLDS(_tcsncmp(TEXT("abc"), TEXT("abd"), 3) < 0);
    GIVES(_tcsicmp(TEXT("aBc"), TEXT("AbC")), 0);
    HOLDS(_tcsicmp(TEXT("abc"), TEXT("ABD")) < 0);
    GIVES(_tcsnicmp(TEXT("ABx"), TEXT("aby"), 2), 0);
    HOLDS(_tcschr(text, TEXT('t')) == text + 4);
    HOLDS(_tcschr(text, TEXT('x')) == NULL);
    HOLDS(_tcschr(text, 0) == text + 11);
    HOLDS(_tcsrchr(text, TEXT('o')) == text + 8);
    HOLDS(_tcsrchr(text, TEXT('x')) == NULL);
    HOLDS(_tcsstr(text, TEXT("two")) == text + 4);
    HOLDS(_tcsstr(text, TEXT("")) == text);
    HOLDS(_tcsstr(text, TEXT("three")) == NULL);
    HOLDS(_tcspbrk(text, TEXT("wt")) == text + 4);
    HOLDS(_tcspbrk(text, TEXT("xyz")) == NULL);
    GIVES(_tcsspn(TEXT("aabbc"), TEXT("ab")), 4);
    GIVES(_tcscspn(TEXT("aabbc"), TEXT("cb")), 2);
}

static void copies(void) {
    LPTSTR copy;
    trace_note("copies");
    fresh();
    HOLDS(_tcscpy(buffer, TEXT("abc")) == buffer);
    HAS_TEXT("abc");
    HAS_NO_MORE_THAN(4);
    HOLDS(_tcscat(buffer, TEXT("de")) == buffer);
    HAS_TEXT("abcde");
    HOLDS(_tcsncpy(buffer, TEXT("xyz"), 2) == buffer);
    HAS_TEXT("xycde");
    fresh();
    _tcsncpy(buffer, TEXT("ab"), 5);
    HOLDS(buffer[2] == 0 && buffer[4] == 0 && buffer[5] == '#');
    _tcsncat(buffer, TEXT("cdef"), 2);
    HAS_TEXT("abcd");
    copy = _tcsdup(buffer);
    HOLDS(copy != buffer && same(copy, TEXT("abcd")));
    free(copy);
    HOLDS(_tcsupr(buffer) == buffer);
    HAS_TEXT("ABCD");
    _tcslwr(buffer);
    HAS_TEXT("abcd");
    _tcsrev(buffer);
    HAS_TEXT("dcba");
}

static void secure_copies(void) {
    trace_note("copies with a size");
    fresh();
    GIVES(_tcscpy_s(buffer, 4, TEXT("abc")), 0);
    HAS_TEXT("abc");
    HAS_NO_MORE_THAN(4);
    GIVES(_tcscat_s(buffer, 6, TEXT("de")), 0);
    HAS_TEXT("abcde");
    GIVES(_tcsncpy_s(buffer, 10, TEXT("abcdef"), 2), 0);
    HAS_TEXT("ab");
    GIVES(_tcsncpy_s(buffer, 4, TEXT("abcdef"), _TRUNCATE), STRUNCATE);
    HAS_TEXT("abc");
    GIVES(_tcsncat_s(buffer, 10, TEXT("xyz"), 1), 0);
    HAS_TEXT("abcx");
    GIVES(_countof(buffer), 2048);
}

static void tokens(void) {
    LPTSTR token;
    TCHAR text[] = TEXT(" one,two ,,three");
    trace_note("tokens");
    token = _tcstok(text, TEXT(" ,"));
    HOLDS(same(token, TEXT("one")));
    token = _tcstok(NULL, TEXT(" ,"));
    HOLDS(same(token, TEXT("two")));
    token = _tcstok(NULL, TEXT(" ,"));
    HOLDS(same(token, TEXT("three")));
    HOLDS(_tcstok(NULL, TEXT(" ,")) == NULL);
}

static void numbers(void) {
    LPTSTR end = NULL;
    static const TCHAR text[] = TEXT("12abc");
    trace_note("numbers");
    GIVES(_ttoi(TEXT("42")), 42);
    GIVES(_ttoi(TEXT(" -7x")), -7);
    GIVES(_tstoi(TEXT("none")), 0);
    GIVES(_ttol(TEXT("123456")), 123456);
    GIVES(_ttoi64(TEXT("1234567890123")), 1234567890123);
    HOLDS(_tcstol(text, &end, 10) == 12 && end == text + 2);
    HOLDS(_tcstol(text, &end, 16) == 0x12abc && *end == 0);
    HOLDS(_tcstoul(TEXT("0x10"), &end, 0) == 16);
    HOLDS(_tcstod(TEXT("1.5x"), &end) == 1.5 && *end == 'x');
    _itot(-42, fresh(), 10);
    HAS_TEXT("-42");
    HAS_NO_MORE_THAN(4);
    _itot(255, buffer, 16);
    HAS_TEXT("ff");
    _itot(-1, buffer, 16);
    HAS_TEXT("ffffffff");
    _itot(5, buffer, 2);
    HAS_TEXT("101");
    _ultot((DWORD)-1, buffer, 10);
    HAS_TEXT("4294967295");
    _i64tot(-1234567890123, buffer, 10);
    HAS_TEXT("-1234567890123");
    _ui64tot((ULONGLONG)-1, buffer, 16);
    HAS_TEXT("ffffffffffffffff");
}

static void scans(void) {
    LONG number = 0;
    LONG guard = 77;
    DWORD unsigned_number = 0;
    LONGLONG large = 0;
    double real = 0;
    int count = 0;
    TCHAR words[2][16];
    TCHAR character = 0;
    trace_note("_stscanf: l is 32 bits");
    GIVES(_stscanf(TEXT("-5 4294967295"), TEXT("%ld %lu"), &number, &unsigned_number), 2);
    HOLDS(number == -5 && guard == 77 && unsigned_number == (DWORD)-1);
    GIVES(_stscanf(TEXT("12,ff"), TEXT("%d,%x"), &number, &unsigned_number), 2);
    HOLDS(number == 12 && unsigned_number == 255);
    GIVES(_stscanf(TEXT("1234567890123"), TEXT("%I64d"), &large), 1);
    HOLDS(large == 1234567890123);
    GIVES(_stscanf(TEXT("one two 3"), TEXT("%s %15s %d"), words[0], words[1], &number), 3);
    HOLDS(same(words[0], TEXT("one")) && same(words[1], TEXT("two")) && number == 3);
    GIVES(_stscanf(TEXT("key=value;"), TEXT("%[a-z]=%[^;];"), words[0], words[1]), 2);
    HOLDS(same(words[0], TEXT("key")) && same(words[1], TEXT("value")));
    GIVES(_stscanf(TEXT("x1.5"), TEXT("%c%lf"), &character, &real), 2);
    HOLDS(character == 'x' && real == 1.5);
    GIVES(_stscanf(TEXT("1 2 3"), TEXT("%*d %d %n"), &number, &count), 1);
    HOLDS(number == 2 && count == 4);
    GIVES(_stscanf(TEXT("abc"), TEXT("%d"), &number), 0);
    GIVES(_stscanf(TEXT(""), TEXT("%d"), &number), EOF);
    GIVES(_stscanf(TEXT("10 x"), TEXT("%d %d"), &number, &count), 1);
    GIVES(_stscanf(TEXT("0x1F 077"), TEXT("%i %i"), &number, &count), 2);
    HOLDS(number == 31 && count == 63);
}

static void characters(void) {
    trace_note("characters");
    GIVES(_totupper(TEXT('a')), 'A');
    GIVES(_totlower(TEXT('A')), 'a');
    HOLDS(_istdigit(TEXT('5')) && !_istdigit(TEXT('x')));
    HOLDS(_istspace(TEXT(' ')) && !_istspace(TEXT('x')));
    HOLDS(_istalpha(TEXT('x')) && !_istalpha(TEXT('5')));
    HOLDS(same(_T("a") _T("b"), _TEXT("ab")));
    GIVES(sizeof(_TCHAR) == sizeof(TCHAR), 1);
}

static void narrow_ones(void) {
    char text[16] = "AbC";
    trace_note("for char");
    GIVES(_stricmp(text, "aBc"), 0);
    GIVES(_strnicmp("abX", "ABy", 2), 0);
    GIVES(_memicmp("aB", "Ab", 2), 0);
    HOLDS(strcmp(_strlwr(text), "abc") == 0);
    GIVES(strcpy_s(text, sizeof(text), "copy"), 0);
    GIVES(strcat_s(text, sizeof(text), "+"), 0);
    HAS_BYTES(text, 6, "copy+\0");
    GIVES(memcpy_s(text, sizeof(text), "xy", 2), 0);
    HAS_BYTES(text, 6, "xypy+\0");
    HOLDS(strcmp(_itoa(12, text, 10), "12") == 0);
    GIVES(__max(1, 2) + __min(5, 3), 5);
}

int main(void) {
    searches();
    copies();
    secure_copies();
    tokens();
    numbers();
    scans();
    characters();
    narrow_ones();
    return trace_end();
}
