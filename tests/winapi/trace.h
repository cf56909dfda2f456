#pragma once

/* What the differential tests share. Each test is a plain Windows program in the common part of C
   and C++: it is compiled against the system's headers and run under Wine (or on Windows), and
   against Isthmus' and run natively. What it prints, one line for each check, must be the same
   everywhere (tests/winapi/traces); that the checks hold, too.

   The first argument of most checks is the call itself, and its text is part of the trace: so it
   must not contain what differs between runs. */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <tchar.h>

static int trace_failures;
static int trace_checks;
static int trace_silent;
static DWORD trace_error;

/* Before each call: so that it shows whether the call sets the last error. */
#define UNTOUCHED ((DWORD)0xdeadbeef)

static void trace_line(int holds, const char* file, int line, const char* text, long long result) {
    if (!trace_silent) {
        ++trace_checks; /* those in gaps are not made everywhere */
        if (trace_error == UNTOUCHED) {
            printf("%s = %lld\n", text, result);
        } else {
            printf("%s = %lld, error %lld\n", text, result, (long long)trace_error);
        }
    }
    if (!holds) {
        ++trace_failures;
        fflush(stdout);
        fprintf(stderr, "%s:%d: %s = %lld, error %lld\n", file, line, text, result,
                (long long)trace_error);
    }
    fflush(stdout);
}

/* Evaluates the call, remembers its last error. */
#define TRACED(call)                                                                               \
    (SetLastError(UNTOUCHED), trace_result = (long long)(call), trace_error = GetLastError())

/* The call returns TRUE (whatever it is); the last error is not looked at. */
#define SUCCEEDS(call)                                                                             \
    do {                                                                                           \
        long long trace_result;                                                                    \
        TRACED(call);                                                                              \
        trace_error = UNTOUCHED;                                                                   \
        trace_line(trace_result != 0, __FILE__, __LINE__, #call, trace_result != 0);               \
    } while (0)

/* The same, and leaves this last error (UNTOUCHED: sets none). */
#define SUCCEEDS_WITH(call, error)                                                                 \
    do {                                                                                           \
        long long trace_result;                                                                    \
        TRACED(call);                                                                              \
        trace_line(trace_result != 0 && trace_error == (DWORD)(error), __FILE__, __LINE__, #call,  \
                   trace_result != 0);                                                             \
    } while (0)

/* The call returns FALSE, NULL or 0, with this last error. */
#define FAILS(call, error)                                                                         \
    do {                                                                                           \
        long long trace_result;                                                                    \
        TRACED(call);                                                                              \
        trace_line(trace_result == 0 && trace_error == (DWORD)(error), __FILE__, __LINE__, #call,  \
                   trace_result != 0);                                                             \
    } while (0)

/* The call returns this number; the last error is not looked at. */
#define GIVES(call, number)                                                                        \
    do {                                                                                           \
        long long trace_result;                                                                    \
        TRACED(call);                                                                              \
        trace_error = UNTOUCHED;                                                                   \
        trace_line(trace_result == (long long)(number), __FILE__, __LINE__, #call, trace_result);  \
    } while (0)

/* The call returns this number, with this last error. */
#define GIVES_WITH(call, number, error)                                                            \
    do {                                                                                           \
        long long trace_result;                                                                    \
        TRACED(call);                                                                              \
        trace_line(trace_result == (long long)(number) && trace_error == (DWORD)(error), __FILE__, \
                   __LINE__, #call, trace_result);                                                 \
    } while (0)

/* `variable` gets a handle, which is valid; the last error is this one (0: what a fresh create
 * sets). */
#define OPENS_WITH(variable, call, error)                                                          \
    do {                                                                                           \
        SetLastError(UNTOUCHED);                                                                   \
        variable = (call);                                                                         \
        trace_error = GetLastError();                                                              \
        trace_line(                                                                                \
            variable != NULL && variable != INVALID_HANDLE_VALUE && trace_error == (DWORD)(error), \
            __FILE__, __LINE__, #call, variable != NULL && variable != INVALID_HANDLE_VALUE);      \
    } while (0)

/* The same, whatever the last error. */
#define OPENS(variable, call)                                                                      \
    do {                                                                                           \
        variable = (call);                                                                         \
        trace_error = UNTOUCHED;                                                                   \
        trace_line(variable != NULL && variable != INVALID_HANDLE_VALUE, __FILE__, __LINE__,       \
                   #call, variable != NULL && variable != INVALID_HANDLE_VALUE);                   \
    } while (0)

/* The call returns INVALID_HANDLE_VALUE, with this last error. */
#define REFUSES(call, error)                                                                       \
    do {                                                                                           \
        HANDLE trace_handle;                                                                       \
        SetLastError(UNTOUCHED);                                                                   \
        trace_handle = (call);                                                                     \
        trace_error = GetLastError();                                                              \
        trace_line(trace_handle == INVALID_HANDLE_VALUE && trace_error == (DWORD)(error),          \
                   __FILE__, __LINE__, #call, trace_handle == INVALID_HANDLE_VALUE ? -1 : 0);      \
    } while (0)

/* A condition holds. */
#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        const int trace_holds = (condition) != 0;                                                  \
        trace_error = UNTOUCHED;                                                                   \
        trace_line(trace_holds, __FILE__, __LINE__, #condition, trace_holds);                      \
    } while (0)

/* These bytes are those of the text. */
#define HAS_BYTES(buffer, size, text)                                                              \
    HOLDS((size_t)(size) == sizeof(text) - 1 && memcmp(buffer, text, sizeof(text) - 1) == 0)

static int trace_under_wine(void) {
#ifdef _WIN32
    const HMODULE module = GetModuleHandleA("ntdll.dll");
    return module != NULL && GetProcAddress(module, "wine_get_version") != NULL;
#else
    return 0;
#endif
}

/* Where Wine is not Windows (tests/wine-gaps.md), or the two may differ for the reason given: what
   is between BEGIN_GAP and END_GAP leaves nothing in the trace but the reason, and is not run under
   Wine.

       BEGIN_GAP("Wine ignores the flag") { ... } END_GAP */
#define BEGIN_GAP(reason)                                                                          \
    printf("gap: %s\n", reason);                                                                   \
    if (!trace_under_wine()) {                                                                     \
        trace_silent = 1;
#define END_GAP                                                                                    \
    trace_silent = 0;                                                                              \
    }

/* What the trace is to say beside. */
static void trace_note(const char* text) {
    printf("-- %s\n", text);
    fflush(stdout);
}

/* A name that no other test and no other run uses: `prefix`, then what it is for. For up to four
   names at a time. */
static LPCTSTR trace_name(LPCTSTR prefix, LPCTSTR what) {
    static TCHAR names[4][128];
    static int next;
    TCHAR* const name = names[next++ % 4];
    TCHAR digits[16];
    DWORD number = GetCurrentProcessId();
    int at = 0;
    size_t length = 0;
    do {
        digits[at++] = (TCHAR)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (*prefix != 0) {
        name[length++] = *prefix++;
    }
    while (*what != 0) {
        name[length++] = *what++;
    }
    name[length++] = '.';
    while (at != 0) {
        name[length++] = digits[--at];
    }
    name[length] = 0;
    return name;
}

static LPCTSTR pipe_name(LPCTSTR what) {
    return trace_name(TEXT("\\\\.\\pipe\\isthmus.test."), what);
}

static LPCTSTR mailslot_name(LPCTSTR what) {
    return trace_name(TEXT("\\\\.\\mailslot\\isthmus.test."), what);
}

static LPCTSTR object_name(LPCTSTR what) {
    return trace_name(TEXT("isthmus.test."), what);
}

/* At the end of main. */
static int trace_end(void) {
    (void)pipe_name;
    (void)mailslot_name;
    (void)object_name;
    (void)trace_note;
    (void)trace_under_wine;
    printf("-- %d checks\n", trace_checks);
    fflush(stdout);
    if (trace_failures != 0) {
        fprintf(stderr, "%d of %d checks failed\n", trace_failures, trace_checks);
    }
    return trace_failures != 0;
}
