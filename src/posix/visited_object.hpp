#pragma once

#include "descriptor.hpp"
#include "object_directory.hpp"
#include "object_file.hpp"
#include "object_header.hpp"

#include <string>

namespace isthmus::posix {

/// An object that one process has, ever (file_rules::sole), as others see it: without a lock, so
/// that they do not keep it.
struct visited_object {
    descriptor file;
    object_header header;
    object_domain domain;

    explicit operator bool() const noexcept { return static_cast<bool>(file); }
    /// Whether its process still has it.
    bool is_held() const noexcept;
};

/// One look at such an object; as object_file::look.
visited_object visit_object(const directory_pointer& directory, const std::string& file);
/// The same for one's own directory, as long as it takes; as object_file::open.
visited_object visit_own_object(directory_pointer directory, const std::string& file);

} // namespace isthmus::posix
