#include "data_path.hpp"
#include "frame.hpp"
#include "hello.hpp"
#include "native_error.hpp"
#include "syscalls.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

/// \file
/// The reading half of a connection.

namespace isthmus::posix {

namespace {

using detail::operation;
using detail::pipe_operation;
using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// From this size on a message goes straight to where it is wanted, without a detour through what
/// was read ahead.
constexpr std::size_t large_message = 8 * 1024;

/// How a message's buffer grows: with what has come, whatever length the peer announced.
constexpr std::size_t first_growth = 64 * 1024;

} // namespace

// --- receiving

data_path::progress data_path::receive_from(std::span<std::byte> buffer, ssize_t& size) {
    if (carrier_ == transport::fifo) {
        size = retry([&] { return os.read(fd_.get(), buffer.data(), buffer.size()); });
        // A FIFO that nobody has opened for writing yet reads like one that all writers have left.
        if (size == 0 && !hung_up())
            return progress::none;
    } else if (awaiting_hello_) {
        auto first = receive_first(fd_.get(), buffer);
        size = first.size;
        if (first.is_hello) {
            awaiting_hello_ = false;
            shared_ = std::move(first.shared);
            first.claim_guard.close(first.claim);
            linked_.store(true, std::memory_order_release);
            if (on_hello_ && !disconnected_.load(std::memory_order_acquire))
                on_hello_(shared_.load(link::word::claimed));
            return receive_from(buffer, size);
        }
        if (size > 0) {
            awaiting_hello_ = false;
            if (framed_) { // only programs that speak our frames have a place on a message channel
                errno = EPROTO;
                size = -1;
            }
        }
    } else {
        const int flags = receive_flags();
        size = retry_unless_blocking(
            flags == 0, [&] { return os.recv(fd_.get(), buffer.data(), buffer.size(), flags); });
    }
    return outcome_of(size);
}

int data_path::receive_flags() const noexcept {
    return can_wait_ && read_patience_ != patience::none ? 0 : MSG_DONTWAIT;
}

data_path::progress data_path::outcome_of(ssize_t size) const noexcept {
    if (size > 0)
        return progress::some;
    if (size == 0 || is_disconnect(errno))
        return progress::ended;
    if (would_block())
        return progress::none;
    return progress::failed;
}

data_path::progress data_path::receive(std::span<std::byte> buffer, std::size_t& received) {
    received = 0;
    if (failure_ != 0) {
        errno = failure_;
        return progress::failed;
    }
    ssize_t size = 0;
    const auto how = receive_from(buffer, size);
    if (how == progress::some)
        received = static_cast<std::size_t>(size);
    asked_ = true;
    drained_ = received < buffer.size();
    // The peer's doing lasts; lack of memory or descriptors may pass.
    if (how == progress::failed && errno == EPROTO)
        failure_ = errno;
    return how;
}

data_path::progress data_path::fill(std::size_t room) {
    std::size_t received = 0;
    const auto how = receive(in_.prepare(room), received);
    in_.commit(received);
    return how;
}

void data_path::greet() {
    if (!awaiting_hello_ || failure_ != 0)
        return;
    try {
        fill(read_ahead);
    } catch (const std::bad_alloc&) {} // the next read takes it in, or says so
}

// --- operations

bool data_path::read_will_wait() noexcept {
    if (!in_.empty())
        return false;
    if (drained_)
        return true;
    if (wait_first_ == 0)
        return false;
    --wait_first_;
    return true;
}

bool data_path::step_read(pipe_operation& op, patience waiting) {
    if (disconnected()) {
        in_.clear();
        return finish_read(op,
                           win32_error(operation::read_channel, win32_code::pipe_not_connected));
    }
    if (broken_.load(std::memory_order_relaxed)) {
        return finish_read(op, win32_error(operation::read_channel, win32_code::broken_pipe));
    }
    read_patience_ = waiting;
    asked_ = false;
    bool finished = false;
    if (!framed_) {
        finished = read_bytes(op);
    } else if (read_mode_ == channel_mode::message) {
        finished = read_message(op);
    } else {
        finished = read_across_messages(op);
    }
    // Trying in vain costs a system call; now and then it has to be found out anew.
    if (!finished)
        wait_first_ = 16;
    read_patience_ = patience::none;
    return finished;
}

bool data_path::finish_read(pipe_operation& op, std::error_code error) {
    op.error = error;
    return true;
}

bool data_path::finish_read() {
    if (linked_.load(std::memory_order_relaxed)) {
        shared_.store(server_ ? link::word::read_by_server : link::word::read_by_client,
                      read_total_);
    }
    return true;
}

std::error_code data_path::why_no_read(progress how) const {
    constexpr auto what = operation::read_channel;
    if (how == progress::failed) {
        return errno == EPROTO ? detail::library_error(what, errc::protocol_error)
                               : posix_error(what, errno);
    }
    return win32_error(what,
                       disconnected() ? win32_code::pipe_not_connected : win32_code::broken_pipe);
}

/// Where the rest of the read goes; a whole message's buffer grows with what has come.
std::span<std::byte> data_path::room_of(pipe_operation& op) {
    if (op.what == pipe_operation::kind::read)
        return op.in.subspan(op.transferred);
    auto& message = *op.message;
    if (message.size() == op.transferred && left_in_message_ > 0) {
        const std::size_t growth = std::max(first_growth, op.transferred);
        message.resize(op.transferred + std::min<std::size_t>(left_in_message_, growth));
    }
    return std::span(message).subspan(op.transferred);
}

bool data_path::read_nothing(pipe_operation& op) {
    if (!op.as_win32 || in_message_ || !in_.empty())
        return finish_read();
    const auto how = fill(read_ahead);
    if (how == progress::none)
        return false;
    return how == progress::some ? finish_read() : finish_read(op, why_no_read(how));
}

bool data_path::read_bytes(pipe_operation& op) {
    const auto room = room_of(op);
    if (room.empty())
        return read_nothing(op);
    std::size_t received = in_.take(room);
    const auto how = received > 0 ? progress::some : receive(room, received);
    if (how == progress::none)
        return false;
    if (how != progress::some)
        return finish_read(op, why_no_read(how));
    op.transferred += received;
    read_total_ += received;
    return finish_read();
}

/// Receives the next message's header, and as much of the message as there is and has room, by one
/// system call. Whatever else came with it is queued: half a header, no header at all, or what
/// belongs to the next messages. `in_` must be empty.
data_path::progress data_path::receive_message(std::span<std::byte> room, std::size_t& received) {
    if (failure_ != 0) {
        errno = failure_;
        return progress::failed;
    }
    std::array<std::byte, frame_header_size> header{};
    std::array<iovec, 2> parts = {iovec{.iov_base = header.data(), .iov_len = header.size()},
                                  iovec{.iov_base = room.data(), .iov_len = room.size()}};
    ssize_t size = 0;
    if (const int flags = receive_flags(); flags == 0) {
        // Says the same as recvmsg with less ado.
        size = retry_unless_blocking(true, [&] {
            return os.readv(fd_.get(), parts.data(), static_cast<int>(parts.size()));
        });
    } else {
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        size = retry([&] { return os.recvmsg(fd_.get(), &message, flags); });
    }
    const auto how = outcome_of(size);
    if (how != progress::some)
        return how;
    const auto total = static_cast<std::size_t>(size);
    asked_ = true;
    drained_ = total < header.size() + room.size();
    const auto length = decode_frame_header(header);
    if (total < header.size() || !length) {
        in_.append(std::span(header).first(std::min(total, header.size())));
        return progress::some;
    }
    begin_message(*length);
    const auto data = room.first(total - header.size());
    received = std::min<std::size_t>(data.size(), *length);
    try {
        in_.append(data.subspan(received));
    } catch (const std::bad_alloc&) {
        failure_ = ENOMEM; // without these bytes nothing after them could be understood
    }
    return progress::some;
}

void data_path::begin_message(std::uint32_t length) noexcept {
    read_total_ += frame_header_size;
    left_in_message_ = last_length_ = length;
    in_message_ = true;
}

/// Makes sure that a message has begun; `some` if so. If its first bytes came in the same system
/// call they may already be in `room`: then `received` tells how many.
data_path::progress data_path::next_message(std::span<std::byte> room, std::size_t& received) {
    if (in_message_)
        return progress::some;
    // No more than the last message had: if all are of one size, nothing has to be queued.
    const std::size_t expected = std::min<std::size_t>(room.size(), last_length_);
    if (expected >= large_message && in_.empty()) {
        const auto how = receive_message(room.first(expected), received);
        if (how != progress::some || in_message_)
            return how;
    }
    while (in_.size() < frame_header_size) {
        const auto how = fill(read_ahead);
        if (how != progress::some)
            return how;
    }
    const auto length = decode_frame_header(in_.bytes().first<frame_header_size>());
    if (!length) {
        errno = failure_ = EPROTO;
        return progress::failed;
    }
    in_.drop(frame_header_size);
    begin_message(*length);
    return progress::some;
}

/// The common case of small messages: the next one is queued as a whole, and the buffer holds it.
bool data_path::take_message(pipe_operation& op) {
    if (in_message_ || op.what != pipe_operation::kind::read || in_.size() < frame_header_size)
        return false;
    const auto queued = in_.bytes();
    const auto length = decode_frame_header(queued.first<frame_header_size>());
    if (!length || *length > op.in.size() || *length > queued.size() - frame_header_size)
        return false;
    in_.drop(frame_header_size);
    begin_message(*length);
    op.transferred = in_.take(op.in.first(*length));
    read_total_ += op.transferred;
    left_in_message_ = 0;
    in_message_ = false;
    return true;
}

bool data_path::read_message(pipe_operation& op) {
    if (in_.empty() && !in_message_ && last_length_ < large_message) {
        const auto how = fill(read_ahead);
        if (how == progress::none)
            return false;
        if (how != progress::some)
            return finish_read(op, why_no_read(how));
    }
    if (take_message(op))
        return finish_read();
    for (;;) {
        std::size_t received = 0;
        auto how = next_message(
            op.what == pipe_operation::kind::read ? op.in : std::span<std::byte>(), received);
        if (how == progress::some && received == 0) {
            auto room = room_of(op);
            if (left_in_message_ == 0 || room.empty()) {
                op.more_data = left_in_message_ > 0;
                in_message_ = op.more_data;
                if (op.message)
                    op.message->resize(op.transferred);
                return finish_read();
            }
            room = room.first(std::min<std::size_t>(room.size(), left_in_message_));
            received = in_.take(room);
            if (received == 0)
                how = receive(room, received);
        }
        if (how == progress::none)
            return false;
        if (how != progress::some)
            return finish_read(op, why_no_read(how));
        op.transferred += received;
        left_in_message_ -= static_cast<std::uint32_t>(received);
        read_total_ += received;
        if (left_in_message_ == 0 || !asked_ || !in_.empty())
            continue;
        // After each brief wait the caller has a look at the clock, and at who cancels: a peer that
        // sends a byte now and then must not keep it from that.
        if (read_patience_ != patience::none && !room_of(op).empty())
            return false;
        // Another try would only confirm that the rest has not come yet: unless all this was
        // queued.
        if (drained_ && read_patience_ == patience::none && op.transferred < op.in.size())
            return false;
    }
}

/// Byte read mode on a message channel: boundaries vanish, and so do empty messages.
bool data_path::read_across_messages(pipe_operation& op) {
    bool seen_empty = false;
    for (;;) {
        auto room = room_of(op);
        if (op.transferred > 0)
            read_patience_ = patience::none; // there is something to deliver: no waiting for more
        if (room.empty())
            return op.in.empty() ? read_nothing(op) : finish_read();
        if (seen_empty)
            read_patience_ = patience::none;
        // Empty messages without end must not keep the caller from its deadline.
        if (op.transferred == 0 && asked_ && !in_message_ && in_.size() < frame_header_size)
            return seen_empty && finish_read();
        std::size_t received = 0;
        auto how = next_message(room, received);
        if (how == progress::some && received == 0 && left_in_message_ > 0) {
            room = room.first(std::min<std::size_t>(room.size(), left_in_message_));
            received = in_.take(room);
            if (received == 0)
                how = receive(room, received);
        }
        if (how != progress::some && (op.transferred > 0 || seen_empty))
            return finish_read();
        if (how == progress::none)
            return false;
        if (how != progress::some)
            return finish_read(op, why_no_read(how));
        op.transferred += received;
        left_in_message_ -= static_cast<std::uint32_t>(received);
        in_message_ = left_in_message_ > 0;
        read_total_ += received;
        seen_empty = seen_empty || (op.as_win32 && last_length_ == 0);
    }
}

void data_path::undo_read(pipe_operation& op) {
    if (op.transferred == 0)
        return;
    const std::byte* const data = op.message ? op.message->data() : op.in.data();
    try {
        in_.put_back({data, op.transferred});
    } catch (const std::bad_alloc&) {
        give_up(); // without these bytes nothing after them could be understood
        return;
    }
    read_total_ -= op.transferred;
    if (framed_) {
        left_in_message_ += static_cast<std::uint32_t>(op.transferred);
        in_message_ = true;
    }
    op.transferred = 0;
}

} // namespace isthmus::posix
