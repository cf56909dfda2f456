/* The C run-time library: texts, memory, times. */

#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
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

/* Whether the buffer begins with this text, and nothing is written behind its terminator. */
static int is(const char* text) {
    const size_t size = strlen(text) + 1;
    return memcmp(narrow, text, size) == 0 && narrow[size] == '#';
}

static int same(const wchar_t* left, const wchar_t* right) {
    while (*left != 0 && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

static int is_wide(const wchar_t* text) {
    size_t length = 0;
    while (text[length] != 0) {
        ++length;
    }
    return same(wide, text) && wide[length + 1] == '#';
}

static void without_case(void) {
    trace_note("without case");
    GIVES(stricmp("aBc[", "AbC["), 0);
    HOLDS(stricmp("abc", "ABD") < 0);
    HOLDS(stricmp("a", "") > 0);
    HOLDS(stricmp("_", "a") < 0); /* as lower case: '_' is before 'a', and behind 'A' */
    GIVES(strcmpi("X", "x"), 0);
    HOLDS(strcmpi("ab", "ABC") < 0);
    GIVES(strnicmp("ABx", "aby", 2), 0);
    HOLDS(strnicmp("ABx", "aby", 3) < 0);
    GIVES(strnicmp("a", "b", 0), 0);
    GIVES(_wcsicmp(L"aBc[", L"AbC["), 0);
    HOLDS(_wcsicmp(L"abd", L"ABC") > 0);
    HOLDS(_wcsicmp(L"_", L"a") < 0);
    GIVES(_wcsnicmp(L"ABx", L"aby", 2), 0);
    HOLDS(_wcsnicmp(L"ABx", L"aby", 3) < 0);
}

static void changes(void) {
    char text[] = "aBc-1";
    wchar_t wide_text[] = L"aBc-1";
    char* copy = _strdup(text);
    wchar_t* wide_copy = _wcsdup(wide_text);
    trace_note("copies and changes in place");
    HOLDS(copy != text && strcmp(copy, "aBc-1") == 0);
    HOLDS(wide_copy != wide_text && same(wide_copy, L"aBc-1"));
    free(copy);
    free(wide_copy);
    HOLDS(_strupr(text) == text && strcmp(text, "ABC-1") == 0);
    HOLDS(strlwr(text) == text && strcmp(text, "abc-1") == 0);
    HOLDS(strupr(text) == text && strcmp(text, "ABC-1") == 0);
    HOLDS(_strrev(text) == text && strcmp(text, "1-CBA") == 0);
    HOLDS(strrev(text) == text && strcmp(text, "ABC-1") == 0);
    *text = 0;
    HOLDS(_strrev(text) == text && *text == 0 && text[1] == 'B');
    HOLDS(_wcslwr(wide_text) == wide_text && same(wide_text, L"abc-1"));
    HOLDS(_wcsupr(wide_text) == wide_text && same(wide_text, L"ABC-1"));
    HOLDS(_wcsrev(wide_text) == wide_text && same(wide_text, L"1-CBA"));
    wide_text[4] = 0;
    HOLDS(_wcsrev(wide_text) == wide_text && same(wide_text, L"BC-1"));
}

static void with_size(void) {
    trace_note("with the buffer's size");
    fresh();
    GIVES(strncpy_s(narrow, 4, "abcdef", 3), 0);
    HOLDS(is("abc"));
    GIVES(strncpy_s(narrow, 3, "xyz", _TRUNCATE), STRUNCATE);
    HOLDS(strcmp(narrow, "xy") == 0);
    GIVES(strncpy_s(narrow, 3, "q", _TRUNCATE), 0);
    HOLDS(strcmp(narrow, "q") == 0);
    GIVES(strncat_s(narrow, 10, "rstu", 2), 0);
    HOLDS(strcmp(narrow, "qrs") == 0);
    GIVES(strncat_s(narrow, 10, "t", 5), 0);
    GIVES(strncat_s(narrow, 6, "uvw", _TRUNCATE), STRUNCATE);
    HOLDS(strcmp(narrow, "qrstu") == 0 && narrow[6] == '#');
    fresh();
    GIVES(wcscpy_s(wide, 4, L"abc"), 0);
    HOLDS(is_wide(L"abc"));
    GIVES(wcscat_s(wide, 6, L"de"), 0);
    HOLDS(is_wide(L"abcde"));
    GIVES(wcsncpy_s(wide, 10, L"xyz", 2), 0);
    HOLDS(same(wide, L"xy"));
    GIVES(wcsncpy_s(wide, 3, L"abc", _TRUNCATE), STRUNCATE);
    HOLDS(same(wide, L"ab"));
    GIVES(wcsncat_s(wide, 10, L"cdef", 2), 0);
    HOLDS(same(wide, L"abcd"));
    GIVES(wcsncat_s(wide, 6, L"efg", _TRUNCATE), STRUNCATE);
    HOLDS(same(wide, L"abcde") && wide[6] == '#');
    BEGIN_GAP("C has no forms that know an array's size")
#ifdef __cplusplus
    fresh();
    GIVES(strcpy_s(narrow, "ab"), 0);
    GIVES(strncat_s(narrow, "cde", 2), 0);
    HOLDS(is("abcd"));
    GIVES(wcscpy_s(wide, L"ab"), 0);
    GIVES(wcsncat_s(wide, L"cde", 2), 0);
    HOLDS(is_wide(L"abcd"));
#endif
    END_GAP
    BEGIN_GAP("MinGW lacks strnlen_s, wcsnlen_s")
#ifndef __MINGW32__
    GIVES(strnlen_s("abc", 10), 3);
    GIVES(strnlen_s("abc", 2), 2);
    GIVES(strnlen_s(NULL, 10), 0);
    GIVES(wcsnlen_s(L"abc", 10), 3);
    GIVES(wcsnlen_s(L"abc", 2), 2);
    GIVES(wcsnlen_s(NULL, 10), 0);
#endif
    END_GAP
}

static void errors(void) {
    BEGIN_GAP("an error ends the program on Windows")
#ifndef _WIN32
    fresh();
    GIVES(strncpy_s(narrow, 3, "abc", 3), ERANGE);
    HOLDS(narrow[0] == 0 && narrow[3] == '#');
    GIVES(strncpy_s(narrow, 3, NULL, 3), EINVAL);
    GIVES(strncpy_s(NULL, 3, "abc", 3), EINVAL);
    strcpy_s(narrow, sizeof(narrow), "ab");
    GIVES(strncat_s(narrow, 4, "cd", 2), ERANGE);
    HOLDS(*narrow == 0);
    memset(narrow, '#', sizeof(narrow));
    GIVES(strncat_s(narrow, 4, "cd", 2), EINVAL); /* no text to append to */
    fresh();
    GIVES(wcscpy_s(wide, 3, L"abc"), ERANGE);
    HOLDS(is_wide(L""));
    GIVES(wcscpy_s(wide, 0, L"abc"), EINVAL);
    wcscpy_s(wide, 3, L"ab");
    GIVES(wcscat_s(wide, 3, L"c"), ERANGE);
    HOLDS(*wide == 0);
    GIVES(wcsncpy_s(wide, 3, L"abc", 3), ERANGE);
    GIVES(wcsncpy_s(wide, 3, NULL, 3), EINVAL);
    wcscpy_s(wide, 3, L"ab");
    GIVES(wcsncat_s(wide, 4, L"cd", 2), ERANGE);
    HOLDS(*wide == 0);
    GIVES(memmove_s(narrow, 2, "abc", 3), ERANGE);
    GIVES(memmove_s(narrow, 2, NULL, 1), EINVAL);
    GIVES(memmove_s(NULL, 2, "a", 1), EINVAL);
    GIVES(memmove_s(NULL, 0, NULL, 0), 0);
    GIVES(strerror_s(NULL, 5, ENOENT), EINVAL);
    GIVES(strerror_s(narrow, 0, ENOENT), EINVAL);
    fresh();
    {
        const time_t now = 0;
        const time_t never = (time_t)1 << (8 * sizeof(time_t) - 3);
        struct tm parts;
        GIVES(ctime_s(narrow, 25, &now), EINVAL);
        HOLDS(is(""));
        GIVES(ctime_s(narrow, 26, NULL), EINVAL);
        GIVES(ctime_s(NULL, 26, &now), EINVAL);
        if (sizeof(never) > 4) {
            GIVES(ctime_s(narrow, 26, &never), EINVAL);
            HOLDS(is(""));
        }
        GIVES(gmtime_s(NULL, &now), EINVAL);
        GIVES(gmtime_s(&parts, NULL), EINVAL);
        HOLDS(parts.tm_year == -1 && parts.tm_isdst == -1);
        GIVES(localtime_s(NULL, &now), EINVAL);
        GIVES(localtime_s(&parts, NULL), EINVAL);
        HOLDS(parts.tm_mday == -1);
    }
#endif
    END_GAP
}

static void tokens(void) {
    char text[] = ",one;two,,three";
    char other[] = "x y";
    char* rest = NULL;
    char* other_rest = NULL;
    wchar_t wide_text[] = L",one;two,,three";
    wchar_t* wide_rest = NULL;
    trace_note("tokens, of two texts by turns");
    HOLDS(strcmp(strtok_s(text, ",;", &rest), "one") == 0);
    HOLDS(strcmp(strtok_s(other, " ", &other_rest), "x") == 0);
    HOLDS(strcmp(strtok_s(NULL, ",", &rest), "two") == 0);
    HOLDS(strcmp(strtok_s(NULL, " ", &other_rest), "y") == 0);
    HOLDS(strcmp(strtok_s(NULL, ",", &rest), "three") == 0);
    HOLDS(strtok_s(NULL, ",", &rest) == NULL);
    HOLDS(strtok_s(NULL, ",", &rest) == NULL);
    HOLDS(strtok_s(NULL, " ", &other_rest) == NULL);
    HOLDS(same(wcstok_s(wide_text, L",;", &wide_rest), L"one"));
    HOLDS(same(wcstok_s(NULL, L",", &wide_rest), L"two"));
    HOLDS(same(wcstok_s(NULL, L",", &wide_rest), L"three"));
    HOLDS(wcstok_s(NULL, L",", &wide_rest) == NULL);
    BEGIN_GAP("MinGW's wcstok has two parameters")
#ifndef __MINGW32__
    wide_text[0] = 'a';
    HOLDS(same(wcstok(wide_text, L"n", &wide_rest), L"ao"));
    HOLDS(same(wcstok(NULL, L"n", &wide_rest), L"e"));
    HOLDS(wcstok(NULL, L"n", &wide_rest) == NULL);
#endif
    END_GAP
}

static void memory(void) {
    char bytes[] = "abcdef";
    trace_note("memory");
    GIVES(memmove_s(bytes + 2, 4, bytes, 4), 0);
    HAS_BYTES(bytes, 7, "ababcd\0");
    GIVES(memmove_s(bytes, 6, bytes + 2, 4), 0);
    HAS_BYTES(bytes, 7, "abcdcd\0");
    HOLDS(RtlSecureZeroMemory(bytes + 1, 4) == bytes + 1);
    HAS_BYTES(bytes, 7, "a\0\0\0\0d\0");
    trace_note("memory of wchar_t");
    fresh();
    HOLDS(wmemset(wide, L'x', 3) == wide && wide[2] == 'x' && wide[3] == '#');
    HOLDS(wmemcpy(wide + 3, L"abc", 4) == wide + 3 && is_wide(L"xxxabc"));
    HOLDS(wmemmove(wide + 1, wide + 2, 5) == wide + 1 && same(wide, L"xxabc"));
    HOLDS(wmemmove(wide + 1, wide, 4) == wide + 1 && same(wide, L"xxxab"));
    GIVES(wmemcmp(L"ab\0c", L"ab\0d", 3), 0);
    HOLDS(wmemcmp(L"ab\0c", L"ab\0d", 4) < 0 && wmemcmp(L"b", L"a", 1) > 0);
    HOLDS(wmemchr(wide, L'a', 4) == wide + 3 && wmemchr(wide, L'a', 3) == NULL);
}

static void times(void) {
    const time_t when = 1709210096; /* Thursday, 29 February 2024, 12:34:56 UTC */
    struct tm parts;
    trace_note("times");
    memset(&parts, '#', sizeof(parts));
    GIVES(gmtime_s(&parts, &when), 0);
    HOLDS(parts.tm_year == 124 && parts.tm_mon == 1 && parts.tm_mday == 29);
    HOLDS(parts.tm_hour == 12 && parts.tm_min == 34 && parts.tm_sec == 56);
    HOLDS(parts.tm_wday == 4 && parts.tm_yday == 59 && parts.tm_isdst == 0);
    memset(&parts, '#', sizeof(parts));
    GIVES(localtime_s(&parts, &when), 0);
    HOLDS(parts.tm_year == 124 && parts.tm_sec == 56);
    HOLDS(mktime(&parts) == when);
    fresh();
    GIVES(ctime_s(narrow, 26, &when), 0);
    HOLDS(strcmp(narrow + 19, " 2024\n") == 0 && narrow[26] == '#');
    HOLDS(memcmp(narrow + 3, " Feb ", 5) == 0 || memcmp(narrow + 3, " Mar ", 5) == 0);
    {
        const time_t early = when - 26 * 86400;
        GIVES(ctime_s(narrow, 26, &early), 0);
        HOLDS(memcmp(narrow, "Sat Feb 03 ", 11) == 0 || memcmp(narrow, "Sun Feb 04 ", 11) == 0);
    }
    trace_note("the text of an error");
    fresh();
    GIVES(strerror_s(narrow, sizeof(narrow), ENOENT), 0);
    HOLDS(is("No such file or directory"));
    fresh();
    GIVES(strerror_s(narrow, 8, ENOENT), 0);
    HOLDS(is("No such"));
}

int main(void) {
    without_case();
    changes();
    with_size();
    errors();
    tokens();
    memory();
    times();
    return trace_end();
}
