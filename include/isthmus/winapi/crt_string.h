#pragma once
#pragma GCC system_header

#include "crt_stdio.h"
#include "minwindef.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __cplusplus
// First, since it takes away macros that have names of functions.
#    include <cstdlib>
#endif

/// \file
/// What Microsoft's string.h and stdlib.h have beside the standard's, and the functions for
/// `wchar_t` that tchar.h needs, which know how large the program's is. Comparisons without case
/// fold ASCII alone. Where Microsoft's functions that end in _s would end the program, these return
/// EINVAL or ERANGE, and empty the buffer.
/// https://learn.microsoft.com/cpp/c-runtime-library/

#define STRUNCATE 80

#ifndef _countof
#    define _countof(array) (sizeof(array) / sizeof((array)[0]))
#endif
#define __max(a, b) (((a) > (b)) ? (a) : (b))
#define __min(a, b) (((a) < (b)) ? (a) : (b))

#define _MAX_PATH 260
#define _MAX_FNAME 256

ISTHMUS_BEGIN_C

// --- comparing, changing

WINBASEAPI int _stricmp(const char* left, const char* right) ISTHMUS_CRT(_stricmp);
WINBASEAPI int _strnicmp(const char* left, const char* right, size_t count) ISTHMUS_CRT(_strnicmp);
WINBASEAPI int _memicmp(const void* left, const void* right, size_t size) ISTHMUS_CRT(_memicmp);
WINBASEAPI char* _strdup(const char* text) ISTHMUS_CRT(_strdup);
WINBASEAPI char* _strlwr(char* text) ISTHMUS_CRT(_strlwr);
WINBASEAPI char* _strupr(char* text) ISTHMUS_CRT(_strupr);
WINBASEAPI char* _strrev(char* text) ISTHMUS_CRT(_strrev);
WINBASEAPI int stricmp(const char* left, const char* right) ISTHMUS_CRT(_stricmp);
WINBASEAPI int strcmpi(const char* left, const char* right) ISTHMUS_CRT(_stricmp);
WINBASEAPI int strnicmp(const char* left, const char* right, size_t count) ISTHMUS_CRT(_strnicmp);
WINBASEAPI char* strlwr(char* text) ISTHMUS_CRT(_strlwr);
WINBASEAPI char* strupr(char* text) ISTHMUS_CRT(_strupr);
WINBASEAPI char* strrev(char* text) ISTHMUS_CRT(_strrev);
WINBASEAPI int _wcsicmp(const wchar_t* left, const wchar_t* right) ISTHMUS_CRT_WIDE(_wcsicmp);
WINBASEAPI int _wcsnicmp(const wchar_t* left, const wchar_t* right, size_t count)
    ISTHMUS_CRT_WIDE(_wcsnicmp);
WINBASEAPI wchar_t* _wcsdup(const wchar_t* text) ISTHMUS_CRT_WIDE(_wcsdup);
WINBASEAPI wchar_t* _wcslwr(wchar_t* text) ISTHMUS_CRT_WIDE(_wcslwr);
WINBASEAPI wchar_t* _wcsupr(wchar_t* text) ISTHMUS_CRT_WIDE(_wcsupr);
WINBASEAPI wchar_t* _wcsrev(wchar_t* text) ISTHMUS_CRT_WIDE(_wcsrev);

// --- with the buffer's size, in characters; a count may be _TRUNCATE

WINBASEAPI errno_t strcpy_s(char* to, size_t size, const char* from) ISTHMUS_CRT(strcpy_s);
WINBASEAPI errno_t strncpy_s(char* to, size_t size, const char* from, size_t count)
    ISTHMUS_CRT(strncpy_s);
WINBASEAPI errno_t strcat_s(char* to, size_t size, const char* from) ISTHMUS_CRT(strcat_s);
WINBASEAPI errno_t strncat_s(char* to, size_t size, const char* from, size_t count)
    ISTHMUS_CRT(strncat_s);
WINBASEAPI char* strtok_s(char* text, const char* delimiters, char** context) ISTHMUS_CRT(strtok_s);
WINBASEAPI size_t strnlen_s(const char* text, size_t size) ISTHMUS_CRT(strnlen_s);
WINBASEAPI errno_t memcpy_s(void* to, size_t size, const void* from, size_t count)
    ISTHMUS_CRT(memcpy_s);
WINBASEAPI errno_t memmove_s(void* to, size_t size, const void* from, size_t count)
    ISTHMUS_CRT(memmove_s);
WINBASEAPI errno_t strerror_s(char* to, size_t size, int error) ISTHMUS_CRT(strerror_s);
WINBASEAPI errno_t localtime_s(struct tm* to, const time_t* time) ISTHMUS_CRT(localtime_s);
WINBASEAPI errno_t gmtime_s(struct tm* to, const time_t* time) ISTHMUS_CRT(gmtime_s);
WINBASEAPI errno_t ctime_s(char* to, size_t size, const time_t* time) ISTHMUS_CRT(ctime_s);
WINBASEAPI errno_t wcscpy_s(wchar_t* to, size_t size, const wchar_t* from)
    ISTHMUS_CRT_WIDE(wcscpy_s);
WINBASEAPI errno_t wcsncpy_s(wchar_t* to, size_t size, const wchar_t* from, size_t count)
    ISTHMUS_CRT_WIDE(wcsncpy_s);
WINBASEAPI errno_t wcscat_s(wchar_t* to, size_t size, const wchar_t* from)
    ISTHMUS_CRT_WIDE(wcscat_s);
WINBASEAPI errno_t wcsncat_s(wchar_t* to, size_t size, const wchar_t* from, size_t count)
    ISTHMUS_CRT_WIDE(wcsncat_s);
WINBASEAPI wchar_t* wcstok_s(wchar_t* text, const wchar_t* delimiters, wchar_t** context)
    ISTHMUS_CRT_WIDE(wcstok_s);
WINBASEAPI size_t wcsnlen_s(const wchar_t* text, size_t size) ISTHMUS_CRT_WIDE(wcsnlen_s);

// --- numbers

WINBASEAPI char* _itoa(int value, char* text, int radix) ISTHMUS_CRT(_itoa);
WINBASEAPI char* _ltoa(LONG value, char* text, int radix) ISTHMUS_CRT(_itoa);
WINBASEAPI char* _ultoa(ULONG value, char* text, int radix) ISTHMUS_CRT(_ultoa);
WINBASEAPI char* _i64toa(__int64 value, char* text, int radix) ISTHMUS_CRT(_i64toa);
WINBASEAPI char* _ui64toa(unsigned __int64 value, char* text, int radix) ISTHMUS_CRT(_ui64toa);
WINBASEAPI char* itoa(int value, char* text, int radix) ISTHMUS_CRT(_itoa);
WINBASEAPI char* ltoa(LONG value, char* text, int radix) ISTHMUS_CRT(_itoa);
WINBASEAPI char* ultoa(ULONG value, char* text, int radix) ISTHMUS_CRT(_ultoa);
WINBASEAPI errno_t _itoa_s(int value, char* text, size_t size, int radix) ISTHMUS_CRT(_itoa_s);
WINBASEAPI errno_t _ultoa_s(ULONG value, char* text, size_t size, int radix) ISTHMUS_CRT(_ultoa_s);
WINBASEAPI __int64 _atoi64(const char* text) ISTHMUS_CRT(_atoi64);
WINBASEAPI wchar_t* _itow(int value, wchar_t* text, int radix) ISTHMUS_CRT_WIDE(_itow);
WINBASEAPI wchar_t* _ltow(LONG value, wchar_t* text, int radix) ISTHMUS_CRT_WIDE(_itow);
WINBASEAPI wchar_t* _ultow(ULONG value, wchar_t* text, int radix) ISTHMUS_CRT_WIDE(_ultow);
WINBASEAPI wchar_t* _i64tow(__int64 value, wchar_t* text, int radix) ISTHMUS_CRT_WIDE(_i64tow);
WINBASEAPI wchar_t* _ui64tow(unsigned __int64 value, wchar_t* text, int radix)
    ISTHMUS_CRT_WIDE(_ui64tow);
WINBASEAPI errno_t _itow_s(int value, wchar_t* text, size_t size, int radix)
    ISTHMUS_CRT_WIDE(_itow_s);
WINBASEAPI errno_t _ultow_s(ULONG value, wchar_t* text, size_t size, int radix)
    ISTHMUS_CRT_WIDE(_ultow_s);
WINBASEAPI int _wtoi(const wchar_t* text) ISTHMUS_CRT_WIDE(_wtoi);
WINBASEAPI long _wtol(const wchar_t* text) ISTHMUS_CRT_WIDE(_wtol);
WINBASEAPI __int64 _wtoi64(const wchar_t* text) ISTHMUS_CRT_WIDE(_wtoi64);
WINBASEAPI double _wtof(const wchar_t* text) ISTHMUS_CRT_WIDE(_wtof);

// --- the standard's functions for `wchar_t`, for both sizes of it

WINBASEAPI size_t isthmus_wcslen(const wchar_t* text) ISTHMUS_WIDE(wcslen);
WINBASEAPI wchar_t* isthmus_wcscpy(wchar_t* to, const wchar_t* from) ISTHMUS_WIDE(wcscpy);
WINBASEAPI wchar_t* isthmus_wcsncpy(wchar_t* to, const wchar_t* from, size_t count)
    ISTHMUS_WIDE(wcsncpy);
WINBASEAPI wchar_t* isthmus_wcscat(wchar_t* to, const wchar_t* from) ISTHMUS_WIDE(wcscat);
WINBASEAPI wchar_t* isthmus_wcsncat(wchar_t* to, const wchar_t* from, size_t count)
    ISTHMUS_WIDE(wcsncat);
WINBASEAPI int isthmus_wcscmp(const wchar_t* left, const wchar_t* right) ISTHMUS_WIDE(wcscmp);
WINBASEAPI int isthmus_wcsncmp(const wchar_t* left, const wchar_t* right, size_t count)
    ISTHMUS_WIDE(wcsncmp);
WINBASEAPI wchar_t* isthmus_wcschr(const wchar_t* text, wchar_t character) ISTHMUS_WIDE(wcschr);
WINBASEAPI wchar_t* isthmus_wcsrchr(const wchar_t* text, wchar_t character) ISTHMUS_WIDE(wcsrchr);
WINBASEAPI wchar_t* isthmus_wcsstr(const wchar_t* text, const wchar_t* part) ISTHMUS_WIDE(wcsstr);
WINBASEAPI wchar_t* isthmus_wcspbrk(const wchar_t* text, const wchar_t* set) ISTHMUS_WIDE(wcspbrk);
WINBASEAPI size_t isthmus_wcsspn(const wchar_t* text, const wchar_t* set) ISTHMUS_WIDE(wcsspn);
WINBASEAPI size_t isthmus_wcscspn(const wchar_t* text, const wchar_t* set) ISTHMUS_WIDE(wcscspn);
WINBASEAPI long isthmus_wcstol(const wchar_t* text, wchar_t** end, int base) ISTHMUS_WIDE(wcstol);
WINBASEAPI unsigned long isthmus_wcstoul(const wchar_t* text, wchar_t** end, int base)
    ISTHMUS_WIDE(wcstoul);
WINBASEAPI long long isthmus_wcstoll(const wchar_t* text, wchar_t** end, int base)
    ISTHMUS_WIDE(wcstoll);
WINBASEAPI unsigned long long isthmus_wcstoull(const wchar_t* text, wchar_t** end, int base)
    ISTHMUS_WIDE(wcstoull);
WINBASEAPI double isthmus_wcstod(const wchar_t* text, wchar_t** end) ISTHMUS_WIDE(wcstod);
WINBASEAPI wchar_t* isthmus_wmemset(wchar_t* to, wchar_t character, size_t count)
    ISTHMUS_WIDE(wmemset);
WINBASEAPI wchar_t* isthmus_wmemcpy(wchar_t* to, const wchar_t* from, size_t count)
    ISTHMUS_WIDE(wmemcpy);
WINBASEAPI wchar_t* isthmus_wmemmove(wchar_t* to, const wchar_t* from, size_t count)
    ISTHMUS_WIDE(wmemmove);
WINBASEAPI int isthmus_wmemcmp(const wchar_t* left, const wchar_t* right, size_t count)
    ISTHMUS_WIDE(wmemcmp);
WINBASEAPI wchar_t* isthmus_wmemchr(const wchar_t* text, wchar_t character, size_t count)
    ISTHMUS_WIDE(wmemchr);
/// Microsoft's wcstok, which remembers where it is; the standard's has a third parameter.
WINBASEAPI wchar_t* isthmus_wcstok(wchar_t* text, const wchar_t* delimiters) ISTHMUS_WIDE(wcstok);

ISTHMUS_END_C

#ifdef __cplusplus
extern "C++" {

// The forms that know the size of an array.
template <size_t Size>
errno_t strcpy_s(char (&to)[Size], const char* from) {
    return strcpy_s(to, Size, from);
}
template <size_t Size>
errno_t strncpy_s(char (&to)[Size], const char* from, size_t count) {
    return strncpy_s(to, Size, from, count);
}
template <size_t Size>
errno_t strcat_s(char (&to)[Size], const char* from) {
    return strcat_s(to, Size, from);
}
template <size_t Size>
errno_t wcscpy_s(wchar_t (&to)[Size], const wchar_t* from) {
    return wcscpy_s(to, Size, from);
}
template <size_t Size>
errno_t wcsncpy_s(wchar_t (&to)[Size], const wchar_t* from, size_t count) {
    return wcsncpy_s(to, Size, from, count);
}
template <size_t Size>
errno_t wcscat_s(wchar_t (&to)[Size], const wchar_t* from) {
    return wcscat_s(to, Size, from);
}
template <size_t Size>
errno_t strncat_s(char (&to)[Size], const char* from, size_t count) {
    return strncat_s(to, Size, from, count);
}
template <size_t Size>
errno_t wcsncat_s(wchar_t (&to)[Size], const wchar_t* from, size_t count) {
    return wcsncat_s(to, Size, from, count);
}
template <size_t Size>
errno_t _itoa_s(int value, char (&text)[Size], int radix) {
    return _itoa_s(value, text, Size, radix);
}
template <size_t Size>
errno_t _ultoa_s(ULONG value, char (&text)[Size], int radix) {
    return _ultoa_s(value, text, Size, radix);
}
template <size_t Size>
errno_t _itow_s(int value, wchar_t (&text)[Size], int radix) {
    return _itow_s(value, text, Size, radix);
}
template <size_t Size>
errno_t _ultow_s(ULONG value, wchar_t (&text)[Size], int radix) {
    return _ultow_s(value, text, Size, radix);
}

} // extern "C++"
#endif

#if __SIZEOF_WCHAR_T__ == 2
// The C library's are for 32 bits. (std::wstring, too, in the C++ library.)
#    ifdef __cplusplus
namespace std {
using ::isthmus_wcscat;
using ::isthmus_wcschr;
using ::isthmus_wcscmp;
using ::isthmus_wcscpy;
using ::isthmus_wcscspn;
using ::isthmus_wcslen;
using ::isthmus_wcsncat;
using ::isthmus_wcsncmp;
using ::isthmus_wcsncpy;
using ::isthmus_wcspbrk;
using ::isthmus_wcsrchr;
using ::isthmus_wcsspn;
using ::isthmus_wcsstr;
using ::isthmus_wcstod;
using ::isthmus_wcstol;
using ::isthmus_wcstoll;
using ::isthmus_wcstoul;
using ::isthmus_wcstoull;
using ::isthmus_wmemchr;
using ::isthmus_wmemcmp;
using ::isthmus_wmemcpy;
using ::isthmus_wmemmove;
using ::isthmus_wmemset;
using ::wcstok_s;
} // namespace std
#    endif
#    define wcslen(...) isthmus_wcslen(__VA_ARGS__)
#    define wcscpy(...) isthmus_wcscpy(__VA_ARGS__)
#    define wcsncpy(...) isthmus_wcsncpy(__VA_ARGS__)
#    define wcscat(...) isthmus_wcscat(__VA_ARGS__)
#    define wcsncat(...) isthmus_wcsncat(__VA_ARGS__)
#    define wcscmp(...) isthmus_wcscmp(__VA_ARGS__)
#    define wcsncmp(...) isthmus_wcsncmp(__VA_ARGS__)
#    define wcschr(...) isthmus_wcschr(__VA_ARGS__)
#    define wcsrchr(...) isthmus_wcsrchr(__VA_ARGS__)
#    define wcsstr(...) isthmus_wcsstr(__VA_ARGS__)
#    define wcspbrk(...) isthmus_wcspbrk(__VA_ARGS__)
#    define wcsspn(...) isthmus_wcsspn(__VA_ARGS__)
#    define wcscspn(...) isthmus_wcscspn(__VA_ARGS__)
#    define wcstol(...) isthmus_wcstol(__VA_ARGS__)
#    define wcstoul(...) isthmus_wcstoul(__VA_ARGS__)
#    define wcstoll(...) isthmus_wcstoll(__VA_ARGS__)
#    define wcstoull(...) isthmus_wcstoull(__VA_ARGS__)
#    define wcstod(...) isthmus_wcstod(__VA_ARGS__)
#    define wcstok(...) wcstok_s(__VA_ARGS__)
#    define wmemset(...) isthmus_wmemset(__VA_ARGS__)
#    define wmemcpy(...) isthmus_wmemcpy(__VA_ARGS__)
#    define wmemmove(...) isthmus_wmemmove(__VA_ARGS__)
#    define wmemcmp(...) isthmus_wmemcmp(__VA_ARGS__)
#    define wmemchr(...) isthmus_wmemchr(__VA_ARGS__)
// What there is for 32 bits only does not compile.
#    define wcscoll(...) isthmus_has_no_wcscoll_of_16_bits
#    define wcsxfrm(...) isthmus_has_no_wcsxfrm_of_16_bits
#    define wcsftime(...) isthmus_has_no_wcsftime_of_16_bits
#    define wcstof(...) isthmus_has_no_wcstof_of_16_bits
#    define wcstold(...) isthmus_has_no_wcstold_of_16_bits
#    define mbtowc(...) isthmus_has_no_mbtowc_of_16_bits
#    define mbrtowc(...) isthmus_has_no_mbrtowc_of_16_bits
#    define mbstowcs(...) isthmus_has_no_mbstowcs_of_16_bits
#    define mbsrtowcs(...) isthmus_has_no_mbsrtowcs_of_16_bits
#    define wcstombs(...) isthmus_has_no_wcstombs_of_16_bits
#    define wcsrtombs(...) isthmus_has_no_wcsrtombs_of_16_bits
#endif
