#pragma once

#include <isthmus/winapi/errhandlingapi.h>
#include <isthmus/winapi/winerror.h>

#include <atomic>
#include <new>
#include <system_error>

/// \file
/// How the functions of this layer report failures. Inside, everything returns a Win32 code
/// (ERROR_SUCCESS: none); only the functions of the API themselves set the thread's last error.

namespace isthmus::winapi {

/// The Win32 code for a failure of the library: its raw code where that is one already.
DWORD win32_code_of(const std::error_code& code) noexcept;

/// The same for the errno of a system call on a file.
DWORD win32_code_of_errno(int code) noexcept;

/// The process closes all its handles.
extern std::atomic<bool> process_ends;

/// The calling thread is the one that ends the process. What fails in others from now on, fails
/// because of that.
void end_calls_of_others() noexcept;

/// Holds threads up, all but that one, until the process has ended: on Windows there would be no
/// such threads at that time.
void wait_for_the_end() noexcept;

/// True if `code` is ERROR_SUCCESS, which leaves the last error alone.
inline BOOL report(DWORD code) noexcept {
    if (code != ERROR_SUCCESS) {
        if (process_ends.load(std::memory_order_relaxed)) {
            wait_for_the_end();
        }
        SetLastError(code);
    }
    return code == ERROR_SUCCESS;
}

/// Sets the last error, and returns `result`.
template <class Result>
Result fail(DWORD code, Result result) noexcept {
    SetLastError(code);
    return result;
}

/// The body of a function of the API, which no exception leaves: `call` returns a code, too.
template <class Call>
DWORD no_throw(Call call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return ERROR_NOT_ENOUGH_MEMORY;
    } catch (const std::system_error& error) {
        return win32_code_of(error.code());
    } catch (...) {
        return ERROR_INTERNAL_ERROR;
    }
}

} // namespace isthmus::winapi
