#include "native_error.hpp"
#include "pipe.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>
#include <isthmus/name.hpp>
#include <isthmus/stop_source.hpp>

#include <utility>

/// \file
/// What a client does before it has a channel: connect, call, wait.

namespace isthmus {

using detail::operation;
using detail::throw_if_error;
using detail::throw_unless_timed_out;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

/// Waits for an instance while all are taken, if there is an `until`; `busy` if they remain so.
std::unique_ptr<detail::pipe> open_client_end(const channel_address& address,
                                              const connect_options& options,
                                              const std::optional<deadline>& until,
                                              std::error_code& ec) {
    if (options.mode > channel_mode::message ||
        (options.access_rights && *options.access_rights > rights::read_write)) {
        ec = win32_error(operation::connect_channel, win32_code::invalid_parameter);
        return nullptr;
    }
    for (;;) {
        if (options.stop != nullptr && options.stop->stop_requested()) {
            ec = win32_error(operation::connect_channel, win32_code::operation_aborted);
            return nullptr;
        }
        auto pipe = detail::pipe::connect(address, options.mode, options.access_rights, ec);
        if (ec != errc::busy || !until || until->expired())
            return pipe;
        std::error_code waiting;
        detail::pipe::wait(address, until, options.stop, waiting);
        if (waiting == errc::timed_out)
            return nullptr;
        if (waiting) {
            ec = detail::as_failure_of(operation::connect_channel, waiting);
            return nullptr;
        }
    }
}

std::unique_ptr<detail::pipe> open_client_end(const channel_address& address,
                                              const connect_options& options,
                                              std::error_code& ec) {
    const auto until = options.wait ? std::optional(deadline::after(*options.wait)) : std::nullopt;
    return open_client_end(address, options, until, ec);
}

} // namespace

channel channel::connect(std::string_view name,
                         const connect_options& options,
                         std::error_code& ec) {
    const auto address = channel_address::parse(name, ec);
    if (ec) {
        ec = detail::as_failure_of(operation::connect_channel, ec);
        return {};
    }
    return channel(open_client_end(address, options, ec));
}

channel channel::connect(std::string_view name, const connect_options& options) {
    const auto address = channel_address::parse(name);
    std::error_code ec;
    auto pipe = open_client_end(address, options, ec);
    throw_if_error(ec, operation::connect_channel, name);
    return channel(std::move(pipe));
}

std::optional<channel> channel::connect_until(std::string_view name,
                                              const deadline& until,
                                              const connect_options& options,
                                              std::error_code& ec) {
    const auto address = channel_address::parse(name, ec);
    if (ec) {
        ec = detail::as_failure_of(operation::connect_channel, ec);
        return std::nullopt;
    }
    auto pipe = open_client_end(address, options, until, ec);
    if (ec == errc::busy)
        ec = win32_error(operation::connect_channel, win32_code::semaphore_timeout);
    if (ec)
        return std::nullopt;
    return channel(std::move(pipe));
}

std::optional<channel> channel::connect_until(std::string_view name,
                                              const deadline& until,
                                              const connect_options& options) {
    std::error_code ec;
    auto result = connect_until(name, until, options, ec);
    return throw_unless_timed_out(std::move(result), ec, operation::connect_channel, name);
}

std::optional<std::vector<std::byte>> channel::call_until(std::string_view name,
                                                          std::span<const std::byte> request,
                                                          const deadline& until,
                                                          const stop_source* stop,
                                                          std::error_code& ec) {
    auto client = connect_until(name, until, {.mode = channel_mode::message, .stop = stop}, ec);
    if (ec) {
        // A byte channel, which cannot be called, refuses to be read in messages.
        ec = ec == errc::invalid_argument
                 ? win32_error(operation::call_channel, win32_code::bad_pipe)
                 : detail::as_failure_of(operation::call_channel, ec);
        return std::nullopt;
    }
    auto reply = client->transact(request, until, stop, ec);
    ec = detail::as_failure_of(operation::call_channel, ec);
    return reply;
}

std::optional<std::vector<std::byte>> channel::call_until(std::string_view name,
                                                          std::span<const std::byte> request,
                                                          const deadline& until,
                                                          const stop_source* stop) {
    std::error_code ec;
    auto reply = call_until(name, request, until, stop, ec);
    return throw_unless_timed_out(std::move(reply), ec, operation::call_channel, name);
}

std::vector<std::byte> channel::call(std::string_view name,
                                     std::span<const std::byte> request,
                                     std::error_code& ec) {
    auto reply = call_until(name, request, deadline::never(), nullptr, ec);
    return std::move(reply).value_or(std::vector<std::byte>());
}

std::vector<std::byte> channel::call(std::string_view name, std::span<const std::byte> request) {
    std::error_code ec;
    auto reply = call(name, request, ec);
    throw_if_error(ec, operation::call_channel, name);
    return reply;
}

bool wait_for_channel_until(std::string_view name,
                            const deadline& until,
                            const stop_source* stop,
                            std::error_code& ec) {
    const auto address = channel_address::parse(name, ec);
    if (!ec)
        detail::pipe::wait(address, until, stop, ec);
    return !ec;
}

bool wait_for_channel_until(std::string_view name, const deadline& until, const stop_source* stop) {
    std::error_code ec;
    const bool done = wait_for_channel_until(name, until, stop, ec);
    return throw_unless_timed_out(done, ec, operation::wait_channel, name);
}

void wait_for_channel(std::string_view name, std::error_code& ec) {
    const auto address = channel_address::parse(name, ec);
    if (!ec)
        detail::pipe::wait(address, std::nullopt, nullptr, ec);
}

void wait_for_channel(std::string_view name) {
    std::error_code ec;
    wait_for_channel(name, ec);
    throw_if_error(ec, operation::wait_channel, name);
}

} // namespace isthmus
