#include "pipe_file.hpp"

#include "last_error.hpp"
#include "posix/pipe_control.hpp"

#include <isthmus/deadline.hpp>
#include <isthmus/error.hpp>
#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/namedpipeapi.h>
#include <isthmus/winapi/winbase.h>

#include <algorithm>
#include <chrono>
#include <utility>

/// \file
/// What moves data through a pipe, and connects its ends.

namespace isthmus::winapi {

using detail::pipe_operation;
using detail::pipe_state;

/// While a call waits, the handle is not signaled.
class pipe_file::busy {
public:
    explicit busy(pipe_file& file) : file_(file) { change(+1); }
    busy(const busy&) = delete;
    busy& operator=(const busy&) = delete;
    ~busy() { change(-1); }

private:
    void change(int by) {
        const std::lock_guard lock(file_.signal_mutex_);
        file_.waiting_ += static_cast<unsigned>(by);
        if (!file_.signal_)
            return;
        std::error_code ignored;
        if (file_.waiting_ == 0) {
            file_.signal_->set(ignored);
        } else {
            file_.signal_->reset(ignored);
        }
    }

    pipe_file& file_;
};

pipe_file::pipe_file(std::unique_ptr<detail::pipe> end, bool returns_at_once)
    : pipe_(std::move(end)), returns_at_once_(returns_at_once) {}

DWORD pipe_file::type() const noexcept {
    return FILE_TYPE_PIPE;
}

detail::sync_object* pipe_file::signal() {
    const std::lock_guard lock(signal_mutex_);
    if (!signal_) {
        bool created = false;
        std::error_code ec;
        auto made = detail::sync_object::make(
            nullptr, detail::creation::create,
            {.kind = detail::object_kind::event, .manual_reset = true, .initially = waiting_ == 0},
            sync_rights::wait_and_modify, created, ec);
        if (ec)
            throw std::system_error(ec);
        signal_ = std::move(made);
    }
    if (disconnected_client()) { // no call will ever succeed
        std::error_code ignored;
        signal_->reset(ignored);
    }
    return signal_.get();
}

void pipe_file::last_handle_closed() noexcept {
    closed_ = true;
    pipe_->cancel_all();
}

// --- operations

/// Of a completed operation. Who waits while the handle is closed gets `when_closed`.
DWORD pipe_file::code_of(const pipe_operation& op, DWORD when_closed) const noexcept {
    const DWORD code = win32_code_of(op.error);
    return code == ERROR_OPERATION_ABORTED && closed_ ? when_closed : code;
}

DWORD pipe_file::complete(pipe_operation& op, DWORD when_closed) {
    if (op.pending) {
        const busy waiting(*this);
        // Looked at after the operation has started, so that last_handle_closed ends the others.
        if (closed_) {
            pipe_->cancel(op);
        } else {
            pipe_->complete(op, deadline::never());
        }
    }
    return code_of(op, when_closed);
}

/// A client that has come without being waited for is as good as any other.
bool pipe_file::has_client(const std::error_code& failure) {
    if (win32_code_of(failure) != ERROR_PIPE_LISTENING)
        return false;
    const auto state = detail::state_of(*pipe_);
    return state == pipe_state::connected || state == pipe_state::closing;
}

DWORD pipe_file::read(std::span<std::byte> buffer,
                      std::optional<std::uint64_t> /*offset*/,
                      DWORD& transferred) {
    pipe_operation op;
    start_read(op, buffer);
    if (returns_at_once_ && !pipe_->try_complete(op)) {
        pipe_->cancel(op);
        transferred = 0;
        return ERROR_NO_DATA;
    }
    return complete_read(op, transferred);
}

void pipe_file::start_read(pipe_operation& op, std::span<std::byte> buffer) {
    op.as_win32 = true;
    pipe_->start_read(op, buffer);
    if (!op.pending && has_client(op.error))
        pipe_->start_read(op, buffer);
}

DWORD pipe_file::complete_read(pipe_operation& op, DWORD& transferred) {
    const DWORD code = complete(op, ERROR_BROKEN_PIPE);
    transferred = static_cast<DWORD>(op.transferred);
    return code == ERROR_SUCCESS && op.more_data ? ERROR_MORE_DATA : code;
}

DWORD pipe_file::write(std::span<const std::byte> data,
                       std::optional<std::uint64_t> /*offset*/,
                       DWORD& transferred) {
    transferred = 0;
    if (is_message_pipe() && data.size() > max_message_size)
        return ERROR_INVALID_PARAMETER;
    return returns_at_once_ ? write_what_fits(data, transferred) : write_all(data, transferred);
}

DWORD pipe_file::write_all(std::span<const std::byte> data, DWORD& transferred) {
    pipe_operation op;
    pipe_->start_write(op, data);
    if (!op.pending && has_client(op.error))
        pipe_->start_write(op, data);
    const bool waits = op.pending;
    const DWORD code = complete(op, ERROR_NO_DATA);
    transferred = static_cast<DWORD>(op.transferred);
    // Whoever waited has been overtaken by the end; others came too late.
    return waits && code == ERROR_NO_DATA ? ERROR_BROKEN_PIPE : code;
}

/// A message fits or does not; of bytes, as many as fit are written.
DWORD pipe_file::write_what_fits(std::span<const std::byte> data, DWORD& transferred) {
    switch (detail::state_of(*pipe_)) {
    case pipe_state::listening:
        return ERROR_PIPE_LISTENING;
    case pipe_state::disconnected:
        return ERROR_PIPE_NOT_CONNECTED;
    case pipe_state::closing:
        return ERROR_NO_DATA;
    case pipe_state::connected:
        break;
    }
    const auto room = detail::room_for_write(*pipe_).value_or(data.size());
    if (data.size() > room) {
        if (is_message_pipe() || room == 0)
            return ERROR_SUCCESS;
        data = data.first(room);
    }
    return write_all(data, transferred); // which the socket has room for
}

DWORD pipe_file::flush() {
    using namespace std::chrono_literals;
    switch (detail::state_of(*pipe_)) {
    case pipe_state::disconnected:
        return pipe_->is_server_end() ? ERROR_SUCCESS : ERROR_PIPE_NOT_CONNECTED;
    case pipe_state::listening:
    case pipe_state::closing: // what was not read has gone with the reader
        return ERROR_SUCCESS;
    case pipe_state::connected:
        break;
    }
    const busy waiting(*this);
    for (;;) {
        if (closed_)
            return ERROR_BROKEN_PIPE;
        // Now and then it looks whether the handle has been closed just before it began to wait.
        std::error_code ec;
        pipe_->flush(deadline::after(100ms), ec);
        if (ec != errc::timed_out && ec != errc::canceled)
            return win32_code_of(ec);
    }
}

// --- connections

DWORD pipe_file::connect() {
    if (!pipe_->is_server_end())
        return ERROR_INVALID_FUNCTION;
    switch (detail::state_of(*pipe_)) {
    case pipe_state::connected:
        return ERROR_PIPE_CONNECTED;
    case pipe_state::closing:
        return ERROR_NO_DATA;
    case pipe_state::disconnected:
        if (pipe_->address().key().empty())
            return ERROR_CALL_NOT_IMPLEMENTED; // a pipe of CreatePipe, which no client can find
        break;
    case pipe_state::listening:
        break;
    }
    pipe_operation op;
    pipe_->start_listen(op);
    if (returns_at_once_ && op.pending) {
        pipe_->cancel(op);
        return ERROR_PIPE_LISTENING;
    }
    const DWORD success = returns_at_once_ ? ERROR_PIPE_CONNECTED : ERROR_SUCCESS;
    const DWORD code = complete(op, ERROR_BROKEN_PIPE);
    // Another thread may have taken the client in, in any call that needs one.
    if (code == ERROR_INVALID_PARAMETER && detail::state_of(*pipe_) != pipe_state::listening)
        return success;
    if (code != ERROR_SUCCESS)
        return code;
    detail::tell_connected(*pipe_);
    return success;
}

DWORD pipe_file::disconnect() {
    if (!pipe_->is_server_end())
        return ERROR_INVALID_FUNCTION;
    detail::state_of(*pipe_); // a client that is here is disconnected, whether it was waited for
    std::error_code ec;
    pipe_->disconnect(ec);
    return win32_code_of(ec);
}

// --- peek, transact

DWORD pipe_file::peek(std::span<std::byte> buffer, peeked& seen) {
    const auto state = detail::state_of(*pipe_);
    if (state == pipe_state::listening ||
        (state == pipe_state::disconnected && pipe_->is_server_end())) {
        return ERROR_BAD_PIPE;
    }
    std::error_code ec;
    const auto found = pipe_->peek(buffer, ec);
    if (ec)
        return win32_code_of(ec);
    seen.size = static_cast<DWORD>(found.size);
    seen.available = static_cast<DWORD>(found.available);
    // On a byte pipe Windows takes what was copied from a message of no length.
    seen.message_left =
        is_message_pipe() ? static_cast<DWORD>(found.message_left) : DWORD{0} - seen.size;
    return ERROR_SUCCESS;
}

DWORD pipe_file::transact(std::span<const std::byte> request,
                          std::span<std::byte> reply,
                          DWORD& transferred) {
    const auto state = detail::state_of(*pipe_);
    if (state == pipe_state::disconnected && !pipe_->is_server_end())
        return ERROR_PIPE_NOT_CONNECTED;
    if (state != pipe_state::connected || pipe_->read_mode() != channel_mode::message ||
        pipe_->properties().direction != channel_direction::duplex) {
        return ERROR_BAD_PIPE;
    }
    if (detail::has_unread(*pipe_))
        return ERROR_PIPE_BUSY;
    if (request.size() > max_message_size)
        return ERROR_INVALID_PARAMETER;
    // It waits in any mode.
    DWORD written = 0;
    const DWORD code = write_all(request, written);
    if (code != ERROR_SUCCESS)
        return code;
    pipe_operation op;
    start_read(op, reply);
    return complete_read(op, transferred);
}

} // namespace isthmus::winapi
