#pragma once

#include "kernel_object.hpp"
#include "posix/descriptor.hpp"
#include "posix/object_file.hpp"

#include <cstdint>
#include <memory>

namespace isthmus::winapi {

/// The unit of views: their offsets and addresses are multiples of it, whatever the system's pages.
inline constexpr std::uint64_t allocation_granularity = 64 * 1024;

/// What CreateFileMapping makes: a region of the library, or a file, or both.
class section_object final : public kernel_object {
public:
    static constexpr rights_mapping rights{.read = STANDARD_RIGHTS_READ | SECTION_QUERY |
                                                   SECTION_MAP_READ,
                                           .write = STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE,
                                           .execute = STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE,
                                           .all = SECTION_ALL_ACCESS};

    struct content {
        posix::object_file object;               ///< none if it is a file without name
        posix::descriptor file;                  ///< if it is one
        std::uint64_t size = 0;                  ///< what views can show
        bool writable = false;                   ///< whether a view may write to it
        std::shared_ptr<const void> mapped_file; ///< if it is one
    };
    explicit section_object(content what) : content_(std::move(what)) {}

    const rights_mapping& mapping() const noexcept override { return rights; }

    std::uint64_t size() const noexcept { return content_.size; }
    bool writable() const noexcept { return content_.writable; }
    const std::shared_ptr<const void>& mapped_file() const noexcept { return content_.mapped_file; }

    /// What to map: the descriptor is `own`, which must stay until then, or lives as long as this.
    /// Negative with errno.
    int to_map(bool to_write, std::uint64_t& offset, posix::descriptor& own) const;

private:
    const content content_;
};

} // namespace isthmus::winapi
