#pragma once
#pragma GCC system_header

#include "minwindef.h"

#include <stdio.h>
#include <wchar.h>
#ifdef __cplusplus
// First, since they take away macros that have names of functions.
#    include <cstdio>
#    include <cwchar>
#endif

/// \file
/// What Microsoft's stdio.h has beside the standard's, and the standard's where it differs: a
/// Windows program prints a DWORD, which has 32 bits, with `%lu`, knows `%I64d`, and prints texts
/// of `wchar_t` with `%ls`, `%S`, and in a format of `wchar_t` with `%s`; printf and wprintf may
/// take turns on one stream. So calls of printf and its kin go to functions that work this way:
/// `l` says nothing about the size of a number (`ll`, `j`, `z` and `t` are as elsewhere), `%p`
/// prints all digits, and `%n` is refused. The macros take arguments, so that `printf` alone is
/// what it was. (A class's own function of such a name has to be called where it is declared:
/// before, or after, this header.)
/// https://learn.microsoft.com/cpp/c-runtime-library/stream-i-o

typedef int errno_t;

#define _TRUNCATE ((size_t)-1)

ISTHMUS_BEGIN_C

// --- printf

WINBASEAPI int isthmus_printf(const char* format, ...) ISTHMUS_WIDE(printf);
WINBASEAPI int isthmus_vprintf(const char* format, va_list arguments) ISTHMUS_WIDE(vprintf);
WINBASEAPI int isthmus_fprintf(FILE* stream, const char* format, ...) ISTHMUS_WIDE(fprintf);
WINBASEAPI int isthmus_vfprintf(FILE* stream, const char* format, va_list arguments)
    ISTHMUS_WIDE(vfprintf);
WINBASEAPI int isthmus_sprintf(char* buffer, const char* format, ...) ISTHMUS_WIDE(sprintf);
WINBASEAPI int isthmus_vsprintf(char* buffer, const char* format, va_list arguments)
    ISTHMUS_WIDE(vsprintf);
WINBASEAPI int isthmus_snprintf(char* buffer, size_t count, const char* format, ...)
    ISTHMUS_WIDE(snprintf);
WINBASEAPI int isthmus_vsnprintf(char* buffer, size_t count, const char* format, va_list arguments)
    ISTHMUS_WIDE(vsnprintf);
WINBASEAPI int isthmus_wprintf(const wchar_t* format, ...) ISTHMUS_WIDE(wprintf);
WINBASEAPI int isthmus_vwprintf(const wchar_t* format, va_list arguments) ISTHMUS_WIDE(vwprintf);
WINBASEAPI int isthmus_fwprintf(FILE* stream, const wchar_t* format, ...) ISTHMUS_WIDE(fwprintf);
WINBASEAPI int isthmus_vfwprintf(FILE* stream, const wchar_t* format, va_list arguments)
    ISTHMUS_WIDE(vfwprintf);
WINBASEAPI int isthmus_swprintf(wchar_t* buffer, size_t count, const wchar_t* format, ...)
    ISTHMUS_WIDE(swprintf);
WINBASEAPI int isthmus_vswprintf(wchar_t* buffer,
                                 size_t count,
                                 const wchar_t* format,
                                 va_list arguments) ISTHMUS_WIDE(vswprintf);

// Microsoft's own. (A buffer that is too small: _snprintf and its kin return -1, and write no
// terminator; those that end in _s empty the buffer and return -1.)

WINBASEAPI int _snprintf(char* buffer, size_t count, const char* format, ...)
    ISTHMUS_CRT_WIDE(_snprintf);
WINBASEAPI int _vsnprintf(char* buffer, size_t count, const char* format, va_list arguments)
    ISTHMUS_CRT_WIDE(_vsnprintf);
WINBASEAPI int _snwprintf(wchar_t* buffer, size_t count, const wchar_t* format, ...)
    ISTHMUS_CRT_WIDE(_snwprintf);
WINBASEAPI int _vsnwprintf(wchar_t* buffer, size_t count, const wchar_t* format, va_list arguments)
    ISTHMUS_CRT_WIDE(_vsnwprintf);
WINBASEAPI int _swprintf(wchar_t* buffer, const wchar_t* format, ...) ISTHMUS_CRT_WIDE(_swprintf);
WINBASEAPI int _vswprintf(wchar_t* buffer, const wchar_t* format, va_list arguments)
    ISTHMUS_CRT_WIDE(_vswprintf);
WINBASEAPI int _scprintf(const char* format, ...) ISTHMUS_CRT_WIDE(_scprintf);
WINBASEAPI int _vscprintf(const char* format, va_list arguments) ISTHMUS_CRT_WIDE(_vscprintf);
WINBASEAPI int _scwprintf(const wchar_t* format, ...) ISTHMUS_CRT_WIDE(_scwprintf);
WINBASEAPI int _vscwprintf(const wchar_t* format, va_list arguments) ISTHMUS_CRT_WIDE(_vscwprintf);
WINBASEAPI int printf_s(const char* format, ...) ISTHMUS_CRT_WIDE(printf_s);
WINBASEAPI int vprintf_s(const char* format, va_list arguments) ISTHMUS_CRT_WIDE(vprintf_s);
WINBASEAPI int fprintf_s(FILE* stream, const char* format, ...) ISTHMUS_CRT_WIDE(fprintf_s);
WINBASEAPI int vfprintf_s(FILE* stream, const char* format, va_list arguments)
    ISTHMUS_CRT_WIDE(vfprintf_s);
WINBASEAPI int sprintf_s(char* buffer, size_t sizeOfBuffer, const char* format, ...)
    ISTHMUS_CRT_WIDE(sprintf_s);
WINBASEAPI int vsprintf_s(char* buffer, size_t sizeOfBuffer, const char* format, va_list arguments)
    ISTHMUS_CRT_WIDE(vsprintf_s);
WINBASEAPI int _snprintf_s(char* buffer, size_t sizeOfBuffer, size_t count, const char* format, ...)
    ISTHMUS_CRT_WIDE(_snprintf_s);
WINBASEAPI int _vsnprintf_s(char* buffer,
                            size_t sizeOfBuffer,
                            size_t count,
                            const char* format,
                            va_list arguments) ISTHMUS_CRT_WIDE(_vsnprintf_s);
WINBASEAPI int wprintf_s(const wchar_t* format, ...) ISTHMUS_CRT_WIDE(wprintf_s);
WINBASEAPI int vwprintf_s(const wchar_t* format, va_list arguments) ISTHMUS_CRT_WIDE(vwprintf_s);
WINBASEAPI int fwprintf_s(FILE* stream, const wchar_t* format, ...) ISTHMUS_CRT_WIDE(fwprintf_s);
WINBASEAPI int vfwprintf_s(FILE* stream, const wchar_t* format, va_list arguments)
    ISTHMUS_CRT_WIDE(vfwprintf_s);
WINBASEAPI int swprintf_s(wchar_t* buffer, size_t sizeOfBuffer, const wchar_t* format, ...)
    ISTHMUS_CRT_WIDE(swprintf_s);
WINBASEAPI int vswprintf_s(wchar_t* buffer,
                           size_t sizeOfBuffer,
                           const wchar_t* format,
                           va_list arguments) ISTHMUS_CRT_WIDE(vswprintf_s);
WINBASEAPI int _snwprintf_s(wchar_t* buffer,
                            size_t sizeOfBuffer,
                            size_t count,
                            const wchar_t* format,
                            ...) ISTHMUS_CRT_WIDE(_snwprintf_s);
WINBASEAPI int _vsnwprintf_s(wchar_t* buffer,
                             size_t sizeOfBuffer,
                             size_t count,
                             const wchar_t* format,
                             va_list arguments) ISTHMUS_CRT_WIDE(_vsnwprintf_s);

// --- scanf

// Here too, `l` says nothing about the size of a number. (%ls and %S are texts of `wchar_t`.)
WINBASEAPI int isthmus_scanf(const char* format, ...) ISTHMUS_WIDE(scanf);
WINBASEAPI int isthmus_fscanf(FILE* stream, const char* format, ...) ISTHMUS_WIDE(fscanf);
WINBASEAPI int isthmus_sscanf(const char* text, const char* format, ...) ISTHMUS_WIDE(sscanf);
WINBASEAPI int isthmus_wscanf(const wchar_t* format, ...) ISTHMUS_WIDE(wscanf);
WINBASEAPI int isthmus_fwscanf(FILE* stream, const wchar_t* format, ...) ISTHMUS_WIDE(fwscanf);
WINBASEAPI int isthmus_swscanf(const wchar_t* text, const wchar_t* format, ...)
    ISTHMUS_WIDE(swscanf);

// With the size of its buffer, an `unsigned`, after each buffer of %s, %c and %[.
WINBASEAPI int scanf_s(const char* format, ...) ISTHMUS_CRT_WIDE(scanf_s);
WINBASEAPI int fscanf_s(FILE* stream, const char* format, ...) ISTHMUS_CRT_WIDE(fscanf_s);
WINBASEAPI int sscanf_s(const char* text, const char* format, ...) ISTHMUS_CRT_WIDE(sscanf_s);
WINBASEAPI int wscanf_s(const wchar_t* format, ...) ISTHMUS_CRT_WIDE(wscanf_s);
WINBASEAPI int fwscanf_s(FILE* stream, const wchar_t* format, ...) ISTHMUS_CRT_WIDE(fwscanf_s);
WINBASEAPI int swscanf_s(const wchar_t* text, const wchar_t* format, ...)
    ISTHMUS_CRT_WIDE(swscanf_s);

// --- lines and characters

// Streams hold UTF-8, whatever is written to them or read.
WINBASEAPI int isthmus_fputws(const wchar_t* text, FILE* stream) ISTHMUS_WIDE(fputws);
WINBASEAPI wchar_t* isthmus_fgetws(wchar_t* text, int count, FILE* stream) ISTHMUS_WIDE(fgetws);
WINBASEAPI wint_t isthmus_fputwc(wchar_t character, FILE* stream) ISTHMUS_WIDE(fputwc);
WINBASEAPI wint_t isthmus_putwchar(wchar_t character) ISTHMUS_WIDE(putwchar);
WINBASEAPI wint_t isthmus_fgetwc(FILE* stream) ISTHMUS_WIDE(fgetwc);
WINBASEAPI wint_t isthmus_getwchar(void) ISTHMUS_WIDE(getwchar);
WINBASEAPI wint_t isthmus_ungetwc(wint_t character, FILE* stream) ISTHMUS_WIDE(ungetwc);
WINBASEAPI int _putws(const wchar_t* text) ISTHMUS_CRT_WIDE(_putws);
WINBASEAPI wchar_t* _getws(wchar_t* text) ISTHMUS_CRT_WIDE(_getws);
WINBASEAPI wchar_t* _getws_s(wchar_t* text, size_t count) ISTHMUS_CRT_WIDE(_getws_s);
/// Knows no size, as ever.
WINBASEAPI char* isthmus_gets(char* text);
WINBASEAPI char* gets_s(char* text, size_t count) ISTHMUS_CRT(gets_s);

// --- files

WINBASEAPI errno_t fopen_s(FILE** stream, const char* name, const char* mode) ISTHMUS_CRT(fopen_s);
WINBASEAPI errno_t freopen_s(FILE** stream, const char* name, const char* mode, FILE* old)
    ISTHMUS_CRT(freopen_s);
WINBASEAPI FILE* _wfopen(const wchar_t* name, const wchar_t* mode) ISTHMUS_CRT_WIDE(_wfopen);
WINBASEAPI errno_t _wfopen_s(FILE** stream, const wchar_t* name, const wchar_t* mode)
    ISTHMUS_CRT_WIDE(_wfopen_s);

ISTHMUS_END_C

#ifdef __cplusplus
extern "C++" {

// The forms that know the size of an array.
template <size_t Size>
int vsprintf_s(char (&buffer)[Size], const char* format, va_list arguments) {
    return vsprintf_s(buffer, Size, format, arguments);
}
template <size_t Size>
int sprintf_s(char (&buffer)[Size], const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsprintf_s(buffer, Size, format, arguments);
    va_end(arguments);
    return length;
}
template <size_t Size>
int _vsnprintf_s(char (&buffer)[Size], size_t count, const char* format, va_list arguments) {
    return _vsnprintf_s(buffer, Size, count, format, arguments);
}
template <size_t Size>
int _snprintf_s(char (&buffer)[Size], size_t count, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnprintf_s(buffer, Size, count, format, arguments);
    va_end(arguments);
    return length;
}
template <size_t Size>
int vswprintf_s(wchar_t (&buffer)[Size], const wchar_t* format, va_list arguments) {
    return vswprintf_s(buffer, Size, format, arguments);
}
template <size_t Size>
int swprintf_s(wchar_t (&buffer)[Size], const wchar_t* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vswprintf_s(buffer, Size, format, arguments);
    va_end(arguments);
    return length;
}
template <size_t Size>
int _vsnwprintf_s(wchar_t (&buffer)[Size], size_t count, const wchar_t* format, va_list arguments) {
    return _vsnwprintf_s(buffer, Size, count, format, arguments);
}
template <size_t Size>
int _snwprintf_s(wchar_t (&buffer)[Size], size_t count, const wchar_t* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnwprintf_s(buffer, Size, count, format, arguments);
    va_end(arguments);
    return length;
}
template <size_t Size>
char* gets_s(char (&text)[Size]) {
    return gets_s(text, Size);
}
template <size_t Size>
wchar_t* _getws_s(wchar_t (&text)[Size]) {
    return _getws_s(text, Size);
}

namespace std {
using ::isthmus_fgetwc;
using ::isthmus_fgetws;
using ::isthmus_fprintf;
using ::isthmus_fputwc;
using ::isthmus_fputws;
using ::isthmus_fscanf;
using ::isthmus_fwprintf;
using ::isthmus_fwscanf;
using ::isthmus_getwchar;
using ::isthmus_printf;
using ::isthmus_putwchar;
using ::isthmus_scanf;
using ::isthmus_snprintf;
using ::isthmus_sprintf;
using ::isthmus_sscanf;
using ::isthmus_swprintf;
using ::isthmus_swscanf;
using ::isthmus_ungetwc;
using ::isthmus_vfprintf;
using ::isthmus_vfwprintf;
using ::isthmus_vprintf;
using ::isthmus_vsnprintf;
using ::isthmus_vsprintf;
using ::isthmus_vswprintf;
using ::isthmus_vwprintf;
using ::isthmus_wprintf;
using ::isthmus_wscanf;
} // namespace std
} // extern "C++"
#endif

#undef printf
#define printf(...) isthmus_printf(__VA_ARGS__)
#undef vprintf
#define vprintf(...) isthmus_vprintf(__VA_ARGS__)
#undef fprintf
#define fprintf(...) isthmus_fprintf(__VA_ARGS__)
#undef vfprintf
#define vfprintf(...) isthmus_vfprintf(__VA_ARGS__)
#undef sprintf
#define sprintf(...) isthmus_sprintf(__VA_ARGS__)
#undef vsprintf
#define vsprintf(...) isthmus_vsprintf(__VA_ARGS__)
#undef snprintf
#define snprintf(...) isthmus_snprintf(__VA_ARGS__)
#undef vsnprintf
#define vsnprintf(...) isthmus_vsnprintf(__VA_ARGS__)
#undef wprintf
#define wprintf(...) isthmus_wprintf(__VA_ARGS__)
#undef vwprintf
#define vwprintf(...) isthmus_vwprintf(__VA_ARGS__)
#undef fwprintf
#define fwprintf(...) isthmus_fwprintf(__VA_ARGS__)
#undef vfwprintf
#define vfwprintf(...) isthmus_vfwprintf(__VA_ARGS__)
#undef swprintf
#define swprintf(...) isthmus_swprintf(__VA_ARGS__)
#undef vswprintf
#define vswprintf(...) isthmus_vswprintf(__VA_ARGS__)
#undef scanf
#define scanf(...) isthmus_scanf(__VA_ARGS__)
#undef fscanf
#define fscanf(...) isthmus_fscanf(__VA_ARGS__)
#undef sscanf
#define sscanf(...) isthmus_sscanf(__VA_ARGS__)
#undef wscanf
#define wscanf(...) isthmus_wscanf(__VA_ARGS__)
#undef fwscanf
#define fwscanf(...) isthmus_fwscanf(__VA_ARGS__)
#undef swscanf
#define swscanf(...) isthmus_swscanf(__VA_ARGS__)
#undef fputws
#define fputws(...) isthmus_fputws(__VA_ARGS__)
#undef fgetws
#define fgetws(...) isthmus_fgetws(__VA_ARGS__)
#undef fputwc
#define fputwc(...) isthmus_fputwc(__VA_ARGS__)
#undef putwc
#define putwc(...) isthmus_fputwc(__VA_ARGS__)
#undef putwchar
#define putwchar(...) isthmus_putwchar(__VA_ARGS__)
#undef fgetwc
#define fgetwc(...) isthmus_fgetwc(__VA_ARGS__)
#undef getwc
#define getwc(...) isthmus_fgetwc(__VA_ARGS__)
#undef getwchar
#define getwchar(...) isthmus_getwchar(__VA_ARGS__)
#undef ungetwc
#define ungetwc(...) isthmus_ungetwc(__VA_ARGS__)
#undef gets
#define gets(...) isthmus_gets(__VA_ARGS__)
