#include "handle_table.hpp"
#include "last_error.hpp"
#include "object_names.hpp"
#include "security.hpp"
#include "sync.hpp"

#include <isthmus/winapi/synchapi.h>

#include <memory>
#include <optional>
#include <system_error>

/// \file
/// Creating and opening mutexes, semaphores and events.

namespace isthmus::winapi {

namespace {

/// Whether the owner of an object may have these rights, which are specific ones.
DWORD check_rights(ACCESS_MASK wanted, const rights_mapping& mapping) noexcept {
    if ((wanted & ACCESS_SYSTEM_SECURITY) != 0) {
        return ERROR_PRIVILEGE_NOT_HELD;
    }
    return wanted == 0 || (wanted & ~mapping.all) != 0 ? ERROR_ACCESS_DENIED : ERROR_SUCCESS;
}

/// Create or Open, as `how` says.
template <class Object>
DWORD make_object(LPCSTR name,
                  detail::creation how,
                  const detail::sync_options& options,
                  ACCESS_MASK wanted,
                  bool& created,
                  std::shared_ptr<kernel_object>& made) {
    std::optional<object_name> parsed;
    if (const DWORD code = parse_object_name(name, parsed); code != ERROR_SUCCESS) {
        return code;
    }
    if (!parsed && how == detail::creation::open) {
        return name == nullptr ? ERROR_INVALID_PARAMETER : ERROR_INVALID_HANDLE;
    }
    std::error_code ec;
    auto object = detail::sync_object::make(parsed ? &*parsed : nullptr,
                                            parsed ? how : detail::creation::create, options,
                                            sync_rights::wait_and_modify, created, ec);
    if (ec) {
        return win32_code_of(ec);
    }
    if (!created) {
        const auto rights = specific_rights(wanted, Object::rights);
        if (const DWORD code = check_rights(rights, Object::rights); code != ERROR_SUCCESS) {
            return code;
        }
    }
    made = std::make_shared<Object>(std::move(object));
    return ERROR_SUCCESS;
}

template <class Object>
HANDLE create(const SECURITY_ATTRIBUTES* attributes,
              LPCSTR name,
              detail::sync_options options,
              ACCESS_MASK wanted) noexcept {
    HANDLE handle = nullptr;
    const DWORD code = no_throw([&]() -> DWORD {
        options.kind = Object::kind;
        options.who = access_of(attributes);
        bool created = false;
        std::shared_ptr<kernel_object> made;
        const DWORD failure = make_object<Object>(name, detail::creation::open_or_create, options,
                                                  wanted, created, made);
        if (failure == ERROR_SUCCESS) {
            handle = new_handle(std::move(made), wanted, attributes);
        }
        return failure != ERROR_SUCCESS ? failure
               : handle == nullptr      ? GetLastError()
               : created                ? ERROR_SUCCESS
                                        : ERROR_ALREADY_EXISTS;
    });
    SetLastError(code); // success, too
    return handle;
}

template <class Object>
HANDLE open(ACCESS_MASK wanted, BOOL inherit, LPCSTR name) noexcept {
    HANDLE handle = nullptr;
    report(no_throw([&]() -> DWORD {
        bool created = false;
        std::shared_ptr<kernel_object> made;
        const DWORD failure = make_object<Object>(name, detail::creation::open,
                                                  {.kind = Object::kind}, wanted, created, made);
        if (failure != ERROR_SUCCESS) {
            return failure;
        }
        const SECURITY_ATTRIBUTES attributes{.nLength = sizeof attributes,
                                             .lpSecurityDescriptor = nullptr,
                                             .bInheritHandle = inherit};
        handle = new_handle(std::move(made), wanted, &attributes);
        return handle == nullptr ? GetLastError() : ERROR_SUCCESS;
    }));
    return handle;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::create;
using isthmus::winapi::event_object;
using isthmus::winapi::fail;
using isthmus::winapi::mutex_object;
using isthmus::winapi::open;
using isthmus::winapi::semaphore_object;

// --- mutexes

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes,
                           BOOL bInitialOwner,
                           LPCSTR lpName) {
    return CreateMutexExA(lpMutexAttributes, lpName,
                          bInitialOwner != FALSE ? CREATE_MUTEX_INITIAL_OWNER : 0,
                          MUTEX_ALL_ACCESS);
}

HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES lpMutexAttributes,
                             LPCSTR lpName,
                             DWORD dwFlags,
                             DWORD dwDesiredAccess) {
    if ((dwFlags & ~DWORD{CREATE_MUTEX_INITIAL_OWNER}) != 0) {
        return fail(ERROR_INVALID_PARAMETER, HANDLE());
    }
    return create<mutex_object>(lpMutexAttributes, lpName,
                                {.initially = (dwFlags & CREATE_MUTEX_INITIAL_OWNER) != 0},
                                dwDesiredAccess);
}

HANDLE WINAPI OpenMutexA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open<mutex_object>(dwDesiredAccess, bInheritHandle, lpName);
}

// --- semaphores

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                               LONG lInitialCount,
                               LONG lMaximumCount,
                               LPCSTR lpName) {
    return CreateSemaphoreExA(lpSemaphoreAttributes, lInitialCount, lMaximumCount, lpName, 0,
                              SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                                 LONG lInitialCount,
                                 LONG lMaximumCount,
                                 LPCSTR lpName,
                                 DWORD dwFlags,
                                 DWORD dwDesiredAccess) {
    if (dwFlags != 0 || lMaximumCount <= 0 || lInitialCount < 0 || lInitialCount > lMaximumCount) {
        return fail(ERROR_INVALID_PARAMETER, HANDLE());
    }
    return create<semaphore_object>(lpSemaphoreAttributes, lpName,
                                    {.initial = lInitialCount, .maximum = lMaximumCount},
                                    dwDesiredAccess);
}

HANDLE WINAPI OpenSemaphoreA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open<semaphore_object>(dwDesiredAccess, bInheritHandle, lpName);
}

// --- events

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes,
                           BOOL bManualReset,
                           BOOL bInitialState,
                           LPCSTR lpName) {
    return CreateEventExA(lpEventAttributes, lpName,
                          (bManualReset != FALSE ? CREATE_EVENT_MANUAL_RESET : 0U) |
                              (bInitialState != FALSE ? CREATE_EVENT_INITIAL_SET : 0U),
                          EVENT_ALL_ACCESS);
}

HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes,
                             LPCSTR lpName,
                             DWORD dwFlags,
                             DWORD dwDesiredAccess) {
    constexpr DWORD known = CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET;
    if ((dwFlags & ~known) != 0) {
        return fail(ERROR_INVALID_PARAMETER, HANDLE());
    }
    return create<event_object>(lpEventAttributes, lpName,
                                {.manual_reset = (dwFlags & CREATE_EVENT_MANUAL_RESET) != 0,
                                 .initially = (dwFlags & CREATE_EVENT_INITIAL_SET) != 0},
                                dwDesiredAccess);
}

HANDLE WINAPI OpenEventA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    return open<event_object>(dwDesiredAccess, bInheritHandle, lpName);
}
