#include "system_names.hpp"

#include "last_error.hpp"

#include <isthmus/winapi/libloaderapi.h>
#include <isthmus/winapi/winbase.h>

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

namespace isthmus::winapi {

std::string computer_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) {
        return {};
    }
    const std::string whole = name.data();
    return whole.substr(0, whole.find('.'));
}

std::string user_name() {
    std::vector<char> buffer(16 * 1024);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return std::to_string(::geteuid());
    }
    return entry.pw_name;
}

std::string program_path() {
    std::vector<char> path(256);
    for (;;) {
        const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
        if (length < 0) {
            return {};
        }
        if (static_cast<std::size_t>(length) < path.size()) {
            return {path.data(), static_cast<std::size_t>(length)};
        }
        path.resize(2 * path.size());
    }
}

} // namespace isthmus::winapi

using isthmus::winapi::no_throw;
using isthmus::winapi::report;

BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize) {
    return report(no_throw([&]() -> DWORD {
        const auto name = isthmus::winapi::computer_name();
        if (nSize == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        const DWORD room = lpBuffer != nullptr ? *nSize : 0;
        *nSize = static_cast<DWORD>(name.size());
        if (room <= name.size()) {
            ++*nSize; // with the terminator
            return ERROR_BUFFER_OVERFLOW;
        }
        std::memcpy(lpBuffer, name.c_str(), name.size() + 1);
        return ERROR_SUCCESS;
    }));
}

BOOL WINAPI GetUserNameA(LPSTR lpBuffer, LPDWORD pcbBuffer) {
    return report(no_throw([&]() -> DWORD {
        const auto name = isthmus::winapi::user_name();
        if (pcbBuffer == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        const std::size_t room = *pcbBuffer;
        *pcbBuffer = static_cast<DWORD>(name.size() + 1);
        if (lpBuffer == nullptr || room <= name.size()) {
            return ERROR_INSUFFICIENT_BUFFER;
        }
        std::memcpy(lpBuffer, name.c_str(), name.size() + 1);
        return ERROR_SUCCESS;
    }));
}

DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize) {
    DWORD length = 0;
    report(no_throw([&]() -> DWORD {
        if (hModule != nullptr) {
            return ERROR_MOD_NOT_FOUND;
        }
        const auto path = isthmus::winapi::program_path();
        if (path.empty()) {
            return ERROR_CALL_NOT_IMPLEMENTED;
        }
        if (nSize == 0 || lpFilename == nullptr) {
            return ERROR_INSUFFICIENT_BUFFER;
        }
        const bool fits = path.size() < nSize;
        length = fits ? static_cast<DWORD>(path.size()) : nSize;
        const DWORD taken = fits ? length : nSize - 1;
        std::memcpy(lpFilename, path.data(), taken);
        lpFilename[taken] = 0;
        return fits ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER;
    }));
    return length;
}
