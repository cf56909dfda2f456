#pragma once

#include <isthmus/name.hpp>
#include <isthmus/winapi/minwindef.h>

#include <optional>

namespace isthmus::winapi {

/// The name that a Create function was given; nothing if it is null or empty, which means an object
/// without name. A Win32 code.
DWORD parse_object_name(LPCSTR text, std::optional<object_name>& name);

} // namespace isthmus::winapi
