#include "huge_pages.hpp"

#include "capabilities.hpp"
#include "mapping.hpp"
#include "syscalls.hpp"

#include <cerrno>
#include <fstream>
#include <string>

#if ISTHMUS_LINUX_FAST_PATHS
#    include <sys/sysmacros.h>
#endif

namespace isthmus::posix {

namespace {

/// Whether files where this one lies may have huge pages: without that, asking for them does
/// nothing, and says nothing. The mount's options tell.
bool allowed_by_mount([[maybe_unused]] int fd) {
#if ISTHMUS_LINUX_FAST_PATHS
    struct ::stat status {};
    if (os.fstat(fd, &status) != 0)
        return false;
    const std::string device = ' ' + std::to_string(major(status.st_dev)) + ':' +
                               std::to_string(minor(status.st_dev)) + ' ';
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(device) != line.npos) {
            const auto option = line.rfind("huge=");
            return option != line.npos && line.compare(option, 10, "huge=never") != 0;
        }
    }
#endif
    return false;
}

} // namespace

bool allocate_huge_pages(int fd, std::uint64_t offset, std::size_t size) {
    if (!capability::huge_pages || !allowed_by_mount(fd)) {
        errno = ENOTSUP;
        return false;
    }
    if (os.ftruncate(fd, static_cast<off_t>(offset + size)) != 0)
        return false;
    const auto memory = mapping::shared(fd, offset, size, PROT_READ | PROT_WRITE);
    return memory && os.advise_huge_pages(memory.data(), size) == 0 &&
           os.populate(memory.data(), size) == 0;
}

} // namespace isthmus::posix
