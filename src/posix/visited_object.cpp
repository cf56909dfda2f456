#include "visited_object.hpp"

#include "file_lock.hpp"
#include "object_seen.hpp"
#include "syscalls.hpp"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace isthmus::posix {

bool visited_object::is_held() const noexcept {
    return test_lock(file.get()) != lock_state::free;
}

visited_object visit_object(const directory_pointer& directory, const std::string& file) {
    visited_object result;
    result.file = descriptor(retry([&] {
        return os.openat(directory->fd.get(), file.c_str(), O_RDWR | object_open_flags, 0);
    }));
    struct ::stat status {};
    if (!result || os.fstat(result.file.get(), &status) != 0) {
        if (!result && !directory->own)
            errno = reason_for(*directory, file, errno);
        return {};
    }
    int wrong = 0;
    if (!is_plain_file_of(*directory, status)) {
        wrong = EPROTO;
    } else if (test_lock_patiently(result.file.get()) == lock_state::free) {
        // Dead, or just about to be made or removed: as with all others.
        const object_file found = object_file::look(directory, file);
        wrong = found ? EAGAIN : errno;
    } else if (!read_header(result.file.get(), result.header)) {
        wrong = errno;
    } else if (result.header.ready != object_header::whole) {
        wrong = result.header.ready == object_header::dead ? ENOENT : EAGAIN;
    }
    if (wrong != 0) {
        errno = directory->own ? wrong : reason_for(*directory, file, wrong);
        return {};
    }
    result.domain = domain_of(*directory, status);
    return result;
}

visited_object visit_own_object(directory_pointer directory, const std::string& file) {
    return look_patiently(std::move(directory), file, visit_object);
}

} // namespace isthmus::posix
