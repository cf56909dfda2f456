#include "last_error.hpp"

#include <isthmus/error.hpp>

#include <unistd.h>

#include <cerrno>

namespace {

thread_local DWORD last_error = ERROR_SUCCESS;

} // namespace

DWORD WINAPI GetLastError() {
    return last_error;
}

VOID WINAPI SetLastError(DWORD dwErrCode) {
    last_error = dwErrCode;
}

namespace isthmus::winapi {

std::atomic<bool> process_ends = false;

namespace {

thread_local bool ends_the_process = false;

} // namespace

void end_calls_of_others() noexcept {
    ends_the_process = true;
    process_ends.store(true);
}

void wait_for_the_end() noexcept {
    while (!ends_the_process) {
        ::pause();
    }
}

namespace {

DWORD code_of_condition(errc condition) noexcept {
    switch (condition) {
    case errc::not_found:
        return ERROR_FILE_NOT_FOUND;
    case errc::already_exists:
        return ERROR_ALREADY_EXISTS;
    case errc::wrong_kind:
    case errc::invalid_handle:
        return ERROR_INVALID_HANDLE;
    case errc::access_denied:
    case errc::insecure_directory:
        return ERROR_ACCESS_DENIED;
    case errc::busy:
        return ERROR_BUSY;
    case errc::timed_out:
        return ERROR_SEM_TIMEOUT;
    case errc::canceled:
        return ERROR_OPERATION_ABORTED;
    case errc::broken:
    case errc::protocol_error:
        return ERROR_BROKEN_PIPE;
    case errc::not_connected:
        return ERROR_PIPE_NOT_CONNECTED;
    case errc::invalid_argument:
    case errc::message_too_large:
        return ERROR_INVALID_PARAMETER;
    case errc::invalid_name:
        return ERROR_INVALID_NAME;
    case errc::name_too_long:
        return ERROR_FILENAME_EXCED_RANGE;
    case errc::wrong_mode:
        return ERROR_BAD_PIPE;
    case errc::unread_data:
        return ERROR_PIPE_BUSY;
    case errc::buffer_too_small:
        return ERROR_INSUFFICIENT_BUFFER;
    case errc::quota_exceeded:
        return ERROR_NOT_ENOUGH_QUOTA;
    case errc::not_owner:
        return ERROR_NOT_OWNER;
    case errc::limit_exceeded:
        return ERROR_TOO_MANY_POSTS;
    case errc::too_many_handles:
        return ERROR_TOO_MANY_OPEN_FILES;
    case errc::out_of_memory:
        return ERROR_NOT_ENOUGH_MEMORY;
    case errc::no_space:
        return ERROR_DISK_FULL;
    case errc::not_supported:
        return ERROR_NOT_SUPPORTED;
    case errc::io_error:
        break;
    }
    return ERROR_IO_DEVICE;
}

} // namespace

DWORD win32_code_of(const std::error_code& code) noexcept {
    if (!code) {
        return ERROR_SUCCESS;
    }
    if (is_win32_code(code)) {
        return static_cast<DWORD>(code.value());
    }
    const auto condition = code.default_error_condition();
    return condition.category() == condition_category()
               ? code_of_condition(static_cast<errc>(condition.value()))
               : win32_code_of_errno(code.value());
}

DWORD win32_code_of_errno(int code) noexcept {
    switch (code) {
    case 0:
        return ERROR_SUCCESS;
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return ERROR_FILE_NOT_FOUND;
    case ENOTDIR:
    case ELOOP:
        return ERROR_PATH_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EISDIR:
        return ERROR_ACCESS_DENIED;
    case EROFS:
        return ERROR_WRITE_PROTECT;
    case EEXIST:
        return ERROR_FILE_EXISTS;
    case EBADF:
        return ERROR_INVALID_HANDLE;
    case EMFILE:
    case ENFILE:
        return ERROR_TOO_MANY_OPEN_FILES;
    case ENOMEM:
        return ERROR_NOT_ENOUGH_MEMORY;
    case ENOSPC:
    case EDQUOT:
        return ERROR_DISK_FULL;
    case EFBIG:
        return ERROR_FILE_TOO_LARGE;
    case EINVAL:
        return ERROR_INVALID_PARAMETER;
    case ENAMETOOLONG:
        return ERROR_FILENAME_EXCED_RANGE;
    case EFAULT:
        return ERROR_NOACCESS;
    case EBUSY:
    case ETXTBSY:
        return ERROR_SHARING_VIOLATION;
    case EPIPE:
        return ERROR_NO_DATA;
    case ESTALE:
        return ERROR_FILE_INVALID;
    case ENOSYS:
        return ERROR_CALL_NOT_IMPLEMENTED;
    case EOPNOTSUPP:
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_IO_DEVICE;
    }
}

} // namespace isthmus::winapi
