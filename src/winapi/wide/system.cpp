#include "convert.hpp"
#include "last_error.hpp"
#include "system_names.hpp"

#include <isthmus/winapi/consoleapi2.h>
#include <isthmus/winapi/debugapi.h>
#include <isthmus/winapi/libloaderapi.h>
#include <isthmus/winapi/processenv.h>
#include <isthmus/winapi/winbase.h>

#include <cstring>

/// \file
/// The system, the environment and the console, for `wchar_t`.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

void store_text(wchar_t* to, const wide_text& text) noexcept {
    std::memcpy(to, text.c_str(), (text.size() + 1) * sizeof(wchar_t));
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize) {
    return report(no_throw([&]() -> DWORD {
        const auto name = widened(computer_name());
        if (nSize == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        const DWORD room = lpBuffer != nullptr ? *nSize : 0;
        *nSize = static_cast<DWORD>(name.size());
        if (room <= name.size()) {
            ++*nSize; // with the terminator
            return ERROR_BUFFER_OVERFLOW;
        }
        store_text(lpBuffer, name);
        return ERROR_SUCCESS;
    }));
}

BOOL WINAPI GetUserNameW(LPWSTR lpBuffer, LPDWORD pcbBuffer) {
    return report(no_throw([&]() -> DWORD {
        const auto name = widened(user_name());
        if (pcbBuffer == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        const std::size_t room = *pcbBuffer;
        *pcbBuffer = static_cast<DWORD>(name.size() + 1);
        if (lpBuffer == nullptr || room <= name.size()) {
            return ERROR_INSUFFICIENT_BUFFER;
        }
        store_text(lpBuffer, name);
        return ERROR_SUCCESS;
    }));
}

DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize) {
    DWORD length = 0;
    report(no_throw([&]() -> DWORD {
        if (hModule != nullptr) {
            return ERROR_MOD_NOT_FOUND;
        }
        auto path = widened(program_path());
        if (path.empty()) {
            return ERROR_CALL_NOT_IMPLEMENTED;
        }
        if (nSize == 0 || lpFilename == nullptr) {
            return ERROR_INSUFFICIENT_BUFFER;
        }
        const bool fits = path.size() < nSize;
        length = fits ? static_cast<DWORD>(path.size()) : nSize;
        path.resize(fits ? length : nSize - 1);
        store_text(lpFilename, path);
        return fits ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER;
    }));
    return length;
}

DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize) {
    DWORD result = 0;
    report(no_throw([&]() -> DWORD {
        const narrow name(lpName);
        std::string value;
        for (DWORD needed = GetEnvironmentVariableA(name, nullptr, 0);;) {
            if (needed == 0) {
                return GetLastError();
            }
            value.resize(needed);
            const DWORD got = GetEnvironmentVariableA(name, value.data(), needed);
            if (got < needed) { // not changed in between
                value.resize(got);
                break;
            }
            needed = got;
        }
        const auto text = widened(value);
        const bool fits = lpBuffer != nullptr && text.size() < nSize;
        if (fits) {
            store_text(lpBuffer, text);
        }
        result = static_cast<DWORD>(text.size() + (fits ? 0 : 1));
        return ERROR_SUCCESS;
    }));
    return result;
}

BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue) {
    BOOL done = FALSE;
    const DWORD code = no_throw([&]() -> DWORD {
        done = SetEnvironmentVariableA(narrow(lpName), narrow(lpValue));
        return ERROR_SUCCESS;
    });
    return report(code) != FALSE ? done : FALSE;
}

VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString) {
    no_throw([&]() -> DWORD {
        OutputDebugStringA(narrow(lpOutputString));
        return ERROR_SUCCESS;
    });
}

BOOL WINAPI SetConsoleTitleW(LPCWSTR lpConsoleTitle) {
    BOOL done = FALSE;
    const DWORD code = no_throw([&]() -> DWORD {
        done = SetConsoleTitleA(narrow(lpConsoleTitle));
        return ERROR_SUCCESS;
    });
    return report(code) != FALSE ? done : FALSE;
}
