#pragma once

#include "native_error.hpp"
#include "object.hpp"
#include "object_file.hpp"

#include <isthmus/access.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace isthmus::posix {

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

/// Finds or makes the object that is wanted. `prepare` completes a new one. Empty with `ec` on
/// failure.
object_file make_object(const object_request& wanted,
                        const object_file::preparation& prepare,
                        bool& created,
                        std::error_code& ec);

/// As it appears in errors: as the caller gave it, or nearly; empty if there is none.
std::string shown_name(const object_name* name);

} // namespace isthmus::posix
