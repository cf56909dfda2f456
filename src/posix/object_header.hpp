#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace isthmus::posix {

/// What an object's file begins with. The layout is shared by all processes, 32-bit ones included.
struct object_header {
    static constexpr std::array<char, 8> expected = {'i', 's', 't', 'h', 'm', 'u', 's', '1'};
    // In `ready`:
    static constexpr std::uint32_t draft = 0; ///< for those only who have to tidy up
    static constexpr std::uint32_t whole = 1;
    static constexpr std::uint32_t dead = 2; ///< for ever, whoever still has it open

    std::array<char, 8> magic = expected;
    std::uint64_t id = 0;    ///< random: no two objects have the same
    std::uint64_t size = 0;  ///< of a region, as asked for
    std::uint32_t kind = 0;  ///< object_kind, or one of ours
    std::uint32_t slot = 0;  ///< of a synchronization object, in the table; of a region: what is
                             ///< special about it (region_file.hpp)
    std::uint32_t scope = 0; ///< area
    std::uint32_t ready = draft;
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

/// False with errno; EAGAIN if it is not there, or not whole; EPROTO if it is something else.
bool read_header(int fd, object_header& header) noexcept;
/// False with errno.
bool write_header(int fd, object_header& header) noexcept;
/// Writes a header that is not ready. False with errno.
bool write_draft(int fd, object_header& header) noexcept;

/// Where the content of a region, or of a table, begins in its file: a page boundary everywhere.
inline constexpr std::uint64_t content_offset = 64 * 1024;

/// What other files hold; their kinds follow those of objects.
inline constexpr std::uint32_t table_kind = 64;
inline constexpr std::uint32_t life_kind = 65;
inline constexpr std::uint32_t slot_kind = 66;

/// How the file names of tables begin.
inline constexpr std::string_view table_prefix = ".table";

/// The file name of an object: letters in lower case, digits, `-`, `_` and `.` as they are, every
/// other byte as %xx, so that a file system without case keeps names apart; a long one is cut and
/// ends in a hash. Ours begin with a dot, which no encoded name does.
std::string encode_object_name(std::string_view name);

/// A new id, and the file name of an object that has no name of its own.
std::uint64_t make_id();
std::string hidden_file(std::string_view what, std::uint64_t id);

} // namespace isthmus::posix
