#include "quiet_write.hpp"

#include "descriptor.hpp"
#include "syscalls.hpp"

#include <pthread.h>

#include <cerrno>
#include <csignal>

namespace isthmus::posix {

ssize_t quiet_write(int fd, const void* data, std::size_t size) noexcept {
    // The signal goes to the writing thread: blocked there, and taken back if this write raised it.
    sigset_t pipe_signal;
    sigset_t former;
    sigset_t pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &former);
    const ssize_t written = retry([&] { return os.write(fd, data, size); });
    const int reason = errno;
    if (written < 0 && reason == EPIPE && !was_pending) {
        sigpending(&pending);
        int taken = 0;
        if (sigismember(&pending, SIGPIPE) == 1)
            sigwait(&pipe_signal, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &former, nullptr);
    errno = reason;
    return written;
}

} // namespace isthmus::posix
