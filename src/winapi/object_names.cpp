#include "object_names.hpp"

#include "last_error.hpp"

#include <string_view>

namespace isthmus::winapi {

DWORD parse_object_name(LPCSTR text, std::optional<object_name>& name) {
    name.reset();
    if (text == nullptr || *text == '\0') {
        return ERROR_SUCCESS;
    }
    const std::string_view whole(text);
    std::error_code ec;
    auto parsed = object_name::parse(whole, ec);
    if (!ec) {
        name = std::move(parsed);
        return ERROR_SUCCESS;
    }
    const DWORD code = win32_code_of(ec);
    if (code != ERROR_INVALID_NAME || whole.find('\\') == std::string_view::npos ||
        whole == "Local\\" || whole == "Global\\") {
        return code;
    }
    // To Windows what ends with a backslash is a directory of objects: there is no other one.
    return whole.starts_with('\\') ? ERROR_BAD_PATHNAME : ERROR_PATH_NOT_FOUND;
}

} // namespace isthmus::winapi
