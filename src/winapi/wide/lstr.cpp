#include <isthmus/winapi/winbase.h>

/// \file
/// The oldest string functions, for `wchar_t`.

INT WINAPI lstrlenW(LPCWSTR lpString) {
    INT length = 0;
    while (lpString != nullptr && lpString[length] != 0) {
        ++length;
    }
    return length;
}
