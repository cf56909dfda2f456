#pragma once

#include "native_error.hpp"
#include "object.hpp"
#include "sync_object.hpp"

#include <isthmus/deadline.hpp>
#include <isthmus/name.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// \file
/// What the portable halves share: checks that come before any system call.

namespace isthmus::detail {

inline const std::string no_name;

/// For texts; empty if the object is closed or unnamed.
template <class Object>
const std::string& name_of(const std::unique_ptr<Object>& object) noexcept {
    return object ? object->name() : no_name;
}

/// True if there is an object; sets `ec` if not. (Success leaves `ec` alone, here and below: the
/// call that follows clears it.)
template <class Object>
bool check_open(const std::unique_ptr<Object>& object,
                operation what,
                std::error_code& ec) noexcept {
    if (!object) {
        ec = win32_error(what, win32_code::invalid_handle);
    }
    return object != nullptr;
}

/// The same, and that it was opened with the right to modify.
inline bool check_modifiable(const std::unique_ptr<sync_object>& object,
                             operation what,
                             std::error_code& ec) noexcept {
    if (!check_open(object, what, ec)) {
        return false;
    }
    if (object->granted() == sync_rights::wait) {
        ec = win32_error(what, win32_code::access_denied);
        return false;
    }
    return true;
}

/// Whether there is an object, opened with the right to wait.
inline bool may_wait(const std::unique_ptr<sync_object>& object) noexcept {
    return object && object->granted() != sync_rights::modify;
}

/// The same, and an error if not.
inline bool check_waitable(const std::unique_ptr<sync_object>& object,
                           operation what,
                           std::error_code& ec) noexcept {
    if (!check_open(object, what, ec)) {
        return false;
    }
    if (object->granted() == sync_rights::modify) {
        ec = win32_error(what, win32_code::access_denied);
        return false;
    }
    return true;
}

/// A deadline that has expired: it polls.
inline deadline no_time() noexcept {
    return deadline(deadline::clock::time_point::min());
}

/// Nothing, and an error of the operation, if it is no name.
std::optional<object_name> parse_object_name(std::string_view text,
                                             operation what,
                                             std::error_code& ec);

/// What the calls for one kind of object are named in errors.
struct sync_operations {
    operation create;
    operation open;
    operation wait;
    operation share;
    operation inherit;
};
const sync_operations& operations_of(object_kind kind) noexcept;

/// sync_object::make with the name checked.
std::unique_ptr<sync_object> make_named(std::string_view name,
                                        creation how,
                                        const sync_options& options,
                                        sync_rights wanted,
                                        bool& created,
                                        std::error_code& ec);
std::unique_ptr<sync_object> create_named(std::string_view name,
                                          const sync_options& options,
                                          std::error_code& ec);
std::unique_ptr<sync_object> open_named(std::string_view name,
                                        object_kind kind,
                                        sync_rights wanted,
                                        std::error_code& ec);
std::unique_ptr<sync_object> make_unnamed(const sync_options& options, std::error_code& ec);
/// sync_object::from_token; its failures are those of inheriting.
std::unique_ptr<sync_object> inherit(std::string_view token, object_kind kind, std::error_code& ec);

} // namespace isthmus::detail
