#include "wide.hpp"

#include <windows.h>

namespace isthmus::win32 {

std::wstring to_wide(std::string_view text) {
    // Never more UTF-16 units than UTF-8 bytes.
    std::wstring wide(text.size(), L'\0');
    const int size = MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                         wide.data(), static_cast<int>(wide.size()));
    wide.resize(static_cast<std::size_t>(size));
    return wide;
}

std::string to_utf8(std::wstring_view text) {
    // Never more than three bytes for a UTF-16 unit.
    std::string narrow(text.size() * 3, '\0');
    const int size =
        WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), narrow.data(),
                            static_cast<int>(narrow.size()), nullptr, nullptr);
    narrow.resize(static_cast<std::size_t>(size));
    return narrow;
}

} // namespace isthmus::win32
