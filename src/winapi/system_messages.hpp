#pragma once

#include <isthmus/winapi/minwindef.h>

#include <string_view>

namespace isthmus::winapi {

/// The text of a Win32 code, or of the HRESULT of one, without its end of line; empty if there is
/// none.
std::string_view system_message(DWORD code) noexcept;

} // namespace isthmus::winapi
