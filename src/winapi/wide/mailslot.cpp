#include "text.hpp"

#include <isthmus/winapi/winbase.h>

/// \file
/// Mailslots, by names of `wchar_t`.

HANDLE WINAPI CreateMailslotW(LPCWSTR lpName,
                              DWORD nMaxMessageSize,
                              DWORD lReadTimeout,
                              LPSECURITY_ATTRIBUTES lpSecurityAttributes) {
    return CreateMailslotA(isthmus::winapi::narrow(lpName), nMaxMessageSize, lReadTimeout,
                           lpSecurityAttributes);
}
