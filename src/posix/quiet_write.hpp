#pragma once

#include <sys/types.h>

#include <cstddef>

namespace isthmus::posix {

/// write() to a pipe or FIFO that raises no SIGPIPE, whatever the program has set up for it; the
/// error is EPIPE. Sockets have MSG_NOSIGNAL for that.
ssize_t quiet_write(int fd, const void* data, std::size_t size) noexcept;

} // namespace isthmus::posix
