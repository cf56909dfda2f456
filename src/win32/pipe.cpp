#include "native.hpp"
#include "pipe_impl.hpp"

#include <isthmus/error.hpp>

#include <windows.h>

#include <algorithm>
#include <limits>
#include <utility>

/// \file
/// The ends of named-pipe instances: everything but input and output (pipe_io.cpp), opening
/// (pipe_open.cpp) and who the peer is (peer.cpp).

namespace isthmus::detail {

namespace {

/// Windows knows; where it does not tell, the call that is about to be made will.
bool is_disconnected(HANDLE file) noexcept {
    win32::pipe_local_information information = {};
    return win32::query_pipe(file, information) &&
           information.state == win32::pipe_local_information::disconnected;
}

} // namespace

pipe::impl::~impl() {
    // By contract nothing is pending. Should something be all the same, the system must not write
    // into memory that is gone.
    for (auto* queue : {&listens, &reads, &writes}) {
        for (auto* op = queue->first; op != nullptr; op = native_of(*op).next) {
            auto& native = native_of(*op);
            if (native.where == native_operation::stage::issued && file) {
                DWORD size = 0;
                CancelIoEx(file.get(), &native.overlapped);
                GetOverlappedResult(file.get(), &native.overlapped, &size, TRUE);
            }
        }
    }
}

pipe::pipe(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
pipe::~pipe() = default;

const pipe_properties& pipe::properties() const noexcept {
    return impl_->properties;
}
channel_mode pipe::read_mode() const noexcept {
    return impl_->read_mode;
}
bool pipe::is_server_end() const noexcept {
    return impl_->server;
}
const channel_address& pipe::address() const noexcept {
    return impl_->address;
}

peek_result pipe::peek(std::span<std::byte> buffer, std::error_code& ec) {
    auto& self = *impl_;
    const std::lock_guard lock(self.mutex);
    ec.clear();
    if (self.broken || !self.file) {
        ec = win32_error(operation::peek_channel,
                         self.broken ? ERROR_BROKEN_PIPE : ERROR_PIPE_NOT_CONNECTED);
        return {};
    }
    if (!self.may_read) {
        ec = win32_error(operation::peek_channel, ERROR_ACCESS_DENIED);
        return {};
    }
    constexpr std::size_t most = std::numeric_limits<int>::max();
    DWORD size = 0;
    DWORD available = 0;
    DWORD left = 0;
    if (PeekNamedPipe(self.file.get(), buffer.data(),
                      static_cast<DWORD>(std::min(buffer.size(), most)), &size, &available,
                      &left) == 0) {
        // A server end that is not connected is a bad pipe to this one call.
        const DWORD code = GetLastError();
        ec = win32_error(operation::peek_channel,
                         code == ERROR_BAD_PIPE ? ERROR_PIPE_NOT_CONNECTED : code);
        return {};
    }
    return {.size = size,
            .available = available,
            .message_left = self.read_mode == channel_mode::message ? left : 0};
}

void pipe::flush(const deadline& until, std::error_code& ec) {
    auto& self = *impl_;
    ec.clear();
    HANDLE file = nullptr;
    {
        const std::lock_guard lock(self.mutex);
        DWORD code = ERROR_SUCCESS;
        if (self.broken) {
            code = ERROR_NO_DATA;
        } else if (!self.file || is_disconnected(self.file.get())) {
            code = ERROR_PIPE_NOT_CONNECTED;
        } else if (!self.may_write) {
            code = ERROR_ACCESS_DENIED;
        }
        if (code != ERROR_SUCCESS) {
            ec = win32_error(operation::flush_channel, code);
            return;
        }
        file = self.file.get();
        ++self.flushing;
    }
    DWORD code = ERROR_SUCCESS;
    const auto ending = self.blocking.run(until, [&](const auto&) {
        if (FlushFileBuffers(file) == 0) {
            code = GetLastError();
        }
    });
    using win32::blocking_calls;
    if (ending == blocking_calls::ending::failed) {
        code = GetLastError();
    } else if (code == ERROR_OPERATION_ABORTED && ending == blocking_calls::ending::timed_out) {
        code = win32_code::wait_timeout;
    }
    const std::lock_guard lock(self.mutex);
    --self.flushing;
    if (self.broken && (code == ERROR_OPERATION_ABORTED || code == ERROR_SUCCESS)) {
        code = ERROR_NO_DATA;
    }
    self.close_if_unused();
    if (code != ERROR_SUCCESS) {
        ec = win32_error(operation::flush_channel, code);
    }
}

void pipe::disconnect(std::error_code& ec) {
    auto& self = *impl_;
    ec.clear();
    if (!self.server) {
        ec = win32_error(operation::disconnect_channel, ERROR_INVALID_PARAMETER);
        return;
    }
    std::unique_lock lock(self.mutex);
    if (self.broken) {
        // Its handle is closed already, so that the peer learns of it; start_listen makes another
        // instance. A flush that still holds the handle has been interrupted.
        while (self.flushing > 0) {
            lock.unlock();
            Sleep(1);
            lock.lock();
        }
        self.broken = false;
    } else if (self.file && DisconnectNamedPipe(self.file.get()) == 0) {
        ec = win32_error(operation::disconnect_channel, GetLastError());
        return;
    }
    self.connected = false;
}

} // namespace isthmus::detail
