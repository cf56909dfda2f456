#pragma once

#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "link.hpp"

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace isthmus::posix {

/// The first thing a client of this library sends: one byte (the version) with descriptors, that of
/// the instance's file whose lock it holds, then, if it has any, that of the link's memory. It
/// counts only as the very first byte and alone in its receive; a client without it is an ordinary
/// program, served on a byte channel as it is.

/// False with errno.
bool send_hello(int socket, int instance_file, int link_memory);

/// What the first receive on a server's socket gave.
struct first_receive {
    ssize_t size = 0;      ///< as recv; -1 with errno (EPROTO: something that is not allowed)
    bool is_hello = false; ///< then `size` is 0
    link shared;
    descriptor claim; ///< the instance's file, unless the link keeps it
    fork_guard claim_guard;
};

/// Receives for the first time, into `buffer`, which must not be empty. Never blocks.
first_receive receive_first(int socket, std::span<std::byte> buffer);

} // namespace isthmus::posix
