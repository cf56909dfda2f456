#pragma once

#include <isthmus/winapi/minwindef.h>

#include <sys/stat.h>

#include <memory>

/// \file
/// The files that mappings and views of this process are of. As on Windows they cannot be made
/// shorter meanwhile (ERROR_USER_MAPPED_FILE): a view would lose its memory. Other processes can.

namespace isthmus::winapi {

/// As long as it lives the file counts as mapped.
std::shared_ptr<const void> hold_mapped_file(const struct ::stat& file);

/// Makes a file shorter, or says ERROR_USER_MAPPED_FILE. A Win32 code.
DWORD cut_file(int fd, const struct ::stat& file, off_t size) noexcept;

} // namespace isthmus::winapi
