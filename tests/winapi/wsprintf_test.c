/* wsprintf and wvsprintf. */

#include "text.h"

static int print(LPCTSTR format, ...) {
    int length;
    va_list arguments;
    va_start(arguments, format);
    length = wvsprintf(buffer, format, arguments);
    va_end(arguments);
    return length;
}

static void numbers(void) {
    trace_note("numbers");
    PRINTS("plain", wsprintf(buffer, TEXT("plain")));
    PRINTS("", wsprintf(buffer, TEXT("")));
    PRINTS("-1 2", wsprintf(buffer, TEXT("%d %i"), -1, 2));
    PRINTS("4294967295", wsprintf(buffer, TEXT("%u"), -1));
    PRINTS("ff FF", wsprintf(buffer, TEXT("%x %X"), 255, 255));
    PRINTS("-7 4294967289 fffffff9", wsprintf(buffer, TEXT("%ld %lu %lx"), (LONG)-7, (DWORD)-7, (DWORD)-7));
    PRINTS("    1|2    |00003|004", wsprintf(buffer, TEXT("%5d|%-5d|%05d|%.3d"), 1, 2, 3, 4));
    PRINTS("0xff 0XFF 0x0005", wsprintf(buffer, TEXT("%#x %#X %#.4x"), 255, 255, 5));
    PRINTS("0", wsprintf(buffer, TEXT("%.0d"), 0));
    PRINTS("1234567890123 -1", wsprintf(buffer, TEXT("%I64d %I64d"), (LONGLONG)1234567890123, (LONGLONG)-1));
    PRINTS("-5", wsprintf(buffer, TEXT("%I32d"), -5));
    PRINTS("0000000000001234", wsprintf(buffer, TEXT("%p"), (void*)(ULONG_PTR)0x1234));
}

static void texts(void) {
    trace_note("texts");
    PRINTS("text", wsprintf(buffer, TEXT("%s"), TEXT("text")));
    PRINTS("|   a|b   |cd|", wsprintf(buffer, TEXT("|%4s|%-4s|%.2s|"), TEXT("a"), TEXT("b"), TEXT("cdef")));
    PRINTS("wide narrow", wsprintf(buffer, TEXT("%ls %hs"), L"wide", "narrow"));
    PRINTS("other", wsprintf(buffer, TEXT("%S"), OTHER_TEXT("other")));
    PRINTS("xyz", wsprintf(buffer, TEXT("%c%hc%lc"), TEXT('x'), 'y', L'z'));
    PRINTS("  a|b  |", wsprintf(buffer, TEXT("%3c|%-3c|"), TEXT('a'), TEXT('b')));
    PRINTS("(null)", wsprintf(buffer, TEXT("%s"), (LPCTSTR)NULL));
    PRINTS("100%", wsprintf(buffer, TEXT("%d%%"), 100));
}

static void what_is_unknown(void) {
    trace_note("what is no conversion stands for itself");
    PRINTS("f", wsprintf(buffer, TEXT("%f"), 1.0));
    PRINTS("z", wsprintf(buffer, TEXT("%z")));
    PRINTS("o", wsprintf(buffer, TEXT("%o"), 8));
    PRINTS("n", wsprintf(buffer, TEXT("%n")));
    PRINTS("ld", wsprintf(buffer, TEXT("%lld"), (LONGLONG)1));
    PRINTS("+5d", wsprintf(buffer, TEXT("%+5d"), 5));
    PRINTS(" d", wsprintf(buffer, TEXT("% d"), 5));
    PRINTS("", wsprintf(buffer, TEXT("%")));
}

static void with_a_list(void) {
    trace_note("wvsprintf");
    PRINTS("1 two 3", print(TEXT("%d %s %lu"), 1, TEXT("two"), (DWORD)3));
    PRINTS("", print(TEXT("")));
}

static void long_ones(void) {
    static TCHAR text[1500];
    int at;
    trace_note("no more than 1023 characters");
    for (at = 0; at < 1400; ++at) {
        text[at] = 'x';
    }
    fresh();
    wsprintf(buffer, TEXT("%s"), text);
    HOLDS(buffer[1022] == 'x' && buffer[1023] == 0 && buffer[1024] == '#');
    text[1020] = 0;
    fresh();
    wsprintf(buffer, TEXT("%sabcdef"), text);
    HOLDS(buffer[1019] == 'x' && buffer[1022] == 'c' && buffer[1023] == 0 && buffer[1024] == '#');
    fresh();
    GIVES(wsprintf(buffer, TEXT("%sab"), text), 1022);
    HOLDS(buffer[1021] == 'b' && buffer[1022] == 0);
}

int main(void) {
    numbers();
    texts();
    what_is_unknown();
    with_a_list();
    long_ones();
    return trace_end();
}
