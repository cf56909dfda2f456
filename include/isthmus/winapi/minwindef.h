#pragma once
#pragma GCC system_header

/// \file
/// The types and macros of the Windows API, with the sizes that they have there: `LONG` and `DWORD`
/// have 32 bits, whatever `long` has.
/// https://learn.microsoft.com/windows/win32/winprog/windows-data-types

#ifdef _WIN32
#    error "Isthmus' windows.h is for POSIX: on Windows use the system's"
#endif

#include "winapi_language.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

// --- calling conventions and declarations: one convention here

#define WINAPI
#define APIENTRY
#define CALLBACK
#define NTAPI
#define APIPRIVATE
#define PASCAL
#define __stdcall
#define __cdecl
#define __fastcall
#define _stdcall
#define _cdecl
#define WINAPIV
#define CONST const
#define VOID void
#define FAR
#define NEAR
#define IN
#define OUT
#define OPTIONAL
/// Alone or with `static`. Alone, in C, no function of that name is left, so it can only be called.
/// (Where `inline` has the meaning that it had before C99, that takes a `static`.)
#if defined(__GNUC_GNU_INLINE__) && !defined(__cplusplus)
#    define FORCEINLINE static __inline__ __attribute__((__always_inline__))
#else
#    define FORCEINLINE __inline__ __attribute__((__always_inline__))
#endif
#define __forceinline FORCEINLINE
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))

/// `__declspec(thread)`, `__declspec(dllexport)` and the like.
#define __declspec(what) ISTHMUS_DECLSPEC_##what
#if defined(__cplusplus) || (defined(__clang__) && __STDC_VERSION__ < 201112L)
#    define ISTHMUS_DECLSPEC_thread __thread
#else
#    define ISTHMUS_DECLSPEC_thread _Thread_local // GCC wants __thread behind a `static`
#endif
#define ISTHMUS_DECLSPEC_dllexport __attribute__((visibility("default")))
#define ISTHMUS_DECLSPEC_dllimport
#define ISTHMUS_DECLSPEC_noinline __attribute__((noinline))
#define ISTHMUS_DECLSPEC_noreturn __attribute__((noreturn))
#define ISTHMUS_DECLSPEC_nothrow
#define ISTHMUS_DECLSPEC_align(size) __attribute__((aligned(size)))

#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long

// --- numbers

typedef int BOOL, *PBOOL, *LPBOOL;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef BYTE BOOLEAN, *PBOOLEAN;
typedef char CHAR, *PCHAR;
typedef unsigned char UCHAR, *PUCHAR;
typedef short SHORT, *PSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT, *LPUINT;
typedef int LONG, *PLONG, *LPLONG;
typedef unsigned int ULONG, *PULONG, *LPULONG;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef long long LONGLONG, *PLONGLONG;
typedef unsigned long long ULONGLONG, *PULONGLONG;
typedef unsigned long long DWORDLONG, *PDWORDLONG;
typedef int32_t INT32, *PINT32, LONG32, *PLONG32;
typedef uint32_t UINT32, *PUINT32, ULONG32, *PULONG32, DWORD32, *PDWORD32;
typedef long long INT64, *PINT64, LONG64, *PLONG64;
typedef unsigned long long UINT64, *PUINT64, ULONG64, *PULONG64, DWORD64, *PDWORD64;
typedef int8_t INT8, *PINT8;
typedef uint8_t UINT8, *PUINT8;
typedef int16_t INT16, *PINT16;
typedef uint16_t UINT16, *PUINT16;
typedef intptr_t INT_PTR, *PINT_PTR, LONG_PTR, *PLONG_PTR;
typedef uintptr_t UINT_PTR, *PUINT_PTR, ULONG_PTR, *PULONG_PTR, DWORD_PTR, *PDWORD_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;
typedef LONG HRESULT;
typedef WORD ATOM;

// --- pointers, handles, text

typedef void *PVOID, *LPVOID;
typedef const void *PCVOID, *LPCVOID;
typedef PVOID HANDLE;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef HANDLE HGLOBAL, HLOCAL, GLOBALHANDLE, LOCALHANDLE;
typedef struct HINSTANCE__* HINSTANCE;
typedef HINSTANCE HMODULE;
typedef struct HWND__* HWND;
typedef intptr_t (*FARPROC)(void);
typedef DWORD ACCESS_MASK, *PACCESS_MASK;
typedef DWORD LCID;
typedef WORD LANGID;

/// `wchar_t`, of 32 bits or (with -fshort-wchar) 16: the W functions take what the program has.
typedef wchar_t WCHAR, *PWCHAR, *LPWCH, *PWCH;
typedef CHAR *PSTR, *LPSTR, *NPSTR, *PCH, *LPCH;
typedef const CHAR *PCSTR, *LPCSTR, *LPCCH, *PCCH;
typedef WCHAR *PWSTR, *LPWSTR, *NWPSTR;
typedef const WCHAR *PCWSTR, *LPCWSTR, *LPCWCH, *PCWCH;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef WCHAR TBYTE, *PTBYTE;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#    define __TEXT(quote) L##quote
#    define ISTHMUS_AW(name) name##W
#else
typedef CHAR TCHAR, *PTCHAR;
typedef unsigned char TBYTE, *PTBYTE;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#    define __TEXT(quote) quote
#    define ISTHMUS_AW(name) name##A
#endif
#define TEXT(quote) __TEXT(quote)

#if __SIZEOF_WCHAR_T__ == 2
/// Where the program starts, so that it is known which `wchar_t` its arguments have.
#    define wmain isthmus_wmain_16
#endif

// --- constants and small macros

#ifndef FALSE
#    define FALSE 0
#endif
#ifndef TRUE
#    define TRUE 1
#endif

#define MAX_PATH 260

#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | (((WORD)((BYTE)(high))) << 8)))
#define MAKELONG(low, high) ((LONG)(((WORD)(low)) | (((DWORD)((WORD)(high))) << 16)))
#define LOWORD(value) ((WORD)((DWORD_PTR)(value)&0xffff))
#define HIWORD(value) ((WORD)(((DWORD_PTR)(value) >> 16) & 0xffff))
#define LOBYTE(value) ((BYTE)((DWORD_PTR)(value)&0xff))
#define HIBYTE(value) ((BYTE)(((DWORD_PTR)(value) >> 8) & 0xff))

// As elsewhere, not in C++: there they would break the standard headers.
#if !defined(NOMINMAX) && !defined(__cplusplus)
#    ifndef max
#        define max(a, b) (((a) > (b)) ? (a) : (b))
#    endif
#    ifndef min
#        define min(a, b) (((a) < (b)) ? (a) : (b))
#    endif
#endif

// --- structures that many functions take

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;
