#include "wide/lstr.hpp"

#include <isthmus/winapi/winbase.h>

/// \file
/// The oldest string functions.

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

int WINAPI lstrlenA(LPCSTR lpString) {
    return lpString != nullptr ? static_cast<int>(text_length(lpString)) : 0;
}

LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2) {
    return put(lpString1, 0, lpString2, endless);
}

LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength) {
    return iMaxLength > 0 ? put(lpString1, 0, lpString2, static_cast<std::size_t>(iMaxLength) - 1)
                          : lpString1;
}

LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2) {
    return put(lpString1, lpString1 != nullptr ? text_length(lpString1) : 0, lpString2, endless);
}

int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2) {
    return compare_words(lpString1, lpString2, false);
}

int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2) {
    return compare_words(lpString1, lpString2, true);
}

PVOID WINAPI RtlSecureZeroMemory(PVOID ptr, SIZE_T cnt) {
    auto* const bytes = static_cast<volatile char*>(ptr);
    for (SIZE_T at = 0; at != cnt; ++at) {
        bytes[at] = 0;
    }
    return ptr;
}
