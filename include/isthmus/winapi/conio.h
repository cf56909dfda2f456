#pragma once
#pragma GCC system_header

#include "crt_stdio.h"
#include "minwindef.h"

/// \file
/// The console, a key at a time. Without a terminal, keys are the bytes of the standard input.
/// https://learn.microsoft.com/cpp/c-runtime-library/console-and-port-i-o

ISTHMUS_BEGIN_C

/// The next key, which is not shown; Enter is '\r', as on Windows. EOF if there is no input.
WINBASEAPI int _getch(void) ISTHMUS_CRT(_getch);
WINBASEAPI int _getche(void) ISTHMUS_CRT(_getche);
/// Whether _getch has a key already.
WINBASEAPI int _kbhit(void) ISTHMUS_CRT(_kbhit);
WINBASEAPI int _putch(int character) ISTHMUS_CRT(_putch);
WINBASEAPI int _ungetch(int character) ISTHMUS_CRT(_ungetch);
WINBASEAPI int _cputs(const char* text) ISTHMUS_CRT(_cputs);
WINBASEAPI int _cprintf(const char* format, ...) ISTHMUS_CRT_WIDE(_cprintf);

WINBASEAPI int getch(void) ISTHMUS_CRT(_getch);
WINBASEAPI int getche(void) ISTHMUS_CRT(_getche);
WINBASEAPI int kbhit(void) ISTHMUS_CRT(_kbhit);
WINBASEAPI int putch(int character) ISTHMUS_CRT(_putch);
WINBASEAPI int ungetch(int character) ISTHMUS_CRT(_ungetch);
WINBASEAPI int cputs(const char* text) ISTHMUS_CRT(_cputs);

ISTHMUS_END_C
