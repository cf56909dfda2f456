#include "immortal.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/debugapi.h>
#include <isthmus/winapi/processenv.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

/// \file
/// The environment, and text for a debugger.

namespace isthmus::winapi {

namespace {

/// Among themselves these functions are thread-safe; with the C library's they are not.
std::mutex& environment_mutex() noexcept {
    return detail::immortal<std::mutex>();
}

DWORD set_variable(const char* name, const char* value) noexcept {
    if (name == nullptr || *name == 0 || std::strchr(name, '=') != nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    const std::lock_guard lock(environment_mutex());
    if (value != nullptr) {
        return win32_code_of_errno(::setenv(name, value, 1) == 0 ? 0 : errno);
    }
    ::unsetenv(name);
    return ERROR_SUCCESS;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::environment_mutex;
using isthmus::winapi::fail;

DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize) {
    const std::lock_guard lock(environment_mutex());
    const char* const value = lpName != nullptr ? std::getenv(lpName) : nullptr;
    if (value == nullptr) {
        return fail(ERROR_ENVVAR_NOT_FOUND, DWORD{0});
    }
    const std::string_view text = value;
    if (lpBuffer == nullptr || text.size() >= nSize) {
        return static_cast<DWORD>(text.size() + 1);
    }
    std::memcpy(lpBuffer, value, text.size() + 1);
    return static_cast<DWORD>(text.size());
}

BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue) {
    return isthmus::winapi::report(isthmus::winapi::set_variable(lpName, lpValue));
}

VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString) {
    if (lpOutputString != nullptr) {
        std::fputs(lpOutputString, stderr);
    }
}
