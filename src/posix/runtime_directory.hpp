#pragma once

#include "descriptor.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace isthmus::posix {

/// Where objects live: `$ISTHMUS_RUNTIME_DIR`, else /dev/shm, else /tmp; in it one directory per
/// user, `isthmus-<uid>`, which only that user may write to, and in that:
///
///     pipe/   channels           0755: names are visible to all, the files in it are not
///     local/  `Local\` objects   0700; also carries the user's namespace lock
///     global/ `Global\` objects  0755
///     slot/   broadcast slots    0755
///
/// Nothing is used that is not a directory of the right owner and mode: in a shared directory
/// anybody can put a directory or a link in our place first. The failures below leave errno set;
/// EPERM stands for a directory that cannot be trusted, and the log says which and why.

enum class area { pipe, local, global, slot };

/// The directory that holds the users' directories, without a slash at its end.
std::string runtime_base();

/// `isthmus-<uid>`
std::string user_directory_name(uid_t user);

/// `<base>/isthmus-<uid>/<area>`
std::string runtime_path(uid_t user, area where);

/// Opens the calling user's own directory for `where`, and makes it if it is missing.
descriptor open_own_directory(area where, const std::string& base = runtime_base());

/// Opens another user's (or one's own) as it is; ENOENT if there is none.
descriptor open_directory_of(uid_t user, area where, const std::string& base = runtime_base());

/// The other users who have a directory, in ascending order but root first; nothing, with errno, if
/// that cannot be found out.
std::optional<std::vector<uid_t>> other_users(const std::string& base = runtime_base());

/// The calling user's namespace lock: held while names are made or removed, for some microseconds.
/// Excludes other threads as well as other processes.
class namespace_lock {
public:
    /// Blocks. On failure `*this` converts to false, with errno.
    namespace_lock();
    namespace_lock(const namespace_lock&) = delete;
    namespace_lock& operator=(const namespace_lock&) = delete;
    ~namespace_lock();
    explicit operator bool() const noexcept { return static_cast<bool>(directory_); }

private:
    descriptor directory_;
};

/// The entries of a directory, without `.` and `..`. On failure empty, with errno; 0 on success.
std::vector<std::string> list_directory(int directory);

} // namespace isthmus::posix
