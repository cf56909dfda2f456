/* The C run-time library: Microsoft's own printf and scanf, and opening files. */

/* MinGW: as Microsoft has it, not as the standard. */
#define __USE_MINGW_ANSI_STDIO 0

#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <wchar.h>

static char narrow[32];
static wchar_t wide[32];

static void fresh(void) {
    size_t at;
    for (at = 0; at < sizeof(narrow); ++at) {
        narrow[at] = '#';
        wide[at] = '#';
    }
}

/* Whether the buffer holds these characters, and nothing is written behind them. */
static int holds(const char* text, size_t size) {
    return memcmp(narrow, text, size) == 0 && narrow[size] == '#';
}

static int holds_wide(const char* text, size_t size) {
    size_t at;
    for (at = 0; at < size; ++at) {
        if (wide[at] != (unsigned char)text[at]) {
            return 0;
        }
    }
    return wide[size] == '#';
}

/* The call gives this, and writes this text, with its terminator (or none: WRITES_ALL). */
#define WRITES(call, number, text)                                                                 \
    do {                                                                                           \
        fresh();                                                                                   \
        GIVES(call, number);                                                                       \
        HOLDS(holds(text, sizeof(text)));                                                          \
    } while (0)
#define WRITES_ALL(call, number, text)                                                             \
    do {                                                                                           \
        fresh();                                                                                   \
        GIVES(call, number);                                                                       \
        HOLDS(holds(text, sizeof(text) - 1));                                                      \
    } while (0)
#define WRITES_WIDE(call, number, text)                                                            \
    do {                                                                                           \
        fresh();                                                                                   \
        GIVES(call, number);                                                                       \
        HOLDS(holds_wide(text, sizeof(text)));                                                     \
    } while (0)
#define WRITES_ALL_WIDE(call, number, text)                                                        \
    do {                                                                                           \
        fresh();                                                                                   \
        GIVES(call, number);                                                                       \
        HOLDS(holds_wide(text, sizeof(text) - 1));                                                 \
    } while (0)

/* A function of its own for one that takes a va_list. */
#define VARIADIC(call)                                                                             \
    int result;                                                                                    \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    result = call;                                                                                 \
    va_end(arguments);                                                                             \
    return result

static int by_vscprintf(const char* format, ...) {
    VARIADIC(_vscprintf(format, arguments));
}
static int by_vscwprintf(const wchar_t* format, ...) {
    VARIADIC(_vscwprintf(format, arguments));
}
static int by_vsnprintf(size_t count, const char* format, ...) {
    VARIADIC(_vsnprintf(narrow, count, format, arguments));
}
static int by_standard_vsnprintf(size_t count, const char* format, ...) {
    VARIADIC(vsnprintf(narrow, count, format, arguments));
}
static int by_standard_vswprintf(size_t count, const wchar_t* format, ...) {
    VARIADIC(vswprintf(wide, count, format, arguments));
}
static int by_vsnwprintf(size_t count, const wchar_t* format, ...) {
    VARIADIC(_vsnwprintf(wide, count, format, arguments));
}
static int by_vswprintf(const wchar_t* format, ...) {
    VARIADIC(_vswprintf(wide, format, arguments));
}
static int by_vsprintf_s(size_t size, const char* format, ...) {
    VARIADIC(vsprintf_s(narrow, size, format, arguments));
}
static int by_vswprintf_s(size_t size, const wchar_t* format, ...) {
    VARIADIC(vswprintf_s(wide, size, format, arguments));
}
static int by_vsnprintf_s(size_t size, size_t count, const char* format, ...) {
    VARIADIC(_vsnprintf_s(narrow, size, count, format, arguments));
}
static int by_vsnwprintf_s(size_t size, size_t count, const wchar_t* format, ...) {
    VARIADIC(_vsnwprintf_s(wide, size, count, format, arguments));
}
static int by_vprintf_s(const char* format, ...) {
    VARIADIC(vprintf_s(format, arguments));
}
static int by_vwprintf_s(const wchar_t* format, ...) {
    VARIADIC(vwprintf_s(format, arguments));
}
static int by_vfprintf_s(FILE* file, const char* format, ...) {
    VARIADIC(vfprintf_s(file, format, arguments));
}
static int by_vfwprintf_s(FILE* file, const wchar_t* format, ...) {
    VARIADIC(vfwprintf_s(file, format, arguments));
}

#ifdef __cplusplus
static int by_vsprintf_s_of_array(const char* format, ...) {
    VARIADIC(vsprintf_s(narrow, format, arguments));
}
static int by_vswprintf_s_of_array(const wchar_t* format, ...) {
    VARIADIC(vswprintf_s(wide, format, arguments));
}
static int by_vsnprintf_s_of_array(size_t count, const char* format, ...) {
    VARIADIC(_vsnprintf_s(narrow, count, format, arguments));
}
static int by_vsnwprintf_s_of_array(size_t count, const wchar_t* format, ...) {
    VARIADIC(_vsnwprintf_s(wide, count, format, arguments));
}
#endif

static void lengths(void) {
    trace_note("lengths");
    GIVES(_scprintf("%lu %s", (DWORD)-1, "text"), 15);
    GIVES(_scprintf("%s", ""), 0);
    GIVES(by_vscprintf("%5d|%ls", 1, L"wide"), 10);
    GIVES(_scwprintf(L"%lu %s", (DWORD)-1, L"text"), 15);
    GIVES(by_vscwprintf(L"%5d|%hs", 1, "narrow"), 12);
}

static void bounded(void) {
    trace_note("at most so many characters, and no terminator if they are all used");
    WRITES(_snprintf(narrow, 10, "%s-%lu", "a", (DWORD)1), 3, "a-1");
    WRITES_ALL(_snprintf(narrow, 3, "%d", 123), 3, "123");
    WRITES_ALL(_snprintf(narrow, 2, "%d", 123), -1, "12");
    WRITES_ALL(_snprintf(narrow, 0, "%d", 123), -1, "");
    WRITES(by_vsnprintf(10, "%I64d", (LONGLONG)-5), 2, "-5");
    WRITES_ALL(by_vsnprintf(3, "%x", 0xabc), 3, "abc");
    WRITES_ALL(by_vsnprintf(2, "%x", 0xabc), -1, "ab");
    WRITES_WIDE(_snwprintf(wide, 10, L"%s-%hs", L"a", "b"), 3, "a-b");
    WRITES_ALL_WIDE(_snwprintf(wide, 3, L"%d", 123), 3, "123");
    WRITES_ALL_WIDE(_snwprintf(wide, 2, L"%d", 123), -1, "12");
    WRITES_WIDE(by_vsnwprintf(10, L"%s", L"text"), 4, "text");
    WRITES_ALL_WIDE(by_vsnwprintf(2, L"%s", L"text"), -1, "te");
    WRITES_WIDE(by_vswprintf(L"%s %lu", L"text", (DWORD)-1), 15, "text 4294967295");
    WRITES_WIDE(_snwprintf(wide, 20, L"%.3hs|%.2S|%.9hs", "abcdef", "ghi", "jkl"), 10, "abc|gh|jkl");
    trace_note("the standard's, with a terminator");
    WRITES(by_standard_vsnprintf(4, "%lu", (DWORD)-1), 10, "429");
    WRITES_WIDE(by_standard_vswprintf(20, L"%lu", (DWORD)-1), 10, "4294967295");
}

static void with_size(void) {
    trace_note("with the buffer's size");
    WRITES(sprintf_s(narrow, 4, "%d", 123), 3, "123");
    WRITES(by_vsprintf_s(10, "%ls", L"wide"), 4, "wide");
    WRITES_WIDE(swprintf_s(wide, 4, L"%d", 123), 3, "123");
    WRITES_WIDE(by_vswprintf_s(10, L"%s", L"wide"), 4, "wide");
    WRITES(_snprintf_s(narrow, 10, 3, "%d", 123), 3, "123");
    WRITES(_snprintf_s(narrow, 10, 2, "%d", 123), -1, "12");
    WRITES(_snprintf_s(narrow, 3, _TRUNCATE, "%d", 123), -1, "12");
    WRITES(_snprintf_s(narrow, 4, _TRUNCATE, "%d", 123), 3, "123");
    WRITES(_snprintf_s(narrow, 4, 20, "%d", 123), 3, "123");
    WRITES(by_vsnprintf_s(10, 2, "%d", 123), -1, "12");
    WRITES(by_vsnprintf_s(3, _TRUNCATE, "%d", 123), -1, "12");
    WRITES_WIDE(_snwprintf_s(wide, 10, 3, L"%d", 123), 3, "123");
    WRITES_WIDE(_snwprintf_s(wide, 10, 2, L"%d", 123), -1, "12");
    WRITES_WIDE(_snwprintf_s(wide, 3, _TRUNCATE, L"%d", 123), -1, "12");
    WRITES_WIDE(by_vsnwprintf_s(10, 2, L"%d", 123), -1, "12");
    WRITES_WIDE(by_vsnwprintf_s(4, _TRUNCATE, L"%s", L"text"), -1, "tex");
    BEGIN_GAP("an error ends the program on Windows")
#ifndef _WIN32
    errno = 0;
    WRITES(sprintf_s(narrow, 3, "%d", 123), -1, "");
    GIVES(errno, ERANGE);
    WRITES(by_vsprintf_s(3, "%d", 123), -1, "");
    WRITES_WIDE(swprintf_s(wide, 3, L"%d", 123), -1, "");
    WRITES_WIDE(by_vswprintf_s(3, L"%d", 123), -1, "");
    WRITES(_snprintf_s(narrow, 3, 5, "%d", 123), -1, "");
    WRITES_WIDE(_snwprintf_s(wide, 3, 5, L"%d", 123), -1, "");
    errno = 0;
    GIVES(sprintf_s(NULL, 10, "%d", 123), -1);
    GIVES(errno, EINVAL);
    WRITES_ALL(sprintf_s(narrow, 0, "%d", 123), -1, "");
#endif
    END_GAP
}

static void with_size_of_array(void) {
    trace_note("with the array's size, in C++");
    BEGIN_GAP("C has no such forms")
#ifdef __cplusplus
    char four[4];
    WRITES(sprintf_s(narrow, "%d", 123), 3, "123");
    WRITES(by_vsprintf_s_of_array("%d", 123), 3, "123");
    WRITES_WIDE(swprintf_s(wide, L"%d", 123), 3, "123");
    WRITES_WIDE(by_vswprintf_s_of_array(L"%d", 123), 3, "123");
    WRITES(_snprintf_s(narrow, 2, "%d", 123), -1, "12");
    WRITES(_snprintf_s(narrow, _TRUNCATE, "%d", 123), 3, "123");
    WRITES(by_vsnprintf_s_of_array(2, "%d", 123), -1, "12");
    WRITES_WIDE(_snwprintf_s(wide, 2, L"%d", 123), -1, "12");
    WRITES_WIDE(by_vsnwprintf_s_of_array(2, L"%d", 123), -1, "12");
    GIVES(_snprintf_s(four, _TRUNCATE, "%d", 12345), -1);
    HOLDS(strcmp(four, "123") == 0);
#endif
    END_GAP
}

static void standard_output(void) {
    trace_note("to standard output");
    GIVES(printf_s("%lu\n", (DWORD)-1), 11);
    GIVES(by_vprintf_s("%s %I64d\n", "vprintf_s", (LONGLONG)-5), 13);
    GIVES(wprintf_s(L"%s %hs\n", L"wide", "narrow"), 12);
    GIVES(by_vwprintf_s(L"%s %lu\n", L"vwprintf_s", (DWORD)1), 13);
}

static void scans(void) {
    DWORD number = 0;
    LONGLONG large = 0;
    trace_note("sscanf_s, swscanf_s: the size of each buffer");
    fresh();
    GIVES(sscanf_s("text 4294967295", "%s %lu", narrow, 5U, &number), 2);
    HOLDS(holds("text", 5));
    GIVES(number, 4294967295);
    fresh();
    GIVES(sscanf_s("ab=-5", "%[a-z]=%I64d", narrow, 3U, &large), 2);
    HOLDS(holds("ab", 3));
    GIVES(large, -5);
    fresh();
    GIVES(sscanf_s("xyz", "%2c", narrow, 2U), 1);
    HOLDS(holds("xy", 2));
    fresh();
    GIVES(sscanf_s("1 text", "%lu %s", &number, narrow, 4U), 1); /* too small */
    HOLDS(number == 1 && narrow[0] == 0 && narrow[4] == '#');
    GIVES(sscanf_s("", "%lu", &number), EOF);
    fresh();
    GIVES(swscanf_s(L"text 12", L"%s %lx", wide, 5U, &number), 2);
    HOLDS(holds_wide("text", 5));
    GIVES(number, 18);
    fresh();
    GIVES(swscanf_s(L"text", L"%s", wide, 4U), 0); /* too small */
    HOLDS(wide[0] == 0 && wide[4] == '#');
    fresh();
    GIVES(swscanf_s(L"text", L"%hs", narrow, 5U), 1);
    HOLDS(holds("text", 5));
    trace_note("sets beyond ASCII");
    BEGIN_GAP("Wine: bytes beyond ASCII are in no set")
    fresh();
    GIVES(sscanf_s("\xC3\xA4\xC3\xB6", "%[\xA4\xC3]", narrow, 10U), 1);
    HOLDS(holds("\xC3\xA4\xC3", 4));
    fresh();
    GIVES(sscanf_s("\xC3\xA4\xC3\xB6", "%[^\xB6]", narrow, 10U), 1);
    HOLDS(holds("\xC3\xA4\xC3", 4));
    fresh();
    GIVES(sscanf_s("x\xA5\xA9\xAA", "x%[\xA0-\xA9]", narrow, 10U), 1);
    HOLDS(holds("\xA5\xA9", 3));
    END_GAP
    fresh();
    GIVES(swscanf_s(L"\xE4\xF6", L"%[\xF6\xE4]", wide, 10U), 1);
    HOLDS(holds_wide("\xE4\xF6", 3));
}

/* A file for this run. */
static char path[MAX_PATH + 128];
static wchar_t wide_path[MAX_PATH + 128];

static void name_file(void) {
    const LPCTSTR name = object_name(TEXT("c_print"));
    size_t at;
    size_t end;
    GetTempPathA(MAX_PATH, path);
    end = strlen(path);
    for (at = 0; name[at] != 0; ++at) {
        path[end + at] = (char)name[at];
    }
    path[end + at] = 0;
    MultiByteToWideChar(CP_ACP, 0, path, -1, wide_path, MAX_PATH + 128);
}

static void files(void) {
    FILE* file = NULL;
    DWORD number = 0;
    trace_note("files");
    GIVES(fopen_s(&file, path, "r"), ENOENT);
    HOLDS(file == NULL);
    GIVES(_wfopen_s(&file, wide_path, L"r"), ENOENT);
    HOLDS(file == NULL && _wfopen(wide_path, L"r") == NULL);
    GIVES(fopen_s(&file, path, "w"), 0);
    GIVES(fprintf_s(file, "%lu\n", (DWORD)-1), 11);
    GIVES(by_vfprintf_s(file, "%ls\n", L"one"), 4);
    GIVES(fwprintf_s(file, L"%s %hs\n", L"two", "three"), 10);
    GIVES(by_vfwprintf_s(file, L"%s\n", L"four"), 5);
    fclose(file);
    GIVES(_wfopen_s(&file, wide_path, L"r"), 0);
    fresh();
    GIVES(fscanf_s(file, "%lu %s", &number, narrow, 4U), 2);
    HOLDS(number == (DWORD)-1 && holds("one", 4));
    fresh();
    GIVES(fwscanf_s(file, L"%s", wide, 4U), 1);
    HOLDS(holds_wide("two", 4));
    fresh();
    GIVES(fwscanf_s(file, L"%hs %s", narrow, 6U, wide, 5U), 2);
    HOLDS(holds("three", 6) && holds_wide("four", 5));
    HOLDS(getwc(file) == '\n');
    HOLDS(ungetwc('x', file) == 'x' && getwc(file) == 'x');
    HOLDS(ungetwc(WEOF, file) == WEOF && ungetwc('\n', file) == '\n');
    BEGIN_GAP("Wine: no number, instead of the end of the file")
    GIVES(fscanf_s(file, "%lu", &number), EOF);
    END_GAP
    fclose(file);
    file = _wfopen(wide_path, L"a");
    HOLDS(file != NULL && putwc('o', file) == 'o');
    HOLDS(fputs("ne two\nline\nlast line\n", file) >= 0);
    fclose(file);
    BEGIN_GAP("an error ends the program on Windows")
#ifndef _WIN32
    GIVES(fopen_s(NULL, path, "r"), EINVAL);
    GIVES(fopen_s(&file, NULL, "r"), EINVAL);
    HOLDS(file == NULL);
    file = stdout;
    GIVES(_wfopen_s(&file, wide_path, NULL), EINVAL);
    HOLDS(file == NULL);
    file = stdout;
    GIVES(freopen_s(&file, path, "r", NULL), EINVAL);
    HOLDS(file == NULL);
#endif
    END_GAP
}

static void standard_input(void) {
    FILE* file = NULL;
    DWORD number = 0;
    trace_note("from standard input");
    GIVES(freopen_s(&file, path, "r", stdin), 0);
    HOLDS(file == stdin);
    fresh();
    GIVES(scanf_s("%lu %s", &number, narrow, 4U), 2);
    HOLDS(number == (DWORD)-1 && holds("one", 4));
    fresh();
    GIVES(wscanf_s(L"%s %hs", wide, 4U, narrow, 6U), 2);
    HOLDS(holds_wide("two", 4) && holds("three", 6));
    fresh();
    HOLDS(_getws(wide) == wide && holds_wide("", 1)); /* the rest of the line */
    fresh();
    HOLDS(_getws(wide) == wide && holds_wide("four", 5));
    fresh();
    HOLDS(_getws(wide) == wide && holds_wide("one two", 8));
    BEGIN_GAP("MinGW lacks _getws_s")
#ifndef __MINGW32__
    fresh();
    HOLDS(_getws_s(wide, 5) == wide && holds_wide("line", 5));
    fresh();
    HOLDS(_getws_s(wide, 10) == wide && holds_wide("last line", 10));
    HOLDS(_getws_s(wide, 10) == NULL);
#ifdef __cplusplus
    rewind(stdin);
    fresh();
    HOLDS(gets_s(narrow) == narrow && strcmp(narrow, "4294967295") == 0);
    HOLDS(_getws_s(wide) == wide && holds_wide("one", 4));
#endif
#endif
    END_GAP
    GIVES(freopen_s(&file, "no/such/directory/file", "r", stdin), ENOENT);
    HOLDS(file == NULL);
}

int main(void) {
    name_file();
    lengths();
    bounded();
    with_size();
    with_size_of_array();
    standard_output();
    scans();
    files();
    standard_input();
    SUCCEEDS(DeleteFileA(path));
    return trace_end();
}
