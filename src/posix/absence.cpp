#include "absence.hpp"

#include "descriptor.hpp"
#include "object_header.hpp"
#include "pipe_path.hpp"
#include "runtime_directory.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// A file is not there as long as no directory that it could be in has changed. The system stamps
/// directories with the time of each change, and that is cheaper to ask for than the directories.
///
/// Two changes between two ticks of the clock that stamps get the same time. So a stamp is only
/// relied on if it was two ticks old when it was read: what comes later has another one.

namespace isthmus::detail {

namespace {

using namespace std::chrono_literals;
using posix::area;
using posix::descriptor;

/// Two ticks of the slowest clock that stamps files.
constexpr std::int64_t settled_after = 20'000'000;

/// For whatever a directory's stamp does not tell: another file system that is mounted there.
constexpr auto believed_for = 100ms;

/// More users than these are looked at each time: each costs two descriptors.
constexpr std::size_t most_users = 8;

/// What changes when anything is made in a directory, or somebody is let into it.
struct stamp {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t changed = 0; ///< nanoseconds since 1970

    friend bool operator==(const stamp&, const stamp&) = default;

    /// Whether every later change gives another one.
    bool is_settled() const noexcept;
};

std::int64_t in_nanoseconds(const ::timespec& time) noexcept {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// By the clock that stamps files, which may lag behind the others when the machine is busy.
std::int64_t stamping_time() noexcept {
#ifdef CLOCK_REALTIME_COARSE
    constexpr auto clock = CLOCK_REALTIME_COARSE;
#else
    constexpr auto clock = CLOCK_REALTIME;
#endif
    ::timespec now{};
    return ::clock_gettime(clock, &now) == 0 ? in_nanoseconds(now) : 0;
}

bool stamp::is_settled() const noexcept {
    constexpr std::int64_t millisecond = 1'000'000;
    // File systems that know only seconds, or milliseconds, do not say so.
    return changed % millisecond != 0 && changed < stamping_time() - settled_after;
}

/// Some systems have another name for it.
template <class Status>
std::int64_t change_time(const Status& status) noexcept {
    if constexpr (requires { status.st_ctim; }) {
        return in_nanoseconds(status.st_ctim);
    } else {
        return in_nanoseconds(status.st_ctimespec);
    }
}

/// Nothing with errno.
std::optional<stamp> stamp_of(const descriptor& directory) noexcept {
    struct ::stat status {};
    if (posix::os.fstat_with_times(directory.get(), &status) != 0)
        return std::nullopt;
    return stamp{.device = status.st_dev, .inode = status.st_ino, .changed = change_time(status)};
}

/// One that stays open: whatever takes its place changes the directory that it is in.
struct watched_directory {
    descriptor fd;
    stamp seen;

    bool is_unchanged() const noexcept { return stamp_of(fd) == seen; }
};

descriptor open_directory(int parent, const char* name, int flags) noexcept {
    return descriptor(posix::retry([&] {
        return posix::os.openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags, 0);
    }));
}

} // namespace

struct absence::impl {
    impl(area in, std::string named) : where(in), file(std::move(named)) {}

    const area where;
    const std::string file;

    using clock = std::chrono::steady_clock;
    /// The base directory, users' own ones in it, and where the file would be; empty if they
    /// cannot be relied on.
    std::vector<watched_directory> watched;
    bool lasting = false; ///< whether they can; while looking
    clock::time_point looked;

    bool is_still_certain() const noexcept {
        return !watched.empty() && clock::now() - looked < believed_for &&
               std::ranges::all_of(watched, &watched_directory::is_unchanged);
    }

    /// False with errno, also if there is none.
    bool watch(descriptor directory);
    bool look_at(uid_t user, const std::string& base);
    bool look();
};

bool absence::impl::watch(descriptor directory) {
    const auto seen = directory ? stamp_of(directory) : std::nullopt;
    if (!seen)
        return false;
    lasting = lasting && seen->is_settled();
    watched.push_back({.fd = std::move(directory), .seen = *seen});
    return true;
}

/// False if the user has the file, or may have it. Each directory's stamp comes before what is seen
/// in it.
bool absence::impl::look_at(uid_t user, const std::string& base) {
    const auto name = posix::user_directory_name(user);
    if (!watch(open_directory(watched.front().fd.get(), name.c_str(), O_NOFOLLOW))) {
        // What is no directory, or nobody may look into, is nobody's; until that changes, and only
        // itself would tell.
        lasting = lasting && errno == ENOENT;
        return errno == ENOENT || errno == EACCES || errno == ELOOP || errno == ENOTDIR;
    }
    if (!watch(posix::open_directory_of(user, where, base))) {
        lasting = lasting && errno == ENOENT; // else as above
        return errno == ENOENT || errno == EACCES || errno == EPERM;
    }
    struct ::stat status {};
    return posix::os.fstatat(watched.back().fd.get(), file.c_str(), &status, AT_SYMLINK_NOFOLLOW) !=
               0 &&
           errno == ENOENT;
}

bool absence::impl::look() {
    looked = clock::now();
    lasting = true;
    watched.clear();
    const auto base = posix::runtime_base();
    bool absent = watch(open_directory(AT_FDCWD, base.c_str(), 0));
    if (absent) {
        auto users = posix::other_users(base);
        absent = users.has_value();
        if (absent) {
            lasting = lasting && users->size() < most_users;
            users->push_back(::geteuid());
            absent = std::ranges::all_of(*users, [&](uid_t user) { return look_at(user, base); });
        }
    }
    if (!absent || !lasting)
        watched.clear();
    return absent;
}

absence::absence(const slot_address& slot)
    : impl_(std::make_unique<impl>(area::slot, posix::encode_key(slot.key()))) {}

absence::absence(const object_name& object)
    : impl_(std::make_unique<impl>(area::global, posix::encode_object_name(object.name()))) {}

absence::~absence() = default;

bool absence::is_certain() {
    return impl_->is_still_certain() || impl_->look();
}

} // namespace isthmus::detail
