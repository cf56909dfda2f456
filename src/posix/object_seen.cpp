#include "object_seen.hpp"

#include "file_lock.hpp"
#include "logging.hpp"
#include "syscalls.hpp"

namespace isthmus::posix {

std::string held_file(const std::string& file) {
    return std::string(held_prefix) + file;
}

bool has_held_file(const object_domain& domain, area where, const std::string& file) noexcept {
    return where != area::local && domain.who != access::everyone && !file.starts_with('.');
}

bool is_plain_file_of(const object_directory& directory, const struct ::stat& status) noexcept {
    return S_ISREG(status.st_mode) &&
           (directory.own || (status.st_uid == directory.user && status.st_nlink <= 1));
}

object_domain domain_of(const object_directory& directory, const struct ::stat& status) {
    constexpr mode_t others = S_IROTH | S_IWOTH;
    constexpr mode_t group = S_IRGRP | S_IWGRP;
    object_domain result{.base = directory.base, .user = directory.user};
    if ((status.st_mode & others) == others) {
        result.who = access::everyone;
    } else if ((status.st_mode & group) == group) {
        result.who = access::group;
        result.group = status.st_gid;
    }
    return result;
}

namespace {

/// What the file beside it says of a file that cannot be opened.
int seen_from_outside(const object_directory& directory, const std::string& file) noexcept {
    const descriptor held(retry([&] {
        return os.openat(directory.fd.get(), held_file(file).c_str(), O_RDONLY | object_open_flags,
                         0);
    }));
    struct ::stat status {};
    if (!held || os.fstat(held.get(), &status) != 0)
        return errno == ELOOP || errno == ENXIO || errno == EACCES ? ENOENT : errno;
    if (!is_plain_file_of(directory, status) || test_unlocked(held.get()))
        return ENOENT;
    return status.st_size > 0 ? EACCES : EAGAIN;
}

} // namespace

int reason_for(const object_directory& directory, const std::string& file, int reason) noexcept {
    switch (reason) {
    case EACCES:
        return seen_from_outside(directory, file);
    case ELOOP:
    case EISDIR:
    case ENXIO:
    case EPROTO:
        detail::log(spdlog::level::warn, "not an object, ignored: {} of user {}", file,
                    directory.user);
        return ENOENT;
    default:
        return reason;
    }
}

} // namespace isthmus::posix
