#include "object_file.hpp"

#include "file_lock.hpp"
#include "logging.hpp"
#include "pipe_path.hpp"
#include "sync_table.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <utility>

namespace isthmus::posix {

namespace {

constexpr int open_flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

/// How often a name is tried again that others make and remove at the same time. Their sections are
/// microseconds; only a stopped process can exhaust this (with EBUSY), after some seconds.
class patience {
public:
    bool wait() noexcept {
        if (++tries_ > 3000) {
            errno = EBUSY;
            return false;
        }
        if (tries_ < 3)
            return true;
        const timespec pause{.tv_sec = 0, .tv_nsec = tries_ < 100 ? 50'000 : 1'000'000};
        ::nanosleep(&pause, nullptr);
        return true;
    }

private:
    unsigned tries_ = 0;
};

/// Files are never renamed, and have one link: no link means that it was removed.
bool is_linked(int fd, bool& linked) noexcept {
    struct ::stat status {};
    if (os.fstat(fd, &status) != 0)
        return false;
    linked = status.st_nlink > 0;
    return true;
}

bool read_header(int fd, object_header& header) noexcept {
    const auto size = retry([&] { return os.pread(fd, &header, sizeof header, 0); });
    if (size < 0)
        return false;
    if (size == sizeof header && header.magic == object_header::expected &&
        header.name_size <= header.name.size()) {
        return true;
    }
    errno = EPROTO;
    return false;
}

/// Removes a linked file whose exclusive lock the caller holds.
void remove_locked(int directory, const std::string& file, const object_header& header) noexcept {
    forget_slot(header);
    os.unlinkat(directory, file.c_str(), 0);
}

void remove_locked(int directory, const std::string& file, int fd) noexcept {
    object_header header;
    // What was not completed may have no header yet, and then nothing in the table either.
    if (!read_header(fd, header))
        header = {};
    remove_locked(directory, file, header);
}

/// Directories stay open: finding one safely takes nine system calls.
class directory_cache {
public:
    /// Shared, because another thread may replace it. Null with errno.
    std::shared_ptr<descriptor> get(area where) {
        const std::lock_guard lock(mutex_);
        auto& entry = entries_[where == area::global ? 1 : 0];
        const char* const chosen = std::getenv("ISTHMUS_RUNTIME_DIR");
        std::string base = chosen ? chosen : "";
        bool linked = false;
        if (entry.directory && entry.base == base && entry.user == ::geteuid() &&
            is_linked(entry.directory->get(), linked) && linked) {
            return entry.directory;
        }
        auto directory = std::make_shared<descriptor>(open_own_directory(where));
        if (!*directory)
            return nullptr;
        entry = {directory, std::move(base), ::geteuid()};
        return directory;
    }

private:
    struct open_directory {
        std::shared_ptr<descriptor> directory{};
        std::string base{};
        uid_t user = 0;
    };
    std::mutex mutex_;
    std::array<open_directory, 2> entries_;
};

std::shared_ptr<descriptor> own_directory(area where) {
    static auto* const cache = new directory_cache; // for static objects' destructors as well
    return cache->get(where);
}

} // namespace

object_file& object_file::operator=(object_file&& other) noexcept {
    if (this != &other) {
        close();
        guard_ = std::move(other.guard_);
        lock_ = std::move(other.lock_);
        header_ = other.header_;
        where_ = other.where_;
        file_ = std::move(other.file_);
    }
    return *this;
}

/// One look. EAGAIN: it is being made or removed, or has just been: look again.
object_file object_file::try_open(int directory, const std::string& file) {
    object_file result;
    descriptor fd(retry([&] { return os.openat(directory, file.c_str(), open_flags, 0); }));
    if (!fd)
        return result;
    struct ::stat status {};
    if (os.fstat(fd.get(), &status) != 0)
        return result;
    if (!S_ISREG(status.st_mode)) {
        errno = EPROTO;
        return result;
    }
    // Guarded before it is locked: a child forked in between would keep the lock.
    fork_guard guard(fd.get());
    if (try_lock(fd.get())) {
        bool linked = false;
        if (!is_linked(fd.get(), linked))
            return result;
        if (linked)
            remove_locked(directory, file, fd.get());
        errno = EAGAIN;
        return result;
    }
    if (errno != EAGAIN || !try_lock_shared(fd.get()))
        return result;
    bool linked = false;
    if (!is_linked(fd.get(), linked) || (linked && !read_header(fd.get(), result.header_)))
        return result;
    if (!linked) {
        errno = EAGAIN;
        return result;
    }
    result.guard_ = std::move(guard);
    result.lock_ = std::move(fd);
    result.file_ = file;
    return result;
}

object_file object_file::open(area where, const std::string& file) {
    object_file result;
    const auto directory = own_directory(where);
    if (!directory)
        return result;
    patience again;
    do {
        result = try_open(directory->get(), file);
        if (result || errno != EAGAIN)
            break;
    } while (again.wait());
    result.where_ = where;
    return result;
}

descriptor object_file::look(area where, const std::string& file) {
    const auto directory = own_directory(where);
    if (!directory)
        return {};
    constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    return descriptor(retry([&] { return os.openat(directory->get(), file.c_str(), flags, 0); }));
}

object_file object_file::create(area where,
                                const std::string& file,
                                object_header header,
                                const preparation& prepare) {
    object_file result;
    const auto directory = own_directory(where);
    if (!directory)
        return result;
    patience again;
    do {
        descriptor fd(retry([&] {
            return os.openat(directory->get(), file.c_str(), open_flags | O_CREAT | O_EXCL, 0600);
        }));
        if (!fd) {
            if (errno != EEXIST)
                return result;
            if (try_open(directory->get(), file)) {
                errno = EEXIST;
                return result;
            }
            if (errno != EAGAIN && errno != ENOENT)
                return result;
            continue;
        }
        fork_guard guard(fd.get());
        // Somebody may have taken the new file for a dead one.
        bool linked = false;
        if (!try_lock(fd.get())) {
            if (errno == EAGAIN)
                continue;
            return result;
        }
        if (!is_linked(fd.get(), linked))
            return result;
        if (!linked)
            continue;
        header.scope = static_cast<std::uint32_t>(where);
        if (!prepare(fd.get(), header) || retry([&] {
                                              return os.pwrite(fd.get(), &header, sizeof header, 0);
                                          }) != static_cast<ssize_t>(sizeof header)) {
            const int reason = errno;
            remove_locked(directory->get(), file, header);
            errno = reason;
            return result;
        }
        if (!try_lock_shared(fd.get())) {
            if (errno == EAGAIN)
                continue;
            return result;
        }
        if (!is_linked(fd.get(), linked))
            return result;
        if (!linked)
            continue;
        result.guard_ = std::move(guard);
        result.lock_ = std::move(fd);
        result.header_ = header;
        result.where_ = where;
        result.file_ = file;
        return result;
    } while (again.wait());
    return result;
}

object_file object_file::open_or_create(area where,
                                        const std::string& file,
                                        const object_header& header,
                                        const preparation& prepare,
                                        bool& created) {
    patience again;
    do {
        created = false;
        object_file result = open(where, file);
        if (result || errno != ENOENT)
            return result;
        result = create(where, file, header, prepare);
        created = static_cast<bool>(result);
        if (result || errno != EEXIST)
            return result;
    } while (again.wait());
    return {};
}

descriptor object_file::reopen(int flags) const {
    const auto directory = own_directory(where_);
    if (!directory)
        return {};
    descriptor fd(retry([&] {
        return os.openat(directory->get(), file_.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0);
    }));
    struct ::stat mine {};
    struct ::stat found {};
    if (!fd || os.fstat(fd.get(), &found) != 0 || os.fstat(lock_.get(), &mine) != 0)
        return {};
    if (mine.st_ino != found.st_ino || mine.st_dev != found.st_dev) {
        errno = ENOENT; // somebody removed the file under us
        return {};
    }
    return fd;
}

void object_file::close() noexcept {
    if (!lock_)
        return;
    const int reason = errno;
    // Of two that close at the same time neither gets the exclusive lock while the other still
    // holds the shared one: so it is given up before the second try, and who is last gets it.
    bool last = try_lock(lock_.get());
    if (!last && errno == EAGAIN) {
        unlock(lock_.get());
        last = try_lock(lock_.get());
    }
    bool linked = false;
    if (last && is_linked(lock_.get(), linked) && linked) {
        if (const auto directory = own_directory(where_))
            remove_locked(directory->get(), file_, header_);
    }
    guard_ = {};
    lock_.reset();
    errno = reason;
}

// --- names

std::string encode_object_name(std::string_view name) {
    return encode_key(name, letters::upper_escaped);
}

std::uint64_t make_id() {
    static std::atomic<std::uint32_t> count{0};
    std::random_device random;
    const std::uint64_t high = random();
    const std::uint64_t id = high << 32U | (random() ^ count.fetch_add(1));
    return (id & ~(std::uint64_t{1} << 63U)) | 1U; // never 0; the highest bit is for the table
}

std::string hidden_file(std::string_view what, std::uint64_t id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string file = ".";
    file += what;
    file += '-';
    for (int shift = 60; shift >= 0; shift -= 4)
        file += digits[id >> static_cast<unsigned>(shift) & 15U];
    return file;
}

void reap_dead_objects_once() {
    static std::mutex mutex;
    static std::set<std::string> done;
    const std::lock_guard guard(mutex);
    for (const area where : {area::local, area::global}) {
        if (!done.insert(runtime_path(::geteuid(), where)).second)
            continue;
        const auto directory = own_directory(where);
        if (!directory)
            continue;
        for (const auto& file : list_directory(directory->get())) {
            const descriptor fd(
                retry([&] { return os.openat(directory->get(), file.c_str(), open_flags, 0); }));
            if (!fd)
                continue;
            const fork_guard child(fd.get());
            bool linked = false;
            if (try_lock(fd.get()) && is_linked(fd.get(), linked) && linked) {
                detail::log(spdlog::level::debug, "left by a crash, removed: {}", file);
                remove_locked(directory->get(), file, fd.get());
            }
        }
    }
}

} // namespace isthmus::posix
