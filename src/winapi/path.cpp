#include "path.hpp"

#include "last_error.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>

namespace isthmus::winapi {

namespace {

bool is_letter(char each) noexcept {
    return (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z');
}

bool equals_ignoring_case(std::string_view text, std::string_view upper) noexcept {
    return std::equal(text.begin(), text.end(), upper.begin(), upper.end(), [](char a, char b) {
        return (is_letter(a) ? static_cast<char>(a & ~0x20) : a) == b;
    });
}

const char* device_of(std::string_view name) noexcept {
    if (equals_ignoring_case(name, "NUL")) {
        return "/dev/null";
    }
    const bool console =
        equals_ignoring_case(name, "CONIN$") || equals_ignoring_case(name, "CONOUT$");
    return console ? "/dev/tty" : nullptr;
}

} // namespace

DWORD native_path(const char* path, std::string& native) {
    std::string_view text(path);
    const bool of_devices = text.starts_with(R"(\\.\)");
    if (of_devices || text.starts_with(R"(\\?\)")) {
        text.remove_prefix(4);
    }
    if (const char* const device = device_of(text)) {
        native = device;
        return ERROR_SUCCESS;
    }
    if (of_devices) {
        return ERROR_FILE_NOT_FOUND;
    }
    if (text.starts_with(R"(\\)")) {
        return ERROR_BAD_NETPATH;
    }
    if (text.size() >= 2 && is_letter(text[0]) && text[1] == ':') {
        return ERROR_PATH_NOT_FOUND;
    }
    if (text.find_first_of("*?<>|\"") != std::string_view::npos) {
        return ERROR_INVALID_NAME;
    }
    native = text;
    std::replace(native.begin(), native.end(), '\\', '/');
    return ERROR_SUCCESS;
}

DWORD code_of_missing(const std::string& native) noexcept {
    try {
        const auto slash = native.find_last_of('/');
        if (slash == std::string::npos || slash == 0) {
            return ERROR_FILE_NOT_FOUND;
        }
        struct ::stat status {};
        const bool is_directory =
            ::stat(native.substr(0, slash).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
        return is_directory ? ERROR_FILE_NOT_FOUND : ERROR_PATH_NOT_FOUND;
    } catch (const std::bad_alloc&) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
}

} // namespace isthmus::winapi
