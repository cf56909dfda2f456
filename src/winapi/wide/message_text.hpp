#pragma once

#include "text.hpp"

#include <isthmus/winapi/minwindef.h>

#include <cstdarg>
#include <string>
#include <string_view>

/// \file
/// The texts of FormatMessage, as UTF-8.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// What the texts' inserts are replaced by.
struct message_inserts {
    bool ignored = false;
    bool wide = false; ///< an insert without a format is a text of `wchar_t`
    const DWORD_PTR* array = nullptr;
    std::va_list* list = nullptr;
};

/// A Win32 code. `width`: 0: lines are as in the text; 255: its line breaks are spaces; otherwise
/// of so many characters at most.
DWORD build_message(std::string_view text,
                    const message_inserts& inserts,
                    std::size_t width,
                    std::string& result);

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
