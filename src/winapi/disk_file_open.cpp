#include "disk_file.hpp"
#include "last_error.hpp"
#include "mapped_file.hpp"
#include "path.hpp"
#include "posix/descriptor.hpp"
#include "security.hpp"

#include <isthmus/access.hpp>
#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/winbase.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

/// \file
/// Opening, making and deleting ordinary files.

namespace isthmus::winapi {

namespace {

using posix::descriptor;

constexpr ACCESS_MASK any_write = FILE_WRITE_DATA | FILE_APPEND_DATA;

constexpr mode_t writable_by_any = S_IWUSR | S_IWGRP | S_IWOTH;

struct opened_descriptor {
    descriptor fd;
    bool is_new = false;
};

bool empties(DWORD disposition) noexcept {
    return disposition == CREATE_ALWAYS || disposition == TRUNCATE_EXISTING;
}

int flags_of(const open_request& request) noexcept {
    // Nobody waits for a FIFO's other end; it is refused later.
    int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const bool writes = (request.wanted & any_write) != 0 || empties(request.disposition);
    const bool reads = (request.wanted & (FILE_READ_DATA | FILE_EXECUTE)) != 0;
    flags |= !writes ? O_RDONLY : reads ? O_RDWR : O_WRONLY;
    flags |= (request.flags & FILE_FLAG_WRITE_THROUGH) != 0 ? O_DSYNC : 0;
    const bool appends = (request.wanted & any_write) == FILE_APPEND_DATA;
    return appends ? flags | O_APPEND : flags;
}

DWORD open_existing(const std::string& path, int flags, descriptor& fd) {
    fd = descriptor(posix::retry([&] { return ::open(path.c_str(), flags); }));
    return fd                ? ERROR_SUCCESS
           : errno == ENOENT ? code_of_missing(path)
           : errno == EISDIR ? ERROR_ACCESS_DENIED
                             : win32_code_of_errno(errno);
}

DWORD make_new(const std::string& path, int flags, const open_request& request, descriptor& fd) {
    const mode_t mode = (request.flags & FILE_ATTRIBUTE_READONLY) != 0 ? 0444 : 0666;
    fd = descriptor(
        posix::retry([&] { return ::open(path.c_str(), flags | O_CREAT | O_EXCL, mode); }));
    if (!fd) {
        return errno == ENOENT ? code_of_missing(path) : win32_code_of_errno(errno);
    }
    if (access_of(request.attributes) == access::everyone) {
        ::fchmod(fd.get(), mode); // without what the umask takes away
    }
    return ERROR_SUCCESS;
}

DWORD open_or_make(const std::string& path,
                   const open_request& request,
                   opened_descriptor& opened) {
    const int flags = flags_of(request);
    const bool makes = request.disposition == CREATE_ALWAYS || request.disposition == OPEN_ALWAYS;
    // Others make and remove it meanwhile; or it is a link to nothing, for ever.
    for (int tries = 0; tries < 100; ++tries) {
        if (request.disposition != CREATE_NEW) {
            const DWORD code = open_existing(path, flags, opened.fd);
            if (code != ERROR_FILE_NOT_FOUND || !makes) {
                return code;
            }
        }
        const DWORD code = make_new(path, flags, request, opened.fd);
        opened.is_new = code == ERROR_SUCCESS;
        if (code != ERROR_FILE_EXISTS || !makes) {
            return code;
        }
    }
    return ERROR_FILE_NOT_FOUND;
}

/// Whether it may be opened so at all.
DWORD check_kind(const struct ::stat& status, const open_request& request, bool is_new) {
    if (S_ISDIR(status.st_mode)) {
        return (request.flags & FILE_FLAG_BACKUP_SEMANTICS) != 0 ? ERROR_CALL_NOT_IMPLEMENTED
                                                                 : ERROR_ACCESS_DENIED;
    }
    if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode)) {
        return ERROR_ACCESS_DENIED;
    }
    // (The superuser could.)
    const bool read_only = !is_new && (status.st_mode & writable_by_any) == 0;
    const bool changes =
        (request.wanted & (any_write | DELETE)) != 0 || empties(request.disposition);
    return read_only && changes ? ERROR_ACCESS_DENIED : ERROR_SUCCESS;
}

std::string absolute(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                           &std::free);
    return real ? std::string(real.get()) : path;
}

} // namespace

DWORD open_disk_file(const char* path,
                     const open_request& request,
                     std::shared_ptr<file_object>& opened) {
    std::string native;
    if ((request.flags & FILE_FLAG_OPEN_REPARSE_POINT) != 0) {
        return ERROR_CALL_NOT_IMPLEMENTED; // links are followed
    }
    if (const DWORD code = native_path(path, native); code != ERROR_SUCCESS) {
        return code;
    }
    opened_descriptor made;
    if (const DWORD code = open_or_make(native, request, made); code != ERROR_SUCCESS) {
        return code;
    }
    struct ::stat status {};
    if (::fstat(made.fd.get(), &status) != 0) {
        return win32_code_of_errno(errno);
    }
    DWORD code = check_kind(status, request, made.is_new);
    file_sharing sharing;
    const bool regular = S_ISREG(status.st_mode);
    // Who empties a file writes to it.
    const ACCESS_MASK uses =
        request.wanted | (empties(request.disposition) && !made.is_new ? FILE_WRITE_DATA : 0U);
    if (code == ERROR_SUCCESS && regular) {
        code = file_sharing::begin(made.fd.get(), status, uses, request.share_mode, sharing);
    }
    if (code == ERROR_SUCCESS && regular && !made.is_new && empties(request.disposition)) {
        code = cut_file(made.fd.get(), status, 0);
    }
    if (code != ERROR_SUCCESS) {
        return code;
    }
    const int flags = ::fcntl(made.fd.get(), F_GETFL);
    ::fcntl(made.fd.get(), F_SETFL, flags & ~O_NONBLOCK);
    disk_file::traits how{.path = absolute(native),
                          .appends = (request.wanted & any_write) == FILE_APPEND_DATA,
                          .delete_on_close =
                              regular && (request.flags & FILE_FLAG_DELETE_ON_CLOSE) != 0};
    opened = std::make_shared<disk_file>(made.fd.get(), std::move(how), std::move(sharing));
    made.fd.release();
    if (!made.is_new &&
        (request.disposition == CREATE_ALWAYS || request.disposition == OPEN_ALWAYS)) {
        SetLastError(ERROR_ALREADY_EXISTS);
    }
    return ERROR_SUCCESS;
}

namespace {

DWORD delete_file(const char* path) {
    std::string native;
    if (path == nullptr || *path == '\0') {
        return ERROR_PATH_NOT_FOUND;
    }
    if (const DWORD code = native_path(path, native); code != ERROR_SUCCESS) {
        return code;
    }
    struct ::stat status {};
    if (::lstat(native.c_str(), &status) != 0) {
        return errno == ENOENT ? code_of_missing(native) : win32_code_of_errno(errno);
    }
    if (S_ISDIR(status.st_mode) ||
        (S_ISREG(status.st_mode) && (status.st_mode & writable_by_any) == 0)) {
        return ERROR_ACCESS_DENIED;
    }
    if (!may_be_deleted(status)) {
        return ERROR_SHARING_VIOLATION;
    }
    // Another process that shares it with nobody.
    const descriptor fd(S_ISREG(status.st_mode)
                            ? ::open(native.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                            : -1);
    if (fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return ERROR_SHARING_VIOLATION;
    }
    return ::unlink(native.c_str()) == 0 ? ERROR_SUCCESS
           : errno == ENOENT             ? code_of_missing(native)
                                         : win32_code_of_errno(errno);
}

} // namespace

} // namespace isthmus::winapi

BOOL WINAPI DeleteFileA(LPCSTR lpFileName) {
    using namespace isthmus::winapi;
    return report(no_throw([&] { return delete_file(lpFileName); }));
}
