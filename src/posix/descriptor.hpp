#pragma once

#include "syscalls.hpp"

#include <cerrno>
#include <utility>

namespace isthmus::posix {

/// Owns a file descriptor.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~descriptor() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }

    /// Closes it and keeps errno: this runs on error paths, before errno is read.
    void reset() noexcept {
        if (fd_ < 0)
            return;
        const int reason = errno;
        os.close(std::exchange(fd_, -1));
        errno = reason;
    }

private:
    int fd_ = -1;
};

/// Repeats a call that a signal interrupted.
template <class Call>
auto retry(Call call) noexcept {
    for (;;) {
        const auto result = call();
        if (result != -1 || errno != EINTR)
            return result;
    }
}

/// The same for a call that may block for a while. One that a signal interrupted counts as having
/// waited in vain: begun anew with every signal it might never come back.
template <class Call>
auto retry_unless_blocking(bool blocking, Call call) noexcept {
    if (!blocking)
        return retry(call);
    const auto result = call();
    if (result == -1 && errno == EINTR)
        errno = EAGAIN;
    return result;
}

/// After a failed call: whether it would have had to wait. (EWOULDBLOCK is the same number wherever
/// this runs.)
inline bool would_block() noexcept {
    return errno == EAGAIN;
}

/// Whether an errno says that the peer has gone.
inline bool is_disconnect(int reason) noexcept {
    return reason == EPIPE || reason == ECONNRESET;
}

} // namespace isthmus::posix
