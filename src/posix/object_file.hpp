#pragma once

#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "object.hpp"
#include "runtime_directory.hpp"

#include <isthmus/access.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace isthmus::posix {

/// What an object's file begins with. The layout is shared by all processes, 32-bit ones included.
struct object_header {
    static constexpr std::array<char, 8> expected = {'i', 's', 't', 'h', 'm', 'u', 's', '1'};

    std::array<char, 8> magic = expected;
    std::uint64_t id = 0;    ///< random: no two objects have the same
    std::uint64_t size = 0;  ///< of a region, as asked for
    std::uint32_t kind = 0;  ///< object_kind, or one of ours
    std::uint32_t slot = 0;  ///< of a synchronization object, in the table
    std::uint32_t scope = 0; ///< area
    std::uint32_t ready = 0; ///< 0: for those only who have to tidy up
    std::uint32_t name_size = 0;
    std::uint32_t check = 0;      ///< of all the rest: a reader may come while it is being written
    std::array<char, 800> name{}; ///< without prefix

    std::string_view name_text() const noexcept { return {name.data(), name_size}; }
};
static_assert(sizeof(object_header) == 848 && offsetof(object_header, id) == 8 &&
              offsetof(object_header, size) == 16 && offsetof(object_header, kind) == 24 &&
              offsetof(object_header, slot) == 28 && offsetof(object_header, scope) == 32 &&
              offsetof(object_header, ready) == 36 && offsetof(object_header, name_size) == 40 &&
              offsetof(object_header, check) == 44 && offsetof(object_header, name) == 48);

/// False with errno; EAGAIN if it is not there, or not whole.
bool read_header(int fd, object_header& header) noexcept;
/// Writes a header that is not ready. False with errno.
bool write_draft(int fd, object_header& header) noexcept;

/// Where the content of a region, or of a table, begins in its file: a page boundary everywhere.
inline constexpr std::uint64_t content_offset = 64 * 1024;

/// What other files of the directory hold; their kinds follow those of objects.
inline constexpr std::uint32_t table_kind = 64;
inline constexpr std::uint32_t life_kind = 65;

/// The file that stands for an object: its name in the directory is the object's name, and whoever
/// has the object open holds a shared lock on it. Who gets the exclusive lock knows that nobody has
/// the object open: if it is still linked then, its holders have crashed, and it is removed. So
/// there is no lock on the directory, and nobody sees an object half made (its header is not ready)
/// or dead.
///
/// The descriptor is never mapped: a mapping, which a forked child inherits, would keep the lock.
class object_file {
public:
    object_file() noexcept = default;
    object_file(object_file&&) noexcept = default;
    object_file& operator=(object_file&& other) noexcept;
    /// The last close removes the file.
    ~object_file() { close(); }

    /// Opens a live object of the calling user. Empty with errno on failure; ENOENT if there is
    /// none.
    static object_file open(area where, const std::string& file);

    /// A description of the file of an object, alive or dead, that can only be read and holds no
    /// lock.
    static descriptor look(area where, const std::string& file);

    /// Makes a new one, with `header` at its beginning after `prepare` (false: errno tells why it
    /// cannot be made) has completed file and header. EEXIST if there is a live one.
    using preparation = std::function<bool(int fd, object_header& header)>;
    static object_file create(area where,
                              const std::string& file,
                              object_header header,
                              const preparation& prepare);

    /// Either; `created` tells which.
    static object_file open_or_create(area where,
                                      const std::string& file,
                                      const object_header& header,
                                      const preparation& prepare,
                                      bool& created);

    explicit operator bool() const noexcept { return static_cast<bool>(lock_); }
    const object_header& header() const noexcept { return header_; }
    int fd() const noexcept { return lock_.get(); }

    /// Another description of the file, to be mapped or to be handed to a child. Empty with errno.
    descriptor reopen(int flags) const;

    void close() noexcept;

private:
    using directory_pointer = std::shared_ptr<const descriptor>;
    static object_file try_open(const directory_pointer& directory, const std::string& file);

    descriptor lock_;
    fork_guard guard_; ///< of lock_, and gone before it
    object_header header_;
    std::shared_ptr<const descriptor> directory_;
    std::string file_;
    ino_t inode_ = 0;
};

/// Removes the files that crashed programs of this user have left, when this process comes to the
/// directory first. To be called under no lock.
void reap_dead_objects(area where);

/// The file name of an object: letters in lower case, digits, `-`, `_` and `.` as they are, every
/// other byte as %xx, so that a file system without case keeps names apart; a long one is cut and
/// ends in a hash. Ours begin with a dot, which no encoded name does.
std::string encode_object_name(std::string_view name);

/// A new id, and the file name of an object that has no name of its own.
std::uint64_t make_id();
std::string hidden_file(std::string_view what, std::uint64_t id);

} // namespace isthmus::posix
