#include "last_error.hpp"
#include "text.hpp"

#include <isthmus/winapi/synchapi.h>

/// \file
/// Names of mutexes, semaphores and events as `wchar_t`.

using isthmus::winapi::narrow;
using isthmus::winapi::no_throw;
using isthmus::winapi::report;

namespace {

/// `call(name)`: a handle.
template <class Call>
HANDLE with_name(LPCWSTR name, Call call) noexcept {
    HANDLE handle = nullptr;
    report(no_throw([&]() -> DWORD {
        handle = call(narrow(name));
        return ERROR_SUCCESS;
    }));
    return handle;
}

} // namespace

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes,
                           BOOL bInitialOwner,
                           LPCWSTR lpName) {
    return with_name(
        lpName, [&](LPCSTR name) { return CreateMutexA(lpMutexAttributes, bInitialOwner, name); });
}

HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES lpMutexAttributes,
                             LPCWSTR lpName,
                             DWORD dwFlags,
                             DWORD dwDesiredAccess) {
    return with_name(lpName, [&](LPCSTR name) {
        return CreateMutexExA(lpMutexAttributes, name, dwFlags, dwDesiredAccess);
    });
}

HANDLE WINAPI OpenMutexW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return with_name(
        lpName, [&](LPCSTR name) { return OpenMutexA(dwDesiredAccess, bInheritHandle, name); });
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                               LONG lInitialCount,
                               LONG lMaximumCount,
                               LPCWSTR lpName) {
    return with_name(lpName, [&](LPCSTR name) {
        return CreateSemaphoreA(lpSemaphoreAttributes, lInitialCount, lMaximumCount, name);
    });
}

HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                                 LONG lInitialCount,
                                 LONG lMaximumCount,
                                 LPCWSTR lpName,
                                 DWORD dwFlags,
                                 DWORD dwDesiredAccess) {
    return with_name(lpName, [&](LPCSTR name) {
        return CreateSemaphoreExA(lpSemaphoreAttributes, lInitialCount, lMaximumCount, name,
                                  dwFlags, dwDesiredAccess);
    });
}

HANDLE WINAPI OpenSemaphoreW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return with_name(
        lpName, [&](LPCSTR name) { return OpenSemaphoreA(dwDesiredAccess, bInheritHandle, name); });
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes,
                           BOOL bManualReset,
                           BOOL bInitialState,
                           LPCWSTR lpName) {
    return with_name(lpName, [&](LPCSTR name) {
        return CreateEventA(lpEventAttributes, bManualReset, bInitialState, name);
    });
}

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes,
                             LPCWSTR lpName,
                             DWORD dwFlags,
                             DWORD dwDesiredAccess) {
    return with_name(lpName, [&](LPCSTR name) {
        return CreateEventExA(lpEventAttributes, name, dwFlags, dwDesiredAccess);
    });
}

HANDLE WINAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    return with_name(
        lpName, [&](LPCSTR name) { return OpenEventA(dwDesiredAccess, bInheritHandle, name); });
}
