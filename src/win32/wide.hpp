#pragma once

#include <string>
#include <string_view>

namespace isthmus::win32 {

/// UTF-8, which the library uses inside, to UTF-16, which the calls take. Invalid sequences become
/// U+FFFD; names have been checked before.
std::wstring to_wide(std::string_view text);
std::string to_utf8(std::wstring_view text);

} // namespace isthmus::win32
