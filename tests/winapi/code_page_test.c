/* Between code pages and WCHAR. */

#include "trace.h"

static WCHAR wide[64];
static char narrow[64];

/* The first characters of `wide`, and that nothing was written behind. */
static int is_wide(int count, DWORD a, DWORD b, DWORD c) {
    const DWORD expected[3] = {a, b, c};
    int at;
    for (at = 0; at < count; ++at) {
        if ((DWORD)wide[at] != expected[at]) {
            return 0;
        }
    }
    return wide[count] == '#';
}

static LPWSTR fresh_wide(void) {
    int at;
    for (at = 0; at < 64; ++at) {
        wide[at] = '#';
    }
    return wide;
}

static LPSTR fresh_narrow(void) {
    memset(narrow, '#', sizeof(narrow));
    return narrow;
}

static void to_wide(void) {
    trace_note("MultiByteToWideChar");
    GIVES_WITH(MultiByteToWideChar(CP_UTF8, 0, "ab", 2, fresh_wide(), 64), 2, UNTOUCHED);
    HOLDS(is_wide(2, 'a', 'b', 0));
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "ab", -1, fresh_wide(), 64), 3);
    HOLDS(is_wide(3, 'a', 'b', 0));
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "ab", 3, fresh_wide(), 3), 3);
    HOLDS(is_wide(3, 'a', 'b', 0));
    GIVES_WITH(MultiByteToWideChar(CP_UTF8, 0, "ab", -1, NULL, 0), 3, UNTOUCHED);
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "ab", 2, NULL, 0), 2);
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "\xC3\xA4\xE2\x82\xAC", 5, fresh_wide(), 64), 2);
    HOLDS(is_wide(2, 0xE4, 0x20AC, 0));
    GIVES(MultiByteToWideChar(CP_ACP, 0, "abc", -1, fresh_wide(), 64), 4);
    HOLDS(is_wide(3, 'a', 'b', 'c') == 0 && wide[3] == 0 && wide[4] == '#');
    FAILS(MultiByteToWideChar(CP_UTF8, 0, "abc", -1, fresh_wide(), 3), ERROR_INSUFFICIENT_BUFFER);
    FAILS(MultiByteToWideChar(CP_UTF8, 0, "abc", -1, NULL, 3), ERROR_INVALID_PARAMETER);
    FAILS(MultiByteToWideChar(CP_UTF8, 0, NULL, -1, wide, 3), ERROR_INVALID_PARAMETER);
    FAILS(MultiByteToWideChar(CP_UTF8, 0, "a", 0, wide, 3), ERROR_INVALID_PARAMETER);
    FAILS(MultiByteToWideChar(CP_UTF8, 0, "a", 1, wide, -1), ERROR_INVALID_PARAMETER);
    FAILS(MultiByteToWideChar(12345, 0, "a", 1, wide, 3), ERROR_INVALID_PARAMETER);
    GIVES(MultiByteToWideChar(1252, 0, "\xE4\x80\x9f", 3, fresh_wide(), 64), 3);
    HOLDS(is_wide(3, 0xE4, 0x20AC, 0x178));
    GIVES(MultiByteToWideChar(1252, MB_PRECOMPOSED, "a", 1, fresh_wide(), 64), 1);
    GIVES(MultiByteToWideChar(28591, 0, "\xE4\x80", 2, fresh_wide(), 64), 2);
    HOLDS(is_wide(2, 0xE4, 0x80, 0));
    GIVES(MultiByteToWideChar(20127, 0, "a\xE4\x7F", 3, fresh_wide(), 64), 3);
    HOLDS(is_wide(3, 'a', 'd', 0x7F));
    BEGIN_GAP("Wine takes flags that do not suit UTF-8, and both forms of accents at once") {
        FAILS(MultiByteToWideChar(CP_UTF8, MB_PRECOMPOSED, "a", 1, wide, 3), ERROR_INVALID_FLAGS);
        FAILS(MultiByteToWideChar(1252, MB_PRECOMPOSED | MB_COMPOSITE, "a", 1, wide, 3),
              ERROR_INVALID_FLAGS);
    }
    END_GAP
}

static void of_invalid_bytes(void) {
    trace_note("what is no UTF-8");
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "\xC3(", 2, fresh_wide(), 64), 2);
    HOLDS(is_wide(2, 0xFFFD, '(', 0));
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "\xE2\x82", 2, fresh_wide(), 64), 1);
    HOLDS(is_wide(1, 0xFFFD, 0, 0));
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "\xE2\x82z", 3, fresh_wide(), 64), 2);
    HOLDS(is_wide(2, 0xFFFD, 'z', 0));
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "\xF0\x9F\x98z", 4, fresh_wide(), 64), 2);
    HOLDS(is_wide(2, 0xFFFD, 'z', 0));
    GIVES(MultiByteToWideChar(CP_UTF8, 0, "\xC0\xAF", 2, fresh_wide(), 64), 2);
    HOLDS(is_wide(2, 0xFFFD, 0xFFFD, 0));
    FAILS(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xC3(", 2, wide, 64),
          ERROR_NO_UNICODE_TRANSLATION);
    FAILS(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xC3(", 2, NULL, 0),
          ERROR_NO_UNICODE_TRANSLATION);
    GIVES(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xC3\xA4", 2, wide, 64), 1);
}

static void from_wide(void) {
    const WCHAR accents[] = {0xE4, 0x20AC, 0};
    const WCHAR foreign[] = {'a', 0x4E00, 0x20AC, 0};
    BOOL used = 2;
    trace_note("WideCharToMultiByte");
    GIVES_WITH(WideCharToMultiByte(CP_UTF8, 0, L"ab", 2, fresh_narrow(), 64, NULL, NULL), 2, UNTOUCHED);
    HOLDS(memcmp(narrow, "ab#", 3) == 0);
    GIVES(WideCharToMultiByte(CP_UTF8, 0, L"ab", -1, fresh_narrow(), 64, NULL, NULL), 3);
    HOLDS(memcmp(narrow, "ab\0#", 4) == 0);
    GIVES_WITH(WideCharToMultiByte(CP_UTF8, 0, accents, -1, NULL, 0, NULL, NULL), 6, UNTOUCHED);
    GIVES(WideCharToMultiByte(CP_UTF8, 0, accents, -1, fresh_narrow(), 6, NULL, NULL), 6);
    HOLDS(memcmp(narrow, "\xC3\xA4\xE2\x82\xAC\0#", 7) == 0);
    GIVES(WideCharToMultiByte(CP_ACP, 0, L"abc", -1, fresh_narrow(), 64, NULL, NULL), 4);
    HOLDS(memcmp(narrow, "abc\0#", 5) == 0);
    FAILS(WideCharToMultiByte(CP_UTF8, 0, L"abc", -1, narrow, 3, NULL, NULL),
          ERROR_INSUFFICIENT_BUFFER);
    FAILS(WideCharToMultiByte(CP_UTF8, 0, L"abc", -1, NULL, 3, NULL, NULL), ERROR_INVALID_PARAMETER);
    FAILS(WideCharToMultiByte(CP_UTF8, 0, NULL, -1, narrow, 3, NULL, NULL), ERROR_INVALID_PARAMETER);
    FAILS(WideCharToMultiByte(CP_UTF8, 0, L"a", 0, narrow, 3, NULL, NULL), ERROR_INVALID_PARAMETER);
    FAILS(WideCharToMultiByte(CP_UTF8, 0, L"a", 1, narrow, -1, NULL, NULL), ERROR_INVALID_PARAMETER);
    FAILS(WideCharToMultiByte(12345, 0, L"a", 1, narrow, 64, NULL, NULL), ERROR_INVALID_PARAMETER);
    GIVES(WideCharToMultiByte(1252, 0, foreign, -1, fresh_narrow(), 64, NULL, &used), 4);
    HOLDS(memcmp(narrow, "a?\x80\0#", 5) == 0);
    HOLDS(used == TRUE);
    GIVES(WideCharToMultiByte(1252, 0, foreign, -1, fresh_narrow(), 64, "_", &used), 4);
    HOLDS(memcmp(narrow, "a_\x80\0#", 5) == 0);
    GIVES(WideCharToMultiByte(1252, 0, accents, -1, fresh_narrow(), 64, NULL, &used), 3);
    HOLDS(memcmp(narrow, "\xE4\x80\0#", 4) == 0);
    HOLDS(used == FALSE);
    GIVES(WideCharToMultiByte(20127, WC_NO_BEST_FIT_CHARS, accents, -1, fresh_narrow(), 64, "_", &used), 3);
    HOLDS(memcmp(narrow, "__\0#", 4) == 0);
    HOLDS(used == TRUE);
    GIVES(WideCharToMultiByte(20127, 0, L"a\x7F", -1, fresh_narrow(), 64, NULL, &used), 3);
    HOLDS(memcmp(narrow, "a\x7F\0#", 4) == 0);
    HOLDS(used == FALSE);
    GIVES(WideCharToMultiByte(1252, WC_NO_BEST_FIT_CHARS, L"a", -1, narrow, 64, NULL, NULL), 2);
    BEGIN_GAP("Wine takes a default character and flags that do not suit UTF-8") {
        FAILS(WideCharToMultiByte(CP_UTF8, 0, L"a", 1, narrow, 64, "?", NULL), ERROR_INVALID_PARAMETER);
        FAILS(WideCharToMultiByte(CP_UTF8, 0, L"a", 1, narrow, 64, NULL, &used),
              ERROR_INVALID_PARAMETER);
        FAILS(WideCharToMultiByte(CP_UTF8, WC_NO_BEST_FIT_CHARS, L"a", 1, narrow, 64, NULL, NULL),
              ERROR_INVALID_FLAGS);
    }
    END_GAP
}

static void of_surrogates(void) {
    const WCHAR lonely[] = {'a', 0xD800, 'b', 0};
    WCHAR pair[2];
    const int units = sizeof(WCHAR) == 2 ? 2 : 1;
    trace_note("characters beyond 16 bits");
    HOLDS(MultiByteToWideChar(CP_UTF8, 0, "\xF0\x9F\x98\x80", 4, pair, 2) == units);
    HOLDS(units == 1 ? (DWORD)pair[0] == 0x1F600 : pair[0] == 0xD83D && pair[1] == 0xDE00);
    HOLDS(WideCharToMultiByte(CP_UTF8, 0, pair, units, fresh_narrow(), 64, NULL, NULL) == 4);
    HOLDS(memcmp(narrow, "\xF0\x9F\x98\x80#", 5) == 0);
    GIVES(WideCharToMultiByte(CP_UTF8, 0, lonely, 3, fresh_narrow(), 64, NULL, NULL), 5);
    HOLDS(memcmp(narrow, "a\xEF\xBF\xBD" "b#", 6) == 0);
    FAILS(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, lonely, 3, narrow, 64, NULL, NULL),
          ERROR_NO_UNICODE_TRANSLATION);
    GIVES(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, L"ab", 2, narrow, 64, NULL, NULL), 2);
}

static void pages(void) {
    CPINFO info;
    trace_note("pages");
    SUCCEEDS(IsValidCodePage(CP_UTF8));
    SUCCEEDS(IsValidCodePage(1252));
    SUCCEEDS(IsValidCodePage(20127));
    GIVES(IsValidCodePage(12345), FALSE);
    GIVES(IsValidCodePage(CP_ACP), FALSE);
    SUCCEEDS(GetCPInfo(CP_UTF8, &info));
    GIVES(info.MaxCharSize, 4);
    GIVES(info.DefaultChar[0], '?');
    GIVES(info.LeadByte[0], 0);
    SUCCEEDS(GetCPInfo(1252, &info));
    GIVES(info.MaxCharSize, 1);
    FAILS(GetCPInfo(12345, &info), ERROR_INVALID_PARAMETER);
    FAILS(GetCPInfo(1252, NULL), ERROR_INVALID_PARAMETER);
    GIVES(IsDBCSLeadByte('a'), FALSE);
    BEGIN_GAP("the code page of the process is the system's") {
        GIVES(GetACP(), CP_UTF8);
        GIVES(GetOEMCP(), CP_UTF8);
    }
    END_GAP
}

int main(void) {
    to_wide();
    of_invalid_bytes();
    from_wide();
    of_surrogates();
    pages();
    return trace_end();
}
