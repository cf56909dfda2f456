#include "file_object.hpp"
#include "last_error.hpp"
#include "pipe_file.hpp"
#include "pipe_path.hpp"
#include "wait.hpp"

#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/namedpipeapi.h>
#include <isthmus/winapi/winbase.h>

#include <strings.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

/// \file
/// The client's way to a pipe.

namespace isthmus::winapi {

namespace {

constexpr std::string_view separators = "\\/";

constexpr bool is_separator(char character) noexcept {
    return separators.find(character) != std::string_view::npos;
}

/// What follows the host in `\\host\`; empty if it is no such path.
std::string_view after_host(std::string_view path) noexcept {
    if (path.size() < 2 || !is_separator(path[0]) || !is_separator(path[1]))
        return {};
    path.remove_prefix(2);
    const auto end = path.find_first_of(separators);
    return end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
}

/// A machine may be called by its own name, too.
bool is_this_machine(const std::string& host) {
    std::array<char, 256> own{};
    return ::strcasecmp(host.c_str(), "localhost") == 0 || host == "127.0.0.1" ||
           (::gethostname(own.data(), own.size() - 1) == 0 &&
            ::strcasecmp(host.c_str(), own.data()) == 0);
}

std::optional<rights> rights_of(ACCESS_MASK wanted) noexcept {
    const bool reads = (wanted & FILE_READ_DATA) != 0;
    const bool writes = (wanted & FILE_WRITE_DATA) != 0;
    return reads && writes ? std::optional(rights::read_write)
           : reads         ? std::optional(rights::read_only)
           : writes        ? std::optional(rights::write_only)
                           : std::nullopt;
}

} // namespace

bool is_pipe_path(const char* path) noexcept {
    const auto rest = after_host(path != nullptr ? path : "");
    constexpr std::string_view pipe = "pipe";
    return rest.size() >= pipe.size() &&
           ::strncasecmp(rest.data(), pipe.data(), pipe.size()) == 0 &&
           (rest.size() == pipe.size() || is_separator(rest[pipe.size()]));
}

DWORD parse_pipe_path(const char* path, channel_address& address) {
    if (path == nullptr || *path == '\0')
        return ERROR_PATH_NOT_FOUND;
    if (!is_pipe_path(path))
        return ERROR_INVALID_NAME;
    std::error_code ec;
    address = channel_address::parse(path, ec);
    if (!ec && !address.is_local()) {
        if (!is_this_machine(address.host()))
            return ERROR_BAD_NETPATH;
        address = channel_address::parse(address.name(), ec);
    }
    return win32_code_of(ec);
}

DWORD open_pipe(const char* path,
                const open_request& request,
                std::shared_ptr<file_object>& opened) {
    if ((request.flags & FILE_FLAG_OVERLAPPED) != 0)
        return ERROR_CALL_NOT_IMPLEMENTED;
    channel_address address;
    if (const DWORD code = parse_pipe_path(path, address); code != ERROR_SUCCESS)
        return code;
    std::error_code ec;
    auto end = detail::pipe::connect(address, channel_mode::byte, rights_of(request.wanted), ec);
    if (ec)
        return win32_code_of(ec);
    opened = std::make_shared<pipe_file>(std::move(end));
    return ERROR_SUCCESS;
}

namespace {

DWORD wait_for_pipe(const char* path, DWORD milliseconds) {
    channel_address address;
    const DWORD code = parse_pipe_path(path, address);
    if (code != ERROR_SUCCESS)
        // So much for a path that is no pipe's.
        return code == ERROR_INVALID_NAME && !is_pipe_path(path) ? ERROR_PATH_NOT_FOUND : code;
    std::error_code ec;
    const auto until = milliseconds == NMPWAIT_USE_DEFAULT_WAIT
                           ? std::nullopt
                           : std::optional(deadline_of(milliseconds));
    detail::pipe::wait(address, until, nullptr, ec);
    return win32_code_of(ec);
}

/// Waits while all instances are taken; a wait that comes to nothing says so.
DWORD open_when_free(const char* path, DWORD milliseconds, std::shared_ptr<file_object>& opened) {
    // NOLINTNEXTLINE(misc-redundant-expression): the two have rights in common
    constexpr open_request request{.wanted = FILE_GENERIC_READ | FILE_GENERIC_WRITE};
    for (;;) {
        const DWORD code = open_pipe(path, request, opened);
        if (code != ERROR_PIPE_BUSY)
            return code;
        const DWORD waited = wait_for_pipe(path, milliseconds);
        if (waited != ERROR_SUCCESS)
            return waited;
    }
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::no_throw;
using isthmus::winapi::report;

BOOL WINAPI WaitNamedPipeA(LPCSTR lpNamedPipeName, DWORD nTimeOut) {
    return report(
        no_throw([&] { return isthmus::winapi::wait_for_pipe(lpNamedPipeName, nTimeOut); }));
}

BOOL WINAPI CallNamedPipeA(LPCSTR lpNamedPipeName,
                           LPVOID lpInBuffer,
                           DWORD nInBufferSize,
                           LPVOID lpOutBuffer,
                           DWORD nOutBufferSize,
                           LPDWORD lpBytesRead,
                           DWORD nTimeOut) {
    return report(no_throw([&]() -> DWORD {
        std::shared_ptr<isthmus::winapi::file_object> opened;
        DWORD code = isthmus::winapi::open_when_free(lpNamedPipeName, nTimeOut, opened);
        if (code != ERROR_SUCCESS)
            return code;
        auto& pipe = static_cast<isthmus::winapi::pipe_file&>(*opened);
        code = pipe.change_mode(PIPE_READMODE_MESSAGE | PIPE_WAIT);
        if (code != ERROR_SUCCESS)
            return code;
        DWORD transferred = 0;
        code = pipe.transact({static_cast<const std::byte*>(lpInBuffer), nInBufferSize},
                             {static_cast<std::byte*>(lpOutBuffer), nOutBufferSize}, transferred);
        if (lpBytesRead != nullptr)
            *lpBytesRead = transferred;
        return code;
    }));
}
