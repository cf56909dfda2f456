#pragma once

#include <isthmus/winapi/minwindef.h>

#include <string>

namespace isthmus::winapi {

/// A path as programs for Windows write it, as the system has it: with slashes for backslashes,
/// `NUL`, `CONIN$` and `CONOUT$` as devices. A Win32 code if there can be no such file: there are
/// no drives (ERROR_PATH_NOT_FOUND), no shares of other machines (ERROR_BAD_NETPATH), and Windows
/// allows some characters in no name (ERROR_INVALID_NAME).
DWORD native_path(const char* path, std::string& native);

/// Why a file that is not there is not: its directory is there (ERROR_FILE_NOT_FOUND), or it is not
/// (ERROR_PATH_NOT_FOUND).
DWORD code_of_missing(const std::string& native) noexcept;

} // namespace isthmus::winapi
