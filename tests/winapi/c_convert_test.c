/* The C run-time library: numbers to texts and back. */

#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <wchar.h>

/* (limits.h spells them in many ways, and the trace has them.) */
#define LOWEST_32 (-2147483647 - 1)
#define HIGHEST_32 2147483647
#define LOWEST (-9223372036854775807 - 1)
#define HIGHEST 9223372036854775807

static char narrow[80];
static wchar_t wide[80];

static void fresh(void) {
    size_t at;
    for (at = 0; at < sizeof(narrow); ++at) {
        narrow[at] = '#';
        wide[at] = '#';
    }
}

/* Whether the buffer holds just this text, its terminator included. */
static int is(const char* text) {
    const size_t size = strlen(text) + 1;
    return memcmp(narrow, text, size) == 0 && narrow[size] == '#';
}

static int is_wide(const char* text) {
    size_t at = 0;
    while (wide[at] == (unsigned char)text[at] && text[at] != 0) {
        ++at;
    }
    return wide[at] == 0 && text[at] == 0 && wide[at + 1] == '#';
}

/* The call gives its buffer, with this text in it. */
#define WRITES(call, text)                                                                         \
    do {                                                                                           \
        fresh();                                                                                   \
        HOLDS((call) == narrow && is(text));                                                       \
    } while (0)
#define WRITES_WIDE(call, text)                                                                    \
    do {                                                                                           \
        fresh();                                                                                   \
        HOLDS((call) == wide && is_wide(text));                                                    \
    } while (0)

static void to_char(void) {
    trace_note("to char");
    WRITES(_itoa(-12, narrow, 10), "-12");
    WRITES(itoa(LOWEST_32, narrow, 10), "-2147483648");
    WRITES(itoa(-12, narrow, 16), "fffffff4");
    WRITES(itoa(0, narrow, 2), "0");
    WRITES(_ltoa(-1, narrow, 10), "-1");
    WRITES(_ltoa(-1, narrow, 8), "37777777777");
    WRITES(ltoa(35, narrow, 36), "z");
    WRITES(_ultoa((DWORD)-1, narrow, 10), "4294967295");
    WRITES(_ultoa((DWORD)-1, narrow, 2), "11111111111111111111111111111111");
    WRITES(_i64toa(LOWEST, narrow, 10), "-9223372036854775808");
    WRITES(_i64toa(-1, narrow, 16), "ffffffffffffffff");
    WRITES(_ui64toa((ULONGLONG)-1, narrow, 10), "18446744073709551615");
    WRITES(_ui64toa(1234567890123, narrow, 36), "fr5hugnf");
    BEGIN_GAP("MinGW lacks ultoa")
#ifndef __MINGW32__
    WRITES(ultoa((DWORD)-1, narrow, 16), "ffffffff");
#endif
    END_GAP
}

static void to_wide(void) {
    trace_note("to wchar_t");
    WRITES_WIDE(_itow(-12, wide, 10), "-12");
    WRITES_WIDE(_itow(-12, wide, 16), "fffffff4");
    WRITES_WIDE(_ltow(LOWEST_32, wide, 10), "-2147483648");
    WRITES_WIDE(_ltow(-1, wide, 8), "37777777777");
    WRITES_WIDE(_ultow((DWORD)-1, wide, 10), "4294967295");
    WRITES_WIDE(_ultow(5, wide, 2), "101");
    WRITES_WIDE(_i64tow(LOWEST, wide, 10), "-9223372036854775808");
    WRITES_WIDE(_i64tow(-1, wide, 16), "ffffffffffffffff");
    WRITES_WIDE(_ui64tow((ULONGLONG)-1, wide, 10), "18446744073709551615");
    WRITES_WIDE(_ui64tow(35, wide, 36), "z");
}

static void with_size(void) {
    trace_note("into a buffer of known size");
    fresh();
    GIVES(_itoa_s(-12, narrow, 4, 10), 0);
    HOLDS(is("-12"));
    GIVES(_itoa_s(-1, narrow, sizeof(narrow), 16), 0);
    HOLDS(is("ffffffff"));
    fresh();
    GIVES(_ultoa_s((DWORD)-1, narrow, 11, 10), 0);
    HOLDS(is("4294967295"));
    fresh();
    GIVES(_itow_s(-12, wide, 4, 10), 0);
    HOLDS(is_wide("-12"));
    fresh();
    GIVES(_ultow_s((DWORD)-1, wide, 9, 16), 0);
    HOLDS(is_wide("ffffffff"));
    BEGIN_GAP("C has no forms that know an array's size")
#ifdef __cplusplus
    fresh();
    GIVES(_itoa_s(-12, narrow, 10), 0);
    HOLDS(is("-12"));
    GIVES(_itow_s(-12, wide, 10), 0);
    HOLDS(is_wide("-12"));
    fresh();
    GIVES(_ultoa_s((DWORD)-1, narrow, 16), 0);
    HOLDS(is("ffffffff"));
    GIVES(_ultow_s((DWORD)-1, wide, 16), 0);
    HOLDS(is_wide("ffffffff"));
#endif
    END_GAP
    BEGIN_GAP("an error ends the program on Windows")
#ifndef _WIN32
    fresh();
    GIVES(_itoa_s(-12, narrow, 3, 10), ERANGE);
    HOLDS(is(""));
    fresh();
    GIVES(_itoa_s(12, narrow, 10, 1), EINVAL);
    HOLDS(is(""));
    GIVES(_itoa_s(12, NULL, 10, 10), EINVAL);
    GIVES(_ultoa_s(12, narrow, 0, 10), EINVAL);
    fresh();
    GIVES(_ultoa_s((DWORD)-1, narrow, 10, 10), ERANGE);
    HOLDS(is(""));
    fresh();
    GIVES(_itow_s(-12, wide, 3, 10), ERANGE);
    HOLDS(is_wide(""));
    fresh();
    GIVES(_ultow_s(12, wide, 10, 37), EINVAL);
    HOLDS(is_wide(""));
#endif
    END_GAP
}

static void from_text(void) {
    trace_note("from texts");
    GIVES(_atoi64(" -1234567890123x"), -1234567890123);
    GIVES(_atoi64("none"), 0);
    GIVES(_atoi64("9223372036854775807"), HIGHEST);
    GIVES(_wtoi(L"\t 42"), 42);
    GIVES(_wtoi(L"-7x"), -7);
    GIVES(_wtoi(L""), 0);
    GIVES(_wtoi(L"0x10"), 0);
    GIVES(_wtol(L"+123456"), 123456);
    GIVES(_wtol(L"-2147483648"), LOWEST_32);
    GIVES(_wtoi64(L"-1234567890123x"), -1234567890123);
    GIVES(_wtoi64(L"-9223372036854775808"), LOWEST);
    HOLDS(_wtof(L" -1.5e2x") == -150.0);
    HOLDS(_wtof(L"x") == 0.0);
    GIVES(_atoi64("-9223372036854775808"), LOWEST);
    trace_note("beyond the range");
    errno = 0;
    GIVES(_wtoi(L"2147483648"), HIGHEST_32);
    GIVES(errno, ERANGE);
    GIVES(_wtoi(L"-99999999999"), LOWEST_32);
    errno = 0;
    GIVES(_wtol(L"99999999999"), HIGHEST_32);
    GIVES(errno, ERANGE);
    GIVES(_wtol(L"-2147483649"), LOWEST_32);
    errno = 0;
    GIVES(_atoi64("-9223372036854775809"), LOWEST);
    GIVES(errno, ERANGE);
    BEGIN_GAP("Wine: _wtoi64 overflows")
    errno = 0;
    GIVES(_wtoi64(L"9223372036854775808"), HIGHEST);
    GIVES(errno, ERANGE);
    END_GAP
}

int main(void) {
    to_char();
    to_wide();
    with_size();
    from_text();
    return trace_end();
}
