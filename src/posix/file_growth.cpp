#include "file_growth.hpp"

#include "capabilities.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace isthmus::posix {

namespace {

rlim_t size_limit() noexcept {
    rlimit limit{};
    return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

} // namespace

bool may_grow_to(off_t size) noexcept {
    // A process that begins without a limit is taken to go on so: asking costs as much as a write.
    enum class limits : unsigned char { unknown, none, some };
    static std::atomic<limits> known = limits::unknown;
    if (known.load(std::memory_order_relaxed) == limits::unknown) {
        known.store(size_limit() == RLIM_INFINITY ? limits::none : limits::some,
                    std::memory_order_relaxed);
    }
    if (known.load(std::memory_order_relaxed) == limits::none ||
        static_cast<rlim_t>(size) <= size_limit()) {
        return true;
    }
    errno = EFBIG;
    return false;
}

int truncate_file(int fd, off_t size) {
    return may_grow_to(size) ? ::ftruncate(fd, size) : -1;
}

ssize_t write_to_file(int fd, const void* buffer, size_t size, off_t offset) {
    return may_grow_to(offset + static_cast<off_t>(size)) ? ::pwrite(fd, buffer, size, offset) : -1;
}

int allocate_in_file(int fd, off_t offset, off_t size) {
    if (!may_grow_to(offset + size))
        return -1;
#if ISTHMUS_LINUX_FAST_PATHS
    // The whole at once: what can never fit is refused before anything is taken. In some kernels a
    // signal interrupts that, and a timer's could do so always: then in parts.
    off_t part = size;
    while (size > 0) {
        const int reason = ::posix_fallocate(fd, offset, std::min(part, size));
        if (reason == EINTR) {
            part = std::min(part, off_t{16} << 20U);
            continue;
        }
        if (reason != 0) {
            errno = reason;
            return -1;
        }
        offset += std::min(part, size);
        size -= std::min(part, size);
    }
    return 0;
#else
    // Zeros are written only where nothing is yet: behind the end, and over the hole that they
    // fill. What can never fit is not begun.
    struct ::statvfs system {};
    if (::fstatvfs(fd, &system) == 0 &&
        static_cast<std::uint64_t>(size) / system.f_frsize >= system.f_bavail) {
        errno = ENOSPC;
        return -1;
    }
    static constexpr std::array<char, 65536> zeros{};
    while (size > 0) {
        const auto part = static_cast<size_t>(std::min<off_t>(size, zeros.size()));
        const ssize_t written = ::pwrite(fd, zeros.data(), part, offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        offset += written;
        size -= written;
    }
    return 0;
#endif
}

bool extend(int fd, off_t from, off_t to) {
    if (os.allocate(fd, from, to - from) == 0)
        return true;
    if (errno == EOPNOTSUPP || errno == EINVAL)
        return os.ftruncate(fd, to) == 0; // there is no asking for room in this file system
    const int reason = errno;
    os.ftruncate(fd, from);
    errno = reason;
    return false;
}

} // namespace isthmus::posix
