#include "native.hpp"
#include "pipe_impl.hpp"
#include "security.hpp"
#include "timeout.hpp"
#include "wide.hpp"

#include <isthmus/error.hpp>

#include <windows.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

/// \file
/// How a pipe instance comes to be: CreateNamedPipe, CreateFile, WaitNamedPipe.

namespace isthmus::detail {

namespace {

using win32::pipe_local_information;

std::wstring wide_path(const channel_address& address) {
    return win32::to_wide(address.text());
}

DWORD open_mode(channel_direction direction) noexcept {
    switch (direction) {
    case channel_direction::inbound:
        return PIPE_ACCESS_INBOUND;
    case channel_direction::outbound:
        return PIPE_ACCESS_OUTBOUND;
    default:
        return PIPE_ACCESS_DUPLEX;
    }
}

/// In milliseconds, rounded up; 0 would be the system's default, which is 50 as well.
DWORD default_timeout(const listener_options& options) noexcept {
    constexpr std::int64_t longest = NMPWAIT_WAIT_FOREVER - 1;
    return static_cast<DWORD>(
        std::clamp<std::int64_t>(options.default_timeout.count(), 1, longest));
}

DWORD buffer_size(const listener_options& options) noexcept {
    constexpr std::size_t largest = std::size_t{64} << 20; // it is only a hint
    return static_cast<DWORD>(std::min(options.buffer_size, largest));
}

bool set_read_mode(HANDLE file, channel_mode mode) noexcept {
    DWORD state = mode == channel_mode::message ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
    return SetNamedPipeHandleState(file, &state, nullptr, nullptr) != 0;
}

/// What the name really is: the first creator's choice. False on failure.
bool read_properties(HANDLE file, pipe_properties& properties) noexcept {
    DWORD flags = 0;
    DWORD instances = 0;
    if (GetNamedPipeInfo(file, &flags, nullptr, nullptr, &instances) == 0) {
        return false;
    }
    properties.type = (flags & PIPE_TYPE_MESSAGE) != 0 ? channel_mode::message : channel_mode::byte;
    properties.max_instances = instances;
    pipe_local_information information = {};
    if (win32::query_pipe(file, information)) {
        switch (information.configuration) {
        case pipe_local_information::inbound:
            properties.direction = channel_direction::inbound;
            break;
        case pipe_local_information::outbound:
            properties.direction = channel_direction::outbound;
            break;
        default:
            properties.direction = channel_direction::duplex;
        }
    }
    return true;
}

bool reads(rights wanted) noexcept {
    return wanted != rights::write_only;
}
bool writes(rights wanted) noexcept {
    return wanted != rights::read_only;
}

/// What the client may do with a channel of that direction.
bool direction_allows(channel_direction direction, rights wanted) noexcept {
    return !(direction == channel_direction::inbound && reads(wanted)) &&
           !(direction == channel_direction::outbound && writes(wanted));
}

/// Exactly the rights needed. GENERIC_WRITE would ask for FILE_APPEND_DATA too, which on a pipe is
/// the right to create instances, and which a careful server gives nobody else.
ACCESS_MASK access_mask(rights wanted, channel_mode read_mode) noexcept {
    ACCESS_MASK mask = SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    if (reads(wanted)) {
        mask |= FILE_READ_DATA;
    }
    if (writes(wanted)) {
        mask |= FILE_WRITE_DATA;
    }
    if (read_mode == channel_mode::message) {
        mask |= FILE_WRITE_ATTRIBUTES; // SetNamedPipeHandleState wants it
    }
    return mask;
}

win32::handle open_client(const std::wstring& path,
                          rights wanted,
                          channel_mode read_mode) noexcept {
    // At identification level a server that squats on the name learns who we are, and cannot act as
    // us.
    return win32::handle(CreateFileW(
        path.c_str(), access_mask(wanted, read_mode), 0, nullptr, OPEN_EXISTING,
        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
}

} // namespace

win32::handle make_instance(const channel_address& address,
                            const listener_options& options,
                            std::error_code& ec) {
    const auto failed = [&] {
        ec = win32_error(operation::create_channel, GetLastError());
        return win32::handle();
    };
    win32::security security;
    if (!win32::security::build(options.who, win32::pipe_rights, security)) {
        return failed();
    }
    DWORD open = open_mode(options.direction) | FILE_FLAG_OVERLAPPED;
    if (options.first_instance_only) {
        open |= FILE_FLAG_FIRST_PIPE_INSTANCE;
    }
    const DWORD mode =
        (options.mode == channel_mode::message ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE
                                               : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE) |
        PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
    win32::handle file(CreateNamedPipeW(wide_path(address).c_str(), open, mode,
                                        static_cast<DWORD>(options.max_instances),
                                        buffer_size(options), buffer_size(options),
                                        default_timeout(options), security.attributes()));
    return file ? std::move(file) : failed();
}

std::unique_ptr<pipe> pipe::create(const channel_address& address,
                                   const listener_options& options,
                                   std::error_code& ec) {
    ec.clear();
    if (options.carrier == transport::fifo) {
        ec = win32_error(operation::create_channel, ERROR_NOT_SUPPORTED);
        return nullptr;
    }
    auto state = std::make_unique<impl>();
    state->address = address;
    state->options = options;
    state->server = true;
    state->file = make_instance(address, options, ec);
    if (ec) {
        return nullptr;
    }
    auto& properties = state->properties;
    properties.direction = options.direction;
    properties.default_timeout_ms = default_timeout(options);
    properties.type = options.mode;
    properties.max_instances = options.max_instances;
    if (options.direction == channel_direction::outbound) {
        // An outbound server end may not ask (it has no FILE_READ_ATTRIBUTES). But a byte pipe
        // refuses to be read in messages.
        if (!set_read_mode(state->file.get(), channel_mode::message)) {
            properties.type = channel_mode::byte;
        } else if (options.mode == channel_mode::byte) {
            properties.type = channel_mode::message;
        }
    } else if (!read_properties(state->file.get(), properties)) {
        ec = win32_error(operation::create_channel, GetLastError());
        return nullptr;
    }
    if (properties.type != options.mode) {
        // An existing name's type holds, and this end reads accordingly. An inbound server end may
        // not change its read mode (it has no FILE_WRITE_ATTRIBUTES), so its instance is made
        // again.
        state->options.mode = properties.type;
        if (!set_read_mode(state->file.get(), properties.type)) {
            state->file.reset();
            state->file = make_instance(address, state->options, ec);
            if (ec) {
                return nullptr;
            }
        }
    }
    state->options.first_instance_only = false;
    state->read_mode = properties.type;
    state->may_read = options.direction != channel_direction::outbound;
    state->may_write = options.direction != channel_direction::inbound;
    return std::unique_ptr<pipe>(new pipe(std::move(state)));
}

std::unique_ptr<pipe> pipe::connect(const channel_address& address,
                                    channel_mode read_mode,
                                    std::optional<rights> wanted,
                                    std::error_code& ec) {
    ec.clear();
    const auto failed = [&] {
        ec = win32_error(operation::connect_channel, GetLastError());
        return nullptr;
    };
    auto state = std::make_unique<impl>();
    state->address = address;
    const std::wstring path = wide_path(address);
    // What the direction gives a client cannot be asked without connecting, but too much is refused
    // before an instance is taken.
    constexpr std::array any = {rights::read_write, rights::read_only, rights::write_only};
    rights granted = wanted.value_or(any.front());
    state->file = open_client(path, granted, read_mode);
    if (!wanted) {
        for (std::size_t next = 1;
             !state->file && GetLastError() == ERROR_ACCESS_DENIED && next < any.size(); ++next) {
            granted = any[next];
            state->file = open_client(path, granted, read_mode);
        }
    }
    if (!state->file) {
        return failed();
    }
    auto& properties = state->properties;
    properties.direction = granted == rights::read_only    ? channel_direction::outbound
                           : granted == rights::write_only ? channel_direction::inbound
                                                           : channel_direction::duplex;
    if (!read_properties(state->file.get(), properties)) {
        return failed();
    }
    if (wanted && !direction_allows(properties.direction, *wanted)) {
        SetLastError(ERROR_ACCESS_DENIED); // Wine lets it pass
        return failed();
    }
    if (read_mode == channel_mode::message && !set_read_mode(state->file.get(), read_mode)) {
        return failed();
    }
    state->read_mode = read_mode;
    state->may_read = reads(granted) && properties.direction != channel_direction::inbound;
    state->may_write = writes(granted) && properties.direction != channel_direction::outbound;
    return std::unique_ptr<pipe>(new pipe(std::move(state)));
}

void pipe::wait(const channel_address& address,
                const std::optional<deadline>& until,
                const stop_source* stop,
                std::error_code& ec) {
    // How often the stop source is looked at: WaitNamedPipe itself cannot be ended.
    constexpr DWORD glance_ms = 10;
    const std::wstring path = wide_path(address);
    ec.clear();
    for (;;) {
        if (stop != nullptr && stop->stop_requested()) {
            ec = win32_error(operation::wait_channel, ERROR_OPERATION_ABORTED);
            return;
        }
        DWORD timeout = NMPWAIT_USE_DEFAULT_WAIT; // which is 0, so that a poll must not pass 0
        if (until) {
            timeout = until->is_never() ? NMPWAIT_WAIT_FOREVER
                                        : std::max<DWORD>(win32::wait_slice(*until), 1);
        }
        if (until && stop != nullptr) {
            timeout = std::min(timeout, glance_ms);
        }
        if (WaitNamedPipeW(path.c_str(), timeout) != 0) {
            return;
        }
        const DWORD code = GetLastError();
        const bool out_of_time = code == ERROR_SEM_TIMEOUT && (!until || until->expired());
        if (code != ERROR_SEM_TIMEOUT || out_of_time) {
            // The last instance went while we waited: Wine has a code of its own for that.
            constexpr DWORD handles_closed = 676;
            ec = win32_error(operation::wait_channel,
                             code == handles_closed ? ERROR_FILE_NOT_FOUND : code);
            return;
        }
    }
}

} // namespace isthmus::detail
