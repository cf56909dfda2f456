#pragma once

#include "object_directory.hpp"
#include "object_file.hpp"
#include "patience.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

/// \file
/// What the files in a directory of objects say to who looks at them, before any header is read.

namespace isthmus::posix {

/// With which anything in such a directory is opened: nothing there can redirect or block.
inline constexpr int object_open_flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

inline constexpr std::string_view held_prefix = ".held-";

/// The file that tells strangers of another.
std::string held_file(const std::string& file);
/// Whether there is one.
bool has_held_file(const object_domain& domain, area where, const std::string& file) noexcept;

/// Whether it is a file that `directory`'s user has made there, and nothing else.
bool is_plain_file_of(const object_directory& directory, const struct ::stat& status) noexcept;

/// To whom a file is open. Only its user can change the mode, so that it tells, and not the header.
object_domain domain_of(const object_directory& directory, const struct ::stat& status);

/// Why another user's file was not opened. What is no object holds no name.
int reason_for(const object_directory& directory, const std::string& file, int reason) noexcept;

/// In the calling user's directory: again while it is being made or removed.
template <class Look>
auto look_patiently(directory_pointer directory, const std::string& file, Look look) {
    decltype(look(directory, file)) result;
    patience again;
    bool anew = false;
    while (directory) {
        result = look(directory, file);
        if (!result && errno == ENOENT && !anew) {
            anew = true;
            // A directory that was removed meanwhile has nothing in it either.
            auto other = renewed(directory);
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

} // namespace isthmus::posix
