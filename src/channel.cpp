#include "listener_core.hpp"
#include "native_error.hpp"
#include "object_call.hpp"
#include "pipe.hpp"
#include "stop_callback.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <utility>

namespace isthmus {

using detail::check_open;
using detail::library_error;
using detail::operation;
using detail::pipe_operation;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

const std::string& name_of(const std::unique_ptr<detail::pipe>& pipe) noexcept {
    return pipe ? pipe->address().name() : detail::no_name;
}

/// The name is looked up only when there is an error to tell.
void throw_if_error(const std::error_code& ec,
                    operation what,
                    const std::unique_ptr<detail::pipe>& pipe) {
    if (ec)
        throw_if_error(ec, what, name_of(pipe));
}

template <class Result>
Result throw_unless_timed_out(Result result,
                              const std::error_code& ec,
                              operation what,
                              const std::unique_ptr<detail::pipe>& pipe) {
    if (ec)
        return throw_unless_timed_out(std::move(result), ec, what, name_of(pipe));
    return result;
}

/// Completes a started operation, or ends it when a stop is requested. A request after the start
/// reaches it through a stop_callback; one before, the operation has not seen.
void complete(detail::pipe& pipe,
              pipe_operation& op,
              const deadline& until,
              const stop_source* stop) {
    if (!op.pending)
        return;
    if (stop != nullptr && stop->stop_requested()) {
        pipe.cancel(op);
    } else {
        pipe.complete(op, until);
    }
}

} // namespace

channel::channel() noexcept = default;
channel::channel(channel&&) noexcept = default;
channel& channel::operator=(channel&&) noexcept = default;
channel::~channel() = default;
channel::channel(std::unique_ptr<detail::pipe> pipe) noexcept : pipe_(std::move(pipe)) {}

// --- read

std::optional<read_result> channel::read_until(std::span<std::byte> buffer,
                                               const deadline& until,
                                               std::error_code& ec) {
    if (!check_open(pipe_, operation::read_channel, ec))
        return std::nullopt;
    pipe_operation op;
    pipe_->start_read(op, buffer);
    if (op.pending)
        pipe_->complete(op, until);
    ec = op.error;
    if (ec)
        return std::nullopt;
    return read_result{op.transferred, op.more_data};
}

std::optional<read_result> channel::read_until(std::span<std::byte> buffer, const deadline& until) {
    std::error_code ec;
    const auto result = read_until(buffer, until, ec);
    return throw_unless_timed_out(result, ec, operation::read_channel, pipe_);
}

read_result channel::read(std::span<std::byte> buffer, std::error_code& ec) {
    return read_until(buffer, deadline::never(), ec).value_or(read_result{});
}

read_result channel::read(std::span<std::byte> buffer) {
    std::error_code ec;
    const auto result = read(buffer, ec);
    throw_if_error(ec, operation::read_channel, pipe_);
    return result;
}

std::optional<std::vector<std::byte>> channel::read_message_until(const deadline& until,
                                                                  std::error_code& ec) {
    if (!check_open(pipe_, operation::read_channel, ec))
        return std::nullopt;
    if (pipe_->read_mode() != channel_mode::message) {
        ec = win32_error(operation::read_channel, win32_code::bad_pipe);
        return std::nullopt;
    }
    std::vector<std::byte> message;
    pipe_operation op;
    pipe_->start_read_message(op, message);
    if (op.pending)
        pipe_->complete(op, until);
    ec = op.error;
    if (ec)
        return std::nullopt;
    return message;
}

std::optional<std::vector<std::byte>> channel::read_message_until(const deadline& until) {
    std::error_code ec;
    auto result = read_message_until(until, ec);
    return throw_unless_timed_out(std::move(result), ec, operation::read_channel, pipe_);
}

std::vector<std::byte> channel::read_message(std::error_code& ec) {
    return read_message_until(deadline::never(), ec).value_or(std::vector<std::byte>());
}

std::vector<std::byte> channel::read_message() {
    std::error_code ec;
    auto result = read_message(ec);
    throw_if_error(ec, operation::read_channel, pipe_);
    return result;
}

// --- write

bool channel::write_until(std::span<const std::byte> data,
                          const deadline& until,
                          std::error_code& ec) {
    if (!check_open(pipe_, operation::write_channel, ec))
        return false;
    if (data.size() > max_message_size && mode() == channel_mode::message) {
        ec = library_error(operation::write_channel, errc::message_too_large);
        return false;
    }
    pipe_operation op;
    pipe_->start_write(op, data);
    if (op.pending)
        pipe_->complete(op, until);
    ec = op.error;
    return !ec;
}

bool channel::write_until(std::span<const std::byte> data, const deadline& until) {
    std::error_code ec;
    const bool done = write_until(data, until, ec);
    return throw_unless_timed_out(done, ec, operation::write_channel, pipe_);
}

void channel::write(std::span<const std::byte> data, std::error_code& ec) {
    write_until(data, deadline::never(), ec);
}

void channel::write(std::span<const std::byte> data) {
    std::error_code ec;
    write(data, ec);
    throw_if_error(ec, operation::write_channel, pipe_);
}

// --- peek, transact, flush

peek_result channel::peek(std::span<std::byte> buffer, std::error_code& ec) {
    if (!check_open(pipe_, operation::peek_channel, ec))
        return {};
    return pipe_->peek(buffer, ec);
}

peek_result channel::peek(std::span<std::byte> buffer) {
    std::error_code ec;
    const auto result = peek(buffer, ec);
    throw_if_error(ec, operation::peek_channel, pipe_);
    return result;
}

std::optional<std::vector<std::byte>> channel::transact(std::span<const std::byte> request,
                                                        const deadline& until,
                                                        const stop_source* stop,
                                                        std::error_code& ec) {
    constexpr auto what = operation::transact_channel;
    if (!check_open(pipe_, what, ec))
        return std::nullopt;
    if (pipe_->read_mode() != channel_mode::message || direction() != channel_direction::duplex) {
        ec = win32_error(what, win32_code::bad_pipe);
        return std::nullopt;
    }
    if (request.size() > max_message_size) {
        ec = library_error(what, errc::message_too_large);
        return std::nullopt;
    }
    const auto unread = pipe_->peek({}, ec);
    if (!ec && unread.available > 0) {
        ec = win32_error(what, win32_code::pipe_busy);
        return std::nullopt;
    }
    std::vector<std::byte> reply;
    if (!ec) {
        const detail::stop_callback on_stop(
            stop, [](void* pipe) noexcept { static_cast<detail::pipe*>(pipe)->cancel_all(); },
            pipe_.get());
        pipe_operation op;
        pipe_->start_write(op, request);
        complete(*pipe_, op, until, stop);
        if (!op.error) {
            pipe_->start_read_message(op, reply);
            complete(*pipe_, op, until, stop);
        }
        ec = op.error;
    }
    if (ec) {
        ec = detail::as_failure_of(what, ec);
        return std::nullopt;
    }
    return reply;
}

std::optional<std::vector<std::byte>> channel::transact_until(std::span<const std::byte> request,
                                                              const deadline& until,
                                                              std::error_code& ec) {
    return transact(request, until, nullptr, ec);
}

std::optional<std::vector<std::byte>> channel::transact_until(std::span<const std::byte> request,
                                                              const deadline& until) {
    std::error_code ec;
    auto reply = transact_until(request, until, ec);
    return throw_unless_timed_out(std::move(reply), ec, operation::transact_channel, pipe_);
}

std::vector<std::byte> channel::transact(std::span<const std::byte> request, std::error_code& ec) {
    return transact_until(request, deadline::never(), ec).value_or(std::vector<std::byte>());
}

std::vector<std::byte> channel::transact(std::span<const std::byte> request) {
    std::error_code ec;
    auto reply = transact(request, ec);
    throw_if_error(ec, operation::transact_channel, pipe_);
    return reply;
}

bool channel::flush_until(const deadline& until, std::error_code& ec) {
    if (!check_open(pipe_, operation::flush_channel, ec))
        return false;
    pipe_->flush(until, ec);
    return !ec;
}

bool channel::flush_until(const deadline& until) {
    std::error_code ec;
    const bool done = flush_until(until, ec);
    return throw_unless_timed_out(done, ec, operation::flush_channel, pipe_);
}

void channel::flush(std::error_code& ec) {
    flush_until(deadline::never(), ec);
}

void channel::flush() {
    std::error_code ec;
    flush(ec);
    throw_if_error(ec, operation::flush_channel, pipe_);
}

// --- disconnect, accept again

void channel::disconnect(std::error_code& ec) {
    if (!check_open(pipe_, operation::disconnect_channel, ec))
        return;
    if (!pipe_->is_server_end()) {
        ec = win32_error(operation::disconnect_channel, win32_code::invalid_parameter);
        return;
    }
    pipe_->disconnect(ec);
}

void channel::disconnect() {
    std::error_code ec;
    disconnect(ec);
    throw_if_error(ec, operation::disconnect_channel, pipe_);
}

bool channel::accept_until(const deadline& until, std::error_code& ec) {
    if (!check_open(pipe_, operation::accept_channel, ec))
        return false;
    if (!pipe_->is_server_end()) {
        ec = win32_error(operation::accept_channel, win32_code::invalid_parameter);
        return false;
    }
    pipe_operation op;
    pipe_->start_listen(op);
    if (op.pending)
        pipe_->complete(op, until);
    ec = op.error;
    return !ec;
}

bool channel::accept_until(const deadline& until) {
    std::error_code ec;
    const bool done = accept_until(until, ec);
    return throw_unless_timed_out(done, ec, operation::accept_channel, pipe_);
}

void channel::accept(std::error_code& ec) {
    accept_until(deadline::never(), ec);
}

void channel::accept() {
    std::error_code ec;
    accept(ec);
    throw_if_error(ec, operation::accept_channel, pipe_);
}

// --- the rest

peer_identity channel::peer(std::error_code& ec) const {
    if (!check_open(pipe_, operation::query_channel, ec))
        return {};
    return pipe_->peer(ec);
}

peer_identity channel::peer() const {
    std::error_code ec;
    auto result = peer(ec);
    throw_if_error(ec, operation::query_channel, pipe_);
    return result;
}

channel_mode channel::mode() const noexcept {
    return pipe_ ? pipe_->properties().type : channel_mode::byte;
}

channel_mode channel::read_mode() const noexcept {
    return pipe_ ? pipe_->read_mode() : channel_mode::byte;
}

channel_direction channel::direction() const noexcept {
    return pipe_ ? pipe_->properties().direction : channel_direction::duplex;
}

bool channel::is_server_end() const noexcept {
    return pipe_ && pipe_->is_server_end();
}

void channel::cancel() noexcept {
    if (pipe_)
        pipe_->cancel_all();
}

void channel::close() noexcept {
    pipe_.reset();
}

} // namespace isthmus
