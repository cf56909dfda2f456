#include "object_file.hpp"

#include "file_lock.hpp"
#include "logging.hpp"
#include "object_seen.hpp"
#include "patience.hpp"
#include "sync_table.hpp"
#include "syscalls.hpp"
#include "visited_object.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace isthmus::posix {

namespace {

using detail::object_kind;

constexpr int common_flags = object_open_flags;
constexpr int open_flags = O_RDWR | common_flags;
/// Files are never renamed, and have one link: no link means that it was removed. Another inode,
/// that the descriptor is another file's.
bool is_linked(int fd, ino_t inode) noexcept {
    struct ::stat status {};
    return os.fstat(fd, &status) == 0 && status.st_nlink > 0 && status.st_ino == inode;
}

void mark_dead(int fd, object_header& header) noexcept {
    header.ready = object_header::dead;
    write_header(fd, header);
}

/// A table is no object, whatever others write into its header.
void forget_object(const std::string& file,
                   const object_domain& domain,
                   const object_header& header) noexcept {
    if (!file.starts_with(table_prefix))
        forget_slot(domain, header);
}

/// Makes an end of a linked file that nobody else has open, or that is not ready yet.
void remove_file(const object_directory& directory,
                 const std::string& file,
                 const object_domain& domain,
                 const object_header& header) noexcept {
    forget_object(file, domain, header);
    // In this order: there never is one for strangers alone, which nobody would remove.
    if (has_held_file(domain, directory.where, file) &&
        os.unlinkat(directory.fd.get(), held_file(file).c_str(), 0) != 0 && errno != ENOENT)
        return;
    os.unlinkat(directory.fd.get(), file.c_str(), 0);
}

/// The same by whoever has the exclusive lock. Gives EAGAIN if it made room for another, ENOENT if
/// the file stays.
int bury(const object_directory& directory, const std::string& file, int fd) noexcept {
    struct ::stat status {};
    if (os.fstat(fd, &status) != 0)
        return errno;
    if (status.st_nlink == 0)
        return EAGAIN;
    const object_domain domain = domain_of(directory, status);
    object_header header;
    // What was not completed may have no header yet, and then nothing in the table either.
    const bool known = read_header(fd, header);
    if (!known)
        header = {};
    if (directory.own) {
        remove_file(directory, file, domain, header);
        return EAGAIN;
    }
    if (known && header.ready != object_header::dead) {
        forget_object(file, domain, header);
        mark_dead(fd, header);
    }
    return ENOENT;
}

/// Removes the files that crashed programs have left.
void reap(const directory_pointer& directory) {
    for (const auto& file : list_directory(directory->fd.get())) {
        if (file.starts_with(held_prefix)) // goes with the other
            continue;
        lock_descriptor lock = lock_descriptor::open(*directory, file, open_flags);
        struct ::stat status {};
        if (lock && os.fstat(lock.get(), &status) == 0 && status.st_nlink > 0 &&
            try_lock_to_remove(lock.get())) {
            detail::log(spdlog::level::debug, "left by a crash, removed: {}", file);
            bury(*directory, file, lock.get());
        }
        lock.close();
    }
}

} // namespace

lock_descriptor lock_descriptor::open(const object_directory& directory,
                                      const std::string& file,
                                      int flags) {
    lock_descriptor result;
    const fork_delay birth;
    result.fd_ =
        descriptor(retry([&] { return os.openat(directory.fd.get(), file.c_str(), flags, 0600); }));
    if (result.fd_)
        result.guard_ = fork_guard(result.fd_.get());
    return result;
}

void lock_descriptor::close() noexcept {
    if (fd_)
        guard_.close(fd_);
}

std::optional<object_domain> object_domain::own(access who) {
    const auto directory = own_directory(who == access::owner ? area::local : area::global);
    if (!directory)
        return std::nullopt;
    return object_domain{.base = directory->base,
                         .user = directory->user,
                         .who = who,
                         .group = who == access::group ? ::getegid() : 0};
}

object_file& object_file::operator=(object_file&& other) noexcept {
    if (this != &other) {
        close();
        lock_ = std::move(other.lock_);
        held_ = std::move(other.held_);
        header_ = std::move(other.header_);
        directory_ = std::move(other.directory_);
        domain_ = std::move(other.domain_);
        file_ = std::move(other.file_);
        inode_ = other.inode_;
    }
    return *this;
}

object_file object_file::look(const directory_pointer& directory, const std::string& file) {
    object_file result;
    lock_descriptor lock = lock_descriptor::open(*directory, file, open_flags);
    struct ::stat status {};
    if (!lock || os.fstat(lock.get(), &status) != 0) {
        if (!lock && !directory->own)
            errno = reason_for(*directory, file, errno);
        return result;
    }
    if (!is_plain_file_of(*directory, status)) {
        errno = directory->own ? EPROTO : reason_for(*directory, file, EPROTO);
        return result;
    }
    if (try_lock_to_remove(lock.get())) {
        errno = bury(*directory, file, lock.get());
        return result;
    }
    if (errno != EAGAIN || !try_lock_shared(lock.get()))
        return result;
    if (!result.join(std::move(lock), directory, file)) {
        if (!directory->own)
            errno = errno == EACCES ? EPROTO : reason_for(*directory, file, errno);
        result = {};
    }
    return result;
}

bool object_file::join(lock_descriptor lock, directory_pointer directory, const std::string& file) {
    auto header = std::make_unique<object_header>();
    const int wrong = read_header(lock.get(), *header) ? 0 : errno;
    // After that: what is said of a file that is being made is said of what it is when it is ready.
    struct ::stat status {};
    if (os.fstat(lock.get(), &status) != 0)
        return false;
    if (status.st_nlink == 0 || wrong != 0) {
        errno = status.st_nlink == 0 ? EAGAIN : wrong;
        return false;
    }
    if (header->ready != object_header::whole) {
        errno = header->ready == object_header::dead ? ENOENT : EAGAIN;
        return false;
    }
    const auto present = static_cast<std::uint64_t>(status.st_size);
    if (header->kind == static_cast<std::uint32_t>(object_kind::region) &&
        (present < content_offset || header->size > present - content_offset)) {
        errno = EPROTO;
        return false;
    }
    domain_ = domain_of(*directory, status);
    if (has_held_file(domain_, directory->where, file)) {
        held_ = lock_descriptor::open(*directory, held_file(file), O_RDONLY | common_flags);
        if (!held_ || !try_lock_shared(held_.get())) {
            const int reason = errno;
            held_.close();
            errno = reason == ENOENT || reason == EACCES ? EPROTO : reason;
            return false;
        }
    }
    lock_ = std::move(lock);
    header_ = std::move(header);
    directory_ = std::move(directory);
    file_ = file;
    inode_ = status.st_ino;
    return true;
}

object_file object_file::open(directory_pointer directory, const std::string& file) {
    return look_patiently(std::move(directory), file, object_file::look);
}

object_file object_file::create(directory_pointer directory,
                                const std::string& file,
                                const object_header& planned,
                                const file_rules& rules,
                                const preparation& prepare) {
    patience again;
    do {
        object_file result;
        if (!directory)
            return result;
        result.header_ = std::make_unique<object_header>(planned);
        result.file_ = file;
        lock_descriptor lock =
            lock_descriptor::open(*directory, file, open_flags | O_CREAT | O_EXCL);
        if (!lock) {
            if (errno == ENOENT) {
                auto other = renewed(directory);
                if (other == directory) {
                    errno = ENOENT;
                    return result;
                }
                directory = std::move(other);
                continue;
            }
            if (errno != EEXIST)
                return result;
            if (rules.sole ? static_cast<bool>(visit_object(directory, file))
                           : static_cast<bool>(look(directory, file))) {
                errno = EEXIST;
                return result;
            }
            if (errno != EAGAIN && errno != ENOENT)
                return result;
            continue;
        }
        if (!(rules.sole ? try_lock(lock.get()) : try_lock_shared(lock.get()))) {
            if (errno == EAGAIN)
                continue;
            return result;
        }
        struct ::stat status {};
        if (os.fstat(lock.get(), &status) != 0)
            return result;
        if (status.st_nlink == 0) // somebody has taken the new file for a dead one
            continue;
        result.inode_ = status.st_ino;
        auto& header = *result.header_;
        header.scope = static_cast<std::uint32_t>(directory->where);
        header.ready = object_header::draft;
        const int fd = lock.get();
        result.lock_ = std::move(lock);
        result.directory_ = directory;
        if (!result.announce(rules, status) || !prepare(fd, header) || !result.make_ready()) {
            const int reason = errno;
            remove_file(*directory, file, result.domain_, header);
            result.lock_.close();
            result.held_.close();
            errno = reason;
            return {};
        }
        return result;
    } while (again.wait());
    return {};
}

/// Until now only the user itself could open the file, whatever is to be: so a stranger that finds
/// it finds it locked.
bool object_file::announce(const file_rules& rules, struct ::stat status) {
    status.st_mode = rules.mode;
    domain_ = domain_of(*directory_, status);
    if (rules.known_to_all && has_held_file(domain_, directory_->where, file_)) {
        const std::string name = held_file(file_);
        const auto make = [&] {
            held_ = lock_descriptor::open(*directory_, name, open_flags | O_CREAT | O_EXCL);
            return static_cast<bool>(held_);
        };
        if (!make()) {
            // Whoever has the name makes this: another one is of nobody.
            if (errno != EEXIST || os.unlinkat(directory_->fd.get(), name.c_str(), 0) != 0 ||
                !make()) {
                return false;
            }
        }
        if (!try_lock_shared(held_.get()) || os.fchmod(held_.get(), 0644) != 0)
            return false;
    }
    if (domain_.who == access::group && status.st_gid != ::getegid()) {
        // Some systems, and some directories, give files the group of the directory.
        if (os.fchgrp(lock_.get(), ::getegid()) != 0)
            return false;
        domain_.group = ::getegid();
    }
    return rules.mode == 0600 || os.fchmod(lock_.get(), rules.mode) == 0;
}

/// To strangers first: they cannot use what could still fail.
bool object_file::make_ready() {
    if (held_ && os.ftruncate(held_.get(), 1) != 0)
        return false;
    header_->ready = object_header::whole;
    return write_header(lock_.get(), *header_);
}

object_file object_file::open_or_create(const directory_pointer& directory,
                                        const std::string& file,
                                        const object_header& header,
                                        const file_rules& rules,
                                        const preparation& prepare,
                                        bool& created) {
    patience again;
    do {
        created = false;
        object_file result = open(directory, file);
        if (result || errno != ENOENT)
            return result;
        result = create(directory, file, header, rules, prepare);
        created = static_cast<bool>(result);
        if (result || errno != EEXIST)
            return result;
    } while (again.wait());
    return {};
}

descriptor object_file::reopen(int flags) const {
    descriptor fd(retry(
        [&] { return os.openat(directory_->fd.get(), file_.c_str(), flags | common_flags, 0); }));
    struct ::stat found {};
    if (!fd || os.fstat(fd.get(), &found) != 0)
        return {};
    if (found.st_ino != inode_) {
        errno = ENOENT; // somebody removed the file under us
        return {};
    }
    return fd;
}

void object_file::condemn() noexcept {
    mark_dead(lock_.get(), *header_);
}

void object_file::close() noexcept {
    if (!lock_)
        return;
    const int reason = errno;
    lock_.end_mapping();
    // Of two that close at the same time neither gets the exclusive lock while the other still
    // holds the shared one: so it is given up before the second try, and who is last gets it.
    bool last = try_lock(lock_.get());
    if (!last && errno == EAGAIN) {
        unlock(lock_.get());
        last = try_lock(lock_.get());
    }
    // In a forked child the descriptor is another file's.
    if (last && is_linked(lock_.get(), inode_)) {
        if (directory_->own) {
            remove_file(*directory_, file_, domain_, *header_);
        } else {
            forget_object(file_, domain_, *header_);
            mark_dead(lock_.get(), *header_);
            unlock(lock_.get()); // which a mapping would keep
        }
    }
    lock_.close();
    held_.close();
    errno = reason;
}

void reap_dead_objects(area where) {
    if (!is_first_visit(where))
        return;
    if (const auto directory = own_directory(where))
        reap(directory);
}

} // namespace isthmus::posix
