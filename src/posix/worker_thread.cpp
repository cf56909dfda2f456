#include "net/worker_thread.hpp"

#include <csignal>
#include <system_error>
#include <utility>

namespace isthmus::net {

namespace {

/// Blocks signals in this thread, and so in those that it starts, while it lives.
class signals_blocked {
public:
    signals_blocked() {
        ::sigset_t all;
        ::sigfillset(&all);
        // What a thread does itself is its own affair, whoever handles it.
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT})
            ::sigdelset(&all, fault);
        if (const int reason = ::pthread_sigmask(SIG_BLOCK, &all, &before_); reason != 0)
            throw std::system_error(reason, std::system_category());
    }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;
    ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    ::sigset_t before_{};
};

} // namespace

std::thread start_worker(std::function<void()> work) {
    const signals_blocked meanwhile;
    return std::thread(std::move(work));
}

} // namespace isthmus::net
