#include "named_object.hpp"

#include <algorithm>
#include <cerrno>
#include <string>

namespace isthmus::posix {

namespace {

using detail::creation;
using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

std::error_code failure(detail::operation what) {
    return errno == EPERM ? detail::library_error(what, errc::insecure_directory)
                          : posix_error(what, errno);
}

} // namespace

std::string shown_name(const object_name* name) {
    if (!name)
        return {};
    return name->where() == object_name::scope::local ? name->name() : name->text();
}

object_file make_object(const object_request& wanted,
                        const object_file::preparation& prepare,
                        bool& created,
                        std::error_code& ec) {
    ec.clear();
    created = false;
    object_header header;
    header.id = make_id();
    header.kind = static_cast<std::uint32_t>(wanted.kind);
    header.size = wanted.size;
    area where = area::local;
    std::string file;
    if (wanted.name) {
        const std::string& name = wanted.name->name();
        header.name_size = static_cast<std::uint32_t>(std::min(name.size(), header.name.size()));
        std::copy_n(name.data(), header.name_size, header.name.data());
        where = wanted.name->where() == object_name::scope::global ? area::global : area::local;
        file = encode_object_name(name);
    } else {
        file = hidden_file("unnamed", header.id);
    }
    reap_dead_objects(where);
    object_file result;
    // Each user has `Global\` names of its own so far. Better no object than one that those whom it
    // is meant for never find. (`Local\` ones are the user's own by definition.)
    const bool for_others = where == area::global && wanted.who != access::owner;
    if (for_others && wanted.how == creation::create) {
        ec = detail::library_error(wanted.create, errc::not_supported);
        return {};
    }
    if (wanted.how == creation::open || for_others) {
        result = object_file::open(where, file);
    } else if (wanted.how == creation::create) {
        result = object_file::create(where, file, header, prepare);
        created = static_cast<bool>(result);
        // Of another kind: that is what the caller wants to know.
        if (!result && errno == EEXIST) {
            result = object_file::open(where, file);
            const bool same = !result || result.header().kind == header.kind;
            ec = win32_error(wanted.create,
                             same ? win32_code::already_exists : win32_code::invalid_handle);
            return {};
        }
    } else {
        result = object_file::open_or_create(where, file, header, prepare, created);
    }
    const auto what = wanted.how == creation::open ? wanted.open : wanted.create;
    if (!result && errno == ENOENT && for_others && wanted.how == creation::open_or_create) {
        ec = detail::library_error(what, errc::not_supported);
        return {};
    }
    if (!result) {
        ec = errno == ENOENT ? win32_error(what, win32_code::file_not_found) : failure(what);
        return {};
    }
    if (result.header().kind != header.kind) {
        ec = win32_error(what, win32_code::invalid_handle);
        return {};
    }
    if (result.header().name_text() != header.name_text()) {
        ec = posix_error(what, EPROTO); // another long name with the same hash
        return {};
    }
    return result;
}

} // namespace isthmus::posix
