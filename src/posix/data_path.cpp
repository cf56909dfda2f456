#include "data_path.hpp"

#include "capabilities.hpp"
#include "frame.hpp"
#include "native_error.hpp"
#include "syscalls.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace isthmus::posix {

namespace {

using detail::operation;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// How much a peek takes in at most: the peer must not make us hold more than this.
constexpr std::size_t peek_limit = 256 * 1024;

/// How long a step may block: longer than a busy peer takes, and short for somebody who cancels.
constexpr int brief_ms = 20;

/// The least that a socket's buffer should hold; nearly every system grants it. The default of
/// Linux is half of that, so that a writer of 64 KiB at a time sleeps after every third one.
constexpr std::uint32_t least_buffer = 208 * 1024;

constexpr std::uint32_t most_buffer = std::uint32_t{1} << 30;

/// Makes room for what may wait unread, as far as the system lets it.
void make_room(int fd, transport carrier, std::uint32_t wanted) noexcept {
    if (carrier != transport::fifo)
        os.grow_send_buffer(fd, static_cast<int>(std::clamp(wanted, least_buffer, most_buffer)));
}

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
    make_room(fd_.get(), carrier_, with.buffer_size);
    if (with.received.empty())
        return;
    if (framed_) {
        failure_ = EPROTO; // as in receive_from
    } else {
        in_.put_back(with.received);
    }
}

data_path::~data_path() {
    guard_.close(fd_);
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
        if (first) { // whatever the read mode: so does Windows
            seen.size = std::min(buffer.size(), present);
            std::copy_n(waiting.begin(), seen.size, buffer.begin());
            seen.message_left = length - seen.size;
            first = false;
        }
        waiting = waiting.subspan(present);
    }
    return seen;
}

bool data_path::has_unread() {
    return in_message_ || !in_.empty() || fill(read_ahead) == progress::some;
}

// --- the end

std::optional<std::uint64_t> data_path::unread_by_peer() const {
    if (linked_.load(std::memory_order_acquire)) {
        const auto word = server_ ? link::word::read_by_client : link::word::read_by_server;
        const std::uint64_t read = shared_.load(word);
        const std::uint64_t sent = sent_total_.load(std::memory_order_relaxed);
        return sent - std::min(read, sent);
    }
    int unread = 0;
    if (carrier_ == transport::fifo) {
        if (os.bytes_to_read(fd_.get(), unread) == 0)
            return unread;
    } else if (capability::unread_by_peer && os.bytes_unread(fd_.get(), unread) == 0) {
        return unread;
    }
    return std::nullopt;
}

std::optional<bool> data_path::read_by_peer() const {
    const auto unread = unread_by_peer();
    if (carrier_ == transport::fifo)
        return unread == 0U;
    return unread ? std::optional(*unread == 0) : std::nullopt;
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
