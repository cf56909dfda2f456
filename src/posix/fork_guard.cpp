#include "fork_guard.hpp"

#include "capabilities.hpp"
#include "file_lock.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::posix {

namespace {

/// What is guarded by a number; `lost` is what a parent had there.
enum class guarding : unsigned char { nothing, descriptor, mapped_lock, lost };

struct guarded_descriptors {
    std::mutex mutex;
    std::vector<guarding> all; ///< by their numbers
    int delays = 0;            ///< threads that are about to add to them
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

/// Another open file of the same file. Empty with errno.
descriptor open_anew(int fd) noexcept {
    std::array<char, 32> path{};
    constexpr std::string_view folder = "/proc/self/fd/";
    folder.copy(path.data(), folder.size());
    std::to_chars(path.data() + folder.size(), path.data() + path.size() - 1, fd);
    return descriptor(os.open(path.data(), O_RDWR | O_NONBLOCK | O_CLOEXEC, 0));
}

/// To another open file, which takes the number over. In between both have it, so that nobody finds
/// the file unlocked.
bool move_lock(int fd) noexcept {
    const descriptor other = open_anew(fd);
    if (!other || !try_lock_shared(other.get()))
        return false;
    unlock(fd);
    if (os.dup_over(other.get(), fd) >= 0)
        return true;
    try_lock_shared(fd);
    return false;
}

void move_mapped_locks() noexcept {
    auto& all = guarded().all;
    for (std::size_t number = 0; number < all.size(); ++number) {
        if (all[number] == guarding::mapped_lock && move_lock(static_cast<int>(number)))
            all[number] = guarding::descriptor;
    }
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
    move_mapped_locks();
}

void after_fork_in_parent() {
    guarded().mutex.unlock();
}

/// Only what is safe in the child of a process with threads.
void after_fork_in_child() {
    forks_before.fetch_add(1, std::memory_order_relaxed);
    int nothing = -1;
    auto& all = guarded().all;
    for (std::size_t number = 0; number < all.size(); ++number) {
        if (all[number] == guarding::nothing)
            continue;
        if (nothing < 0)
            nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const int fd = static_cast<int>(number);
        if (nothing < 0 || os.dup_over(nothing, fd) < 0)
            ::close(fd);
        all[number] = guarding::lost;
    }
    if (nothing >= 0)
        ::close(nothing);
    guarded().mutex.unlock();
}

void watch_forks() noexcept {
    static const int registered =
        ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    static_cast<void>(registered);
}

/// Of this and all that is prepared at a first call: before there are threads. A child that is
/// forked in the middle of another thread's first call would wait for its end for ever.
[[maybe_unused]] const bool ready_at_start = (watch_forks(), true);

} // namespace

fork_guard::fork_guard(int fd) : fd_(fd) {
    watch_forks();
    const std::lock_guard lock(guarded().mutex);
    auto& all = guarded().all;
    const auto number = static_cast<std::size_t>(fd);
    if (number >= all.size())
        all.resize(number + 1);
    all[number] = guarding::descriptor;
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
    guarded().all[static_cast<std::size_t>(fd_)] = guarding::nothing;
}

bool fork_guard::allow_mapping() noexcept {
    if (!capability::proc_self_fd || fd_ < 0)
        return false;
    static const bool possible = static_cast<bool>(open_anew(fd_));
    if (!possible)
        return false;
    const std::lock_guard lock(guarded().mutex);
    auto& mine = guarded().all[static_cast<std::size_t>(fd_)];
    if (mine == guarding::lost)
        return false;
    mine = guarding::mapped_lock;
    return true;
}

void fork_guard::end_mapping() noexcept {
    const std::lock_guard lock(guarded().mutex);
    auto& mine = guarded().all[static_cast<std::size_t>(fd_)];
    if (mine == guarding::mapped_lock)
        mine = guarding::descriptor;
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

std::uint32_t forks_so_far() noexcept {
    watch_forks();
    return forks_before.load(std::memory_order_relaxed);
}

} // namespace isthmus::posix
