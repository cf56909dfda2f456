#pragma once
#pragma GCC system_header

#include "crt_stdio.h"
#include "crt_string.h"
#include "minwindef.h"

#include <ctype.h>
#include <wctype.h>

/// \file
/// Names that follow _UNICODE, as TCHAR follows UNICODE: programs define both or none.
/// https://learn.microsoft.com/cpp/text/generic-text-mappings-in-tchar-h

#ifdef _UNICODE
typedef WCHAR _TCHAR, _TSCHAR, _TUCHAR, _TXCHAR;
typedef wint_t _TINT;
#    define __T(quote) L##quote
#else
typedef char _TCHAR, _TSCHAR, _TXCHAR;
typedef unsigned char _TUCHAR;
typedef int _TINT;
#    define __T(quote) quote
#endif

#define _T(quote) __T(quote)
#define _TEXT(quote) __T(quote)

#ifdef _UNICODE
#    define _TEOF WEOF
#    define _tmain wmain
#    define _tprintf wprintf
#    define _ftprintf fwprintf
#    define _stprintf _swprintf
#    define _sntprintf _snwprintf
#    define _vtprintf vwprintf
#    define _vftprintf vfwprintf
#    define _vstprintf _vswprintf
#    define _vsntprintf _vsnwprintf
#    define _sctprintf _scwprintf
#    define _vsctprintf _vscwprintf
#    define _tprintf_s wprintf_s
#    define _ftprintf_s fwprintf_s
#    define _stprintf_s swprintf_s
#    define _sntprintf_s _snwprintf_s
#    define _vtprintf_s vwprintf_s
#    define _vftprintf_s vfwprintf_s
#    define _vstprintf_s vswprintf_s
#    define _vsntprintf_s _vsnwprintf_s
#    define _tscanf wscanf
#    define _ftscanf fwscanf
#    define _stscanf swscanf
#    define _tscanf_s wscanf_s
#    define _ftscanf_s fwscanf_s
#    define _stscanf_s swscanf_s

#    define _fgetts fgetws
#    define _fputts fputws
#    define _getts _getws
#    define _getts_s _getws_s
#    define _putts _putws
#    define _fgettc fgetwc
#    define _fputtc fputwc
#    define _gettc fgetwc
#    define _puttc fputwc
#    define _gettchar getwchar
#    define _puttchar putwchar
#    define _tfopen _wfopen
#    define _tfopen_s _wfopen_s

#    define _tcslen isthmus_wcslen
#    define _tcsclen isthmus_wcslen
#    define _tcsnlen wcsnlen_s
#    define _tcscpy isthmus_wcscpy
#    define _tcsncpy isthmus_wcsncpy
#    define _tcscat isthmus_wcscat
#    define _tcsncat isthmus_wcsncat
#    define _tcscmp isthmus_wcscmp
#    define _tcsncmp isthmus_wcsncmp
#    define _tcsicmp _wcsicmp
#    define _tcsnicmp _wcsnicmp
#    define _tcscoll isthmus_wcscmp
#    define _tcschr isthmus_wcschr
#    define _tcsrchr isthmus_wcsrchr
#    define _tcsstr isthmus_wcsstr
#    define _tcspbrk isthmus_wcspbrk
#    define _tcsspn isthmus_wcsspn
#    define _tcscspn isthmus_wcscspn
#    define _tcstok isthmus_wcstok
#    define _tcsdup _wcsdup
#    define _tcslwr _wcslwr
#    define _tcsupr _wcsupr
#    define _tcsrev _wcsrev
#    define _tcscpy_s wcscpy_s
#    define _tcsncpy_s wcsncpy_s
#    define _tcscat_s wcscat_s
#    define _tcsncat_s wcsncat_s
#    define _tcstok_s wcstok_s

#    define _ttoi _wtoi
#    define _tstoi _wtoi
#    define _ttol _wtol
#    define _tstol _wtol
#    define _ttoi64 _wtoi64
#    define _tstoi64 _wtoi64
#    define _tstof _wtof
#    define _ttof _wtof
#    define _tcstol isthmus_wcstol
#    define _tcstoul isthmus_wcstoul
#    define _tcstoll isthmus_wcstoll
#    define _tcstoull isthmus_wcstoull
#    define _tcstod isthmus_wcstod
#    define _itot _itow
#    define _ltot _ltow
#    define _ultot _ultow
#    define _i64tot _i64tow
#    define _ui64tot _ui64tow
#    define _itot_s _itow_s
#    define _ultot_s _ultow_s

#    define _istalpha iswalpha
#    define _istdigit iswdigit
#    define _istxdigit iswxdigit
#    define _istalnum iswalnum
#    define _istspace iswspace
#    define _istupper iswupper
#    define _istlower iswlower
#    define _istprint iswprint
#    define _istpunct iswpunct
#    define _totupper towupper
#    define _totlower towlower
#else
#    define _TEOF EOF
#    define _tmain main
#    define _tprintf printf
#    define _ftprintf fprintf
#    define _stprintf sprintf
#    define _sntprintf _snprintf
#    define _vtprintf vprintf
#    define _vftprintf vfprintf
#    define _vstprintf vsprintf
#    define _vsntprintf _vsnprintf
#    define _sctprintf _scprintf
#    define _vsctprintf _vscprintf
#    define _tprintf_s printf_s
#    define _ftprintf_s fprintf_s
#    define _stprintf_s sprintf_s
#    define _sntprintf_s _snprintf_s
#    define _vtprintf_s vprintf_s
#    define _vftprintf_s vfprintf_s
#    define _vstprintf_s vsprintf_s
#    define _vsntprintf_s _vsnprintf_s
#    define _tscanf scanf
#    define _ftscanf fscanf
#    define _stscanf sscanf
#    define _tscanf_s scanf_s
#    define _ftscanf_s fscanf_s
#    define _stscanf_s sscanf_s

#    define _fgetts fgets
#    define _fputts fputs
#    define _getts gets
#    define _getts_s gets_s
#    define _putts puts
#    define _fgettc fgetc
#    define _fputtc fputc
#    define _gettc getc
#    define _puttc putc
#    define _gettchar getchar
#    define _puttchar putchar
#    define _tfopen fopen
#    define _tfopen_s fopen_s

#    define _tcslen strlen
#    define _tcsclen strlen
#    define _tcsnlen strnlen_s
#    define _tcscpy strcpy
#    define _tcsncpy strncpy
#    define _tcscat strcat
#    define _tcsncat strncat
#    define _tcscmp strcmp
#    define _tcsncmp strncmp
#    define _tcsicmp _stricmp
#    define _tcsnicmp _strnicmp
#    define _tcscoll strcmp
#    define _tcschr strchr
#    define _tcsrchr strrchr
#    define _tcsstr strstr
#    define _tcspbrk strpbrk
#    define _tcsspn strspn
#    define _tcscspn strcspn
#    define _tcstok strtok
#    define _tcsdup _strdup
#    define _tcslwr _strlwr
#    define _tcsupr _strupr
#    define _tcsrev _strrev
#    define _tcscpy_s strcpy_s
#    define _tcsncpy_s strncpy_s
#    define _tcscat_s strcat_s
#    define _tcsncat_s strncat_s
#    define _tcstok_s strtok_s

#    define _ttoi atoi
#    define _tstoi atoi
#    define _ttol atol
#    define _tstol atol
#    define _ttoi64 _atoi64
#    define _tstoi64 _atoi64
#    define _tstof atof
#    define _ttof atof
#    define _tcstol strtol
#    define _tcstoul strtoul
#    define _tcstoll strtoll
#    define _tcstoull strtoull
#    define _tcstod strtod
#    define _itot _itoa
#    define _ltot _ltoa
#    define _ultot _ultoa
#    define _i64tot _i64toa
#    define _ui64tot _ui64toa
#    define _itot_s _itoa_s
#    define _ultot_s _ultoa_s

#    define _istalpha isalpha
#    define _istdigit isdigit
#    define _istxdigit isxdigit
#    define _istalnum isalnum
#    define _istspace isspace
#    define _istupper isupper
#    define _istlower islower
#    define _istprint isprint
#    define _istpunct ispunct
#    define _totupper toupper
#    define _totlower tolower
#endif

#define _tcsinc(text) ((text) + 1)
#define _tcsdec(start, text) ((text) > (start) ? (text)-1 : NULL)
#define _tcsnextc(text) (*(text))
