#pragma once

#include <dirent.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

namespace isthmus::posix {

/// One of the words of futex_wait_many.
struct futex_word {
    const void* word = nullptr;
    std::uint32_t value = 0;
};

/// Every system call of the back end that can fail goes through this table, so that tests can make
/// any of them fail at any moment. Semantics are those of the call of the same name.
struct system_calls {
    int (*open)(const char* path, int flags, mode_t mode);
    int (*openat)(int directory, const char* path, int flags, mode_t mode);
    int (*close)(int fd);
    int (*dup_cloexec)(int fd);          ///< fcntl(F_DUPFD_CLOEXEC)
    int (*dup_over)(int fd, int number); ///< dup3(O_CLOEXEC)
    int (*mkdirat)(int directory, const char* path, mode_t mode);
    int (*unlinkat)(int directory, const char* path, int flags);
    int (*renameat)(int from, const char* old_path, int to, const char* new_path);
    int (*symlinkat)(const char* target, int directory, const char* path);
    ssize_t (*readlinkat)(int directory, const char* path, char* buffer, size_t size);
    int (*mkfifoat)(int directory, const char* path, mode_t mode);
    int (*fstat)(int fd, struct ::stat* status); ///< without the times
    int (*fstat_with_times)(int fd, struct ::stat* status);
    int (*fstatat)(int directory, const char* path, struct ::stat* status, int flags);
    int (*fchmod)(int fd, mode_t mode);
    int (*fchgrp)(int fd, gid_t group); ///< fchown, the owner as it is
    int (*fchmodat)(int directory, const char* path, mode_t mode, int flags);
    int (*ftruncate)(int fd, off_t size);
    /// Memory or disk for a part of the file, which grows if need be: posix_fallocate, with errno
    int (*allocate)(int fd, off_t offset, off_t size);
    /// Gives the memory of a part of the file back; zeros are read there: fallocate
    int (*punch_hole)(int fd, off_t offset, off_t size);
    DIR* (*fdopendir)(int fd);
    dirent* (*readdir)(DIR* directory); ///< null with errno, 0 at the end
    int (*flock)(int fd, int operation);
    int (*ofd_set_lock)(int fd, short type, off_t from);   ///< from there on; F_OFD_SETLK
    int (*ofd_get_lock)(int fd, short& type, off_t bytes); ///< so many, 0: all; F_OFD_GETLK
    ssize_t (*read)(int fd, void* buffer, size_t size);
    ssize_t (*write)(int fd, const void* buffer, size_t size);
    ssize_t (*pread)(int fd, void* buffer, size_t size, off_t offset);
    ssize_t (*pwrite)(int fd, const void* buffer, size_t size, off_t offset);
    int (*get_flags)(int fd);                           ///< fcntl(F_GETFL)
    int (*set_nonblocking)(int fd, bool on);            ///< fcntl(F_SETFL)
    int (*set_cloexec)(int fd, bool on);                ///< fcntl(F_SETFD)
    int (*set_pipe_size)(int fd, int size);             ///< fcntl(F_SETPIPE_SZ)
    int (*get_seals)(int fd);                           ///< fcntl(F_GET_SEALS)
    int (*bytes_to_read)(int fd, int& count);           ///< ioctl(FIONREAD)
    int (*bytes_unread)(int fd, int& count);            ///< by the peer; ioctl(SIOCOUTQ)
    int (*pipe)(int fds[2]);                            ///< close-on-exec
    int (*eventfd)();                                   ///< close-on-exec, non-blocking
    int (*memory_file)(size_t size);                    ///< sealed against any change of size
    void* (*mmap)(size_t size, int protection, int fd); ///< shared; null on failure
    void* (*map)(
        size_t size, int protection, int flags, int fd, off_t offset); ///< the same, in full
    int (*munmap)(void* address, size_t size);
    int (*advise_huge_pages)(void* address, size_t size); ///< madvise(MADV_HUGEPAGE)
    /// Gives mapped memory its pages, or says that it cannot: madvise(MADV_POPULATE_WRITE)
    int (*populate)(void* address, size_t size);
    int (*msync)(void* address, size_t size, int flags);
    int (*fsync)(int fd);
    int (*socket)();               ///< Unix stream, close-on-exec, non-blocking
    int (*socketpair)(int fds[2]); ///< the same, connected
    int (*bind)(int fd, const sockaddr* address, socklen_t size);
    int (*listen)(int fd, int backlog);
    int (*connect)(int fd, const sockaddr* address, socklen_t size);
    int (*accept)(int fd);   ///< close-on-exec
    int (*shutdown)(int fd); ///< both ways
    /// Of the process that connected, or listened: SO_PEERCRED, getpeereid. 0 where the system does
    /// not tell the process.
    int (*peer_credentials)(int fd, uid_t& user, pid_t& process);
    /// Makes the send buffer hold `size` bytes if it does not already: SO_SNDBUF
    int (*grow_send_buffer)(int fd, int size);
    /// How long a blocking recv or send may take at most: SO_RCVTIMEO, SO_SNDTIMEO
    int (*set_patience)(int fd, int milliseconds);
    ssize_t (*recv)(int fd, void* buffer, size_t size, int flags);
    ssize_t (*send)(int fd, const void* data, size_t size, int flags);
    ssize_t (*readv)(int fd, const iovec* parts, int count);
    ssize_t (*recvmsg)(int fd, msghdr* message, int flags);
    ssize_t (*sendmsg)(int fd, const msghdr* message, int flags);
    int (*poll)(pollfd* fds, nfds_t count, const timespec* timeout); ///< as ppoll
    /// Sleeps while the word has the value, until a time of the monotonic clock; between processes.
    int (*futex_wait)(const void* word, std::uint32_t value, const timespec* until);
    int (*futex_wake)(const void* word, int count);
    /// Sleeps while all words have their values, until a time of the monotonic clock.
    int (*futex_wait_many)(const futex_word* words, unsigned count, const timespec* until);
    /// Whether the kernel itself has the calling thread's list of robust mutexes; an emulator may
    /// only claim to.
    bool (*robust_futexes)();
};

/// For send: raise no SIGPIPE. Where there is no such flag the sockets are set up not to
/// (os_socket).
#ifdef MSG_NOSIGNAL
inline constexpr int no_signal = MSG_NOSIGNAL;
#else
inline constexpr int no_signal = 0;
#endif

/// The table in use. Replaced only by tests, while no other thread is inside the library.
extern system_calls os;

} // namespace isthmus::posix
