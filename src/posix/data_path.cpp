#include "data_path.hpp"

#include "capabilities.hpp"
#include "frame.hpp"
#include "hello.hpp"
#include "native_error.hpp"
#include "syscalls.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace isthmus::posix {

namespace {

using detail::operation;
using detail::pipe_operation;
using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// How far reads run ahead: one system call for many small messages, and not much to copy of large
/// ones.
constexpr std::size_t read_ahead = 8 * 1024;

/// How much a peek takes in at most: the peer must not make us hold more than this.
constexpr std::size_t peek_limit = 256 * 1024;

/// A large read gains nothing from waiting first.
constexpr std::size_t small_read = 4 * 1024;

/// How a message's buffer grows: with what has come, whatever length the peer announced.
constexpr std::size_t first_growth = 64 * 1024;

/// How long a step may block: longer than a busy peer takes, and short for somebody who cancels.
constexpr int brief_ms = 20;

/// Makes blocking calls of a socket brief. If that fails they are not used.
bool allow_brief_waits(int fd, transport carrier) noexcept {
    return carrier != transport::fifo && os.set_patience(fd, brief_ms) == 0 &&
           os.set_nonblocking(fd, false) == 0;
}

} // namespace

// cppcheck-suppress passedByValue ; its members are moved out of it
data_path::data_path(setup with)
    : fd_(std::move(with.fd)),
      guard_(fd_.get()),
      carrier_(with.carrier),
      framed_(with.type == channel_mode::message),
      read_mode_(with.read_mode),
      server_(with.server),
      on_hello_(std::move(with.on_hello)),
      can_wait_(allow_brief_waits(fd_.get(), with.carrier)),
      shared_(std::move(with.shared)),
      linked_(static_cast<bool>(shared_)),
      awaiting_hello_(with.server && with.carrier != transport::fifo && !linked_ &&
                      with.received.empty()) {
    if (with.received.empty())
        return;
    in_.put_back(with.received);
    if (framed_)
        failure_ = EPROTO; // as in receive_from
}

bool data_path::disconnected() const noexcept {
    if (disconnected_.load(std::memory_order_acquire))
        return true;
    return !server_ && linked_.load(std::memory_order_acquire) &&
           shared_.load(link::word::disconnected) != 0;
}

bool data_path::hung_up() const noexcept {
    pollfd state{.fd = fd_.get(), .events = 0, .revents = 0};
    constexpr timespec now{};
    return os.poll(&state, 1, &now) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

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
        const int flags = can_wait_ && read_patience_ == patience::brief ? 0 : MSG_DONTWAIT;
        size = retry([&] { return os.recv(fd_.get(), buffer.data(), buffer.size(), flags); });
    }
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
    if (awaiting_hello_ && failure_ == 0)
        fill(read_ahead);
}

// --- reading

bool data_path::read_will_wait(std::size_t wanted) noexcept {
    if (wait_first_ == 0 || wanted > small_read || !in_.empty())
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
    if (!error && linked_.load(std::memory_order_relaxed)) {
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

bool data_path::read_bytes(pipe_operation& op) {
    const auto room = room_of(op);
    if (room.empty())
        return finish_read(op);
    std::size_t received = in_.take(room);
    const auto how = received > 0 ? progress::some : receive(room, received);
    if (how == progress::none)
        return false;
    if (how != progress::some)
        return finish_read(op, why_no_read(how));
    op.transferred += received;
    read_total_ += received;
    return finish_read(op);
}

/// Makes sure that a message has begun; `some` if so.
data_path::progress data_path::begin_message() {
    if (in_message_)
        return progress::some;
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
    read_total_ += frame_header_size;
    left_in_message_ = *length;
    in_message_ = true;
    return progress::some;
}

bool data_path::read_message(pipe_operation& op) {
    for (;;) {
        auto how = begin_message();
        if (how == progress::none)
            return false;
        if (how != progress::some)
            return finish_read(op, why_no_read(how));

        auto room = room_of(op);
        if (left_in_message_ == 0 || room.empty()) {
            op.more_data = left_in_message_ > 0;
            in_message_ = op.more_data;
            if (op.message)
                op.message->resize(op.transferred);
            return finish_read(op);
        }
        room = room.first(std::min<std::size_t>(room.size(), left_in_message_));
        std::size_t received = in_.take(room);
        if (received == 0)
            how = receive(room, received);
        if (how == progress::none)
            return false;
        if (how != progress::some)
            return finish_read(op, why_no_read(how));
        op.transferred += received;
        left_in_message_ -= static_cast<std::uint32_t>(received);
        read_total_ += received;
    }
}

/// Byte read mode on a message channel: boundaries vanish, and so do empty messages.
bool data_path::read_across_messages(pipe_operation& op) {
    for (;;) {
        auto room = room_of(op);
        if (op.transferred > 0)
            read_patience_ = patience::none; // there is something to deliver: no waiting for more
        if (room.empty())
            return finish_read(op);
        auto how = begin_message();
        std::size_t received = 0;
        if (how == progress::some && left_in_message_ > 0) {
            room = room.first(std::min<std::size_t>(room.size(), left_in_message_));
            received = in_.take(room);
            if (received == 0)
                how = receive(room, received);
        }
        if (how != progress::some && op.transferred > 0)
            return finish_read(op);
        if (how == progress::none)
            return false;
        if (how != progress::some)
            return finish_read(op, why_no_read(how));
        op.transferred += received;
        left_in_message_ -= static_cast<std::uint32_t>(received);
        in_message_ = left_in_message_ > 0;
        read_total_ += received;
    }
}

void data_path::undo_read(pipe_operation& op) {
    if (op.transferred == 0)
        return;
    const std::byte* const data = op.message ? op.message->data() : op.in.data();
    in_.put_back({data, op.transferred});
    read_total_ -= op.transferred;
    if (framed_) {
        left_in_message_ += static_cast<std::uint32_t>(op.transferred);
        in_message_ = true;
    }
    op.transferred = 0;
}

peek_result data_path::peek(std::span<std::byte> buffer, std::error_code& ec) {
    constexpr auto what = operation::peek_channel;
    ec.clear();
    auto how = progress::some;
    if (disconnected()) {
        ec = win32_error(what, win32_code::pipe_not_connected);
        return {};
    }
    while (how == progress::some && in_.size() < peek_limit)
        how = fill(read_ahead);
    if (how != progress::none && how != progress::some && in_.empty() && !in_message_) {
        ec = detail::as_failure_of(what, why_no_read(how));
        return {};
    }
    auto waiting = in_.bytes();
    peek_result seen;
    if (!framed_) {
        seen.available = waiting.size();
        seen.size = std::min(buffer.size(), waiting.size());
        std::copy_n(waiting.begin(), seen.size, buffer.begin());
        return seen;
    }
    bool first = true;
    std::size_t length = left_in_message_;
    for (bool inside = in_message_;; inside = false) {
        if (!inside) {
            if (waiting.size() < frame_header_size)
                break;
            const auto header = decode_frame_header(waiting.first<frame_header_size>());
            if (!header)
                break; // the next read reports it
            length = *header;
            waiting = waiting.subspan(frame_header_size);
        }
        const std::size_t present = std::min(length, waiting.size());
        seen.available += present;
        if (first || read_mode_ == channel_mode::byte) {
            const std::size_t copied = std::min(buffer.size() - seen.size, present);
            std::copy_n(waiting.begin(), copied,
                        buffer.begin() + static_cast<std::ptrdiff_t>(seen.size));
            seen.size += copied;
            if (first)
                seen.message_left = length - copied;
            first = first && length == 0; // an empty message is invisible
        }
        waiting = waiting.subspan(present);
    }
    return seen;
}

// --- the end

std::optional<bool> data_path::read_by_peer() const {
    if (linked_.load(std::memory_order_acquire)) {
        const auto word = server_ ? link::word::read_by_client : link::word::read_by_server;
        return shared_.load(word) >= sent_total_.load(std::memory_order_relaxed);
    }
    int unread = 0;
    if (carrier_ == transport::fifo) {
        return os.bytes_to_read(fd_.get(), unread) == 0 && unread == 0;
    }
    if (capability::unread_by_peer && os.bytes_unread(fd_.get(), unread) == 0)
        return unread == 0;
    return std::nullopt;
}

void data_path::release_client() {
    linked_.store(false, std::memory_order_relaxed);
    shared_ = {};
}

void data_path::disconnect() {
    if (linked_.load(std::memory_order_acquire))
        shared_.store(link::word::disconnected, 1);
    disconnected_.store(true, std::memory_order_release);
    if (carrier_ != transport::fifo)
        os.shutdown(fd_.get());
}

} // namespace isthmus::posix
