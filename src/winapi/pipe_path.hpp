#pragma once

#include <isthmus/name.hpp>
#include <isthmus/winapi/minwindef.h>

namespace isthmus::winapi {

/// What a path names, if it is that of a pipe of this machine: a Win32 code. A path without the
/// prefix is none.
DWORD parse_pipe_path(const char* path, channel_address& address);

} // namespace isthmus::winapi
