#include "last_error.hpp"
#include "pipe_file.hpp"
#include "posix/pipe_control.hpp"

#include <isthmus/winapi/namedpipeapi.h>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

/// \file
/// What a pipe tells of itself, and its modes.

namespace isthmus::winapi {

using detail::pipe_state;

namespace {

/// Of a number in digits; empty if the system knows none.
std::string name_of_user(const std::string& user) {
    unsigned number = 0;
    std::from_chars(user.data(), user.data() + user.size(), number);
    std::vector<char> buffer(16 * 1024);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(number, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return {};
    return entry.pw_name;
}

} // namespace

bool pipe_file::is_message_pipe() const noexcept {
    return pipe_->properties().type == channel_mode::message;
}

/// Such an end can do nothing any longer.
bool pipe_file::disconnected_client() const {
    return !pipe_->is_server_end() && detail::state_of(*pipe_) == pipe_state::disconnected;
}

DWORD pipe_file::mode(DWORD& flags) {
    if (disconnected_client())
        return ERROR_PIPE_NOT_CONNECTED;
    flags =
        (pipe_->read_mode() == channel_mode::message ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE) |
        (returns_at_once_ ? PIPE_NOWAIT : PIPE_WAIT);
    return ERROR_SUCCESS;
}

DWORD pipe_file::change_mode(DWORD flags) {
    constexpr DWORD known = PIPE_READMODE_MESSAGE | PIPE_NOWAIT;
    const bool messages = (flags & PIPE_READMODE_MESSAGE) != 0;
    if ((flags & ~known) != 0)
        return ERROR_INVALID_PARAMETER;
    if (disconnected_client())
        return ERROR_PIPE_NOT_CONNECTED;
    if (messages && !is_message_pipe())
        return ERROR_INVALID_PARAMETER;
    detail::set_read_mode(*pipe_, messages ? channel_mode::message : channel_mode::byte);
    returns_at_once_ = (flags & PIPE_NOWAIT) != 0;
    return ERROR_SUCCESS;
}

DWORD pipe_file::instances(DWORD& count) {
    if (disconnected_client())
        return ERROR_PIPE_NOT_CONNECTED;
    std::error_code ec;
    count = std::min<DWORD>(detail::count_instances(*pipe_, ec), PIPE_UNLIMITED_INSTANCES);
    return win32_code_of(ec);
}

DWORD pipe_file::describe(description& about) {
    if (disconnected_client())
        return ERROR_PIPE_NOT_CONNECTED;
    const auto& buffers = detail::buffers_of(*pipe_);
    about.flags = (pipe_->is_server_end() ? PIPE_SERVER_END : PIPE_CLIENT_END) |
                  (is_message_pipe() ? PIPE_TYPE_MESSAGE : PIPE_TYPE_BYTE);
    about.out_buffer = buffers.outbound;
    about.in_buffer = buffers.inbound;
    about.max_instances = pipe_->properties().max_instances;
    return ERROR_SUCCESS;
}

DWORD pipe_file::client_process(DWORD& process) {
    if (disconnected_client())
        return ERROR_PIPE_NOT_CONNECTED;
    if (!pipe_->is_server_end()) {
        process = static_cast<DWORD>(::getpid());
        return ERROR_SUCCESS;
    }
    detail::state_of(*pipe_);
    std::error_code ec;
    const auto client = pipe_->peer(ec);
    process = client.process_id;
    const DWORD code = win32_code_of(ec);
    const bool none = code == ERROR_PIPE_LISTENING || code == ERROR_PIPE_NOT_CONNECTED;
    return none ? ERROR_NOT_FOUND : code;
}

DWORD pipe_file::server_process(DWORD& process) {
    if (disconnected_client())
        return ERROR_PIPE_NOT_CONNECTED;
    if (pipe_->is_server_end()) {
        process = static_cast<DWORD>(::getpid());
        return ERROR_SUCCESS;
    }
    std::error_code ec;
    process = pipe_->peer(ec).process_id;
    return win32_code_of(ec);
}

DWORD pipe_file::client_user(std::string& name) {
    if (!pipe_->is_server_end())
        return ERROR_INVALID_FUNCTION;
    detail::state_of(*pipe_);
    std::error_code ec;
    const auto peer = pipe_->peer(ec);
    name = ec ? std::string() : name_of_user(peer.user);
    return name.empty() ? ERROR_CANNOT_IMPERSONATE : ERROR_SUCCESS;
}

} // namespace isthmus::winapi
