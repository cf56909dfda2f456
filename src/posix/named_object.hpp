#pragma once

#include "native_error.hpp"
#include "object.hpp"
#include "object_file.hpp"
#include "visited_object.hpp"

#include <isthmus/access.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace isthmus::posix {

/// `Global\` names are the machine's, though every user's objects lie in that user's own directory:
/// so who makes one looks into the others' directories when its own is there for them to see. If
/// two have made the same, the one with the lower user id stays; the other withdraws.

/// What a call wants of a name, or of no name.
struct object_request {
    const object_name* name = nullptr; ///< null: unnamed
    detail::creation how = detail::creation::create;
    detail::object_kind kind{};
    std::uint64_t size = 0; ///< of a region
    access who = access::owner;
    detail::operation create{};
    detail::operation open{};
};

/// Opens a live object by the name of its file: of the calling user, and if there is none and names
/// are the machine's, of anybody. Empty with errno on failure: ENOENT if there is none, EACCES if
/// there is one that the caller may not have.
object_file find_object(area where, const std::string& file);

/// Finds or makes the object that is wanted. `prepare` completes a new one. Empty with `ec` on
/// failure.
object_file make_object(const object_request& wanted,
                        const object_file::preparation& prepare,
                        bool& created,
                        std::error_code& ec);

/// The same for slots, which have a namespace of their own: one process reads each.
struct slot_request {
    const std::string& key; ///< of its address
    std::uint64_t size = 0; ///< of what it needs beside the header
    access who = access::owner;
};
object_file make_slot(const slot_request& wanted,
                      const object_file::preparation& prepare,
                      std::error_code& ec);
/// What a writer opens; empty with `ec` if there is none, or it may not.
visited_object find_slot(const std::string& key, std::error_code& ec);

/// As it appears in errors: as the caller gave it, or nearly; empty if there is none.
std::string shown_name(const object_name* name);

} // namespace isthmus::posix
