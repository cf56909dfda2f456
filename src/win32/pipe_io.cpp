#include "logging.hpp"
#include "pipe_impl.hpp"

#include <isthmus/error.hpp>

#include <windows.h>

#include <algorithm>
#include <chrono>
#include <new>

/// \file
/// What one operation does with the system between its start and its end. Which one's turn it is,
/// and who waits for it: pipe_queue.cpp.

namespace isthmus::detail {

namespace {

/// What one system call is given at most; the calls count in 32 bits.
constexpr std::size_t longest_part = std::size_t{1} << 30;
static_assert(longest_part >= max_message_size);

/// The first guess for a message of unknown size.
constexpr std::size_t first_part = 4096;

DWORD part_size(std::size_t left) noexcept {
    return static_cast<DWORD>(std::min(left, longest_part));
}

} // namespace

operation operation_of(const pipe_operation& op) noexcept {
    switch (op.what) {
    case pipe_operation::kind::listen:
        return operation::accept_channel;
    case pipe_operation::kind::write:
        return operation::write_channel;
    default:
        return operation::read_channel;
    }
}

/// Gives the system part after part until one does not complete at once, or all is done.
void pipe::impl::issue(pipe_operation& op) {
    auto& native = native_of(op);
    native.where = native_operation::stage::issued;
    for (;;) {
        if (const DWORD code = unusable(op); code != ERROR_SUCCESS) {
            finish(op, win32_error(operation_of(op), code));
            return;
        }
        const DWORD code = call_system(op);
        // An empty message in a stream of bytes is looked at later, when its event is: a peer that
        // sends nothing else must not keep this thread here, and the mutex.
        const bool empty = code == ERROR_SUCCESS && op.what == pipe_operation::kind::read &&
                           read_mode == channel_mode::byte && native.overlapped.InternalHigh == 0;
        if (code == ERROR_IO_PENDING || empty) {
            if (native.stop) {
                CancelIoEx(file.get(), &native.overlapped);
            }
            return;
        }
        if (!absorb(op, code, native.overlapped.InternalHigh)) {
            return;
        }
    }
}

/// Why an operation cannot be given to the system at all.
DWORD pipe::impl::unusable(const pipe_operation& op) const noexcept {
    const bool writes_data = op.what == pipe_operation::kind::write;
    if (broken) {
        return writes_data ? ERROR_NO_DATA : ERROR_BROKEN_PIPE;
    }
    if (!file) {
        return ERROR_PIPE_NOT_CONNECTED;
    }
    if (op.what != pipe_operation::kind::listen && !(writes_data ? may_write : may_read)) {
        return ERROR_ACCESS_DENIED;
    }
    return ERROR_SUCCESS;
}

DWORD pipe::impl::call_system(pipe_operation& op) noexcept {
    auto& native = native_of(op);
    native.overlapped.InternalHigh = 0;
    BOOL done = FALSE;
    switch (op.what) {
    case pipe_operation::kind::listen:
        done = ConnectNamedPipe(file.get(), &native.overlapped);
        break;
    case pipe_operation::kind::read:
        done = ReadFile(file.get(), op.in.data(), part_size(op.in.size()), nullptr,
                        &native.overlapped);
        break;
    case pipe_operation::kind::read_message:
        done = ReadFile(file.get(), op.message->data() + native.done,
                        part_size(op.message->size() - native.done), nullptr, &native.overlapped);
        break;
    case pipe_operation::kind::write:
        done = WriteFile(file.get(), op.out.data() + native.done,
                         part_size(op.out.size() - native.done), nullptr, &native.overlapped);
        break;
    case pipe_operation::kind::none:
        return ERROR_INVALID_PARAMETER;
    }
    return done != 0 ? ERROR_SUCCESS : GetLastError();
}

bool pipe::impl::finish(pipe_operation& op, const std::error_code& result) noexcept {
    auto& native = native_of(op);
    native.error = result;
    native.where = native_operation::stage::finished;
    return false;
}

/// Takes the result of one system call; true if the operation needs another. An operation that was
/// aborted though nobody asked for it is issued again: Windows aborts what a thread has issued when
/// the thread ends, and break_pipe() aborts everything, which issue() then reports.
bool pipe::impl::absorb(pipe_operation& op, DWORD code, std::size_t size) {
    switch (op.what) {
    case pipe_operation::kind::read:
        return absorb_read(op, code, size);
    case pipe_operation::kind::read_message:
        return absorb_message_part(op, code, size);
    case pipe_operation::kind::write:
        return absorb_write(op, code, size);
    default:
        break;
    }
    const auto& native = native_of(op);
    if (code == ERROR_OPERATION_ABORTED) {
        return native.stop ? finish(op, native.stop) : true;
    }
    // A client that came before the call, and one that has even left since, are clients too.
    if (code == ERROR_SUCCESS || code == ERROR_PIPE_CONNECTED || code == ERROR_NO_DATA) {
        connected = true;
        return finish(op, {});
    }
    return finish(op, win32_error(operation_of(op), code));
}

bool pipe::impl::absorb_read(pipe_operation& op, DWORD code, std::size_t size) {
    auto& native = native_of(op);
    if (code == ERROR_OPERATION_ABORTED) {
        return native.stop ? finish(op, native.stop) : true;
    }
    if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA) {
        return finish(op, win32_error(operation_of(op), code));
    }
    if (code == ERROR_SUCCESS && size == 0 && read_mode == channel_mode::byte) {
        // An empty message, or an empty write of another program: nothing, in a stream of bytes. To
        // the caller no bytes would look like the end.
        return native.stop ? finish(op, native.stop) : true;
    }
    native.done = size;
    native.more = code == ERROR_MORE_DATA;
    return finish(op, {});
}

bool pipe::impl::absorb_message_part(pipe_operation& op, DWORD code, std::size_t size) {
    auto& native = native_of(op);
    if (code == ERROR_OPERATION_ABORTED) {
        if (native.done == 0) {
            return native.stop ? finish(op, native.stop) : true;
        }
        // The rest of a message is always there when its first part is, unless the writer has
        // withdrawn it since. What comes next is not its rest.
        break_pipe();
        return finish(op, win32_error(operation_of(op), ERROR_BROKEN_PIPE));
    }
    if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA) {
        return finish(op, win32_error(operation_of(op), code));
    }
    native.done += size;
    if (code == ERROR_SUCCESS) {
        op.message->resize(native.done);
        return finish(op, {});
    }
    // What is left has been written, and the system holds it: no announcement of the peer's.
    DWORD left = 0;
    if (PeekNamedPipe(file.get(), nullptr, 0, nullptr, nullptr, &left) == 0) {
        return finish(op, win32_error(operation_of(op), GetLastError()));
    }
    if (native.done + left > max_message_size) {
        op.message->clear();
        break_pipe();
        return finish(op, library_error(operation_of(op), errc::message_too_large));
    }
    try {
        op.message->resize(native.done + left);
    } catch (const std::bad_alloc&) {
        op.message->clear();
        break_pipe();
        return finish(op, win32_error(operation_of(op), ERROR_NOT_ENOUGH_MEMORY));
    }
    return true;
}

bool pipe::impl::absorb_write(pipe_operation& op, DWORD code, std::size_t size) {
    auto& native = native_of(op);
    if (code == ERROR_SUCCESS) {
        native.done += size;
        if (native.done == op.out.size()) {
            return finish(op, {});
        }
        if (!native.stop) {
            return true;
        }
    } else if (code != ERROR_OPERATION_ABORTED) {
        // The peer's end is closed; Windows says so in two ways, by whether the write had to wait.
        return finish(
            op, win32_error(operation_of(op), code == ERROR_BROKEN_PIPE ? ERROR_NO_DATA : code));
    }
    if (broken) {
        return finish(op, win32_error(operation_of(op), ERROR_NO_DATA));
    }
    // Withdrawn, and the system does not tell how much the peer had read of it. Nothing, if
    // something older is still unread; else nobody can know, and half a message must not pass for a
    // whole.
    const bool untouched = native.done == 0 && has_unread_data();
    if (untouched && !native.stop) {
        return true;
    }
    if (!untouched) {
        log(spdlog::level::debug, "channel `{}`: broken by a write that was given up in its middle",
            address.name());
        break_pipe();
    }
    return finish(op, native.stop ? native.stop : win32_error(operation_of(op), ERROR_NO_DATA));
}

/// True if the peer has surely not read yet all that was written before.
bool pipe::impl::has_unread_data() {
    // FlushFileBuffers returns at once if there is nothing to wait for. (WriteQuotaAvailable would
    // tell as well, but Wine does not fill it in.)
    DWORD code = ERROR_SUCCESS;
    const auto ending =
        blocking.run(deadline::after(std::chrono::milliseconds(1)), [&](const auto&) {
            if (FlushFileBuffers(file.get()) == 0) {
                code = GetLastError();
            }
        });
    return ending != win32::blocking_calls::ending::failed && code == ERROR_OPERATION_ABORTED;
}

void pipe::impl::break_pipe() noexcept {
    if (broken) {
        return;
    }
    broken = true;
    CancelIoEx(file.get(), nullptr);
    blocking.cancel_all();
    close_if_unused();
}

void pipe::impl::close_if_unused() noexcept {
    if (broken && flushing == 0) {
        file.reset();
    }
}

// --- the interface

void pipe::start_listen(pipe_operation& op) {
    auto& self = *impl_;
    self.prepare(op, pipe_operation::kind::listen);
    {
        const std::lock_guard lock(self.mutex);
        if (!self.server || self.connected) {
            op.error = win32_error(operation::accept_channel, ERROR_INVALID_PARAMETER);
        } else if (!self.file && !self.broken) {
            self.file = make_instance(self.address, self.options, op.error);
            op.error = as_failure_of(operation::accept_channel, op.error);
        }
    }
    if (!op.error) {
        self.start(op, pipe_operation::kind::listen);
    }
}

void pipe::start_read(pipe_operation& op, std::span<std::byte> buffer) {
    op.in = buffer;
    if (buffer.empty() && impl_->read_mode == channel_mode::byte) {
        impl_->prepare(op, pipe_operation::kind::read); // Windows would wait for data, to give none
        return;
    }
    impl_->start(op, pipe_operation::kind::read);
}

void pipe::start_read_message(pipe_operation& op, std::vector<std::byte>& message) {
    if (impl_->read_mode != channel_mode::message) {
        impl_->prepare(op, pipe_operation::kind::read_message);
        op.error = win32_error(operation::read_channel, ERROR_BAD_PIPE);
        return;
    }
    message.resize(first_part);
    op.message = &message;
    impl_->start(op, pipe_operation::kind::read_message);
}

void pipe::start_write(pipe_operation& op, std::span<const std::byte> data) {
    const bool message = impl_->properties.type == channel_mode::message;
    op.out = data;
    if (message && data.size() > max_message_size) {
        impl_->prepare(op, pipe_operation::kind::write);
        op.error = library_error(operation::write_channel, errc::message_too_large);
        return;
    }
    if (!message && data.empty()) {
        // Nothing to write. (Windows would complete a waiting read of the peer with no bytes, which
        // many programs take for the end.)
        impl_->prepare(op, pipe_operation::kind::write);
        return;
    }
    impl_->start(op, pipe_operation::kind::write);
}

} // namespace isthmus::detail
