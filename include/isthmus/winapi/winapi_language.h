#pragma once
#pragma GCC system_header

/// \file
/// How the functions are declared, in C and in C++.

#ifdef __cplusplus
#    define ISTHMUS_BEGIN_C extern "C" {
#    define ISTHMUS_END_C }
#else
#    define ISTHMUS_BEGIN_C
#    define ISTHMUS_END_C
#endif

/// Before each function of the API.
#define WINBASEAPI __attribute__((visibility("default")))

#define ISTHMUS_LABEL(prefix) ISTHMUS_LABEL_OF(prefix)
#define ISTHMUS_LABEL_OF(prefix) #prefix

/// After each function that has to do with `wchar_t`: there are two of it, for 32 bits and for 16,
/// and a program gets the one that suits how it is compiled.
#if __SIZEOF_WCHAR_T__ == 2
#    define ISTHMUS_WIDE(name) ISTHMUS_NAMED("isthmus_" #    name "_16")
#    define ISTHMUS_CRT_WIDE(name) ISTHMUS_NAMED("isthmus_" #    name "_16")
#else
#    define ISTHMUS_WIDE(name)
#    define ISTHMUS_CRT_WIDE(name) ISTHMUS_NAMED("isthmus_" #    name)
#endif

/// After each function of Microsoft's C run-time library (ISTHMUS_CRT_WIDE: if `wchar_t` matters):
/// its name is no symbol, which another library of the program might have as well.
#define ISTHMUS_CRT(name) ISTHMUS_NAMED("isthmus_" #name)

#define ISTHMUS_NAMED(symbol) __asm__(ISTHMUS_LABEL(__USER_LABEL_PREFIX__) symbol)
