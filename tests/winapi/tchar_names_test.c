/* tchar.h: the names that the other tests do not use. */

/* MinGW: as Microsoft has it, not as the standard. */
#define __USE_MINGW_ANSI_STDIO 0

#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

#if defined(__MINGW32__) && defined(UNICODE)
/* There it is the standard's vswprintf, which takes a size. */
#    undef _vstprintf
#    define _vstprintf _vswprintf
#endif

/* A function of its own for one that takes a va_list. */
#define VARIADIC(call)                                                                             \
    int result;                                                                                    \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    result = call;                                                                                 \
    va_end(arguments);                                                                             \
    return result

static int by_vtprintf(LPCTSTR format, ...) {
    VARIADIC(_vtprintf(format, arguments));
}
static int by_vtprintf_s(LPCTSTR format, ...) {
    VARIADIC(_vtprintf_s(format, arguments));
}
static int by_vftprintf(FILE* file, LPCTSTR format, ...) {
    VARIADIC(_vftprintf(file, format, arguments));
}
static int by_vftprintf_s(FILE* file, LPCTSTR format, ...) {
    VARIADIC(_vftprintf_s(file, format, arguments));
}
static int by_vstprintf(LPCTSTR format, ...) {
    VARIADIC(_vstprintf(buffer, format, arguments));
}
static int by_vstprintf_s(size_t size, LPCTSTR format, ...) {
    VARIADIC(_vstprintf_s(buffer, size, format, arguments));
}
static int by_vsntprintf_s(size_t size, size_t count, LPCTSTR format, ...) {
    VARIADIC(_vsntprintf_s(buffer, size, count, format, arguments));
}
static int by_vsctprintf(LPCTSTR format, ...) {
    VARIADIC(_vsctprintf(format, arguments));
}

static void prints(void) {
    trace_note("into texts, and to standard output");
    PRINTS("text 4294967295", by_vstprintf(TEXT("%s %lu"), TEXT("text"), (DWORD)-1));
    PRINTS("text -5", by_vstprintf_s(10, TEXT("%s %I64d"), TEXT("text"), (LONGLONG)-5));
    GIVES(by_vsntprintf_s(4, _TRUNCATE, TEXT("%s"), TEXT("text")), -1);
    HAS_TEXT("tex");
    GIVES(by_vsctprintf(TEXT("%s %lu"), TEXT("text"), (DWORD)-1), 15);
    GIVES(by_vtprintf(TEXT("%s %lu\n"), TEXT("_vtprintf"), (DWORD)1), 12);
    GIVES(_tprintf_s(TEXT("%s %lu\n"), TEXT("_tprintf_s"), (DWORD)2), 13);
    GIVES(by_vtprintf_s(TEXT("%s %lu\n"), TEXT("_vtprintf_s"), (DWORD)3), 14);
    GIVES(_puttchar(TEXT('x')), 'x');
    GIVES(_puttc(TEXT('\n'), stdout), '\n');
}

static void texts(void) {
    TCHAR text[] = TEXT("one,two");
    LPTSTR rest = NULL;
    LPTSTR end = NULL;
    trace_note("texts and numbers");
    GIVES(_tcsclen(text), 7);
    GIVES(_tcsnlen(text, 100), 7);
    GIVES(_tcsnlen(text, 3), 3);
    HOLDS(_tcscoll(TEXT("abc"), TEXT("abd")) < 0 && _tcscoll(TEXT("a"), TEXT("a")) == 0);
    HOLDS(same(_tcstok_s(text, TEXT(","), &rest), TEXT("one")));
    HOLDS(same(_tcstok_s(NULL, TEXT(","), &rest), TEXT("two")));
    HOLDS(_tcstok_s(NULL, TEXT(","), &rest) == NULL);
    HOLDS(_tcsinc(text) == text + 1);
    HOLDS(_tcsdec(text, text + 2) == text + 1);
    HOLDS(_tcsnextc(text) == 'o');
    GIVES(_tstol(TEXT("-12x")), -12);
    GIVES(_tstoi64(TEXT("-1234567890123")), -1234567890123);
    HOLDS(_tstof(TEXT("1.5")) == 1.5);
    _ltot(-12, fresh(), 10);
    HAS_TEXT("-12");
    GIVES(_itot_s(-12, fresh(), 10, 10), 0);
    HAS_TEXT("-12");
    GIVES(_ultot_s((DWORD)-1, fresh(), 20, 16), 0);
    HAS_TEXT("ffffffff");
    BEGIN_GAP("MinGW lacks _ttof, _tcstoll, _tcstoull")
#ifndef __MINGW32__
    HOLDS(_ttof(TEXT("-2.5x")) == -2.5);
    _tcscpy(text, TEXT("-9x"));
    HOLDS(_tcstoll(text, &end, 10) == -9 && end == text + 2);
    HOLDS(_tcstoull(TEXT("18446744073709551615"), &end, 10) == (ULONGLONG)-1 && *end == 0);
#endif
    END_GAP(void) end;
}

static void characters(void) {
    trace_note("characters");
    HOLDS(_istxdigit(TEXT('f')) && !_istxdigit(TEXT('g')));
    HOLDS(_istalnum(TEXT('z')) && _istalnum(TEXT('9')) && !_istalnum(TEXT('-')));
    HOLDS(_istupper(TEXT('A')) && !_istupper(TEXT('a')));
    HOLDS(_istlower(TEXT('a')) && !_istlower(TEXT('A')));
    HOLDS(_istprint(TEXT(' ')) && !_istprint(TEXT('\n')));
    HOLDS(_istpunct(TEXT('-')) && !_istpunct(TEXT('a')));
    HOLDS((_TINT)_TEOF == _TEOF && _TEOF != 'a');
}

static void files(void) {
    TCHAR path[MAX_PATH + 128];
    FILE* file = NULL;
    DWORD number = 0;
    trace_note("files");
    GetTempPath(MAX_PATH, path);
    lstrcat(path, object_name(TEXT("tchar_names")));
    GIVES(_tfopen_s(&file, path, TEXT("r")), ENOENT);
    HOLDS(file == NULL);
    GIVES(_tfopen_s(&file, path, TEXT("w")), 0);
    GIVES(_ftprintf_s(file, TEXT("%lu "), (DWORD)-1), 11);
    GIVES(by_vftprintf(file, TEXT("%s\n"), TEXT("one")), 4);
    GIVES(by_vftprintf_s(file, TEXT("%s\n"), TEXT("two")), 4);
    GIVES(_fputtc(TEXT('x'), file), 'x');
    GIVES(_puttc(TEXT('y'), file), 'y');
    GIVES(fclose(file), 0);
    GIVES(_tfopen_s(&file, path, TEXT("r")), 0);
    GIVES(_ftscanf(file, TEXT("%lu"), &number), 1);
    GIVES(number, 4294967295);
    GIVES(_ftscanf_s(file, TEXT("%s"), fresh(), 4U), 1);
    HAS_TEXT("one");
    HAS_NO_MORE_THAN(4);
    GIVES(_fgettc(file), '\n');
    GIVES(_gettc(file), 't');
    fclose(file);
    SUCCEEDS(DeleteFile(path));
}

static void standard_input(void) {
    FILE* file = NULL;
    DWORD number = 0;
    char path[MAX_PATH + 1];
    char name[MAX_PATH + 1];
    trace_note("standard input");
    GetTempPathA(MAX_PATH, path);
    SUCCEEDS(GetTempFileNameA(path, "tch", 0, name));
    GIVES(fopen_s(&file, name, "w"), 0);
    HOLDS(fputs("12 34 one two\nx", file) >= 0);
    fclose(file);
    GIVES(freopen_s(&file, name, "r", stdin), 0);
    GIVES(_tscanf(TEXT("%lu"), &number), 1);
    GIVES(number, 12);
    GIVES(_tscanf_s(TEXT("%lu %s"), &number, fresh(), 4U), 2);
    GIVES(number, 34);
    HAS_TEXT("one");
    GIVES(_gettchar(), ' ');
    GIVES(_stscanf_s(TEXT("5 six"), TEXT("%lu %s"), &number, fresh(), 4U), 2);
    GIVES(number, 5);
    HAS_TEXT("six");
    HOLDS(_gettchar() == 't' && _gettchar() == 'w' && _gettchar() == 'o');
    HOLDS(_gettchar() == '\n' && _gettchar() == 'x');
    HOLDS((_TINT)_gettchar() == (_TINT)_TEOF);
    fclose(stdin);
    SUCCEEDS(DeleteFileA(name));
}

int main(void) {
    prints();
    texts();
    characters();
    files();
    standard_input();
    return trace_end();
}
