#include "fork_guard.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <set>
#include <utility>

namespace isthmus::posix {

namespace {

struct guarded_descriptors {
    std::mutex mutex;
    std::set<int> all;
    int delays = 0; ///< threads that are about to add to them
};

/// Of this thread; only the outermost counts.
thread_local int delay_depth = 0;

/// How many forks there are between this process and the first of its program.
std::atomic<std::uint32_t> forks_before{0};

guarded_descriptors& guarded() {
    // Never destroyed: a fork may come from another object's destructor.
    static auto* const descriptors = new guarded_descriptors;
    return *descriptors;
}

/// Looks again and again instead of waiting to be told, because a condition variable would not
/// survive the fork if another thread waited on it; what it waits for takes microseconds.
void before_fork() {
    guarded().mutex.lock();
    while (guarded().delays > (delay_depth > 0 ? 1 : 0)) {
        guarded().mutex.unlock();
        constexpr timespec moment{.tv_sec = 0, .tv_nsec = 20'000};
        ::nanosleep(&moment, nullptr);
        guarded().mutex.lock();
    }
}

void after_fork_in_parent() {
    guarded().mutex.unlock();
}

/// Only what is safe in the child of a process with threads.
void after_fork_in_child() {
    forks_before.fetch_add(1, std::memory_order_relaxed);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : guarded().all) {
        if (nothing < 0 || ::dup2(nothing, fd) < 0) {
            ::close(fd);
        } else {
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
    }
    if (nothing >= 0)
        ::close(nothing);
    guarded().mutex.unlock();
}

void watch_forks() {
    static const int registered =
        ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    static_cast<void>(registered);
}

} // namespace

fork_guard::fork_guard(int fd) : fd_(fd) {
    watch_forks();
    const std::lock_guard lock(guarded().mutex);
    guarded().all.insert(fd);
}

fork_guard::fork_guard(fork_guard&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

fork_guard& fork_guard::operator=(fork_guard&& other) noexcept {
    const fork_guard former(std::move(*this));
    fd_ = std::exchange(other.fd_, -1);
    return *this;
}

fork_guard::~fork_guard() {
    if (fd_ < 0)
        return;
    const std::lock_guard lock(guarded().mutex);
    guarded().all.erase(fd_);
}

void fork_guard::close(descriptor& guarded_one) noexcept {
    const fork_delay forks;
    const fork_guard former(std::move(*this));
    guarded_one.reset();
}

fork_delay::fork_delay() {
    watch_forks();
    if (delay_depth++ > 0)
        return;
    const std::lock_guard lock(guarded().mutex);
    ++guarded().delays;
}

fork_delay::~fork_delay() {
    if (--delay_depth > 0)
        return;
    const std::lock_guard lock(guarded().mutex);
    --guarded().delays;
}

/// With the process id, for processes that are made without the C library's knowledge.
std::uint64_t process_stamp() noexcept {
    watch_forks();
    return std::uint64_t{forks_before.load(std::memory_order_relaxed)} << 32U |
           static_cast<std::uint32_t>(::getpid());
}

} // namespace isthmus::posix
