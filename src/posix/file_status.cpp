#include "file_status.hpp"

#include "capabilities.hpp"

#include <fcntl.h>

#if ISTHMUS_LINUX_FAST_PATHS
#    include <sys/sysmacros.h>
#endif

namespace isthmus::posix {

int file_status(int fd, struct ::stat* status) {
#if ISTHMUS_LINUX_FAST_PATHS && defined(STATX_BASIC_STATS)
    constexpr unsigned wanted = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID |
                                STATX_INO | STATX_SIZE | STATX_BLOCKS;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled by the call
    struct ::statx found;
    if (::statx(fd, "", AT_EMPTY_PATH, wanted, &found) == 0 &&
        (found.stx_mask & wanted) == wanted) {
        *status = {};
        status->st_dev = ::makedev(found.stx_dev_major, found.stx_dev_minor);
        status->st_rdev = ::makedev(found.stx_rdev_major, found.stx_rdev_minor);
        status->st_mode = found.stx_mode;
        status->st_nlink = found.stx_nlink;
        status->st_uid = found.stx_uid;
        status->st_gid = found.stx_gid;
        status->st_ino = static_cast<ino_t>(found.stx_ino);
        status->st_size = static_cast<off_t>(found.stx_size);
        status->st_blksize = static_cast<blksize_t>(found.stx_blksize);
        status->st_blocks = static_cast<blkcnt_t>(found.stx_blocks);
        return 0;
    }
    // An older kernel, or a filter that does not know it; or a failure that fstat tells as well.
#endif
    return ::fstat(fd, status);
}

} // namespace isthmus::posix
