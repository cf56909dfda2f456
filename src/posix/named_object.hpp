#pragma once

#include "native_error.hpp"
#include "object.hpp"
#include "object_file.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>

namespace isthmus::posix {

/// What a call wants of a name, or of no name.
struct object_request {
    const object_name* name = nullptr; ///< null: unnamed
    detail::creation how = detail::creation::create;
    detail::object_kind kind{};
    std::uint64_t size = 0; ///< of a region
    detail::operation create{};
    detail::operation open{};
};

/// Finds or makes the object that is wanted. `prepare` completes a new one. Empty with `ec` on
/// failure.
object_file make_object(const object_request& wanted,
                        const object_file::preparation& prepare,
                        bool& created,
                        std::error_code& ec);

/// In a child: opens what the descriptor stands for that it has inherited, and closes that. Empty
/// with `ec` (of `what`) if it is no object of the kind.
object_file take_inherited(std::string_view token,
                           detail::object_kind kind,
                           detail::operation what,
                           std::error_code& ec);

/// A description of the object's file for a child to inherit, with a lock of its own. Null with
/// `ec`.
std::unique_ptr<detail::inheritable_handle> make_inheritable(const object_file& object,
                                                             detail::operation what,
                                                             std::error_code& ec);

} // namespace isthmus::posix
