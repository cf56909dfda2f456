#pragma once

#include <sys/stat.h>

#include <memory>

/// \file
/// The files that mappings and views of this process are of. As on Windows they cannot be made
/// shorter meanwhile (ERROR_USER_MAPPED_FILE): a view would lose its memory. Other processes can.

namespace isthmus::winapi {

/// As long as it lives the file counts as mapped.
std::shared_ptr<const void> hold_mapped_file(const struct ::stat& file);

bool is_mapped_file(const struct ::stat& file) noexcept;

} // namespace isthmus::winapi
