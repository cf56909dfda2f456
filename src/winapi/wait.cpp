#include "wait.hpp"

#include "file_object.hpp"
#include "handle_table.hpp"
#include "last_error.hpp"
#include "sync.hpp"

#include <isthmus/deadline.hpp>
#include <isthmus/winapi/synchapi.h>

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <thread>
#include <utility>

namespace isthmus::winapi {

deadline deadline_of(DWORD milliseconds) noexcept {
    return milliseconds == INFINITE ? deadline::never()
                                    : deadline::after(std::chrono::milliseconds(milliseconds));
}

namespace {

/// A poll does not ask for the time.
deadline end_of_wait(DWORD milliseconds) noexcept {
    return milliseconds == 0 ? deadline(deadline::clock::time_point::min())
                             : deadline_of(milliseconds);
}

/// The object behind a handle, and what a wait for it waits for.
struct waited_object {
    std::shared_ptr<kernel_object> object;
    detail::sync_object* signal = nullptr;

    DWORD find(HANDLE handle) {
        DWORD code = ERROR_SUCCESS;
        object = reference<kernel_object>(handle, SYNCHRONIZE, code);
        signal = object ? object->signal() : nullptr;
        if (code != ERROR_SUCCESS || signal != nullptr) {
            return code;
        }
        // Windows would wait: for input of a console, and for the end of what a file does.
        return dynamic_cast<const file_object*>(object.get()) != nullptr
                   ? DWORD{ERROR_CALL_NOT_IMPLEMENTED}
                   : DWORD{ERROR_INVALID_HANDLE};
    }

    DWORD wait(DWORD milliseconds, DWORD& result) const {
        std::error_code ec;
        const auto status = signal->wait(end_of_wait(milliseconds), ec);
        if (ec) {
            return win32_code_of(ec);
        }
        if (status != wait_status::timed_out) {
            object->after_wait();
        }
        result = status == wait_status::timed_out   ? WAIT_TIMEOUT
                 : status == wait_status::abandoned ? WAIT_ABANDONED
                                                    : WAIT_OBJECT_0;
        return ERROR_SUCCESS;
    }
};

/// Those behind several handles.
class waited_objects {
public:
    DWORD add(HANDLE handle) {
        waited_object found;
        const DWORD code = found.find(handle);
        signals_[count_] = found.signal;
        objects_[count_++] = std::move(found.object);
        return code;
    }

    DWORD wait(bool all, DWORD milliseconds, DWORD& result) {
        const auto until = end_of_wait(milliseconds);
        // Two handles of one object are an error only where all are waited for.
        std::array<std::size_t, MAXIMUM_WAIT_OBJECTS> given{};
        const std::size_t different = all ? count_ : leave_out_repeated(given);
        std::error_code ec;
        const auto ending =
            detail::sync_object::wait_many(std::span(signals_).first(different), all, until, ec);
        if (ec) {
            return win32_code_of(ec);
        }
        if (ending.timed_out()) {
            result = WAIT_TIMEOUT;
            return ERROR_SUCCESS;
        }
        const std::size_t index = all ? 0 : given[ending.index];
        for (std::size_t i = all ? 0 : index; i < (all ? count_ : index + 1); ++i) {
            objects_[i]->after_wait();
        }
        result =
            (ending.abandoned() ? WAIT_ABANDONED_0 : WAIT_OBJECT_0) + static_cast<DWORD>(index);
        return ERROR_SUCCESS;
    }

private:
    /// Each object's first place stays, and is told in `given`.
    std::size_t leave_out_repeated(std::span<std::size_t> given) noexcept {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const auto end = signals_.begin() + static_cast<std::ptrdiff_t>(kept);
            if (std::find(signals_.begin(), end, signals_[i]) == end) {
                given[kept] = i;
                signals_[kept++] = signals_[i];
            }
        }
        return kept;
    }

    std::array<std::shared_ptr<kernel_object>, MAXIMUM_WAIT_OBJECTS> objects_;
    std::array<detail::sync_object*, MAXIMUM_WAIT_OBJECTS> signals_{};
    std::size_t count_ = 0;
};

} // namespace

DWORD wait_for(std::span<const HANDLE> handles, bool all, DWORD milliseconds) noexcept {
    DWORD result = WAIT_FAILED;
    const DWORD code = no_throw([&]() -> DWORD {
        if (handles.empty() || handles.size() > MAXIMUM_WAIT_OBJECTS) {
            return ERROR_INVALID_PARAMETER;
        }
        if (handles.data() == nullptr) {
            return ERROR_NOACCESS;
        }
        waited_objects objects;
        for (const HANDLE each : handles) {
            if (const DWORD failure = objects.add(each); failure != ERROR_SUCCESS) {
                return failure;
            }
        }
        return objects.wait(all, milliseconds, result);
    });
    report(code);
    return result;
}

namespace {

/// What SignalObjectAndWait does first. To a mutex, that needs no right.
DWORD signal_object(HANDLE handle) {
    DWORD code = ERROR_SUCCESS;
    if (const auto mutex = reference<mutex_object>(handle, 0, code)) {
        return release_mutex(*mutex);
    }
    if (const auto semaphore = reference<semaphore_object>(handle, SEMAPHORE_MODIFY_STATE, code)) {
        LONG previous = 0;
        return release_semaphore(*semaphore, 1, previous);
    }
    if (code == ERROR_ACCESS_DENIED) {
        return code;
    }
    if (const auto event = reference<event_object>(handle, EVENT_MODIFY_STATE, code)) {
        return set_event(*event);
    }
    return code;
}

} // namespace

/// WaitForSingleObject: the same as wait_for, for less.
DWORD wait_for_one(HANDLE handle, DWORD milliseconds) noexcept {
    DWORD result = WAIT_FAILED;
    report(no_throw([&] {
        waited_object object;
        const DWORD code = object.find(handle);
        return code == ERROR_SUCCESS ? object.wait(milliseconds, result) : code;
    }));
    return result;
}

DWORD signal_and_wait(HANDLE to_signal, HANDLE to_wait_on, DWORD milliseconds) noexcept {
    DWORD result = WAIT_FAILED;
    report(no_throw([&] {
        waited_object object;
        DWORD code = object.find(to_wait_on);
        code = code == ERROR_SUCCESS ? signal_object(to_signal) : code;
        return code == ERROR_SUCCESS ? object.wait(milliseconds, result) : code;
    }));
    return result;
}

} // namespace isthmus::winapi

using isthmus::winapi::wait_for;

DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds) {
    return isthmus::winapi::wait_for_one(hHandle, dwMilliseconds);
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL /*bAlertable*/) {
    return WaitForSingleObject(hHandle, dwMilliseconds);
}

DWORD WINAPI WaitForMultipleObjects(DWORD nCount,
                                    const HANDLE* lpHandles,
                                    BOOL bWaitAll,
                                    DWORD dwMilliseconds) {
    return wait_for({lpHandles, nCount}, bWaitAll != FALSE, dwMilliseconds);
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount,
                                      const HANDLE* lpHandles,
                                      BOOL bWaitAll,
                                      DWORD dwMilliseconds,
                                      BOOL /*bAlertable*/) {
    return WaitForMultipleObjects(nCount, lpHandles, bWaitAll, dwMilliseconds);
}

DWORD WINAPI SignalObjectAndWait(HANDLE hObjectToSignal,
                                 HANDLE hObjectToWaitOn,
                                 DWORD dwMilliseconds,
                                 BOOL /*bAlertable*/) {
    return isthmus::winapi::signal_and_wait(hObjectToSignal, hObjectToWaitOn, dwMilliseconds);
}

VOID WINAPI Sleep(DWORD dwMilliseconds) {
    if (dwMilliseconds == 0) {
        ::sched_yield();
        return;
    }
    const auto until = isthmus::winapi::deadline_of(dwMilliseconds);
    do {
        std::this_thread::sleep_until(until.is_never()
                                          ? isthmus::deadline::clock::now() + std::chrono::hours(1)
                                          : until.when());
    } while (until.is_never());
}

DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL /*bAlertable*/) {
    Sleep(dwMilliseconds);
    return 0;
}
