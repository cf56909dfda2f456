#include "region_file.hpp"

#include "syscalls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace isthmus::posix {

namespace {

/// What stands at content_offset. Shared by all processes, 32-bit ones included.
struct file_reference {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::array<char, 4096> path{}; ///< absolute, ends with 0
};
static_assert(offsetof(file_reference, inode) == 8 && offsetof(file_reference, path) == 16 &&
              sizeof(file_reference) == 4112);

bool is_the_file(const struct ::stat& status, const file_reference& reference) noexcept {
    return S_ISREG(status.st_mode) &&
           static_cast<std::uint64_t>(status.st_dev) == reference.device &&
           static_cast<std::uint64_t>(status.st_ino) == reference.inode;
}

} // namespace

bool refer_to_file(int object,
                   object_header& header,
                   const std::string& path,
                   const struct ::stat& file) noexcept {
    file_reference reference{.device = static_cast<std::uint64_t>(file.st_dev),
                             .inode = static_cast<std::uint64_t>(file.st_ino)};
    if (path.size() >= reference.path.size() || !path.starts_with('/')) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(reference.path.data(), path.c_str(), path.size());
    header.slot |= region_is_file;
    constexpr auto place = static_cast<off_t>(content_offset);
    return retry([&] { return os.pwrite(object, &reference, sizeof reference, place); }) ==
           static_cast<ssize_t>(sizeof reference);
}

descriptor open_referred_file(const object_file& region, bool writable) {
    file_reference reference;
    constexpr auto place = static_cast<off_t>(content_offset);
    const ssize_t got =
        retry([&] { return os.pread(region.fd(), &reference, sizeof reference, place); });
    if (got != static_cast<ssize_t>(sizeof reference) || reference.path.back() != '\0' ||
        reference.path.front() != '/') {
        errno = got < 0 ? errno : EPROTO;
        return {};
    }
    // (A FIFO or a device in its place must not keep us waiting, nor notice us.)
    const int flags = (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    descriptor file(retry([&] { return os.open(reference.path.data(), flags, 0); }));
    struct ::stat status {};
    if (!file || os.fstat(file.get(), &status) != 0) {
        errno = errno == ENOENT || errno == ENOTDIR ? ESTALE : errno;
        return {};
    }
    if (!is_the_file(status, reference) ||
        static_cast<std::uint64_t>(status.st_size) < region.header().size) {
        errno = ESTALE;
        return {};
    }
    const uid_t maker = region.domain().user;
    if (maker != ::geteuid() && status.st_uid != maker) {
        errno = EPERM;
        return {};
    }
    return file;
}

} // namespace isthmus::posix
