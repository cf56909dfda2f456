#include "lstr.hpp"

#include <isthmus/winapi/winbase.h>

/// \file
/// The oldest string functions, for `wchar_t`.

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

int WINAPI lstrlenW(LPCWSTR lpString) {
    return lpString != nullptr ? static_cast<int>(text_length(lpString)) : 0;
}

LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2) {
    return put(lpString1, 0, lpString2, endless);
}

LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength) {
    return iMaxLength > 0 ? put(lpString1, 0, lpString2, static_cast<std::size_t>(iMaxLength) - 1)
                          : lpString1;
}

LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) {
    return put(lpString1, lpString1 != nullptr ? text_length(lpString1) : 0, lpString2, endless);
}

int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2) {
    return compare_words(lpString1, lpString2, false);
}

int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2) {
    return compare_words(lpString1, lpString2, true);
}
