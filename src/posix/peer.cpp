#include "native_error.hpp"
#include "pipe.hpp"
#include "pipe_impl.hpp"
#include "syscalls.hpp"

#include <sys/types.h>

#include <cerrno>
#include <string>

namespace isthmus::detail {

/// What the kernel noted when the connection was made: the client's process, or the one that
/// listened.
bool credentials_of(int fd, peer_identity& who) {
    uid_t user = 0;
    pid_t process = 0;
    if (posix::os.peer_credentials(fd, user, process) != 0)
        return false;
    who.process_id = static_cast<std::uint32_t>(process);
    who.user = std::to_string(user);
    return true;
}

peer_identity pipe::peer(std::error_code& ec) const {
    constexpr auto what = operation::query_channel;
    ec.clear();
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->path) {
        ec = win32_error(what, impl_->now == impl::state::listening
                                   ? win32_code::pipe_listening
                                   : win32_code::pipe_not_connected);
        return {};
    }
    peer_identity who;
    if (impl_->carrier == transport::fifo) {
        ec = win32_error(what, win32_code::not_supported);
    } else if (!credentials_of(impl_->path->fd(), who)) {
        ec = posix_error(what, errno);
    }
    return who;
}

} // namespace isthmus::detail
