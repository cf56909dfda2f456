#include "disk_file.hpp"
#include "handle_table.hpp"
#include "immortal.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/processenv.h>
#include <isthmus/winapi/winbase.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>

/// \file
/// The standard streams: handles of the descriptors 0, 1 and 2, which stay the C library's.

namespace {

/// What inherited descriptors may.
ACCESS_MASK rights_of(int fd) noexcept {
    switch (::fcntl(fd, F_GETFL) & O_ACCMODE) {
    case O_RDONLY:
        return GENERIC_READ;
    case O_WRONLY:
        return GENERIC_WRITE;
    default:
        return GENERIC_READ | GENERIC_WRITE;
    }
}

HANDLE handle_for(int fd) noexcept {
    HANDLE handle = nullptr;
    isthmus::winapi::no_throw([&]() -> DWORD {
        if (::fcntl(fd, F_GETFD) >= 0) {
            handle = isthmus::winapi::handle_table::instance().insert(
                std::make_shared<isthmus::winapi::disk_file>(
                    fd, isthmus::winapi::disk_file::traits{.path = {}, .owns_descriptor = false},
                    isthmus::winapi::file_sharing()),
                rights_of(fd) | SYNCHRONIZE, HANDLE_FLAG_INHERIT);
        }
        return ERROR_SUCCESS;
    });
    return handle;
}

/// Made when the first of them is asked for.
struct standard_handles {
    std::array<std::atomic<HANDLE>, 3> handles{handle_for(STDIN_FILENO), handle_for(STDOUT_FILENO),
                                               handle_for(STDERR_FILENO)};

    std::atomic<HANDLE>* of(DWORD which) noexcept {
        const DWORD index = STD_INPUT_HANDLE - which; // they go down from -10
        return index < handles.size() ? &handles[index] : nullptr;
    }
};

std::atomic<HANDLE>* standard_handle(DWORD which) noexcept {
    return isthmus::detail::immortal<standard_handles>().of(which);
}

} // namespace

HANDLE WINAPI GetStdHandle(DWORD nStdHandle) {
    const auto* const handle = standard_handle(nStdHandle);
    return handle != nullptr ? handle->load()
                             : isthmus::winapi::fail(ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE);
}

BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle) {
    auto* const handle = standard_handle(nStdHandle);
    if (handle == nullptr) {
        return isthmus::winapi::fail(ERROR_INVALID_HANDLE, FALSE);
    }
    handle->store(hHandle);
    return TRUE;
}
