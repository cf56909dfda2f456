#include "named_object.hpp"

#include "patience.hpp"
#include "pipe_directory.hpp"
#include "pipe_path.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace isthmus::posix {

namespace {

using detail::creation;
using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// For what other users have begun: about two seconds, then an error. It would be for ever, if they
/// meant no good.
constexpr unsigned tries_for_others = 2000;

std::error_code failure(detail::operation what) {
    return errno == EPERM ? detail::library_error(what, errc::insecure_directory)
                          : posix_error(what, errno);
}

/// Without one (with errno) if another user has none that can be trusted.
directory_pointer others_directory(uid_t user, area where, bool& none) {
    auto directory = directory_of(user, where, runtime_base());
    none = !directory && (errno == ENOENT || errno == EPERM || errno == EACCES);
    return directory;
}

/// A live object of another user, as `look` sees it. As find_object.
template <class Look>
auto find_elsewhere(area where, const std::string& file, Look look) {
    using found_object = decltype(look(directory_pointer(), file));
    const auto users = other_users();
    if (!users)
        return found_object();
    for (const uid_t user : *users) {
        bool none = false;
        const auto directory = others_directory(user, where, none);
        if (none)
            continue;
        found_object found = directory ? look(directory, file) : found_object();
        // What is being made is not there yet; what is being removed, no longer.
        if (found || (errno != ENOENT && errno != EAGAIN))
            return found;
    }
    errno = ENOENT;
    return found_object();
}

/// Whether the name that the caller has announced may become its own. False with errno: EEXIST if
/// another user has it, EAGAIN if that is not decided yet.
template <class Look>
bool is_free_elsewhere(area where, const std::string& file, Look look) {
    const auto users = other_users();
    if (!users)
        return false;
    for (const uid_t user : *users) {
        for (patience again(tries_for_others);;) {
            bool none = false;
            const auto directory = others_directory(user, where, none);
            if (none)
                break;
            if (!directory)
                return false;
            const bool found = static_cast<bool>(look(directory, file));
            if (!found && errno == ENOENT)
                break;
            if (found || errno == EACCES)
                errno = EEXIST;
            // Whose announcement is not seen by the other has been seen by none: so one of two who
            // are about to make the same can go ahead, and the other, who may have looked earlier,
            // has to be waited for.
            if (errno != EAGAIN || user < ::geteuid() || !again.wait())
                return false;
        }
    }
    return true;
}

struct object_name_file {
    area where = area::local;
    std::string file;
    object_header header;
    file_rules rules;
};

void set_name(object_header& header, const std::string& name) {
    header.name_size = static_cast<std::uint32_t>(std::min(name.size(), header.name.size()));
    std::copy_n(name.data(), header.name_size, header.name.data());
}

/// How the object that is wanted would be made.
object_name_file plan(const object_request& wanted) {
    object_name_file result;
    auto& header = result.header;
    header.id = make_id();
    header.kind = static_cast<std::uint32_t>(wanted.kind);
    header.size = wanted.size;
    if (!wanted.name) {
        result.file = hidden_file("unnamed", header.id);
        return result;
    }
    set_name(header, wanted.name->name());
    result.file = encode_object_name(wanted.name->name());
    if (wanted.name->where() == object_name::scope::global) {
        result.where = area::global;
        result.rules = {.mode = mode_for(wanted.who), .known_to_all = true};
    } // else they are the user's own by definition
    return result;
}

/// `undecided`: another user is about to make it too.
object_file make(const object_name_file& planned,
                 const object_file::preparation& prepare,
                 bool& undecided) {
    undecided = false;
    const auto is_free = [&] {
        if (planned.where == area::local ||
            (planned.rules.sole
                 ? is_free_elsewhere(planned.where, planned.file, visit_object)
                 : is_free_elsewhere(planned.where, planned.file, object_file::look)))
            return true;
        undecided = errno == EAGAIN;
        return false;
    };
    return object_file::create(
        own_directory(planned.where), planned.file, planned.header, planned.rules,
        [&](int fd, object_header& header) { return is_free() && prepare(fd, header); });
}

object_file open_or_make(const object_name_file& planned,
                         const object_file::preparation& prepare,
                         bool& created) {
    object_file result;
    bool undecided = false;
    patience again(planned.where == area::global ? tries_for_others : patience::usual);
    do {
        result = find_object(planned.where, planned.file);
        if (result || errno != ENOENT)
            break;
        result = make(planned, prepare, undecided);
        created = static_cast<bool>(result);
    } while (!result && (errno == EEXIST || undecided) && again.wait());
    return result;
}

object_file make_new(const object_name_file& planned, const object_file::preparation& prepare) {
    object_file result;
    bool undecided = false;
    patience again(tries_for_others);
    do {
        result = make(planned, prepare, undecided);
    } while (undecided && again.wait());
    return result;
}

} // namespace

std::string shown_name(const object_name* name) {
    if (!name)
        return {};
    return name->where() == object_name::scope::local ? name->name() : name->text();
}

object_file find_object(area where, const std::string& file) {
    object_file result = object_file::open(own_directory(where), file);
    if (!result && errno == ENOENT && where == area::global)
        result = find_elsewhere(where, file, object_file::look);
    return result;
}

object_file make_object(const object_request& wanted,
                        const object_file::preparation& prepare,
                        bool& created,
                        std::error_code& ec) {
    ec.clear();
    created = false;
    const auto planned = plan(wanted);
    reap_dead_objects(planned.where);
    const auto what = wanted.how == creation::open ? wanted.open : wanted.create;
    object_file result;
    if (wanted.how == creation::open) {
        result = find_object(planned.where, planned.file);
    } else if (wanted.how == creation::open_or_create) {
        result = open_or_make(planned, prepare, created);
    } else {
        result = make_new(planned, prepare);
        created = static_cast<bool>(result);
        // Of another kind: that is what the caller wants to know.
        if (!result && errno == EEXIST) {
            result = find_object(planned.where, planned.file);
            const bool same = !result || result.header().kind == planned.header.kind;
            ec = win32_error(what, same ? win32_code::already_exists : win32_code::invalid_handle);
            return {};
        }
    }
    if (!result) {
        ec = errno == ENOENT ? win32_error(what, win32_code::file_not_found) : failure(what);
        return {};
    }
    if (result.header().kind != planned.header.kind) {
        ec = win32_error(what, win32_code::invalid_handle);
        return {};
    }
    if (result.header().name_text() != planned.header.name_text()) {
        ec = posix_error(what, EPROTO); // another long name with the same hash
        return {};
    }
    return result;
}

object_file make_slot(const slot_request& wanted,
                      const object_file::preparation& prepare,
                      std::error_code& ec) {
    constexpr auto what = detail::operation::create_slot;
    ec.clear();
    reap_dead_objects(area::slot);
    object_name_file planned{
        .where = area::slot,
        .file = encode_key(wanted.key),
        .header = {},
        .rules = {.mode = mode_for(wanted.who), .sole = true, .known_to_all = true}};
    planned.header.id = make_id();
    planned.header.kind = slot_kind;
    planned.header.size = wanted.size;
    set_name(planned.header, wanted.key);
    object_file result = make_new(planned, prepare);
    if (!result)
        ec = errno == EEXIST ? win32_error(what, win32_code::already_exists) : failure(what);
    return result;
}

visited_object find_slot(const std::string& key, std::error_code& ec) {
    constexpr auto what = detail::operation::open_slot;
    ec.clear();
    const std::string file = encode_key(key);
    visited_object result = visit_own_object(own_directory(area::slot), file);
    if (!result && errno == ENOENT)
        result = find_elsewhere(area::slot, file, visit_object);
    if (!result) {
        ec = errno == ENOENT ? win32_error(what, win32_code::file_not_found) : failure(what);
    } else if (result.header.kind != slot_kind || result.header.name_text() != key) {
        // Another long name with the same hash, or no slot at all.
        ec = posix_error(what, EPROTO);
        result = {};
    }
    return result;
}

} // namespace isthmus::posix
