#include "section.hpp"

#include "disk_file.hpp"
#include "handle_table.hpp"
#include "last_error.hpp"
#include "mapped_file.hpp"
#include "object_names.hpp"
#include "posix/file_growth.hpp"
#include "posix/mapping.hpp"
#include "posix/named_object.hpp"
#include "posix/region_file.hpp"
#include "security.hpp"

#include <isthmus/access.hpp>
#include <isthmus/winapi/handleapi.h>
#include <isthmus/winapi/memoryapi.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

/// \file
/// Creating and opening mappings.

namespace isthmus::winapi {

int section_object::to_map(bool to_write, std::uint64_t& offset, posix::descriptor& own) const {
    if (content_.file) {
        return content_.file.get();
    }
    // Another description of it: a view must not keep the lock that keeps the name.
    own = content_.object.reopen(to_write ? O_RDWR : O_RDONLY);
    offset += posix::content_offset;
    return own.get();
}

namespace {

using content = section_object::content;

/// Memory comes in pages of this size, as on Windows, whatever the system's.
constexpr std::uint64_t page = 4096;

/// No address space holds more.
constexpr std::uint64_t largest =
    std::min<std::uint64_t>(std::numeric_limits<std::size_t>::max() / 2, std::uint64_t{1} << 47U);

struct section_request {
    DWORD protection = 0; ///< PAGE_* alone
    bool reserves = false;
    std::uint64_t size = 0;
    access who = access::owner;
    std::optional<object_name> name;

    bool writable() const noexcept { return protection == PAGE_READWRITE; }
};

DWORD parse_protection(DWORD flags, section_request& request) noexcept {
    constexpr DWORD executes =
        PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    constexpr DWORD known = 0xFF | SEC_COMMIT | SEC_RESERVE | SEC_NOCACHE;
    if ((flags & (executes | SEC_IMAGE | SEC_LARGE_PAGES)) != 0) {
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
    request.protection = flags & 0xFFU;
    request.reserves = (flags & SEC_RESERVE) != 0;
    const bool one = request.protection == PAGE_READONLY || request.protection == PAGE_READWRITE ||
                     request.protection == PAGE_WRITECOPY;
    const bool both = request.reserves && (flags & SEC_COMMIT) != 0;
    return !one || both || (flags & ~known) != 0 ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
}

/// Of what has been opened by its name.
DWORD take_existing(content& found, bool to_write) {
    const auto& header = found.object.header();
    found.writable = (header.slot & posix::region_is_read_only) == 0;
    found.size = header.size;
    if ((header.slot & posix::region_is_file) == 0) {
        found.size = (header.size + page - 1) / page * page;
        return ERROR_SUCCESS;
    }
    found.file = posix::open_referred_file(found.object, to_write && found.writable);
    struct ::stat status {};
    if (!found.file || ::fstat(found.file.get(), &status) != 0) {
        return win32_code_of_errno(errno);
    }
    found.mapped_file = hold_mapped_file(status);
    return ERROR_SUCCESS;
}

/// The object of a section with a name, or of one that is memory. `file`: what it is.
DWORD make_object(const section_request& request,
                  const disk_file* file,
                  const struct ::stat& status,
                  bool& created,
                  content& made) {
    const auto prepare = [&](int fd, posix::object_header& header) {
        header.slot = request.writable() ? 0 : posix::region_is_read_only;
        if (file != nullptr) {
            return posix::refer_to_file(fd, header, file->path(), status);
        }
        return request.reserves ? posix::os.ftruncate(fd, static_cast<off_t>(posix::content_offset +
                                                                             request.size)) == 0
                                : posix::allocate(fd, posix::content_offset, request.size);
    };
    std::error_code ec;
    made.object = posix::make_object(
        {.name = request.name ? &*request.name : nullptr,
         .how = request.name ? detail::creation::open_or_create : detail::creation::create,
         .kind = detail::object_kind::region,
         .size = request.size,
         .who = request.who,
         .create = detail::operation::create_region,
         .open = detail::operation::open_region},
        prepare, created, ec);
    const DWORD code = win32_code_of(ec);
    // What the disk has no room for, is memory here.
    return code == ERROR_DISK_FULL || code == ERROR_FILE_TOO_LARGE ? ERROR_COMMITMENT_LIMIT : code;
}

/// A section of this file. It is made as long as it has to be.
DWORD take_file(disk_file& file, section_request& request, struct ::stat& status, content& made) {
    if (::fstat(file.descriptor(), &status) != 0) {
        return win32_code_of_errno(errno);
    }
    // Nobody makes it shorter from here on, so what it is now is what it will be.
    made.mapped_file = hold_mapped_file(status);
    if (::fstat(file.descriptor(), &status) != 0) {
        return win32_code_of_errno(errno);
    }
    const auto present = static_cast<std::uint64_t>(status.st_size);
    if (!S_ISREG(status.st_mode)) {
        return ERROR_INVALID_HANDLE;
    }
    if (request.size == 0) {
        request.size = present;
    }
    if (request.size == 0) {
        return ERROR_FILE_INVALID;
    }
    if (request.size > largest || (request.size > present && !request.writable())) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    if (request.size > present &&
        !posix::extend(file.descriptor(), status.st_size, static_cast<off_t>(request.size))) {
        return win32_code_of_errno(errno);
    }
    made.file = posix::descriptor(::fcntl(file.descriptor(), F_DUPFD_CLOEXEC, 0));
    return made.file ? ERROR_SUCCESS : win32_code_of_errno(errno);
}

DWORD create_section(HANDLE handle, section_request& request, bool& created, content& made) {
    const bool is_file = handle != INVALID_HANDLE_VALUE && handle != nullptr;
    DWORD code = ERROR_SUCCESS;
    std::shared_ptr<disk_file> file;
    struct ::stat status {};
    created = true;
    if (is_file) {
        file = reference<disk_file>(
            handle, FILE_READ_DATA | (request.writable() ? FILE_WRITE_DATA : 0U), code);
        if (file && request.name && request.who != access::owner) {
            return ERROR_CALL_NOT_IMPLEMENTED;
        }
        if (file) {
            code = take_file(*file, request, status, made);
        }
    } else if (request.size == 0) {
        code = ERROR_INVALID_PARAMETER;
    } else if (request.size > largest) {
        code = ERROR_NOT_ENOUGH_MEMORY;
    }
    made.writable = request.writable();
    made.size = is_file ? request.size : (request.size + page - 1) / page * page;
    if (code == ERROR_SUCCESS && (!is_file || request.name)) {
        code = make_object(request, file.get(), status, created, made);
        if (code == ERROR_SUCCESS && !created) {
            made.file = {};
            made.mapped_file.reset();
            code = take_existing(made, request.writable());
        }
    }
    return code;
}

/// What a handle may that CreateFileMapping returns.
ACCESS_MASK rights_for(const section_request& request) noexcept {
    return STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ |
           (request.writable() ? SECTION_MAP_WRITE : 0U);
}

DWORD open_section(LPCSTR name, DWORD access, BOOL inherit, HANDLE& opened) {
    std::optional<object_name> parsed;
    if (name == nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    if (const DWORD code = parse_object_name(name, parsed); code != ERROR_SUCCESS) {
        return code;
    }
    if (!parsed) {
        return ERROR_INVALID_HANDLE;
    }
    content found;
    bool created = false;
    std::error_code ec;
    found.object = posix::make_object({.name = &*parsed,
                                       .how = detail::creation::open,
                                       .kind = detail::object_kind::region,
                                       .create = detail::operation::create_region,
                                       .open = detail::operation::open_region},
                                      nullptr, created, ec);
    if (ec) {
        return win32_code_of(ec);
    }
    // (FILE_MAP_EXECUTE is a right of sections, too, though not of all.)
    const ACCESS_MASK wanted =
        specific_rights(access & ~DWORD{FILE_MAP_EXECUTE}, section_object::rights);
    if (wanted == 0 || (wanted & ~(section_object::rights.all | SYNCHRONIZE)) != 0) {
        return ERROR_ACCESS_DENIED;
    }
    if (const DWORD code = take_existing(found, (wanted & SECTION_MAP_WRITE) != 0);
        code != ERROR_SUCCESS) {
        return code;
    }
    opened = handle_table::instance().insert(std::make_shared<section_object>(std::move(found)),
                                             wanted, inherit != FALSE ? HANDLE_FLAG_INHERIT : 0);
    return opened != nullptr ? ERROR_SUCCESS : GetLastError();
}

} // namespace

} // namespace isthmus::winapi

HANDLE WINAPI CreateFileMappingA(HANDLE hFile,
                                 LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                                 DWORD flProtect,
                                 DWORD dwMaximumSizeHigh,
                                 DWORD dwMaximumSizeLow,
                                 LPCSTR lpName) {
    using namespace isthmus::winapi;
    HANDLE handle = nullptr;
    const DWORD code = no_throw([&]() -> DWORD {
        section_request request{.size = std::uint64_t{dwMaximumSizeHigh} << 32U | dwMaximumSizeLow,
                                .who = access_of(lpFileMappingAttributes)};
        if (const DWORD refusal = parse_protection(flProtect, request); refusal != ERROR_SUCCESS) {
            return refusal;
        }
        if (const DWORD refusal = parse_object_name(lpName, request.name);
            refusal != ERROR_SUCCESS) {
            return refusal;
        }
        bool created = false;
        section_object::content made;
        if (const DWORD failure = create_section(hFile, request, created, made);
            failure != ERROR_SUCCESS) {
            return failure;
        }
        handle = new_handle(std::make_shared<section_object>(std::move(made)), rights_for(request),
                            lpFileMappingAttributes);
        return handle == nullptr ? GetLastError()
               : created         ? DWORD{ERROR_SUCCESS}
                                 : DWORD{ERROR_ALREADY_EXISTS};
    });
    SetLastError(code); // success, too
    return handle;
}

HANDLE WINAPI OpenFileMappingA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    using namespace isthmus::winapi;
    HANDLE handle = nullptr;
    report(no_throw([&] { return open_section(lpName, dwDesiredAccess, bInheritHandle, handle); }));
    return handle;
}
