#include "object_file.hpp"

#include "file_lock.hpp"
#include "logging.hpp"
#include "pipe_path.hpp"
#include "sync_table.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace isthmus::posix {

namespace {

constexpr int open_flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

/// How often a name is tried again that others make and remove at the same time. Their sections are
/// microseconds; only a stopped process can exhaust this (with EBUSY), after half a minute.
class patience {
public:
    bool wait() noexcept {
        if (++tries_ > 30'000) {
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
bool is_linked(int fd, bool& linked, ino_t* inode = nullptr) noexcept {
    struct ::stat status {};
    if (os.fstat(fd, &status) != 0)
        return false;
    linked = status.st_nlink > 0;
    if (inode)
        *inode = status.st_ino;
    return true;
}

std::uint32_t checksum(object_header header) noexcept {
    header.check = 0;
    std::uint32_t hash = 0x811c9dc5U; // FNV-1a, four bytes at a time
    std::array<std::uint32_t, sizeof header / 4> words{};
    std::memcpy(words.data(), &header, sizeof header);
    for (const auto word : words)
        hash = (hash ^ word) * 0x01000193U;
    return hash;
}

bool write_header(int fd, object_header& header) noexcept {
    header.check = checksum(header);
    return retry([&] { return os.pwrite(fd, &header, sizeof header, 0); }) ==
           static_cast<ssize_t>(sizeof header);
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

/// Removes the files that crashed programs have left.
void reap(int directory) {
    for (const auto& file : list_directory(directory)) {
        std::optional<fork_delay> birth(std::in_place);
        descriptor fd(retry([&] { return os.openat(directory, file.c_str(), open_flags, 0); }));
        if (!fd)
            continue;
        fork_guard guard(fd.get());
        birth.reset();
        bool linked = false;
        if (try_lock(fd.get()) && is_linked(fd.get(), linked) && linked) {
            detail::log(spdlog::level::debug, "left by a crash, removed: {}", file);
            remove_locked(directory, file, fd.get());
        }
        guard.close(fd);
    }
}

/// A directory that was removed meanwhile tells by ENOENT that nothing is in it, like any other.
enum class search { usual, anew };

/// Directories stay open: finding one safely takes nine system calls.
class directory_cache {
public:
    /// Shared, because another thread may replace it. Null with errno.
    std::shared_ptr<const descriptor> get(area where, search so) {
        const std::lock_guard lock(mutex_);
        if (so == search::anew)
            forget_if_removed(where);
        return find(where).directory;
    }

    /// True at the first call for a directory.
    bool is_new(area where) {
        const std::lock_guard lock(mutex_);
        return std::exchange(find(where).unvisited, false);
    }

private:
    void forget_if_removed(area where) {
        auto& entry = entries_[where == area::global ? 1 : 0];
        bool linked = false;
        if (entry.directory && (!is_linked(entry.directory->get(), linked) || !linked))
            entry = {};
    }

    struct open_directory {
        std::shared_ptr<const descriptor> directory{};
        std::string base{};
        uid_t user = 0;
        bool unvisited = false;
    };
    /// Without a directory, and with errno, if it cannot be had.
    open_directory& find(area where) {
        auto& entry = entries_[where == area::global ? 1 : 0];
        const char* const chosen = std::getenv("ISTHMUS_RUNTIME_DIR");
        std::string base = chosen ? chosen : "";
        if (entry.directory && entry.base == base && entry.user == ::geteuid())
            return entry;
        entry = {};
        if (descriptor opened = open_own_directory(where)) {
            entry = {.directory = std::make_shared<const descriptor>(std::move(opened)),
                     .base = std::move(base),
                     .user = ::geteuid(),
                     .unvisited = true};
        }
        return entry;
    }

    std::mutex mutex_;
    std::array<open_directory, 2> entries_;
};

directory_cache& directories() {
    static auto* const cache = new directory_cache; // for static objects' destructors as well
    return *cache;
}

std::shared_ptr<const descriptor> own_directory(area where, search so = search::usual) {
    return directories().get(where, so);
}

} // namespace

bool read_header(int fd, object_header& header) noexcept {
    const auto size = retry([&] { return os.pread(fd, &header, sizeof header, 0); });
    if (size < 0)
        return false;
    if (size == sizeof header && header.magic == object_header::expected &&
        header.name_size <= header.name.size() && header.check == checksum(header)) {
        return true;
    }
    errno = EAGAIN;
    return false;
}

bool write_draft(int fd, object_header& header) noexcept {
    header.ready = 0;
    return write_header(fd, header);
}

object_file& object_file::operator=(object_file&& other) noexcept {
    if (this != &other) {
        close();
        guard_ = std::move(other.guard_);
        lock_ = std::move(other.lock_);
        header_ = other.header_;
        directory_ = std::move(other.directory_);
        file_ = std::move(other.file_);
        inode_ = other.inode_;
    }
    return *this;
}

/// One look. EAGAIN: it is being made or removed, or has just been: look again.
object_file object_file::try_open(const directory_pointer& directory, const std::string& file) {
    object_file result;
    std::optional<fork_delay> birth(std::in_place);
    descriptor fd(retry([&] { return os.openat(directory->get(), file.c_str(), open_flags, 0); }));
    if (!fd)
        return result;
    // Guarded before it is locked: a child that was forked in between would have the lock too.
    fork_guard guard(fd.get());
    birth.reset();
    struct ::stat status {};
    if (os.fstat(fd.get(), &status) != 0)
        return result;
    if (!S_ISREG(status.st_mode)) {
        errno = EPROTO;
        return result;
    }
    if (try_lock(fd.get())) {
        bool linked = false;
        if (!is_linked(fd.get(), linked))
            return result;
        if (linked)
            remove_locked(directory->get(), file, fd.get());
        errno = EAGAIN;
        return result;
    }
    if (errno != EAGAIN || !try_lock_shared(fd.get()))
        return result;
    bool linked = false;
    if (!is_linked(fd.get(), linked, &result.inode_) ||
        (linked && !read_header(fd.get(), result.header_)))
        return result;
    if (!linked || result.header_.ready == 0) {
        errno = EAGAIN;
        return result;
    }
    result.guard_ = std::move(guard);
    result.lock_ = std::move(fd);
    result.directory_ = directory;
    result.file_ = file;
    return result;
}

object_file object_file::open(area where, const std::string& file) {
    object_file result;
    auto directory = own_directory(where);
    patience again;
    bool anew = false;
    while (directory) {
        result = try_open(directory, file);
        if (!result && errno == ENOENT && !anew) {
            anew = true;
            auto other = own_directory(where, search::anew);
            if (other == directory)
                errno = ENOENT;
            if (other == directory || !other)
                break;
            directory = std::move(other);
            continue;
        }
        if (result || errno != EAGAIN || !again.wait())
            break;
    }
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
    auto directory = own_directory(where);
    patience again;
    do {
        if (!directory)
            return result;
        std::optional<fork_delay> birth(std::in_place);
        descriptor fd(retry([&] {
            return os.openat(directory->get(), file.c_str(), open_flags | O_CREAT | O_EXCL, 0600);
        }));
        if (!fd) {
            birth.reset();
            if (errno == ENOENT) {
                auto other = own_directory(where, search::anew);
                if (other == directory) {
                    errno = ENOENT;
                    return result;
                }
                directory = std::move(other);
                continue;
            }
            if (errno != EEXIST)
                return result;
            if (try_open(directory, file)) {
                errno = EEXIST;
                return result;
            }
            if (errno != EAGAIN && errno != ENOENT)
                return result;
            continue;
        }
        fork_guard guard(fd.get());
        birth.reset();
        bool linked = false;
        if (!try_lock_shared(fd.get())) {
            if (errno == EAGAIN)
                continue;
            return result;
        }
        if (!is_linked(fd.get(), linked, &result.inode_))
            return result;
        if (!linked) // somebody has taken the new file for a dead one
            continue;
        header.scope = static_cast<std::uint32_t>(where);
        header.ready = 0;
        bool made = prepare(fd.get(), header);
        header.ready = 1;
        made = made && write_header(fd.get(), header);
        if (!made) {
            const int reason = errno;
            remove_locked(directory->get(), file, header);
            errno = reason;
            return result;
        }
        result.guard_ = std::move(guard);
        result.lock_ = std::move(fd);
        result.header_ = header;
        result.directory_ = directory;
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
    descriptor fd(retry([&] {
        return os.openat(directory_->get(), file_.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0);
    }));
    struct ::stat found {};
    if (!fd || os.fstat(fd.get(), &found) != 0)
        return {};
    if (found.st_ino != inode_) {
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
    // In a forked child the descriptor is another file's.
    bool linked = false;
    ino_t inode = 0;
    if (last && is_linked(lock_.get(), linked, &inode) && linked && inode == inode_)
        remove_locked(directory_->get(), file_, header_);
    guard_.close(lock_);
    errno = reason;
}

void reap_dead_objects(area where) {
    if (!directories().is_new(where))
        return;
    if (const auto directory = own_directory(where))
        reap(directory->get());
}

// --- names

std::string encode_object_name(std::string_view name) {
    return encode_key(name, letters::upper_escaped);
}

std::uint64_t make_id() {
    // Asking the system for every one would cost as much as making the file.
    static std::atomic<std::uint64_t> state{0};
    static const int registered = ::pthread_atfork(nullptr, nullptr, [] { state.store(0); });
    static_cast<void>(registered);
    if (state.load(std::memory_order_relaxed) == 0) {
        std::random_device random;
        std::uint64_t none = 0;
        state.compare_exchange_strong(none, std::uint64_t{random()} << 32U | random());
    }
    // SplitMix64: every state gives another id.
    std::uint64_t id = state.fetch_add(0x9e3779b97f4a7c15U) + 0x9e3779b97f4a7c15U;
    id = (id ^ id >> 30U) * 0xbf58476d1ce4e5b9U;
    id = (id ^ id >> 27U) * 0x94d049bb133111ebU;
    id ^= id >> 31U;
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

} // namespace isthmus::posix
