#pragma once

#include "descriptor.hpp"
#include "object_file.hpp"
#include "object_header.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <string>

/// \file
/// Named regions whose content is a file of the user's: the object's file says which, in the place
/// of content of its own. So the name lives as that of any region, and who opens it maps the same
/// file, or none: another one that has taken its path is not it.

namespace isthmus::posix {

// What is special about a region, in object_header::slot.
inline constexpr std::uint32_t region_is_file = 1;
inline constexpr std::uint32_t region_is_read_only = 2; ///< no view of it can be written to

/// Completes the object's file: the region is this file. False with errno.
bool refer_to_file(int object,
                   object_header& header,
                   const std::string& path,
                   const struct ::stat& file) noexcept;

/// Opens the file that a region is. Empty with errno: ESTALE if it is not there any more, or too
/// short; EPERM if another user's object names a file that is not that user's: what is ours nobody
/// makes us open in that way.
descriptor open_referred_file(const object_file& region, bool writable);

} // namespace isthmus::posix
