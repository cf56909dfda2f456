#pragma once

#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "object.hpp"
#include "object_directory.hpp"
#include "object_header.hpp"

#include <isthmus/access.hpp>

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace isthmus::posix {

/// A descriptor that is locked, or about to be; forked children do not share it.
class lock_descriptor {
public:
    lock_descriptor() noexcept = default;
    /// Guarded before anything else is done with it: a child that was forked in between would have
    /// the lock too. Empty with errno.
    static lock_descriptor open(const object_directory& directory,
                                const std::string& file,
                                int flags);

    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
    int get() const noexcept { return fd_.get(); }
    bool allow_mapping() noexcept { return guard_.allow_mapping(); }
    void end_mapping() noexcept { guard_.end_mapping(); }
    void close() noexcept;

private:
    descriptor fd_;
    fork_guard guard_; ///< of fd_, and gone before it
};

/// Those who may open a file: for the synchronization objects among such files there is a table.
struct object_domain {
    std::string base; ///< runtime directory
    uid_t user = 0;
    access who = access::owner;
    gid_t group = 0; ///< if it is a group's

    /// What files of the calling user are made for. Nothing, with errno, if it has no directory.
    static std::optional<object_domain> own(access who);

    friend bool operator==(const object_domain&, const object_domain&) = default;
};

/// How a file is made.
struct file_rules {
    mode_t mode = 0600;
    /// One process has it open, ever: its lock is exclusive.
    bool sole = false;
    /// Who may not open it can see nevertheless that it is there: beside it stands a file that
    /// everyone may read, `.held-` before the name, with locks of the same holders.
    bool known_to_all = false;
};

/// The file that stands for an object: its name in the directory is the object's name, and whoever
/// has the object open holds a shared lock on it. Who gets the exclusive lock knows that nobody has
/// the object open: if it is still linked then, its holders have crashed, and it is removed. So
/// there is no lock on the directory, and nobody sees an object half made (its header is not ready)
/// or dead.
///
/// Only its user can remove a file. Who finds another user's dead, or is the last who has it open,
/// says in the header that it is dead: from then on nobody joins it.
///
/// A mapping keeps its open file, and the open file its lock, for a forked child as well: so the
/// one that has the lock is mapped only if the lock can move to another before a fork.
class object_file {
public:
    object_file() noexcept = default;
    object_file(object_file&&) noexcept = default;
    object_file& operator=(object_file&& other) noexcept;
    /// The last close removes the file.
    ~object_file() { close(); }

    /// Opens a live object of the calling user. Empty with errno on failure; ENOENT if there is
    /// none.
    static object_file open(directory_pointer directory, const std::string& file);

    /// One look, in anybody's directory. Empty with errno on failure: ENOENT if there is none,
    /// EACCES if there is one that the caller may not have, EAGAIN if it is being made or removed.
    static object_file look(const directory_pointer& directory, const std::string& file);

    /// Makes a new one, with the `planned` header at its beginning after `prepare` (false: errno
    /// tells why it cannot be made) has completed file and header. EEXIST if there is a live one.
    /// Others can see the name before `prepare`, and open the object after it.
    using preparation = std::function<bool(int fd, object_header& header)>;
    static object_file create(directory_pointer directory,
                              const std::string& file,
                              const object_header& planned,
                              const file_rules& rules,
                              const preparation& prepare);

    /// Either; `created` tells which.
    static object_file open_or_create(const directory_pointer& directory,
                                      const std::string& file,
                                      const object_header& header,
                                      const file_rules& rules,
                                      const preparation& prepare,
                                      bool& created);

    explicit operator bool() const noexcept { return static_cast<bool>(lock_); }
    const object_header& header() const noexcept { return *header_; }
    int fd() const noexcept { return lock_.get(); }
    const object_domain& domain() const noexcept { return domain_; }

    /// Whether `fd` may be mapped; else another description must be. To be called, and the mapping
    /// made, under one fork_delay.
    bool allow_mapping() noexcept { return lock_.allow_mapping(); }

    /// Another description of the file, to be mapped or to be handed to a child. Empty with errno.
    descriptor reopen(int flags) const;

    /// Says that the object is dead: what belongs to it is gone. Nobody opens it any longer.
    void condemn() noexcept;

    void close() noexcept;

private:
    /// After its lock has been taken: completes `*this`. False with errno.
    bool join(lock_descriptor lock, directory_pointer directory, const std::string& file);
    bool announce(const file_rules& rules, struct ::stat status);
    bool make_ready();

    lock_descriptor lock_;
    lock_descriptor held_;                       ///< what stands beside it
    std::unique_ptr<object_header> header_ = {}; ///< so that it need not be copied
    directory_pointer directory_;
    object_domain domain_;
    std::string file_;
    ino_t inode_ = 0;
};

/// Removes the files that crashed programs of this user have left, when this process comes to the
/// directory first. To be called under no lock.
void reap_dead_objects(area where);

} // namespace isthmus::posix
