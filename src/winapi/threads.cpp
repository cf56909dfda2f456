#include "handle_table.hpp"
#include "last_error.hpp"
#include "posix/thread_id.hpp"
#include "thread.hpp"

#include <isthmus/winapi/processthreadsapi.h>
#include <isthmus/winapi/winbase.h>

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

/// \file
/// Threads by their handles, and the calling thread and process.

namespace isthmus::winapi {

namespace {

/// What a new thread is given.
struct beginning {
    std::shared_ptr<thread_object> thread;
    std::function<DWORD()> routine;
};

/// Neither an exception of the program nor that of pthread_exit stops here.
void* run_thread(void* pointer) {
    const std::unique_ptr<beginning> mine(static_cast<beginning*>(pointer));
    mine->thread->begin(posix::thread_id());
    mine->thread->set_exit_code(mine->routine());
    return nullptr;
}

/// Makes itself known, and then goes on.
void* enter_thread(void* pointer) {
    const auto& thread = static_cast<beginning*>(pointer)->thread;
    if (!become(thread)) {
        std::abort(); // the few bytes are there: they were a moment ago, when its stack was made
    }
    return run_thread(pointer);
}

/// As on Windows: what is asked for is a beginning; the size that all threads have is the least,
/// unless it is said that it is to be the size.
void set_stack_size(pthread_attr_t& attributes, SIZE_T wanted, bool exactly) noexcept {
    constexpr std::size_t least = std::size_t{256} * 1024;
    std::size_t usual = 0;
    if (wanted == 0 || ::pthread_attr_getstacksize(&attributes, &usual) != 0 ||
        (wanted <= usual && !exactly)) {
        return;
    }
    constexpr std::size_t page = std::size_t{64} * 1024;
    ::pthread_attr_setstacksize(&attributes, (std::max(wanted, least) + page - 1) / page * page);
}

} // namespace

DWORD start_thread(const SECURITY_ATTRIBUTES* attributes,
                   SIZE_T stack_size,
                   DWORD flags,
                   std::function<DWORD()> routine,
                   HANDLE& handle,
                   DWORD& id) {
    if ((flags & ~DWORD{CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION}) != 0) {
        return ERROR_INVALID_PARAMETER;
    }
    auto thread = std::make_shared<thread_object>((flags & CREATE_SUSPENDED) != 0);
    auto its = std::make_unique<beginning>(beginning{thread, std::move(routine)});
    handle = new_handle(thread, THREAD_ALL_ACCESS, attributes);
    if (handle == nullptr) {
        return GetLastError();
    }
    pthread_attr_t how;
    int failure = ::pthread_attr_init(&how);
    if (failure == 0) {
        ::pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
        set_stack_size(how, stack_size, (flags & STACK_SIZE_PARAM_IS_A_RESERVATION) != 0);
        pthread_t started{};
        failure = ::pthread_create(&started, &how, enter_thread, its.get());
        ::pthread_attr_destroy(&how);
    }
    if (failure != 0) {
        handle_table::instance().close(std::exchange(handle, nullptr));
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    static_cast<void>(its.release());
    thread->wait_for_begin();
    id = thread->id();
    return ERROR_SUCCESS;
}

namespace {

/// Whoever may ask much may ask little. Null with a code.
std::shared_ptr<thread_object> reference_for_query(HANDLE handle, DWORD& code) {
    auto thread = reference<thread_object>(handle, THREAD_QUERY_LIMITED_INFORMATION, code);
    return thread || code != ERROR_ACCESS_DENIED
               ? thread
               : reference<thread_object>(handle, THREAD_QUERY_INFORMATION, code);
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::current_thread;
using isthmus::winapi::fail;
using isthmus::winapi::no_throw;
using isthmus::winapi::reference;
using isthmus::winapi::reference_for_query;
using isthmus::winapi::report;
using isthmus::winapi::start_thread;
using isthmus::winapi::thread_object;

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes,
                           SIZE_T dwStackSize,
                           LPTHREAD_START_ROUTINE lpStartAddress,
                           LPVOID lpParameter,
                           DWORD dwCreationFlags,
                           LPDWORD lpThreadId) {
    if (lpStartAddress == nullptr) {
        return fail(ERROR_INVALID_PARAMETER, HANDLE());
    }
    HANDLE handle = nullptr;
    DWORD id = 0;
    const BOOL done = report(no_throw([&] {
        return start_thread(
            lpThreadAttributes, dwStackSize, dwCreationFlags,
            [=] { return lpStartAddress(lpParameter); }, handle, id);
    }));
    if (done != FALSE && lpThreadId != nullptr) {
        *lpThreadId = id;
    }
    return handle;
}

DWORD WINAPI ResumeThread(HANDLE hThread) {
    auto before = static_cast<DWORD>(-1);
    report(no_throw([&] {
        DWORD code = ERROR_SUCCESS;
        if (const auto thread = reference<thread_object>(hThread, THREAD_SUSPEND_RESUME, code)) {
            before = thread->resume();
        }
        return code;
    }));
    return before;
}

VOID WINAPI ExitThread(DWORD dwExitCode) {
    no_throw([&]() -> DWORD {
        current_thread()->set_exit_code(dwExitCode);
        return ERROR_SUCCESS;
    });
    ::pthread_exit(nullptr);
}

BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode) {
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto thread = reference_for_query(hThread, code);
        if (thread && lpExitCode == nullptr) {
            return ERROR_NOACCESS;
        }
        if (thread) {
            *lpExitCode = thread->exit_code();
        }
        return code;
    }));
}

DWORD WINAPI GetThreadId(HANDLE Thread) {
    DWORD id = 0;
    report(no_throw([&] {
        DWORD code = ERROR_SUCCESS;
        if (const auto thread = reference_for_query(Thread, code)) {
            id = thread->id();
        }
        return code;
    }));
    return id;
}

BOOL WINAPI SwitchToThread() {
    ::sched_yield();
    return TRUE;
}

HANDLE WINAPI GetCurrentThread() {
    return reinterpret_cast<HANDLE>(~std::uintptr_t{1}); // NOLINT(performance-no-int-to-ptr)
}

DWORD WINAPI GetCurrentThreadId() {
    return isthmus::posix::thread_id();
}

// --- the process

HANDLE WINAPI GetCurrentProcess() {
    return reinterpret_cast<HANDLE>(~std::uintptr_t{0}); // NOLINT(performance-no-int-to-ptr)
}

DWORD WINAPI GetCurrentProcessId() {
    return static_cast<DWORD>(::getpid());
}

DWORD WINAPI GetProcessId(HANDLE Process) {
    DWORD id = 0;
    report(no_throw([&] {
        using isthmus::winapi::process_object;
        DWORD code = ERROR_SUCCESS;
        if (reference<process_object>(Process, PROCESS_QUERY_LIMITED_INFORMATION, code)) {
            id = GetCurrentProcessId();
        }
        return code;
    }));
    return id;
}

VOID WINAPI ExitProcess(UINT uExitCode) {
    std::exit(static_cast<int>(uExitCode));
}
