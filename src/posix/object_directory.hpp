#pragma once

#include "descriptor.hpp"
#include "runtime_directory.hpp"

#include <sys/types.h>

#include <memory>
#include <string>

namespace isthmus::posix {

/// A directory with files of objects. Stays open: finding one safely takes nine system calls.
struct object_directory {
    descriptor fd;
    std::string base; ///< the runtime directory that it is in
    uid_t user = 0;
    area where = area::local;
    bool own = false; ///< files in it can be made and removed
};
/// Shared, because another thread may replace it.
using directory_pointer = std::shared_ptr<const object_directory>;

/// The calling user's, in the runtime directory in use; made if it is missing. Null with errno.
directory_pointer own_directory(area where);
/// The same in another runtime directory.
directory_pointer own_directory(area where, const std::string& base);

/// After ENOENT in one's own directory: the same if it is still there, else what has taken its
/// place. Null with errno.
directory_pointer renewed(const directory_pointer& former);

/// Another user's (or one's own), as it is. Null with errno; ENOENT if there is none.
directory_pointer directory_of(uid_t user, area where, const std::string& base);

/// From now on forking waits for who looks for a directory, so that the child can look as well. To
/// be called before the same is done for locks under which directories are looked for.
void ready_directories_for_forks() noexcept;

/// True once for every own directory that this process comes to.
bool is_first_visit(area where);

} // namespace isthmus::posix
