#pragma once

/* What the tests of texts share. */

#include "trace.h"

/* Whether two texts are the same; the functions under test are not asked. */
static int same(LPCTSTR left, LPCTSTR right) {
    while (*left != 0 && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

/* A buffer that each test fills with '#', to see what is written and what is not. */
static TCHAR buffer[2048];

static LPTSTR fresh(void) {
    size_t at;
    for (at = 0; at < sizeof(buffer) / sizeof(*buffer); ++at) {
        buffer[at] = '#';
    }
    return buffer;
}

/* Whether the buffer holds the text, and whether nothing is written behind its terminator. */
#define HAS_TEXT(text) HOLDS(same(buffer, TEXT(text)))
#define HAS_NO_MORE_THAN(length) HOLDS(buffer[length] == '#')

/* A text of the other kind than TEXT. */
#ifdef UNICODE
#    define OTHER_TEXT(text) text
#else
#    define OTHER_TEXT(text) L##text
#endif

/* Formats into a fresh buffer, and checks the result and its length. */
#define PRINTS(text, call)                                                                         \
    do {                                                                                           \
        int trace_length;                                                                          \
        fresh();                                                                                   \
        trace_length = (call);                                                                     \
        trace_error = UNTOUCHED;                                                                   \
        trace_line(trace_length == (int)sizeof(text) - 1, __FILE__, __LINE__, #call,               \
                   trace_length);                                                                  \
        HAS_TEXT(text);                                                                            \
        HAS_NO_MORE_THAN(sizeof(text));                                                            \
    } while (0)
