#include "runtime_directory.hpp"

#include "logging.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace isthmus::posix {

namespace {

constexpr std::string_view user_prefix = "isthmus-";
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct area_properties {
    const char* name;
    mode_t mode;
};

area_properties properties_of(area where) {
    switch (where) {
    case area::pipe:
        return {"pipe", 0755};
    case area::local:
        return {"local", 0700};
    case area::global:
        return {"global", 0755};
    case area::slot:
        return {"slot", 0755};
    }
    return {"", 0700};
}

/// A name that others could have put there is only believed if the directory behind it is `user`'s
/// and nobody else may write to it.
bool trusted(int fd, uid_t user, const std::string& path) {
    struct ::stat status {};
    if (os.fstat(fd, &status) != 0)
        return false;
    if (status.st_uid == user && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return true;
    detail::log(spdlog::level::err,
                "runtime directory {} refused: owner {} (expected {}), mode {:o} (expected not "
                "writable by others)",
                path, status.st_uid, user, status.st_mode & 07777U);
    errno = EPERM;
    return false;
}

/// The base may be shared, but then sticky; else its owner could be anybody who may replace what is
/// in it.
descriptor open_base(const std::string& path) {
    descriptor base(retry([&] { return os.open(path.c_str(), directory_flags, 0); }));
    if (!base)
        return {};
    struct ::stat status {};
    if (os.fstat(base.get(), &status) != 0)
        return {};
    const bool writable_by_others = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    const bool sticky = (status.st_mode & S_ISVTX) != 0;
    if ((status.st_uid == 0 || status.st_uid == ::geteuid()) && (!writable_by_others || sticky)) {
        return base;
    }
    detail::log(spdlog::level::err,
                "runtime directory {} refused: owner {}, mode {:o} (expected root or the calling "
                "user as owner, and the sticky bit if others may write)",
                path, status.st_uid, status.st_mode & 07777U);
    errno = EPERM;
    return {};
}

descriptor open_trusted(int parent, const char* name, uid_t user, const std::string& path) {
    descriptor directory(
        retry([&] { return os.openat(parent, name, directory_flags | O_NOFOLLOW, 0); }));
    if (!directory) {
        if (errno == ELOOP || errno == ENOTDIR) {
            detail::log(spdlog::level::err, "runtime directory {} refused: not a directory", path);
            errno = EPERM;
        }
        return {};
    }
    if (!trusted(directory.get(), user, path))
        return {};
    return directory;
}

/// The mode is set after the fact, because the umask cuts mkdir's.
descriptor make_trusted(
    int parent, const char* name, mode_t mode, uid_t user, const std::string& path) {
    descriptor directory = open_trusted(parent, name, user, path);
    if (directory || errno != ENOENT)
        return directory;
    const bool made = os.mkdirat(parent, name, 0700) == 0;
    if (!made && errno != EEXIST)
        return {};
    directory = open_trusted(parent, name, user, path);
    if (!directory)
        return {};
    // Also when another process of ours made it: that one may not have come this far yet.
    if (os.fchmod(directory.get(), mode) != 0)
        return {};
    return directory;
}

} // namespace

std::string runtime_base() {
    if (const char* const chosen = std::getenv("ISTHMUS_RUNTIME_DIR"); chosen && *chosen) {
        std::string base = chosen;
        while (base.size() > 1 && base.back() == '/')
            base.pop_back();
        return base;
    }
    struct ::stat status {};
    if (os.fstatat(AT_FDCWD, "/dev/shm", &status, 0) == 0 && S_ISDIR(status.st_mode)) {
        return "/dev/shm";
    }
    return "/tmp";
}

std::string user_directory_name(uid_t user) {
    return std::string(user_prefix) + std::to_string(user);
}

std::string runtime_path(uid_t user, area where) {
    return runtime_base() + '/' + user_directory_name(user) + '/' + properties_of(where).name;
}

descriptor open_own_directory(area where, const std::string& base_path) {
    const uid_t user = ::geteuid();
    const descriptor base = open_base(base_path);
    if (!base)
        return {};
    const std::string name = user_directory_name(user);
    const std::string path = base_path + '/' + name;
    const descriptor home = make_trusted(base.get(), name.c_str(), 0755, user, path);
    if (!home)
        return {};
    const auto [sub_name, mode] = properties_of(where);
    return make_trusted(home.get(), sub_name, mode, user, path + '/' + sub_name);
}

descriptor open_directory_of(uid_t user, area where, const std::string& base_path) {
    const descriptor base = open_base(base_path);
    if (!base)
        return {};
    const std::string name = user_directory_name(user);
    const std::string path = base_path + '/' + name;
    const descriptor home = open_trusted(base.get(), name.c_str(), user, path);
    if (!home)
        return {};
    const auto sub_name = properties_of(where).name;
    return open_trusted(home.get(), sub_name, user, path + '/' + sub_name);
}

std::optional<std::vector<uid_t>> other_users(const std::string& base_path) {
    std::vector<uid_t> users;
    const descriptor base = open_base(base_path);
    if (!base && errno == ENOENT)
        return users;
    const auto entries = base ? list_directory(base.get()) : std::vector<std::string>();
    if (entries.empty() && errno != 0)
        return std::nullopt;
    for (const auto& entry : entries) {
        if (!entry.starts_with(user_prefix))
            continue;
        uid_t user = 0;
        const char* const first = entry.data() + user_prefix.size();
        const char* const last = entry.data() + entry.size();
        const auto [end, problem] = std::from_chars(first, last, user);
        if (problem == std::errc() && end == last && user != ::geteuid())
            users.push_back(user);
    }
    std::sort(users.begin(), users.end());
    return users;
}

namespace_lock::namespace_lock() : directory_(open_own_directory(area::local)) {
    if (directory_ && retry([&] { return os.flock(directory_.get(), LOCK_EX); }) != 0) {
        directory_.reset();
    }
}

/// Unlocked explicitly: closing would leave it to a child that was forked meanwhile.
namespace_lock::~namespace_lock() {
    if (directory_)
        ::flock(directory_.get(), LOCK_UN);
}

std::vector<std::string> list_directory(int directory) {
    std::vector<std::string> entries;
    // A second description: the stream owns it, and a shared one would share the position as well.
    descriptor copy(retry([&] { return os.openat(directory, ".", directory_flags, 0); }));
    if (!copy)
        return entries;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(os.fdopendir(copy.get()), ::closedir);
    if (!stream)
        return entries;
    copy.release();
    errno = 0;
    while (const dirent* const entry = os.readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            entries.emplace_back(name);
        errno = 0;
    }
    if (errno != 0)
        entries.clear();
    return entries;
}

} // namespace isthmus::posix
