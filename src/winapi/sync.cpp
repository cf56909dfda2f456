#include "sync.hpp"

#include "handle_table.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/synchapi.h>

#include <system_error>

/// \file
/// What is done to mutexes, semaphores and events by their handles.

namespace isthmus::winapi {

constexpr rights_mapping mutex_object::rights{.read = STANDARD_RIGHTS_READ | MUTANT_QUERY_STATE,
                                              .write = STANDARD_RIGHTS_WRITE,
                                              .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                              .all = MUTEX_ALL_ACCESS};

constexpr rights_mapping semaphore_object::rights{.read = STANDARD_RIGHTS_READ | 0x1,
                                                  .write = STANDARD_RIGHTS_WRITE |
                                                           SEMAPHORE_MODIFY_STATE,
                                                  .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                                  .all = SEMAPHORE_ALL_ACCESS};

constexpr rights_mapping event_object::rights{.read = STANDARD_RIGHTS_READ | 0x1,
                                              .write = STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
                                              .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                              .all = EVENT_ALL_ACCESS};

DWORD release_mutex(mutex_object& mutex) {
    std::error_code ec;
    mutex.object().unlock(ec);
    return win32_code_of(ec);
}

DWORD release_semaphore(semaphore_object& semaphore, LONG count, LONG& previous) {
    if (count <= 0) {
        return ERROR_INVALID_PARAMETER;
    }
    std::error_code ec;
    previous = semaphore.object().release(count, ec);
    return win32_code_of(ec);
}

DWORD set_event(event_object& event) {
    std::error_code ec;
    event.object().set(ec);
    return win32_code_of(ec);
}

std::unique_ptr<detail::sync_object> make_unnamed_event(bool manual_reset, bool set) {
    bool created = false;
    std::error_code ec;
    auto made = detail::sync_object::make(
        nullptr, detail::creation::create,
        {.kind = detail::object_kind::event, .manual_reset = manual_reset, .initially = set},
        sync_rights::wait_and_modify, created, ec);
    if (ec) {
        throw std::system_error(ec);
    }
    return made;
}

namespace {

/// `call`: from the object to a code.
template <class Object, class Call>
BOOL with(HANDLE handle, ACCESS_MASK needed, Call call) noexcept {
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto object = reference<Object>(handle, needed, code);
        return object ? call(*object) : code;
    }));
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::event_object;
using isthmus::winapi::mutex_object;
using isthmus::winapi::semaphore_object;
using isthmus::winapi::win32_code_of;
using isthmus::winapi::with;

BOOL WINAPI ReleaseMutex(HANDLE hMutex) {
    // Whatever it was opened for.
    return with<mutex_object>(hMutex, 0, isthmus::winapi::release_mutex);
}

BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount) {
    return with<semaphore_object>(hSemaphore, SEMAPHORE_MODIFY_STATE, [&](auto& semaphore) {
        LONG previous = 0;
        const DWORD code = release_semaphore(semaphore, lReleaseCount, previous);
        if (code == ERROR_SUCCESS && lpPreviousCount != nullptr) {
            *lpPreviousCount = previous;
        }
        return code;
    });
}

BOOL WINAPI SetEvent(HANDLE hEvent) {
    return with<event_object>(hEvent, EVENT_MODIFY_STATE, isthmus::winapi::set_event);
}

BOOL WINAPI ResetEvent(HANDLE hEvent) {
    return with<event_object>(hEvent, EVENT_MODIFY_STATE, [](const auto& event) {
        std::error_code ec;
        event.object().reset(ec);
        return win32_code_of(ec);
    });
}

BOOL WINAPI PulseEvent(HANDLE hEvent) {
    return with<event_object>(hEvent, EVENT_MODIFY_STATE, [](const auto& event) {
        std::error_code ec;
        event.object().pulse(ec);
        return win32_code_of(ec);
    });
}
