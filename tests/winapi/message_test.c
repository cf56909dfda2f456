/* FormatMessage. */

#include "text.h"

/* ERROR_NO_WORK_DONE, which not all SDKs know. */
#define NO_WORK_DONE 235

/* A text with inserts, which are passed as Windows' own functions pass them. */
static DWORD format(DWORD flags, LPCTSTR text, ...) {
    DWORD length;
    DWORD error;
    va_list arguments;
    va_start(arguments, text);
    fresh();
    length = FormatMessage(FORMAT_MESSAGE_FROM_STRING | flags, text, 0, 0, buffer, 1000, &arguments);
    error = GetLastError();
    va_end(arguments);
    SetLastError(error);
    return length;
}

#define GIVES_TEXT(text, call)                                                                     \
    do {                                                                                           \
        DWORD trace_length;                                                                        \
        SetLastError(UNTOUCHED);                                                                   \
        trace_length = (call);                                                                     \
        trace_error = GetLastError();                                                              \
        trace_line(trace_length == sizeof(text) - 1 && trace_error == UNTOUCHED, __FILE__,         \
                   __LINE__, #call, trace_length);                                                 \
        HAS_TEXT(text);                                                                            \
    } while (0)

static void plain(void) {
    trace_note("texts without inserts");
    GIVES_TEXT("text", format(0, TEXT("text")));
    GIVES_TEXT("%", format(0, TEXT("%%")));
    GIVES_TEXT("a\r\nb", format(0, TEXT("a%nb")));
    GIVES_TEXT("a", format(0, TEXT("a%0b")));
    GIVES_TEXT("abc", format(0, TEXT("abc%0")));
    GIVES_TEXT("a\r\nb", format(0, TEXT("a\nb")));
    GIVES_TEXT("a\r\nb", format(0, TEXT("a\r\nb")));
    GIVES_TEXT("a\r\nb", format(0, TEXT("a\rb")));
    GIVES_TEXT("! . \r \t z", format(0, TEXT("%! %. %r %t %z")));
    GIVES_TEXT(" a", format(0, TEXT("% a")));
    FAILS(format(0, TEXT("")), NO_WORK_DONE);
    FAILS(format(0, TEXT("%0")), NO_WORK_DONE);
    FAILS(format(0, TEXT("a%")), ERROR_INVALID_PARAMETER);
}

static void inserts(void) {
    trace_note("inserts");
    GIVES_TEXT("x", format(0, TEXT("%1"), TEXT("x")));
    GIVES_TEXT("x", format(0, TEXT("%1!s!"), TEXT("x")));
    GIVES_TEXT("ba", format(0, TEXT("%2%1"), TEXT("a"), TEXT("b")));
    GIVES_TEXT("aa", format(0, TEXT("%1%1"), TEXT("a")));
    GIVES_TEXT("5", format(0, TEXT("%1!d!"), 5));
    GIVES_TEXT("4294967295\r\n", format(0, TEXT("%1!u!%n"), (DWORD)-1));
    GIVES_TEXT("0005 ff", format(0, TEXT("%1!04d! %2!x!"), 5, 255));
    GIVES_TEXT("7", format(0, TEXT("%1!lu!"), (DWORD)7));
    GIVES_TEXT("12345678901234", format(0, TEXT("%1!I64d!"), (LONGLONG)12345678901234));
    GIVES_TEXT("q", format(0, TEXT("%1!c!"), TEXT('q')));
    GIVES_TEXT("wide narrow", format(0, TEXT("%1!ls! %2!hs!"), L"wide", "narrow"));
    GIVES_TEXT("other", format(0, TEXT("%1!S!"), OTHER_TEXT("other")));
    GIVES_TEXT("abc|ab   |", format(0, TEXT("%1!.3s!|%2!-5s!|"), TEXT("abcdef"), TEXT("ab")));
    GIVES_TEXT("3 1", format(0, TEXT("%3!d! %1!d!"), 1, 2, 3));
    GIVES_TEXT("   1", format(0, TEXT("%1!*d!"), 4, 1));
    GIVES_TEXT("  001|z", format(0, TEXT("%1!*.*d!|%3"), 5, 3, 1, TEXT("z")));
    GIVES_TEXT("   1|z", format(0, TEXT("%1!*d!|%2"), 4, 1, TEXT("z")));
    GIVES_TEXT("  001, 0002", format(0, TEXT("%1!*.*u!,%1!*.*u!"), 5, 3, 1, 4, 2));
    GIVES_TEXT("  001,  0002", format(0, TEXT("%1!*.*u!,%3!*.*u!"), 5, 3, 1, 6, 4, 2));
    GIVES_TEXT("j", format(0, TEXT("%10"), TEXT("a"), TEXT("b"), TEXT("c"), TEXT("d"), TEXT("e"),
                           TEXT("f"), TEXT("g"), TEXT("h"), TEXT("i"), TEXT("j")));
    GIVES_TEXT("(null)", format(0, TEXT("%1"), (LPCTSTR)NULL));
    GIVES_TEXT("%d", format(0, TEXT("%1!%d!"), 5));
    FAILS(format(0, TEXT("%1!s"), TEXT("x")), ERROR_INVALID_PARAMETER);
    FAILS(format(0, TEXT("%1!!"), TEXT("x")), NO_WORK_DONE);
    FAILS(format(0, TEXT("%1"), TEXT("")), NO_WORK_DONE);
}

static void from_an_array(void) {
    DWORD_PTR stars[] = {6, 4, 2, 5, 3, 1};
    DWORD_PTR values[3];
    values[0] = 1;
    values[1] = (DWORD_PTR)TEXT("two");
    values[2] = 3;
    trace_note("inserts of an array, and none");
    fresh();
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                        TEXT("%3!d! %2 %1!d!"), 0, 0, buffer, 100, (va_list*)values), 7);
    HAS_TEXT("3 two 1");
    HAS_NO_MORE_THAN(8);
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                        TEXT("%1!*.*u!,%1!*.*u!"), 0, 0, buffer, 100, (va_list*)stars), 13);
    HAS_TEXT("  0002, 00003");
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                        TEXT("%1!*.*u!,%4!*.*u!"), 0, 0, buffer, 100, (va_list*)stars), 12);
    HAS_TEXT("  0002,  001");
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_STRING, TEXT("%1!d!"), 0, 0, buffer, 100, NULL),
          ERROR_INVALID_PARAMETER);
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, TEXT("%1!d!"), 0,
                        0, buffer, 100, NULL), ERROR_INVALID_PARAMETER);
    GIVES_WITH(FormatMessage(FORMAT_MESSAGE_FROM_STRING, TEXT("abc"), 0, 0, buffer, 100, NULL), 3,
               UNTOUCHED);
}

static void ignored_inserts(void) {
    trace_note("inserts that are ignored");
    GIVES_TEXT("%1 %1!d! %% \r\n x ",
               format(FORMAT_MESSAGE_IGNORE_INSERTS, TEXT("%1 %1!d! %% %n x %0y")));
    GIVES_TEXT("a\r\nb\r\nc\r\nd \r%.%!\t",
               format(FORMAT_MESSAGE_IGNORE_INSERTS, TEXT("a\nb\rc\r\nd %r%.%!%t")));
    fresh();
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS, TEXT("%1"), 0, 0,
                        buffer, 100, NULL), 2);
    HAS_TEXT("%1");
}

static void lines(void) {
    trace_note("lines");
    GIVES_TEXT("a long text \r\n with breaks x y",
               format(FORMAT_MESSAGE_MAX_WIDTH_MASK, TEXT("a long\ntext %n with\r\nbreaks %1"), TEXT("x y")));
    GIVES_TEXT("this is a longer\r\ntext which is to be\r\nbroken into lines\r\nhard",
               format(20, TEXT("this is a longer text which is to be broken into lines%nhard")));
    GIVES_TEXT("verylongwo\r\nrdthatdoes\r\nnotfit a\r\nb c d e f\r\ng",
               format(10, TEXT("verylongwordthatdoesnotfit a b c d e f g")));
}

static void buffers(void) {
    LPTSTR made = NULL;
    trace_note("buffers");
    fresh();
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_STRING, TEXT("abcdef"), 0, 0, buffer, 6, NULL),
          ERROR_INSUFFICIENT_BUFFER);
    HAS_NO_MORE_THAN(6);
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING, TEXT("abcdef"), 0, 0, buffer, 7, NULL), 6);
    HAS_NO_MORE_THAN(7);
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_STRING, TEXT("abcdef"), 0, 0, buffer, 0, NULL),
          ERROR_INSUFFICIENT_BUFFER);
    GIVES_WITH(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, TEXT("abc"),
                             0, 0, (LPTSTR)&made, 0, NULL), 3, UNTOUCHED);
    HOLDS(same(made, TEXT("abc")));
    GIVES(LocalSize(made) / sizeof(TCHAR), 4);
    HOLDS(LocalFree(made) == NULL);
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, TEXT("abc"), 0,
                        0, (LPTSTR)&made, 100, NULL), 3);
    GIVES(LocalSize(made) / sizeof(TCHAR), 100);
    HOLDS(LocalFree(made) == NULL);
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, TEXT(""), 0, 0,
                        (LPTSTR)&made, 100, NULL), NO_WORK_DONE);
    HOLDS(made == NULL);
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER, TEXT("abc"), 0,
                        0, NULL, 100, NULL), 0);
    FAILS(FormatMessage(0, TEXT("abc"), 0, 0, buffer, 100, NULL), ERROR_INVALID_PARAMETER);
}

/* The last characters of the buffer, which holds a message of the system. */
static int ends_with(DWORD length, LPCTSTR end) {
    const DWORD size = (DWORD)lstrlen(end);
    return length > size && same(buffer + length - size, end);
}

static void of_the_system(void) {
    static const DWORD codes[] = {0, 2, 3, 5, 6, 8, 32, 80, 87, 109, 111, 121, 122, 123, 161, 170, 183,
                                  230, 231, 232, 233, 234, 288, 298, 487, 535, 536, 998, 1132, 1224};
    DWORD length;
    size_t at;
    LPTSTR made = NULL;
    trace_note("messages of the system");
    for (at = 0; at < sizeof(codes) / sizeof(*codes); ++at) {
        length = FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                               codes[at], 0, fresh(), 1000, NULL);
        HOLDS(ends_with(length, TEXT(".\r\n")) && buffer[length + 1] == '#');
    }
    SUCCEEDS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED,
                           MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), buffer, 1000, NULL));
    SUCCEEDS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED,
                           MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), buffer, 1000, NULL));
    length = FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_MAX_WIDTH_MASK, NULL,
                           ERROR_ACCESS_DENIED, 0, fresh(), 1000, NULL);
    HOLDS(ends_with(length, TEXT(". ")));
    SUCCEEDS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER, NULL,
                           ERROR_FILE_NOT_FOUND, 0, (LPTSTR)&made, 0, NULL));
    HOLDS(made != NULL && LocalFree(made) == NULL);
    SUCCEEDS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, (DWORD)E_ACCESSDENIED, 0, buffer, 1000,
                           NULL));
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x7fffff, 0, buffer, 1000, NULL),
          ERROR_MR_MID_NOT_FOUND);
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED, 0, buffer, 5, NULL),
          ERROR_INSUFFICIENT_BUFFER);
    SUCCEEDS(FormatMessage(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM, NULL,
                           ERROR_ACCESS_DENIED, 0, buffer, 1000, NULL));
    FAILS(FormatMessage(FORMAT_MESSAGE_FROM_HMODULE, NULL, ERROR_ACCESS_DENIED, 0, buffer, 1000, NULL),
          ERROR_RESOURCE_DATA_NOT_FOUND);
    GIVES(FormatMessage(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_FROM_SYSTEM, TEXT("abc"),
                        ERROR_ACCESS_DENIED, 0, buffer, 1000, NULL), 3);
    BEGIN_GAP("Wine speaks German, too") {
        FAILS(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED,
                            MAKELANGID(0x07, SUBLANG_DEFAULT), buffer, 1000, NULL),
              ERROR_RESOURCE_LANG_NOT_FOUND);
    }
    END_GAP
}

int main(void) {
    plain();
    inserts();
    from_an_array();
    ignored_inserts();
    lines();
    buffers();
    of_the_system();
    return trace_end();
}
