/* printf and its kin with Microsoft's meaning: into texts, into a file. */

/* MinGW: as Microsoft has it, not as the standard. */
#define __USE_MINGW_ANSI_STDIO 0

#include "text.h"

#include <wchar.h>

#if defined(__MINGW32__) && defined(UNICODE)
/* There it is the standard's swprintf, which takes a size. */
#undef _stprintf
#define _stprintf _swprintf
#endif

static void numbers(void) {
    trace_note("numbers: l is 32 bits, I64 and ll are 64");
    PRINTS("-1 4294967295 ffffffff", _stprintf(buffer, TEXT("%ld %lu %lx"), (LONG)-1, (DWORD)-1, (DWORD)-1));
    PRINTS("-1 4294967295 FFFFFFFF", _stprintf(buffer, TEXT("%d %u %X"), (LONG)-1, (DWORD)-1, (DWORD)-1));
    PRINTS("-5 1234567890123", _stprintf(buffer, TEXT("%I64d %I64u"), (LONGLONG)-5, (ULONGLONG)1234567890123));
    PRINTS("-5 1234567890123", _stprintf(buffer, TEXT("%lld %llu"), (LONGLONG)-5, (ULONGLONG)1234567890123));
    PRINTS("12 34", _stprintf(buffer, TEXT("%Iu %I32d"), (size_t)12, 34));
    PRINTS("-1 65535 255", _stprintf(buffer, TEXT("%hd %hu %u"), -1, -1, (BYTE)255));
    PRINTS("   42|42   |00042|+42| 42", _stprintf(buffer, TEXT("%5d|%-5d|%05d|%+d|% d"), 42, 42, 42, 42, 42));
    PRINTS("0xff 0377 00042", _stprintf(buffer, TEXT("%#x %#o %.5d"), 255, 255, 42));
    PRINTS("   42|42   |", _stprintf(buffer, TEXT("%*d|%*d|"), 5, 42, -5, 42));
    PRINTS("1.500000 2.25 3.1e+00 4", _stprintf(buffer, TEXT("%f %.2f %.1fe+00 %g"), 1.5, 2.25, 3.1, 4.0));
    PRINTS("50%", _stprintf(buffer, TEXT("%d%%"), 50));
    /* The arguments after one of each size are where they belong. */
    PRINTS("1 2 3 4 five", _stprintf(buffer, TEXT("%lu %I64u %u %lu %s"), (DWORD)1, (ULONGLONG)2, 3, (DWORD)4, TEXT("five")));
}

static void texts(void) {
    trace_note("texts");
    PRINTS("text", _stprintf(buffer, TEXT("%s"), TEXT("text")));
    PRINTS("|   a|b   |cd|ef|", _stprintf(buffer, TEXT("|%4s|%-4s|%.2s|%.*s|"), TEXT("a"), TEXT("b"), TEXT("cdX"), 2, TEXT("efX")));
    PRINTS("wide narrow", _stprintf(buffer, TEXT("%ls %hs"), L"wide", "narrow"));
    PRINTS("other", _stprintf(buffer, TEXT("%S"), OTHER_TEXT("other")));
    PRINTS("xyz", _stprintf(buffer, TEXT("%c%hc%lc"), TEXT('x'), 'y', L'z'));
    PRINTS("(null)", _stprintf(buffer, TEXT("%s"), (LPCTSTR)NULL));
}

static int print(LPTSTR to, size_t count, LPCTSTR format, ...) {
    int length;
    va_list arguments;
    va_start(arguments, format);
    length = _vsntprintf(to, count, format, arguments);
    va_end(arguments);
    return length;
}

static void bounded(void) {
    trace_note("_sntprintf, _vsntprintf, _sctprintf");
    PRINTS("abc", _sntprintf(buffer, 10, TEXT("%s"), TEXT("abc")));
    fresh();
    GIVES(_sntprintf(buffer, 3, TEXT("abc")), 3);
    HOLDS(buffer[2] == 'c' && buffer[3] == '#');
    fresh();
    GIVES(_sntprintf(buffer, 2, TEXT("abc")), -1);
    HOLDS(buffer[1] == 'b' && buffer[2] == '#');
    PRINTS("1 two", print(buffer, 10, TEXT("%lu %s"), (DWORD)1, TEXT("two")));
    fresh();
    GIVES(print(buffer, 3, TEXT("%lu %s"), (DWORD)1, TEXT("two")), -1);
    HOLDS(buffer[2] == 't' && buffer[3] == '#');
    GIVES(_sctprintf(TEXT("%s %d"), TEXT("abc"), 12), 6);
}

static void standard(void) {
    char narrow[16];
    wchar_t wide[16];
    trace_note("snprintf and swprintf of the standard");
    memset(narrow, '#', sizeof(narrow));
    GIVES(snprintf(narrow, 4, "%ld", (LONG)-12345), 6);
    HAS_BYTES(narrow, 4, "-12\0");
    HOLDS(narrow[4] == '#');
    GIVES(snprintf(NULL, 0, "%lu", (DWORD)-1), 10);
    GIVES(sprintf(narrow, "%ls", L"wide"), 4);
    HAS_BYTES(narrow, 5, "wide\0");
    HOLDS(swprintf(wide, 16, L"%d", -12) == 3 && wide[0] == '-' && wide[2] == '2' && wide[3] == 0);
}

static void secure(void) {
    trace_note("_stprintf_s");
    PRINTS("abc 7", _stprintf_s(buffer, 10, TEXT("%s %lu"), TEXT("abc"), (DWORD)7));
    GIVES(_sntprintf_s(buffer, 4, _TRUNCATE, TEXT("abcdef")), -1);
    HAS_TEXT("abc");
    GIVES(_sntprintf_s(buffer, 10, 3, TEXT("abc")), 3);
    HAS_TEXT("abc");
}

/* What is in the file, without carriage returns. */
static int holds(FILE* file, const char* text) {
    int next;
    rewind(file);
    while ((next = getc(file)) != EOF) {
        if (next != '\r' && next != *text++) {
            return 0;
        }
    }
    return *text == 0;
}

static void files(void) {
    TCHAR path[MAX_PATH + 128];
    FILE* file;
    trace_note("into a file, by turns");
    GetTempPath(MAX_PATH, path);
    lstrcat(path, object_name(TEXT("printf")));
    file = _tfopen(path, TEXT("w+"));
    if (file == NULL) {
        HOLDS(file != NULL);
        return;
    }
    GIVES(fprintf(file, "%lu %s\n", (DWORD)-1, "narrow"), 18);
    GIVES(_ftprintf(file, TEXT("%ld %s\n"), (LONG)-2, TEXT("text")), 8);
    GIVES(fprintf(file, "%S\n", L"wide"), 5);
    HOLDS(_fputts(TEXT("line\n"), file) >= 0);
    HOLDS(holds(file, "4294967295 narrow\n-2 text\nwide\nline\n"));
    rewind(file);
    HOLDS(_fgetts(buffer, 5, file) == buffer);
    HAS_TEXT("4294");
    HOLDS(_fgetts(buffer, 100, file) == buffer);
    HAS_TEXT("967295 narrow\n");
    HOLDS(_fgetts(buffer, 100, file) == buffer);
    HAS_TEXT("-2 text\n");
    fclose(file);
    SUCCEEDS(DeleteFile(path));
    HOLDS(_tfopen(path, TEXT("r")) == NULL);
}

int main(void) {
    numbers();
    texts();
    bounded();
    standard();
    secure();
    files();
    return trace_end();
}
