/* strsafe.h. */

#include "text.h"

#include <strsafe.h>

/* Sets the buffer's text, with '#' behind. */
static void start(LPCTSTR text) {
    LPTSTR to = fresh();
    do {
        *to++ = *text;
    } while (*text++ != 0);
}

#define TOO_SMALL STRSAFE_E_INSUFFICIENT_BUFFER
#define INVALID STRSAFE_E_INVALID_PARAMETER

static void copies(void) {
    trace_note("StringCchCopy, StringCchCopyN");
    fresh();
    GIVES(StringCchCopy(buffer, 10, TEXT("abc")), S_OK);
    HAS_TEXT("abc");
    HAS_NO_MORE_THAN(4);
    GIVES(StringCchCopy(buffer, 4, TEXT("abc")), S_OK);
    HAS_TEXT("abc");
    fresh();
    GIVES(StringCchCopy(buffer, 3, TEXT("abc")), TOO_SMALL);
    HAS_TEXT("ab");
    HAS_NO_MORE_THAN(3);
    GIVES(StringCchCopy(buffer, 1, TEXT("abc")), TOO_SMALL);
    HAS_TEXT("");
    GIVES(StringCchCopy(buffer, 1, TEXT("")), S_OK);
    GIVES(StringCchCopy(buffer, 0, TEXT("abc")), INVALID);
    GIVES(StringCchCopy(buffer, (size_t)STRSAFE_MAX_CCH + 1, TEXT("abc")), INVALID);
    fresh();
    GIVES(StringCbCopy(buffer, 4 * sizeof(TCHAR), TEXT("abc")), S_OK);
    HAS_TEXT("abc");
    GIVES(StringCbCopy(buffer, 3 * sizeof(TCHAR), TEXT("xyz")), TOO_SMALL);
    HAS_TEXT("xy");
    fresh();
    GIVES(StringCchCopyN(buffer, 10, TEXT("abcdef"), 2), S_OK);
    HAS_TEXT("ab");
    HAS_NO_MORE_THAN(3);
    GIVES(StringCchCopyN(buffer, 10, TEXT("abc"), 9), S_OK);
    HAS_TEXT("abc");
    GIVES(StringCchCopyN(buffer, 3, TEXT("abcdef"), 4), TOO_SMALL);
    HAS_TEXT("ab");
    GIVES(StringCchCopyN(buffer, 10, TEXT("abc"), 0), S_OK);
    HAS_TEXT("");
    GIVES(StringCbCopyN(buffer, 10 * sizeof(TCHAR), TEXT("abcdef"), 3 * sizeof(TCHAR)), S_OK);
    HAS_TEXT("abc");
}

static void appends(void) {
    trace_note("StringCchCat, StringCchCatN");
    start(TEXT("ab"));
    GIVES(StringCchCat(buffer, 10, TEXT("cd")), S_OK);
    HAS_TEXT("abcd");
    HAS_NO_MORE_THAN(5);
    GIVES(StringCchCat(buffer, 6, TEXT("efg")), TOO_SMALL);
    HAS_TEXT("abcde");
    GIVES(StringCchCat(buffer, 6, TEXT("")), S_OK);
    GIVES(StringCchCat(buffer, 5, TEXT("x")), INVALID);
    HAS_TEXT("abcde");
    GIVES(StringCchCat(buffer, 0, TEXT("x")), INVALID);
    start(TEXT("ab"));
    GIVES(StringCchCatN(buffer, 10, TEXT("cdef"), 2), S_OK);
    HAS_TEXT("abcd");
    GIVES(StringCchCatN(buffer, 6, TEXT("efgh"), 3), TOO_SMALL);
    HAS_TEXT("abcde");
    start(TEXT("ab"));
    GIVES(StringCbCat(buffer, 10 * sizeof(TCHAR), TEXT("cd")), S_OK);
    GIVES(StringCbCatN(buffer, 10 * sizeof(TCHAR), TEXT("efgh"), 2 * sizeof(TCHAR)), S_OK);
    HAS_TEXT("abcdef");
}

static HRESULT print(size_t size, LPCTSTR format, ...) {
    HRESULT result;
    va_list arguments;
    va_start(arguments, format);
    result = StringCchVPrintf(buffer, size, format, arguments);
    va_end(arguments);
    return result;
}

static HRESULT print_bytes(size_t size, LPCTSTR format, ...) {
    HRESULT result;
    va_list arguments;
    va_start(arguments, format);
    result = StringCbVPrintf(buffer, size, format, arguments);
    va_end(arguments);
    return result;
}

static void prints(void) {
    trace_note("StringCchPrintf, StringCchVPrintf");
    fresh();
    GIVES(StringCchPrintf(buffer, 100, TEXT("%d %s %lu"), -1, TEXT("two"), (DWORD)-1), S_OK);
    HAS_TEXT("-1 two 4294967295");
    HAS_NO_MORE_THAN(18);
    GIVES(StringCchPrintf(buffer, 4, TEXT("%d"), 123), S_OK);
    HAS_TEXT("123");
    fresh();
    GIVES(StringCchPrintf(buffer, 4, TEXT("%d"), 12345), TOO_SMALL);
    HAS_TEXT("123");
    HAS_NO_MORE_THAN(4);
    GIVES(StringCchPrintf(buffer, 0, TEXT("%d"), 1), INVALID);
    GIVES(StringCbPrintf(buffer, 4 * sizeof(TCHAR), TEXT("%c%c"), TEXT('a'), TEXT('b')), S_OK);
    HAS_TEXT("ab");
    GIVES(print(10, TEXT("%s-%d"), TEXT("x"), 5), S_OK);
    HAS_TEXT("x-5");
    GIVES(print(3, TEXT("%s"), TEXT("abc")), TOO_SMALL);
    HAS_TEXT("ab");
    GIVES(print_bytes(10 * sizeof(TCHAR), TEXT("%hs|%ls"), "a", L"b"), S_OK);
    HAS_TEXT("a|b");
}

static void lengths(void) {
    size_t length = 77;
    trace_note("StringCchLength");
    GIVES(StringCchLength(TEXT("abc"), 10, &length), S_OK);
    GIVES(length, 3);
    GIVES(StringCchLength(TEXT("abc"), 4, &length), S_OK);
    GIVES(StringCchLength(TEXT("abc"), 3, &length), INVALID);
    GIVES(length, 0);
    GIVES(StringCchLength(TEXT(""), 1, &length), S_OK);
    GIVES(StringCchLength(TEXT("abc"), 10, NULL), S_OK);
    GIVES(StringCchLength(NULL, 10, &length), INVALID);
    GIVES(StringCbLength(TEXT("abc"), 10 * sizeof(TCHAR), &length), S_OK);
    GIVES(length / sizeof(TCHAR), 3);
}

static void with_options(void) {
    LPTSTR end = NULL;
    size_t left = 77;
    trace_note("Ex: where the text ends, and flags");
    fresh();
    GIVES(StringCchCopyEx(buffer, 10, TEXT("abc"), &end, &left, 0), S_OK);
    HOLDS(end == buffer + 3);
    GIVES(left, 7);
    GIVES(StringCchCatEx(buffer, 10, TEXT("de"), &end, &left, 0), S_OK);
    HOLDS(end == buffer + 5);
    GIVES(left, 5);
    GIVES(StringCchPrintfEx(buffer, 10, &end, &left, 0, TEXT("%d"), 12), S_OK);
    HOLDS(end == buffer + 2);
    GIVES(left, 8);
    GIVES(StringCchPrintfEx(buffer, 10, NULL, NULL, 0, TEXT("%d"), 12), S_OK);
    fresh();
    GIVES(StringCchCopyEx(buffer, 3, TEXT("abc"), &end, &left, 0), TOO_SMALL);
    HAS_TEXT("ab");
    HOLDS(end == buffer + 2);
    GIVES(left, 1);
    fresh();
    GIVES(StringCchCopyEx(buffer, 3, TEXT("abc"), &end, &left, STRSAFE_NO_TRUNCATION), TOO_SMALL);
    HAS_TEXT("");
    HOLDS(end == buffer);
    GIVES(left, 3);
    start(TEXT("ab"));
    GIVES(StringCchCatEx(buffer, 4, TEXT("cd"), &end, &left, STRSAFE_NULL_ON_FAILURE), TOO_SMALL);
    HAS_TEXT("");
    fresh();
    GIVES(StringCchCopyEx(buffer, 10, TEXT("abc"), NULL, NULL, STRSAFE_FILL_BYTE(0)), S_OK);
    HAS_TEXT("abc");
    HOLDS(buffer[4] == 0 && buffer[9] == 0 && buffer[10] == '#');
    fresh();
    GIVES(StringCchCopyEx(buffer, 3, TEXT("abc"), &end, &left, STRSAFE_FAILURE_BYTE(0)), TOO_SMALL);
    HOLDS(buffer[0] == 0 && buffer[1] == 0 && buffer[2] == 0 && buffer[3] == '#');
    HOLDS(end == buffer);
    GIVES(StringCchCopyEx(buffer, 10, NULL, NULL, NULL, STRSAFE_IGNORE_NULLS), S_OK);
    HAS_TEXT("");
    GIVES(StringCchCopyEx(NULL, 0, NULL, NULL, NULL, STRSAFE_IGNORE_NULLS), S_OK);
    GIVES(StringCchCopyEx(NULL, 0, TEXT("a"), NULL, NULL, STRSAFE_IGNORE_NULLS), INVALID);
    GIVES(StringCchCopyEx(NULL, 5, TEXT("a"), NULL, NULL, STRSAFE_IGNORE_NULLS), INVALID);
    GIVES(StringCchCopyEx(buffer, 0, TEXT("a"), NULL, NULL, 0), TOO_SMALL);
    GIVES(StringCchCopyEx(buffer, 0, TEXT(""), NULL, NULL, 0), S_OK);
    GIVES(StringCchCopyEx(buffer, 10, TEXT("a"), NULL, NULL, 0x10000), INVALID);
    GIVES(StringCchCopyNEx(buffer, 10, TEXT("abcd"), 2, &end, &left, 0), S_OK);
    HAS_TEXT("ab");
    GIVES(left, 8);
    GIVES(StringCchCatNEx(buffer, 10, TEXT("cdef"), 2, &end, &left, 0), S_OK);
    HAS_TEXT("abcd");
    GIVES(StringCbCopyEx(buffer, 10 * sizeof(TCHAR), TEXT("abc"), &end, &left, 0), S_OK);
    GIVES(left / sizeof(TCHAR), 7);
}

static HRESULT print_with_options(
    size_t size, LPTSTR* end, size_t* left, DWORD flags, LPCTSTR format, ...) {
    HRESULT result;
    va_list arguments;
    va_start(arguments, format);
    result = StringCchVPrintfEx(buffer, size, end, left, flags, format, arguments);
    va_end(arguments);
    return result;
}

static HRESULT print_bytes_with_options(
    size_t size, LPTSTR* end, size_t* left, DWORD flags, LPCTSTR format, ...) {
    HRESULT result;
    va_list arguments;
    va_start(arguments, format);
    result = StringCbVPrintfEx(buffer, size, end, left, flags, format, arguments);
    va_end(arguments);
    return result;
}

#define CB(characters) ((characters) * sizeof(TCHAR))

static void bytes_with_options(void) {
    LPTSTR end = NULL;
    size_t left = 77;
    trace_note("StringCb...Ex, StringCch...VPrintfEx");
    fresh();
    GIVES(StringCbCopyNEx(buffer, CB(10), TEXT("abcd"), CB(2), &end, &left, 0), S_OK);
    HAS_TEXT("ab");
    HAS_NO_MORE_THAN(3);
    HOLDS(end == buffer + 2 && left == CB(8));
    GIVES(StringCbCatEx(buffer, CB(10), TEXT("cd"), &end, &left, 0), S_OK);
    HAS_TEXT("abcd");
    HOLDS(end == buffer + 4 && left == CB(6));
    GIVES(StringCbCatNEx(buffer, CB(10), TEXT("efgh"), CB(1), &end, &left, 0), S_OK);
    HAS_TEXT("abcde");
    HAS_NO_MORE_THAN(6);
    HOLDS(end == buffer + 5 && left == CB(5));
    GIVES(StringCbCatEx(buffer, CB(7), TEXT("xyz"), &end, &left, 0), TOO_SMALL);
    HAS_TEXT("abcdex");
    HOLDS(end == buffer + 6 && left == CB(1));
    GIVES(StringCbCatNEx(buffer, CB(7), TEXT("xyz"), CB(2), &end, &left, STRSAFE_NULL_ON_FAILURE), TOO_SMALL);
    HAS_TEXT("");
    HOLDS(end == buffer && left == CB(7));
    fresh();
    GIVES(StringCbCopyNEx(buffer, CB(3), TEXT("abcd"), CB(4), &end, &left, STRSAFE_NO_TRUNCATION), TOO_SMALL);
    HAS_TEXT("");
    GIVES(StringCbCopyNEx(NULL, 0, NULL, 0, &end, &left, STRSAFE_IGNORE_NULLS), S_OK);
    HOLDS(end == NULL && left == 0);
    fresh();
    GIVES(StringCbPrintfEx(buffer, CB(10), &end, &left, 0, TEXT("%s-%d"), TEXT("a"), 5), S_OK);
    HAS_TEXT("a-5");
    HAS_NO_MORE_THAN(4);
    HOLDS(end == buffer + 3 && left == CB(7));
    GIVES(StringCbPrintfEx(buffer, CB(3), &end, &left, 0, TEXT("%d"), 12345), TOO_SMALL);
    HAS_TEXT("12");
    HOLDS(end == buffer + 2 && left == CB(1));
    fresh();
    GIVES(print_bytes_with_options(CB(10), &end, &left, 0, TEXT("%lu"), (DWORD)12), S_OK);
    HAS_TEXT("12");
    HOLDS(end == buffer + 2 && left == CB(8));
    GIVES(print_bytes_with_options(CB(10), NULL, NULL, 0x10000, TEXT("%d"), 1), INVALID);
    fresh();
    GIVES(print_with_options(10, &end, &left, STRSAFE_FILL_BYTE(0), TEXT("%lu"), (DWORD)123), S_OK);
    HAS_TEXT("123");
    HOLDS(end == buffer + 3 && left == 7);
    HOLDS(buffer[4] == 0 && buffer[9] == 0 && buffer[10] == '#');
    GIVES(print_with_options(3, &end, &left, STRSAFE_NO_TRUNCATION, TEXT("%d"), 123), TOO_SMALL);
    HAS_TEXT("");
    HOLDS(end == buffer && left == 3);
    GIVES(print_with_options(0, NULL, NULL, 0, TEXT("%d"), 1), TOO_SMALL);
    GIVES(print_with_options(0, NULL, NULL, 0, TEXT("")), S_OK);
}

int main(void) {
    copies();
    appends();
    prints();
    lengths();
    with_options();
    bytes_with_options();
    return trace_end();
}
