#include "inheritable_handle.hpp"

#include "file_lock.hpp"
#include "named_object.hpp"
#include "syscalls.hpp"

#include <climits>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <utility>

namespace isthmus {

namespace posix {

using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// `descriptor:rights`, `descriptor:rights:size` or `descriptor:rights:descriptor`
inherited parse_token(std::string_view token, detail::operation what, std::error_code& ec) {
    ec.clear();
    inherited result;
    const char* const end = token.data() + token.size();
    auto [at, problem] = std::from_chars(token.data(), end, result.fd);
    bool good = problem == std::errc() && result.fd >= 0 && end - at >= 2 && *at == ':';
    if (good) {
        result.rights = at[1];
        at += 2;
    }
    if (good && at != end) {
        const auto [stop, wrong] = std::from_chars(at + 1, end, result.size);
        good = *at == ':' && wrong == std::errc() && stop == end;
    }
    // A number alone is how a handle looks on Windows, and no handle here.
    if (!good) {
        const bool number = problem == std::errc() && result.fd >= 0 && at == end;
        ec = win32_error(what, number ? win32_code::invalid_handle : win32_code::invalid_parameter);
    }
    return result;
}

namespace {

descriptor copy_for_child(const object_file& file, detail::operation what, std::error_code& ec) {
    ec.clear();
    descriptor copy = file.reopen(O_RDWR);
    if (!copy || !try_lock_shared(copy.get()) || os.set_cloexec(copy.get(), false) != 0) {
        ec = posix_error(what, errno);
        copy.reset();
    }
    return copy;
}

} // namespace

std::unique_ptr<detail::inheritable_handle> make_inheritable(const object_file& object,
                                                             char rights,
                                                             detail::operation what,
                                                             std::error_code& ec) {
    descriptor copy = copy_for_child(object, what, ec);
    if (!copy)
        return nullptr;
    auto result =
        std::make_unique<detail::inheritable_handle>(copy.get(), std::string{':', rights});
    copy.release();
    return result;
}

std::unique_ptr<detail::inheritable_handle> make_inheritable(const object_file& object,
                                                             const object_file& table,
                                                             char rights,
                                                             detail::operation what,
                                                             std::error_code& ec) {
    descriptor kept = copy_for_child(table, what, ec);
    descriptor copy = kept ? copy_for_child(object, what, ec) : descriptor();
    if (!copy)
        return nullptr;
    auto companion = std::make_unique<detail::inheritable_handle>(kept.get());
    kept.release();
    std::string note{':', rights, ':'};
    note += companion->token();
    auto result = std::make_unique<detail::inheritable_handle>(copy.get(), std::move(note),
                                                               std::move(companion));
    copy.release();
    return result;
}

std::unique_ptr<detail::inheritable_handle> make_inheritable(
    int fd, char rights, std::uint64_t size, detail::operation what, std::error_code& ec) {
    ec.clear();
    descriptor copy(os.dup_cloexec(fd));
    if (!copy || os.set_cloexec(copy.get(), false) != 0) {
        ec = posix_error(what, errno);
        return nullptr;
    }
    auto result = std::make_unique<detail::inheritable_handle>(
        copy.get(), std::string{':', rights, ':'} + std::to_string(size));
    copy.release();
    return result;
}

object_file take_over(const inherited& from,
                      detail::object_kind kind,
                      detail::operation what,
                      std::error_code& ec) {
    ec.clear();
    object_header header;
    struct ::stat status {};
    object_file result;
    if (os.fstat(from.fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        !read_header(from.fd, header) || header.kind != static_cast<std::uint32_t>(kind)) {
        ec = win32_error(what, win32_code::invalid_handle);
        return result;
    }
    const area where =
        header.scope == static_cast<std::uint32_t>(area::global) ? area::global : area::local;
    result = find_object(where, header.name_size == 0 ? hidden_file("unnamed", header.id)
                                                      : encode_object_name(header.name_text()));
    if (!result && errno != ENOENT) {
        ec = posix_error(what, errno);
    } else if (!result || result.header().id != header.id) {
        ec = win32_error(what, win32_code::invalid_handle);
        result = {};
    } else {
        const descriptor taken(from.fd);
    }
    return result;
}

void end_keeping_table(const inherited& from, const object_file& table) noexcept {
    struct ::stat kept {};
    struct ::stat used {};
    const auto fd = static_cast<int>(from.size);
    // Whatever else it is belongs to somebody else.
    if (from.size > 0 && from.size <= INT_MAX && ::fstat(fd, &kept) == 0 &&
        ::fstat(table.fd(), &used) == 0 && kept.st_ino == used.st_ino &&
        kept.st_dev == used.st_dev) {
        const descriptor taken(fd);
    }
}

descriptor take_over_file(const inherited& from, detail::operation what, std::error_code& ec) {
    ec.clear();
    struct ::stat status {};
    if (os.fstat(from.fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 0 ||
        static_cast<std::uint64_t>(status.st_size) < from.size) {
        ec = win32_error(what, win32_code::invalid_handle);
        return {};
    }
    // This process's children do not get it too.
    if (os.set_cloexec(from.fd, true) != 0) {
        ec = posix_error(what, errno);
        return {};
    }
    return descriptor(from.fd);
}

} // namespace posix

namespace detail {

inheritable_handle::~inheritable_handle() {
    posix::os.close(static_cast<int>(native_));
}

} // namespace detail

} // namespace isthmus
