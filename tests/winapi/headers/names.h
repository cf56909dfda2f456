#pragma once

/* The same names from three kinds of program: wchar_t of 32 bits, of 16, and UTF-8. */

#include <windows.h>

typedef struct name_calls {
    HANDLE (*create_mutex)(void);
    HANDLE (*open_mutex)(void);
    HANDLE (*create_pipe)(void);
    HANDLE (*open_pipe)(void);
} name_calls;

extern const name_calls calls_8;
extern const name_calls calls_16;
extern const name_calls calls_32;
