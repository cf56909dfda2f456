#include "capabilities.hpp"
#include "data_path.hpp"
#include "frame.hpp"
#include "native_error.hpp"
#include "quiet_write.hpp"
#include "syscalls.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

/// \file
/// The writing half of a connection.

namespace isthmus::posix {

namespace {

using detail::operation;
using detail::pipe_operation;
using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// How much one blocking call writes, so that it cannot go on for long with a slow reader.
constexpr std::size_t most_blocking_write = 256 * 1024;
/// The same for a reader that keeps up: every call costs, and cuts the kernel's pieces.
constexpr std::size_t most_ample_write = 1024 * 1024;
/// What a piece of that size takes at most if the reader keeps up.
constexpr auto keeping_up = std::chrono::milliseconds(5);

/// A small message is copied behind its header: cheaper than a system call with two pieces.
constexpr std::size_t small_message = 1024;

} // namespace

ssize_t data_path::send(const iovec* data, int count, patience waiting) {
    if (carrier_ == transport::fifo) {
        return quiet_write(fd_.get(), data->iov_base, data->iov_len);
    }
    const bool blocking = can_wait_ && waiting != patience::none;
    const int flags = no_signal | (blocking ? 0 : MSG_DONTWAIT);
    if (count == 1) {
        return retry_unless_blocking(
            blocking, [&] { return os.send(fd_.get(), data->iov_base, data->iov_len, flags); });
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(data); // the call only reads it
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    return retry_unless_blocking(blocking, [&] { return os.sendmsg(fd_.get(), &message, flags); });
}

/// Sends no more than one call should, and tells in `size` how much it tried.
ssize_t data_path::send_piece(std::span<iovec> data, std::size_t& size, patience waiting) {
    size = 0;
    for (const auto& part : data)
        size += part.iov_len;
    const auto count = static_cast<int>(data.size());
    if (waiting == patience::none || size <= most_blocking_write)
        return send(data.data(), count, waiting);

    const std::size_t limit =
        waiting == patience::ample && reader_keeps_up_ ? most_ample_write : most_blocking_write;
    if (size > limit) {
        data.back().iov_len -= size - limit;
        size = limit;
    }
    const auto start = std::chrono::steady_clock::now();
    const ssize_t sent = send(data.data(), count, waiting);
    reader_keeps_up_ = std::chrono::steady_clock::now() - start < keeping_up;
    return sent;
}

bool data_path::step_write(pipe_operation& op, std::uint64_t& sent, patience waiting) {
    constexpr auto what = operation::write_channel;
    const auto finish = [&](std::error_code error) {
        op.error = error;
        return true;
    };
    const std::size_t header_size = framed_ ? frame_header_size : 0;
    const std::uint64_t total = header_size + op.out.size();
    if (disconnected()) {
        return finish(win32_error(what, win32_code::pipe_not_connected));
    }
    if (broken_.load(std::memory_order_relaxed) || (total == 0 && hung_up())) {
        return finish(win32_error(what, win32_code::no_data));
    }
    while (sent < total) {
        // Filled where it is used: clearing it would cost every write.
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
        std::array<std::byte, frame_header_size + small_message> small;
        std::array<iovec, 2> parts{};
        const auto count = parts_to_send(op.out, sent, small, parts);
        std::size_t wanted = 0;
        const ssize_t size = send_piece(std::span(parts).first(count), wanted, waiting);
        if (size < 0) {
            if (would_block())
                return false;
            if (!is_disconnect(errno))
                return finish(posix_error(what, errno));
            return finish(win32_error(what, disconnected() ? win32_code::pipe_not_connected
                                                           : win32_code::no_data));
        }
        sent += static_cast<std::uint64_t>(size);
        // Only the holder of the turn writes it: no need for an atomic addition.
        sent_total_.store(sent_total_.load(std::memory_order_relaxed) +
                              static_cast<std::uint64_t>(size),
                          std::memory_order_relaxed);
        // Only a part was taken: there is no room for more, as another try would only confirm. And
        // after each brief wait the caller has a look at who cancels.
        if (static_cast<std::size_t>(size) < wanted || (waiting != patience::none && sent < total))
            return false;
    }
    op.transferred = op.out.size();
    return true;
}

/// The pieces that are still to be sent; their number, 1 or 2. `small` is room for a small message.
std::size_t data_path::parts_to_send(std::span<const std::byte> data,
                                     std::uint64_t sent,
                                     std::span<std::byte> small,
                                     std::span<iovec, 2> parts) const {
    const auto piece = [](const std::byte* first, std::size_t size) {
        return iovec{.iov_base = const_cast<std::byte*>(first), .iov_len = size};
    };
    if (!framed_ || sent >= frame_header_size) {
        const auto offset = static_cast<std::size_t>(framed_ ? sent - frame_header_size : sent);
        parts[0] = piece(data.data() + offset, data.size() - offset);
        return 1;
    }
    const auto header = encode_frame_header(static_cast<std::uint32_t>(data.size()));
    std::copy(header.begin(), header.end(), small.begin());
    const auto left = static_cast<std::size_t>(frame_header_size - sent);
    if (data.size() <= small_message) {
        std::copy(data.begin(), data.end(), small.begin() + frame_header_size);
        parts[0] = piece(small.data() + sent, left + data.size());
        return 1;
    }
    parts[0] = piece(small.data() + sent, left);
    parts[1] = piece(data.data(), data.size());
    return 2;
}

void data_path::undo_write(std::uint64_t sent) {
    if (sent > 0)
        give_up();
}

void data_path::give_up() noexcept {
    broken_.store(true, std::memory_order_relaxed);
    if (carrier_ != transport::fifo)
        os.shutdown(fd_.get());
}

} // namespace isthmus::posix
