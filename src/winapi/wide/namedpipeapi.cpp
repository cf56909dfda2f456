#include "last_error.hpp"
#include "text.hpp"

#include <isthmus/winapi/namedpipeapi.h>
#include <isthmus/winapi/winerror.h>

#include <array>
#include <string_view>

using isthmus::detail::take_character;
using isthmus::winapi::fail;
using isthmus::winapi::narrow;

HANDLE WINAPI CreateNamedPipeW(LPCWSTR lpName,
                               DWORD dwOpenMode,
                               DWORD dwPipeMode,
                               DWORD nMaxInstances,
                               DWORD nOutBufferSize,
                               DWORD nInBufferSize,
                               DWORD nDefaultTimeOut,
                               LPSECURITY_ATTRIBUTES lpSecurityAttributes) {
    return CreateNamedPipeA(narrow(lpName), dwOpenMode, dwPipeMode, nMaxInstances, nOutBufferSize,
                            nInBufferSize, nDefaultTimeOut, lpSecurityAttributes);
}

BOOL WINAPI WaitNamedPipeW(LPCWSTR lpNamedPipeName, DWORD nTimeOut) {
    return WaitNamedPipeA(narrow(lpNamedPipeName), nTimeOut);
}

BOOL WINAPI CallNamedPipeW(LPCWSTR lpNamedPipeName,
                           LPVOID lpInBuffer,
                           DWORD nInBufferSize,
                           LPVOID lpOutBuffer,
                           DWORD nOutBufferSize,
                           LPDWORD lpBytesRead,
                           DWORD nTimeOut) {
    return CallNamedPipeA(narrow(lpNamedPipeName), lpInBuffer, nInBufferSize, lpOutBuffer,
                          nOutBufferSize, lpBytesRead, nTimeOut);
}

BOOL WINAPI GetNamedPipeHandleStateW(HANDLE hNamedPipe,
                                     LPDWORD lpState,
                                     LPDWORD lpCurInstances,
                                     LPDWORD lpMaxCollectionCount,
                                     LPDWORD lpCollectDataTimeout,
                                     LPWSTR lpUserName,
                                     DWORD nMaxUserNameSize) {
    std::array<char, 1024> name{};
    const BOOL done = GetNamedPipeHandleStateA(
        hNamedPipe, lpState, lpCurInstances, lpMaxCollectionCount, lpCollectDataTimeout,
        lpUserName != nullptr ? name.data() : nullptr, static_cast<DWORD>(name.size()));
    if (done == FALSE || lpUserName == nullptr)
        return done;
    std::string_view rest = name.data();
    std::size_t length = 1;
    for (auto text = rest; const auto character = take_character(text);)
        length += isthmus::winapi::wide_length(*character);
    if (nMaxUserNameSize < length)
        return fail(ERROR_INSUFFICIENT_BUFFER, FALSE);
    while (const auto character = take_character(rest))
        lpUserName = isthmus::winapi::put_wide_character(lpUserName, *character);
    *lpUserName = 0;
    return TRUE;
}
