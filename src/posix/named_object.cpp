#include "named_object.hpp"

#include "file_lock.hpp"
#include "syscalls.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
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

std::string_view name_in(const object_header& header) noexcept {
    return {header.name.data(), header.name_size};
}

} // namespace

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
    object_file result;
    if (wanted.how == creation::open) {
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
    if (!result) {
        ec = errno == ENOENT ? win32_error(what, win32_code::file_not_found) : failure(what);
        return {};
    }
    if (result.header().kind != header.kind) {
        ec = win32_error(what, win32_code::invalid_handle);
        return {};
    }
    if (name_in(result.header()) != name_in(header)) {
        ec = posix_error(what, EPROTO); // another long name with the same hash
        return {};
    }
    return result;
}

object_file take_inherited(std::string_view token,
                           detail::object_kind kind,
                           detail::operation what,
                           std::error_code& ec) {
    ec.clear();
    int number = -1;
    const char* const end = token.data() + token.size();
    const auto [stop, problem] = std::from_chars(token.data(), end, number);
    if (stop != end || problem != std::errc() || number < 0) {
        ec = win32_error(what, win32_code::invalid_parameter);
        return {};
    }
    const auto refuse = [&] {
        ec = win32_error(what, win32_code::invalid_handle);
        return object_file();
    };
    object_header header;
    struct ::stat inherited {};
    if (os.fstat(number, &inherited) != 0 || !S_ISREG(inherited.st_mode) ||
        retry([&] { return os.pread(number, &header, sizeof header, 0); }) !=
            static_cast<ssize_t>(sizeof header) ||
        header.magic != object_header::expected ||
        header.kind != static_cast<std::uint32_t>(kind) || header.name_size > header.name.size()) {
        return refuse();
    }
    const std::string file = header.name_size == 0 ? hidden_file("unnamed", header.id)
                                                   : encode_object_name(name_in(header));
    const area where =
        header.scope == static_cast<std::uint32_t>(area::global) ? area::global : area::local;
    object_file result = object_file::open(where, file);
    if (!result) {
        ec = errno == ENOENT ? win32_error(what, win32_code::invalid_handle) : failure(what);
        return result;
    }
    if (result.header().id != header.id)
        return refuse();
    const descriptor taken_over(number);
    return result;
}

std::unique_ptr<detail::inheritable_handle> make_inheritable(const object_file& object,
                                                             detail::operation what,
                                                             std::error_code& ec) {
    ec.clear();
    descriptor copy = object.reopen(O_RDWR);
    if (!copy || !try_lock_shared(copy.get()) || os.set_cloexec(copy.get(), false) != 0) {
        ec = failure(what);
        return nullptr;
    }
    return std::make_unique<detail::inheritable_handle>(copy.release());
}

} // namespace isthmus::posix

namespace isthmus::detail {

inheritable_handle::~inheritable_handle() {
    posix::os.close(static_cast<int>(native_));
}

} // namespace isthmus::detail
