#include "syscalls.hpp"

#include "capabilities.hpp"
#include "file_growth.hpp"
#include "file_status.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>

#if ISTHMUS_LINUX_FAST_PATHS
#    include <linux/futex.h>
#    include <linux/sockios.h>
#    include <sys/eventfd.h>
#    include <sys/syscall.h>
#endif

namespace isthmus::posix {

namespace {

constexpr int seals = 0
#if ISTHMUS_LINUX_FAST_PATHS
                      | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL
#endif
    ;

int os_set_nonblocking(int fd, bool on) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0)
        return -1;
    const int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted == flags ? 0 : ::fcntl(fd, F_SETFL, wanted);
}

#if !ISTHMUS_LINUX_FAST_PATHS
/// Where a descriptor cannot be made close-on-exec in one step. A fork in another thread between
/// the two steps can leak it into a child: those systems offer nothing better.
int make_private(int fd) {
    if (fd >= 0)
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

int make_private_socket(int fd) {
    make_private(fd);
#    ifdef SO_NOSIGPIPE
    const int on = 1;
    if (fd >= 0)
        ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#    endif
    return fd;
}
#endif

int os_ofd_set_lock([[maybe_unused]] int fd,
                    [[maybe_unused]] short type,
                    [[maybe_unused]] off_t from) {
#if ISTHMUS_LINUX_FAST_PATHS
    struct ::flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = from;
    return ::fcntl(fd, F_OFD_SETLK, &range);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int os_ofd_get_lock([[maybe_unused]] int fd,
                    [[maybe_unused]] short& type,
                    [[maybe_unused]] off_t bytes) {
#if ISTHMUS_LINUX_FAST_PATHS
    struct ::flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_len = bytes;
    const int result = ::fcntl(fd, F_OFD_GETLK, &range);
    type = range.l_type;
    return result;
#else
    errno = ENOSYS;
    return -1;
#endif
}

int os_set_pipe_size([[maybe_unused]] int fd, [[maybe_unused]] int size) {
#ifdef F_SETPIPE_SZ
    return ::fcntl(fd, F_SETPIPE_SZ, size);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int os_get_seals([[maybe_unused]] int fd) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::fcntl(fd, F_GET_SEALS);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int os_bytes_unread([[maybe_unused]] int fd, [[maybe_unused]] int& count) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::ioctl(fd, SIOCOUTQ, &count);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int os_peer_credentials(int fd, uid_t& user, pid_t& process) {
#ifdef SO_PEERCRED
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return -1;
    user = credentials.uid;
    process = credentials.pid;
#else
    gid_t group = 0;
    if (::getpeereid(fd, &user, &group) != 0)
        return -1;
    process = 0;
#    ifdef LOCAL_PEERPID
    socklen_t size = sizeof process;
    if (::getsockopt(fd, 0 /* SOL_LOCAL */, LOCAL_PEERPID, &process, &size) != 0)
        process = 0;
#    endif
#endif
    return 0;
}

int os_dup_over(int fd, int number) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::dup3(fd, number, O_CLOEXEC);
#else
    const int result = ::dup2(fd, number);
    if (result >= 0)
        make_private(result);
    return result;
#endif
}

int os_pipe(int fds[2]) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::pipe2(fds, O_CLOEXEC);
#else
    if (::pipe(fds) != 0)
        return -1;
    make_private(fds[0]);
    make_private(fds[1]);
    return 0;
#endif
}

int os_eventfd() {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int os_memory_file([[maybe_unused]] size_t size) {
#if ISTHMUS_LINUX_FAST_PATHS
    const int fd = ::memfd_create("isthmus", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (truncate_file(fd, static_cast<off_t>(size)) == 0 && ::fcntl(fd, F_ADD_SEALS, seals) == 0) {
        return fd;
    }
    const int reason = errno;
    ::close(fd);
    errno = reason;
#else
    errno = ENOSYS;
#endif
    return -1;
}

void* os_mmap(size_t size, int protection, int fd) {
    void* const address = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
    return address == MAP_FAILED ? nullptr : address;
}

void* os_map(size_t size, int protection, int flags, int fd, off_t offset) {
    void* const address = ::mmap(nullptr, size, protection, flags, fd, offset);
    return address == MAP_FAILED ? nullptr : address;
}

int os_advise_huge_pages([[maybe_unused]] void* address, [[maybe_unused]] size_t size) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::madvise(address, size, MADV_HUGEPAGE);
#else
    errno = ENOTSUP;
    return -1;
#endif
}

int os_populate([[maybe_unused]] void* address, [[maybe_unused]] size_t size) {
#if ISTHMUS_LINUX_FAST_PATHS
    constexpr int populate_write = 23; // newer than some headers
    return ::madvise(address, size, populate_write);
#else
    errno = ENOTSUP;
    return -1;
#endif
}

int os_punch_hole([[maybe_unused]] int fd,
                  [[maybe_unused]] off_t offset,
                  [[maybe_unused]] off_t size) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);
#else
    errno = ENOTSUP;
    return -1;
#endif
}

#if ISTHMUS_LINUX_FAST_PATHS
/// Where a program may choose how long its time is, so must the call.
#    ifdef SYS_futex_time64
constexpr long futex_call = sizeof(time_t) > sizeof(long) ? SYS_futex_time64 : SYS_futex;
#    else
constexpr long futex_call = SYS_futex;
#    endif

int os_futex_wait(const void* word, std::uint32_t value, const timespec* until) {
    return static_cast<int>(::syscall(futex_call, word, FUTEX_WAIT_BITSET, value, until, nullptr,
                                      FUTEX_BITSET_MATCH_ANY));
}

int os_futex_wake(const void* word, int count) {
    return static_cast<int>(::syscall(futex_call, word, FUTEX_WAKE, count, nullptr, nullptr, 0));
}

int os_futex_wait_many([[maybe_unused]] const futex_word* words,
                       [[maybe_unused]] unsigned count,
                       [[maybe_unused]] const timespec* until) {
    // As in <linux/futex.h>, which may be older than the kernel.
    struct waiter {
        std::uint64_t value;
        std::uint64_t address;
        std::uint32_t flags;
        std::uint32_t reserved;
    };
    struct time {
        std::int64_t seconds;
        std::int64_t nanoseconds;
    };
    constexpr unsigned most = 128;
    constexpr std::uint32_t of_32_bits = 2;
    constexpr long number = 449; // futex_waitv, the same on every architecture but Alpha
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled as far as used
    std::array<waiter, most> waiters;
    if (count > most) {
        errno = EINVAL;
        return -1;
    }
    for (unsigned i = 0; i < count; ++i) {
        waiters[i] = {.value = words[i].value,
                      .address = reinterpret_cast<std::uintptr_t>(words[i].word),
                      .flags = of_32_bits,
                      .reserved = 0};
    }
    const time limit{.seconds = until->tv_sec, .nanoseconds = until->tv_nsec};
    return static_cast<int>(::syscall(number, waiters.data(), count, 0, &limit, CLOCK_MONOTONIC));
}

bool os_robust_futexes() {
    const void* head = nullptr;
    size_t size = 0;
    return ::syscall(SYS_get_robust_list, 0, &head, &size) == 0 && head != nullptr;
}
#else
bool os_robust_futexes() {
    return false;
}

int os_futex_wait(const void*, std::uint32_t, const timespec*) {
    errno = ENOSYS;
    return -1;
}

int os_futex_wake(const void*, int) {
    errno = ENOSYS;
    return -1;
}

int os_futex_wait_many(const futex_word*, unsigned, const timespec*) {
    errno = ENOSYS;
    return -1;
}
#endif

int os_socket() {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    const int fd = make_private_socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (fd >= 0)
        os_set_nonblocking(fd, true);
    return fd;
#endif
}

int os_socketpair(int fds[2]) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds);
#else
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return -1;
    for (int i = 0; i < 2; ++i)
        os_set_nonblocking(make_private_socket(fds[i]), true);
    return 0;
#endif
}

int os_accept(int fd) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
#else
    return make_private_socket(::accept(fd, nullptr, nullptr));
#endif
}

int os_set_patience(int fd, int milliseconds) {
    const timeval limit{.tv_sec = milliseconds / 1000,
                        .tv_usec = static_cast<suseconds_t>(milliseconds % 1000) * 1000};
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0)
        return -1;
    return ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int os_grow_send_buffer(int fd, int size) {
    int present = 0;
    socklen_t length = sizeof present;
    if (::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &present, &length) != 0)
        return -1;
    if constexpr (capability::send_buffer_told_twice)
        present /= 2;
    return size <= present ? 0 : ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

int os_poll(pollfd* fds, nfds_t count, const timespec* timeout) {
#if ISTHMUS_LINUX_FAST_PATHS
    return ::ppoll(fds, count, timeout, nullptr);
#else
    if (timeout == nullptr)
        return ::poll(fds, count, -1);
    // Rounded up, so that no wait ends before its time; the caller loops over very long ones.
    constexpr long long longest = 1'000'000'000;
    const long long wait = timeout->tv_sec * 1000LL + (timeout->tv_nsec + 999'999) / 1'000'000;
    return ::poll(fds, count, static_cast<int>(wait < longest ? wait : longest));
#endif
}

} // namespace

// constinit: usable from the constructors of other files' static objects.
constinit system_calls os = {
    .open = [](const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); },
    .openat =
        [](int directory, const char* path, int flags, mode_t mode) {
            return ::openat(directory, path, flags, mode);
        },
    .close = [](int fd) { return ::close(fd); },
    .dup_cloexec = [](int fd) { return ::fcntl(fd, F_DUPFD_CLOEXEC, 0); },
    .dup_over = os_dup_over,
    .mkdirat = [](int directory,
                  const char* path,
                  mode_t mode) { return ::mkdirat(directory, path, mode); },
    .unlinkat = [](int directory,
                   const char* path,
                   int flags) { return ::unlinkat(directory, path, flags); },
    .renameat =
        [](int from, const char* old_path, int to, const char* new_path) {
            return ::renameat(from, old_path, to, new_path);
        },
    .symlinkat = [](const char* target,
                    int directory,
                    const char* path) { return ::symlinkat(target, directory, path); },
    .readlinkat =
        [](int directory, const char* path, char* buffer, size_t size) {
            return ::readlinkat(directory, path, buffer, size);
        },
    .mkfifoat = [](int directory,
                   const char* path,
                   mode_t mode) { return ::mkfifoat(directory, path, mode); },
    .fstat = file_status,
    .fstat_with_times = [](int fd, struct ::stat* status) { return ::fstat(fd, status); },
    .fstatat =
        [](int directory, const char* path, struct ::stat* status, int flags) {
            return ::fstatat(directory, path, status, flags);
        },
    .fchmod = [](int fd, mode_t mode) { return ::fchmod(fd, mode); },
    .fchgrp = [](int fd, gid_t group) { return ::fchown(fd, static_cast<uid_t>(-1), group); },
    .fchmodat =
        [](int directory, const char* path, mode_t mode, int flags) {
            return ::fchmodat(directory, path, mode, flags);
        },
    .ftruncate = truncate_file,
    .allocate = allocate_in_file,
    .punch_hole = os_punch_hole,
    .fdopendir = [](int fd) { return ::fdopendir(fd); },
    .readdir = [](DIR* directory) { return ::readdir(directory); },
    .flock = [](int fd, int operation) { return ::flock(fd, operation); },
    .ofd_set_lock = os_ofd_set_lock,
    .ofd_get_lock = os_ofd_get_lock,
    .read = [](int fd, void* buffer, size_t size) { return ::read(fd, buffer, size); },
    .write = [](int fd, const void* buffer, size_t size) { return ::write(fd, buffer, size); },
    .pread =
        [](int fd, void* buffer, size_t size, off_t offset) {
            return ::pread(fd, buffer, size, offset);
        },
    .pwrite = write_to_file,
    .get_flags = [](int fd) { return ::fcntl(fd, F_GETFL); },
    .set_nonblocking = os_set_nonblocking,
    .set_cloexec = [](int fd, bool on) { return ::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0); },
    .set_pipe_size = os_set_pipe_size,
    .get_seals = os_get_seals,
    .bytes_to_read = [](int fd, int& count) { return ::ioctl(fd, FIONREAD, &count); },
    .bytes_unread = os_bytes_unread,
    .pipe = os_pipe,
    .eventfd = os_eventfd,
    .memory_file = os_memory_file,
    .mmap = os_mmap,
    .map = os_map,
    .munmap = [](void* address, size_t size) { return ::munmap(address, size); },
    .advise_huge_pages = os_advise_huge_pages,
    .populate = os_populate,
    .msync = [](void* address, size_t size, int flags) { return ::msync(address, size, flags); },
    .fsync = [](int fd) { return ::fsync(fd); },
    .socket = os_socket,
    .socketpair = os_socketpair,
    .bind =
        [](int fd, const sockaddr* address, socklen_t size) { return ::bind(fd, address, size); },
    .listen = [](int fd, int backlog) { return ::listen(fd, backlog); },
    .connect = [](int fd,
                  const sockaddr* address,
                  socklen_t size) { return ::connect(fd, address, size); },
    .accept = os_accept,
    .shutdown = [](int fd) { return ::shutdown(fd, SHUT_RDWR); },
    .peer_credentials = os_peer_credentials,
    .grow_send_buffer = os_grow_send_buffer,
    .set_patience = os_set_patience,
    .recv =
        [](int fd, void* buffer, size_t size, int flags) {
            return ::recv(fd, buffer, size, flags);
        },
    .send =
        [](int fd, const void* data, size_t size, int flags) {
            return ::send(fd, data, size, flags);
        },
    .readv = [](int fd, const iovec* parts, int count) { return ::readv(fd, parts, count); },
    .recvmsg = [](int fd, msghdr* message, int flags) { return ::recvmsg(fd, message, flags); },
    .sendmsg =
        [](int fd, const msghdr* message, int flags) { return ::sendmsg(fd, message, flags); },
    .poll = os_poll,
    .futex_wait = os_futex_wait,
    .futex_wake = os_futex_wake,
    .futex_wait_many = os_futex_wait_many,
    .robust_futexes = os_robust_futexes,
};

} // namespace isthmus::posix
