#include "file_object.hpp"
#include "handle_table.hpp"
#include "last_error.hpp"
#include "sync.hpp"

#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/winbase.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <system_error>

/// \file
/// What is the same for all files: CreateFile finds out what a path names, ReadFile and WriteFile
/// check their arguments and serve OVERLAPPED structures.

using isthmus::winapi::file_object;
using isthmus::winapi::no_throw;
using isthmus::winapi::open_request;
using isthmus::winapi::reference;
using isthmus::winapi::report;

namespace {

// --- OVERLAPPED

/// What `OVERLAPPED::Internal` says. Nothing new after any other failure, as on Windows.
std::optional<ULONG_PTR> status_of(DWORD code) noexcept {
    switch (code) {
    case ERROR_SUCCESS:
        return 0;
    case ERROR_MORE_DATA:
        return 0x80000005; // STATUS_BUFFER_OVERFLOW
    case ERROR_HANDLE_EOF:
        return 0xC0000011; // STATUS_END_OF_FILE
    default:
        return std::nullopt;
    }
}

/// What a read or a write does beside, if it got an OVERLAPPED. It blocks all the same: the handle
/// is synchronous.
class overlapped_call {
public:
    explicit overlapped_call(OVERLAPPED* overlapped) noexcept : overlapped_(overlapped) {}

    /// The event is reset. A Win32 code.
    DWORD begin() {
        if (overlapped_ == nullptr) {
            return ERROR_SUCCESS;
        }
        if (overlapped_->hEvent != nullptr) {
            DWORD code = ERROR_SUCCESS;
            event_ = reference<isthmus::winapi::event_object>(overlapped_->hEvent,
                                                              EVENT_MODIFY_STATE, code);
            if (code != ERROR_SUCCESS) {
                return code;
            }
            std::error_code ec;
            event_->object().reset(ec);
        }
        overlapped_->Internal = STATUS_PENDING;
        return ERROR_SUCCESS;
    }

    /// Where to read or write, of what has positions.
    std::optional<std::uint64_t> offset() const noexcept {
        return overlapped_ != nullptr
                   ? std::optional(std::uint64_t{overlapped_->OffsetHigh} << 32U |
                                   overlapped_->Offset)
                   : std::nullopt;
    }

    void end(DWORD code, DWORD transferred) noexcept {
        const auto status = status_of(code);
        if (overlapped_ == nullptr || !status) {
            return;
        }
        overlapped_->Internal = *status;
        overlapped_->InternalHigh = transferred;
        if (event_) {
            std::error_code ec;
            event_->object().set(ec);
        }
    }

private:
    OVERLAPPED* overlapped_;
    std::shared_ptr<isthmus::winapi::event_object> event_;
};

// --- opening

DWORD check_arguments(const char* path, DWORD access, DWORD disposition, DWORD flags, HANDLE like) {
    if (path == nullptr || *path == '\0') {
        return ERROR_PATH_NOT_FOUND;
    }
    const bool truncates = disposition == TRUNCATE_EXISTING;
    if (disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING ||
        (truncates && (access & (GENERIC_WRITE | GENERIC_ALL)) == 0)) {
        return ERROR_INVALID_PARAMETER;
    }
    if ((flags & FILE_FLAG_OVERLAPPED) != 0 || like != nullptr) {
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
    return ERROR_SUCCESS;
}

DWORD open(const char* path, const open_request& request, std::shared_ptr<file_object>& opened) {
    const bool pipe = isthmus::winapi::is_pipe_path(path);
    if (!pipe && !isthmus::winapi::is_mailslot_path(path)) {
        return isthmus::winapi::open_disk_file(path, request, opened);
    }
    const DWORD code = pipe ? isthmus::winapi::open_pipe(path, request, opened)
                            : isthmus::winapi::open_mailslot(path, request, opened);
    if (code == ERROR_SUCCESS && request.disposition == OPEN_ALWAYS) {
        SetLastError(ERROR_ALREADY_EXISTS);
    }
    return code;
}

/// The file behind a handle that may do any of what `rights` say.
std::shared_ptr<file_object> file_of(HANDLE handle,
                                     ACCESS_MASK rights,
                                     ACCESS_MASK& granted,
                                     DWORD& code) {
    const auto found = isthmus::winapi::handle_table::instance().find(handle);
    auto file = std::dynamic_pointer_cast<file_object>(found.object);
    granted = found.granted;
    code = !file                     ? ERROR_INVALID_HANDLE
           : (granted & rights) == 0 ? ERROR_ACCESS_DENIED
                                     : ERROR_SUCCESS;
    return code == ERROR_SUCCESS ? std::move(file) : nullptr;
}

constexpr ACCESS_MASK any_write = FILE_WRITE_DATA | FILE_APPEND_DATA;

} // namespace

HANDLE WINAPI CreateFileA(LPCSTR lpFileName,
                          DWORD dwDesiredAccess,
                          DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                          DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes,
                          HANDLE hTemplateFile) {
    HANDLE handle = INVALID_HANDLE_VALUE;
    const DWORD code = no_throw([&]() -> DWORD {
        const DWORD refusal = check_arguments(lpFileName, dwDesiredAccess, dwCreationDisposition,
                                              dwFlagsAndAttributes, hTemplateFile);
        if (refusal != ERROR_SUCCESS) {
            return refusal;
        }
        // As on Windows these rights come with every open, whatever it asks for.
        ACCESS_MASK wanted = dwDesiredAccess | SYNCHRONIZE | FILE_READ_ATTRIBUTES;
        if ((dwFlagsAndAttributes & FILE_FLAG_DELETE_ON_CLOSE) != 0) {
            wanted |= DELETE;
        }
        wanted = specific_rights(wanted, file_object::rights);
        std::shared_ptr<file_object> opened;
        SetLastError(ERROR_SUCCESS);
        const DWORD result = open(lpFileName,
                                  {.wanted = wanted,
                                   .share_mode = dwShareMode,
                                   .disposition = dwCreationDisposition,
                                   .flags = dwFlagsAndAttributes,
                                   .attributes = lpSecurityAttributes},
                                  opened);
        if (result != ERROR_SUCCESS) {
            return result;
        }
        const HANDLE made =
            isthmus::winapi::new_handle(std::move(opened), wanted, lpSecurityAttributes);
        if (made == nullptr) {
            return GetLastError();
        }
        handle = made;
        return ERROR_SUCCESS;
    });
    report(code);
    return handle;
}

BOOL WINAPI ReadFile(HANDLE hFile,
                     LPVOID lpBuffer,
                     DWORD nNumberOfBytesToRead,
                     LPDWORD lpNumberOfBytesRead,
                     LPOVERLAPPED lpOverlapped) {
    if (lpNumberOfBytesRead != nullptr) {
        *lpNumberOfBytesRead = 0;
    }
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto file = reference<file_object>(hFile, FILE_READ_DATA, code);
        if (code != ERROR_SUCCESS) {
            return code;
        }
        overlapped_call overlapped(lpOverlapped);
        if (code = overlapped.begin(); code != ERROR_SUCCESS) {
            return code;
        }
        DWORD transferred = 0;
        if (lpBuffer == nullptr && nNumberOfBytesToRead != 0) {
            code = ERROR_NOACCESS;
        } else {
            code = file->read({static_cast<std::byte*>(lpBuffer), nNumberOfBytesToRead},
                              overlapped.offset(), transferred);
        }
        overlapped.end(code, transferred);
        if (lpNumberOfBytesRead != nullptr) {
            *lpNumberOfBytesRead = transferred;
        }
        // Where positions count, the end is no error unless a position was given.
        const bool is_end = code == ERROR_HANDLE_EOF && file->type() == FILE_TYPE_DISK;
        return is_end && lpOverlapped == nullptr ? DWORD{ERROR_SUCCESS} : code;
    }));
}

BOOL WINAPI WriteFile(HANDLE hFile,
                      LPCVOID lpBuffer,
                      DWORD nNumberOfBytesToWrite,
                      LPDWORD lpNumberOfBytesWritten,
                      LPOVERLAPPED lpOverlapped) {
    if (lpNumberOfBytesWritten != nullptr) {
        *lpNumberOfBytesWritten = 0;
    }
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        ACCESS_MASK granted = 0;
        const auto file = file_of(hFile, any_write, granted, code);
        if (code != ERROR_SUCCESS) {
            return code;
        }
        const bool appends = (granted & FILE_WRITE_DATA) == 0;
        if (appends && file->type() == FILE_TYPE_PIPE) {
            return ERROR_ACCESS_DENIED; // of a pipe the right means something else
        }
        overlapped_call overlapped(lpOverlapped);
        if (code = overlapped.begin(); code != ERROR_SUCCESS) {
            return code;
        }
        DWORD transferred = 0;
        if (lpBuffer == nullptr && nNumberOfBytesToWrite != 0) {
            code = ERROR_INVALID_USER_BUFFER;
        } else {
            code =
                file->write({static_cast<const std::byte*>(lpBuffer), nNumberOfBytesToWrite},
                            appends ? file_object::end_of_file : overlapped.offset(), transferred);
        }
        overlapped.end(code, transferred);
        if (lpNumberOfBytesWritten != nullptr) {
            *lpNumberOfBytesWritten = transferred;
        }
        return code;
    }));
}

BOOL WINAPI FlushFileBuffers(HANDLE hFile) {
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        ACCESS_MASK granted = 0;
        const auto file = file_of(hFile, any_write, granted, code);
        return file ? file->flush() : code;
    }));
}

DWORD WINAPI GetFileType(HANDLE hFile) {
    DWORD type = FILE_TYPE_UNKNOWN;
    const DWORD code = no_throw([&]() -> DWORD {
        DWORD refusal = ERROR_SUCCESS;
        const auto file = reference<file_object>(hFile, 0, refusal);
        if (file) {
            type = file->type();
        }
        return refusal;
    });
    if (type == FILE_TYPE_UNKNOWN) {
        SetLastError(code);
    }
    return type;
}
