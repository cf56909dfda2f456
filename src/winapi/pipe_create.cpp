#include "handle_table.hpp"
#include "last_error.hpp"
#include "pipe_file.hpp"
#include "pipe_path.hpp"
#include "posix/pipe_control.hpp"
#include "security.hpp"

#include <isthmus/winapi/namedpipeapi.h>
#include <isthmus/winapi/winbase.h>

#include <chrono>
#include <utility>

/// \file
/// CreateNamedPipe, CreatePipe.

namespace isthmus::winapi {

namespace {

struct pipe_request {
    const char* path = nullptr;
    DWORD open_mode = 0;
    DWORD pipe_mode = 0;
    DWORD max_instances = 0;
    posix::buffer_sizes buffers;
    DWORD default_timeout = 0;
    const SECURITY_ATTRIBUTES* attributes = nullptr;
};

DWORD check(const pipe_request& request) noexcept {
    // (WRITE_OWNER has the bit of FILE_FLAG_FIRST_PIPE_INSTANCE.)
    constexpr DWORD known_open = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE |
                                 FILE_FLAG_WRITE_THROUGH | FILE_FLAG_OVERLAPPED | WRITE_DAC |
                                 ACCESS_SYSTEM_SECURITY;
    constexpr DWORD known_mode =
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT | PIPE_REJECT_REMOTE_CLIENTS;
    const bool reads_messages = (request.pipe_mode & PIPE_READMODE_MESSAGE) != 0;
    const bool has_messages = (request.pipe_mode & PIPE_TYPE_MESSAGE) != 0;
    if ((request.open_mode & ~known_open) != 0 || (request.open_mode & PIPE_ACCESS_DUPLEX) == 0 ||
        (request.pipe_mode & ~known_mode) != 0 || (reads_messages && !has_messages) ||
        request.max_instances == 0 || request.max_instances > PIPE_UNLIMITED_INSTANCES) {
        return ERROR_INVALID_PARAMETER;
    }
    return (request.open_mode & FILE_FLAG_OVERLAPPED) != 0 ? ERROR_CALL_NOT_IMPLEMENTED
                                                           : ERROR_SUCCESS;
}

channel_direction direction_of(DWORD open_mode) noexcept {
    switch (open_mode & PIPE_ACCESS_DUPLEX) {
    case PIPE_ACCESS_INBOUND:
        return channel_direction::inbound;
    case PIPE_ACCESS_OUTBOUND:
        return channel_direction::outbound;
    default:
        return channel_direction::duplex;
    }
}

ACCESS_MASK rights_of_server(DWORD open_mode) noexcept {
    ACCESS_MASK wanted = SYNCHRONIZE | (open_mode & (WRITE_DAC | WRITE_OWNER));
    wanted |= (open_mode & PIPE_ACCESS_INBOUND) != 0 ? GENERIC_READ : 0;
    wanted |= (open_mode & PIPE_ACCESS_OUTBOUND) != 0 ? GENERIC_WRITE : 0;
    return wanted;
}

DWORD create_instance(const pipe_request& request, HANDLE& handle) {
    constexpr DWORD usual_timeout = 50;
    channel_address address;
    DWORD code = check(request);
    // The name first: a path that is none is so whatever else is wrong.
    const DWORD name_code = parse_pipe_path(request.path, address);
    if (name_code != ERROR_SUCCESS)
        return name_code == ERROR_BAD_NETPATH ? ERROR_INVALID_NAME : name_code;
    if (code != ERROR_SUCCESS)
        return code;
    const bool has_messages = (request.pipe_mode & PIPE_TYPE_MESSAGE) != 0;
    const listener_options options{
        .mode = has_messages ? channel_mode::message : channel_mode::byte,
        .direction = direction_of(request.open_mode),
        .max_instances = request.max_instances,
        .first_instance_only = (request.open_mode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0,
        .default_timeout = std::chrono::milliseconds(
            request.default_timeout != 0 ? request.default_timeout : usual_timeout),
        .who = access_of(request.attributes)};
    std::error_code ec;
    auto end = detail::create_pipe(address, options, request.buffers, ec);
    if (ec)
        return win32_code_of(ec);
    if ((request.pipe_mode & PIPE_READMODE_MESSAGE) == 0)
        detail::set_read_mode(*end, channel_mode::byte);
    handle = new_handle(
        std::make_shared<pipe_file>(std::move(end), (request.pipe_mode & PIPE_NOWAIT) != 0),
        rights_of_server(request.open_mode), request.attributes);
    return handle != nullptr ? ERROR_SUCCESS : GetLastError();
}

DWORD create_unnamed(HANDLE* reader,
                     HANDLE* writer,
                     const SECURITY_ATTRIBUTES* attributes,
                     DWORD size) {
    constexpr DWORD usual_size = 4096;
    if (reader == nullptr || writer == nullptr)
        return ERROR_INVALID_PARAMETER;
    std::error_code ec;
    auto [reading, writing] = detail::create_unnamed_pipe(size != 0 ? size : usual_size, ec);
    if (ec)
        return win32_code_of(ec);
    auto first = std::make_shared<pipe_file>(std::move(reading));
    auto second = std::make_shared<pipe_file>(std::move(writing));
    const HANDLE first_handle =
        new_handle(std::move(first), GENERIC_READ | FILE_WRITE_ATTRIBUTES, attributes);
    const HANDLE second_handle =
        first_handle != nullptr
            ? new_handle(std::move(second), GENERIC_WRITE | FILE_READ_ATTRIBUTES, attributes)
            : nullptr;
    if (second_handle == nullptr) {
        const DWORD code = GetLastError();
        handle_table::instance().close(first_handle);
        return code;
    }
    *reader = first_handle;
    *writer = second_handle;
    return ERROR_SUCCESS;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::no_throw;
using isthmus::winapi::report;

HANDLE WINAPI CreateNamedPipeA(LPCSTR lpName,
                               DWORD dwOpenMode,
                               DWORD dwPipeMode,
                               DWORD nMaxInstances,
                               DWORD nOutBufferSize,
                               DWORD nInBufferSize,
                               DWORD nDefaultTimeOut,
                               LPSECURITY_ATTRIBUTES lpSecurityAttributes) {
    HANDLE handle = nullptr;
    const DWORD code = no_throw([&] {
        return isthmus::winapi::create_instance(
            {.path = lpName,
             .open_mode = dwOpenMode,
             .pipe_mode = dwPipeMode,
             .max_instances = nMaxInstances,
             .buffers = {.inbound = nInBufferSize, .outbound = nOutBufferSize},
             .default_timeout = nDefaultTimeOut,
             .attributes = lpSecurityAttributes},
            handle);
    });
    SetLastError(code); // a success, too
    return code == ERROR_SUCCESS ? handle : INVALID_HANDLE_VALUE;
}

BOOL WINAPI CreatePipe(PHANDLE hReadPipe,
                       PHANDLE hWritePipe,
                       LPSECURITY_ATTRIBUTES lpPipeAttributes,
                       DWORD nSize) {
    return report(no_throw([&] {
        return isthmus::winapi::create_unnamed(hReadPipe, hWritePipe, lpPipeAttributes, nSize);
    }));
}
