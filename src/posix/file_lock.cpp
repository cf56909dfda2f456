#include "file_lock.hpp"

#include "capabilities.hpp"
#include "descriptor.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <ctime>

namespace isthmus::posix {

namespace {

/// How much of a file its test looks at.
[[maybe_unused]] constexpr off_t tested_bytes = 1;

/// flock has no test that takes nothing: a tester holds the shared lock for a moment, which must
/// not make a taker believe that the lock is held.
[[maybe_unused]] bool try_flock(int fd, int kind) noexcept {
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (retry([&] { return os.flock(fd, kind | LOCK_NB); }) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        constexpr timespec moment{.tv_sec = 0, .tv_nsec = 50'000};
        ::nanosleep(&moment, nullptr);
    }
    errno = EAGAIN;
    return false;
}

[[maybe_unused]] bool try_ofd_lock(int fd, short type, off_t from = 0) noexcept {
    if (retry([&] { return os.ofd_set_lock(fd, type, from); }) == 0)
        return true;
    if (errno == EACCES)
        errno = EAGAIN; // POSIX leaves the choice
    return false;
}

} // namespace

bool try_lock(int fd) noexcept {
    if constexpr (!capability::ofd_locks)
        return try_flock(fd, LOCK_EX);
    return try_ofd_lock(fd, F_WRLCK);
}

bool try_lock_to_remove(int fd) noexcept {
    if constexpr (!capability::ofd_locks)
        return try_flock(fd, LOCK_EX);
    // All but the byte that tests look at: it conflicts with every lock, and nobody takes it for
    // that of who has the file.
    return try_ofd_lock(fd, F_WRLCK, tested_bytes);
}

bool try_lock_shared(int fd) noexcept {
    if constexpr (!capability::ofd_locks)
        return try_flock(fd, LOCK_SH);
    return try_ofd_lock(fd, F_RDLCK);
}

void unlock(int fd) noexcept {
    if constexpr (!capability::ofd_locks) {
        os.flock(fd, LOCK_UN);
    } else {
        os.ofd_set_lock(fd, F_UNLCK, 0);
    }
}

lock_state test_lock(int fd) noexcept {
    if constexpr (!capability::ofd_locks) {
        if (retry([&] { return os.flock(fd, LOCK_SH | LOCK_NB); }) == 0) {
            os.flock(fd, LOCK_UN);
            return lock_state::free;
        }
        return errno == EWOULDBLOCK ? lock_state::held : lock_state::unknown;
    }
    // Asked as a reader: only a writer's lock is in its way, and only who may write can take one.
    short type = F_RDLCK;
    if (retry([&] { return os.ofd_get_lock(fd, type, tested_bytes); }) != 0)
        return lock_state::unknown;
    return type == F_UNLCK ? lock_state::free : lock_state::held;
}

lock_state test_lock_patiently(int fd) noexcept {
    if constexpr (capability::ofd_locks)
        return test_lock(fd);
    if (!try_flock(fd, LOCK_SH))
        return errno == EAGAIN ? lock_state::held : lock_state::unknown;
    os.flock(fd, LOCK_UN);
    return lock_state::free;
}

bool test_unlocked(int fd) noexcept {
    if constexpr (!capability::ofd_locks) {
        if (!try_flock(fd, LOCK_EX))
            return false;
        os.flock(fd, LOCK_UN);
        return true;
    }
    short type = F_WRLCK;
    return retry([&] { return os.ofd_get_lock(fd, type, 0); }) == 0 && type == F_UNLCK;
}

} // namespace isthmus::posix
