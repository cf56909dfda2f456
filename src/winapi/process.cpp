#include "handle_table.hpp"
#include "last_error.hpp"
#include "thread.hpp"

#include <isthmus/winapi/process.h>
#include <isthmus/winapi/winbase.h>

#include <unistd.h>

#include <cerrno>
#include <cstdint>

/// \file
/// process.h: threads as the C library has them.

namespace isthmus::winapi {

namespace {

int errno_of(DWORD code) noexcept {
    return code == ERROR_INVALID_PARAMETER ? EINVAL : EAGAIN;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::errno_of;
using isthmus::winapi::no_throw;
using isthmus::winapi::reference;
using isthmus::winapi::start_thread;
using isthmus::winapi::thread_object;

uintptr_t __cdecl _beginthreadex(void* security,
                                 unsigned stack_size,
                                 _beginthreadex_proc_type start_address,
                                 void* arglist,
                                 unsigned initflag,
                                 unsigned* thrdaddr) {
    SetLastError(ERROR_SUCCESS);
    const HANDLE handle = CreateThread(static_cast<SECURITY_ATTRIBUTES*>(security), stack_size,
                                       start_address, arglist, initflag, thrdaddr);
    if (handle == nullptr) {
        errno = errno_of(GetLastError());
    }
    return reinterpret_cast<uintptr_t>(handle);
}

uintptr_t __cdecl _beginthread(_beginthread_proc_type start_address,
                               unsigned stack_size,
                               void* arglist) {
    // It begins when its handle, which it closes in the end, is known.
    HANDLE handle = nullptr;
    const DWORD code = no_throw([&]() -> DWORD {
        if (start_address == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        DWORD id = 0;
        DWORD failure = start_thread(
            nullptr, stack_size, CREATE_SUSPENDED,
            [=]() -> DWORD {
                start_address(arglist);
                return 0;
            },
            handle, id);
        if (failure != ERROR_SUCCESS) {
            return failure;
        }
        if (const auto thread = reference<thread_object>(handle, 0, failure)) {
            thread->keep_handle(handle);
            thread->resume();
        }
        return failure;
    });
    if (code != ERROR_SUCCESS) {
        errno = errno_of(code);
        return static_cast<uintptr_t>(-1);
    }
    return reinterpret_cast<uintptr_t>(handle);
}

void __cdecl _endthread() {
    ExitThread(0);
}

void __cdecl _endthreadex(unsigned retval) {
    ExitThread(retval);
}

int __cdecl _getpid() {
    return ::getpid();
}
