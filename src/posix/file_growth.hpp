#pragma once

#include <sys/types.h>

#include <cstddef>

/// \file
/// Calls that may make a file larger. Beyond what the process may write (RLIMIT_FSIZE) the system
/// sends a signal that ends programs (SIGXFSZ); these fail with EFBIG instead.

namespace isthmus::posix {

/// Whether a file may be so large, before it is written to. False with errno.
bool may_grow_to(off_t size) noexcept;

int truncate_file(int fd, off_t size);
ssize_t write_to_file(int fd, const void* buffer, std::size_t size, off_t offset);
/// posix_fallocate, with errno. If it fails the file may have grown by a part.
int allocate_in_file(int fd, off_t offset, off_t size);

/// Makes a file longer, with the room on the disk that it takes where the file system can say so.
/// If it fails, with errno, the file is as long as it was.
bool extend(int fd, off_t from, off_t to);

} // namespace isthmus::posix
