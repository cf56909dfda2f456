#include "disk_file.hpp"
#include "last_error.hpp"
#include "path.hpp"

#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/handleapi.h>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

/// \file
/// Where temporary files are put, and names for them.

using isthmus::winapi::fail;

namespace {

std::string temporary_directory() {
    for (const char* const name : {"TMP", "TEMP", "TMPDIR"}) {
        const char* const value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
        if (value != nullptr && *value != '\0') {
            return value;
        }
    }
    return "/tmp";
}

bool ends_with_slash(std::string_view path) noexcept {
    return path.ends_with('/') || path.ends_with('\\');
}

/// `directory` (with its slash), three letters of the prefix, the number in hexadecimal, `.TMP`.
std::string temporary_name(const std::string& directory, const char* prefix, UINT number) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string name =
        directory + std::string(std::string_view(prefix != nullptr ? prefix : "").substr(0, 3));
    bool leading = true;
    for (unsigned shift = 12; shift <= 12; shift -= 4) {
        const char digit = digits[number >> shift & 15U];
        leading = leading && digit == '0' && shift != 0;
        if (!leading) {
            name += digit;
        }
    }
    return name + ".TMP";
}

/// Of those that GetTempFileName tries one after the other.
UINT first_number() noexcept {
    static std::atomic<UINT> next =
        static_cast<UINT>(std::chrono::steady_clock::now().time_since_epoch().count() / 1000) +
        static_cast<UINT>(::getpid()) * 251;
    return next.fetch_add(1);
}

bool is_directory(const std::string& path) {
    std::string native;
    struct ::stat status {};
    return isthmus::winapi::native_path(path.c_str(), native) == ERROR_SUCCESS &&
           ::stat(native.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

DWORD make_temporary_file(const std::string& directory,
                          const char* prefix,
                          UINT& number,
                          std::string& name) {
    constexpr UINT numbers = 0x10000;
    const UINT first = first_number();
    for (UINT tries = 0; tries < numbers; ++tries) {
        number = (first + tries) % numbers;
        if (number == 0) {
            continue;
        }
        name = temporary_name(directory, prefix, number);
        std::shared_ptr<isthmus::winapi::file_object> file;
        const DWORD code = isthmus::winapi::open_disk_file(
            name.c_str(), {.wanted = FILE_GENERIC_READ, .disposition = CREATE_NEW}, file);
        if (code != ERROR_FILE_EXISTS) {
            return code;
        }
    }
    return ERROR_FILE_EXISTS;
}

} // namespace

DWORD WINAPI GetTempPathA(DWORD nBufferLength, LPSTR lpBuffer) {
    DWORD length = 0;
    const DWORD code = isthmus::winapi::no_throw([&]() -> DWORD {
        std::string path = temporary_directory();
        if (!ends_with_slash(path)) {
            path += '/';
        }
        length = static_cast<DWORD>(path.size());
        if (lpBuffer == nullptr || nBufferLength <= length) {
            ++length; // what it needs, with the end
        } else {
            std::memcpy(lpBuffer, path.c_str(), path.size() + 1);
        }
        return ERROR_SUCCESS;
    });
    return code == ERROR_SUCCESS ? length : fail(code, DWORD{0});
}

UINT WINAPI GetTempFileNameA(LPCSTR lpPathName,
                             LPCSTR lpPrefixString,
                             UINT uUnique,
                             LPSTR lpTempFileName) {
    UINT number = uUnique & 0xFFFFU;
    const DWORD code = isthmus::winapi::no_throw([&]() -> DWORD {
        constexpr std::size_t longest_directory = MAX_PATH - 14;
        if (lpPathName == nullptr || lpTempFileName == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        std::string directory(lpPathName);
        if (directory.size() > longest_directory) {
            return ERROR_BUFFER_OVERFLOW;
        }
        const bool exists = is_directory(directory);
        if (!directory.empty() && !ends_with_slash(directory)) {
            directory += '/';
        }
        std::string name = temporary_name(directory, lpPrefixString, number);
        if (number == 0) {
            const DWORD failure = exists
                                      ? make_temporary_file(directory, lpPrefixString, number, name)
                                      : DWORD{ERROR_DIRECTORY};
            if (failure != ERROR_SUCCESS) {
                return failure;
            }
        }
        std::memcpy(lpTempFileName, name.c_str(), name.size() + 1);
        return ERROR_SUCCESS;
    });
    return code == ERROR_SUCCESS ? number : fail(code, UINT{0});
}
