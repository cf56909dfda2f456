#include "listener_core.hpp"
#include "logging.hpp"
#include "native_error.hpp"
#include "object_call.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace isthmus {

namespace detail {

listener_core::listener_core(channel_address address,
                             std::string name,
                             const listener_options& options,
                             std::unique_ptr<pipe> first)
    : address_(std::move(address)), name_(std::move(name)), options_(options) {
    options_.first_instance_only = false; // said of the first, which exists now
    idle_.push_back(std::move(first));
}

/// An instance to accept on: one that listens already, else a new one. While the maximum is in use
/// it waits for one to be closed, in whatever process: nobody tells, so it looks.
std::unique_ptr<pipe> listener_core::take_instance(const deadline& until, std::error_code& ec) {
    using namespace std::chrono_literals;
    constexpr auto longest_pause = std::chrono::milliseconds(8);
    std::unique_lock lock(mutex_);
    const auto generation = cancellations_;
    for (auto pause = 1ms;; pause = std::min(pause * 2, longest_pause)) {
        ec.clear();
        if (!idle_.empty()) {
            auto instance = std::move(idle_.back());
            idle_.pop_back();
            accepting_.push_back(instance.get());
            return instance;
        }
        auto instance = pipe::create(address_, options_, ec);
        if (instance) {
            accepting_.push_back(instance.get());
            return instance;
        }
        if (ec != errc::busy) {
            ec = as_failure_of(operation::accept_channel, ec);
            return nullptr;
        }
        if (until.expired()) {
            ec = win32_error(operation::accept_channel, win32_code::wait_timeout);
            return nullptr;
        }
        auto wake = deadline::clock::now() + pause;
        if (!until.is_never())
            wake = std::min(wake, until.when());
        if (canceled_.wait_until(lock, wake, [&] { return cancellations_ != generation; })) {
            ec = win32_error(operation::accept_channel, win32_code::operation_aborted);
            return nullptr;
        }
    }
}

std::unique_ptr<pipe> listener_core::accept(const deadline& until, std::error_code& ec) {
    auto instance = take_instance(until, ec);
    if (!instance)
        return nullptr;

    pipe_operation op;
    instance->start_listen(op);
    if (op.pending)
        instance->complete(op, until);
    ec = op.error;

    const std::lock_guard lock(mutex_);
    std::erase(accepting_, instance.get());
    if (ec) {
        // It still listens, and a client may just be connecting to it: it serves the next accept.
        idle_.push_back(std::move(instance));
        return nullptr;
    }
    if (idle_.empty()) {
        // The next instance at once, so that the next client need not wait for the next accept. If
        // there cannot be one (the maximum, no descriptors), the next accept tries again and
        // reports.
        std::error_code next;
        if (auto fresh = pipe::create(address_, options_, next)) {
            idle_.push_back(std::move(fresh));
        } else {
            log(spdlog::level::debug, "channel `{}`: no further instance for now: {}", name_,
                next.message());
        }
    }
    return instance;
}

void listener_core::cancel() noexcept {
    const std::lock_guard lock(mutex_);
    ++cancellations_;
    for (auto* instance : accepting_)
        instance->cancel_all();
    canceled_.notify_all();
}

} // namespace detail

using detail::operation;
using detail::throw_if_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

bool valid(const listener_options& options) noexcept {
    const bool fifo_possible =
        options.mode == channel_mode::byte && options.direction != channel_direction::duplex &&
        (options.max_instances == 1 || options.max_instances == unlimited_instances);
    // A program of another language may have made the values.
    const bool known = options.mode <= channel_mode::message &&
                       options.direction <= channel_direction::outbound &&
                       options.carrier <= transport::fifo && options.who <= access::everyone;
    return known && options.max_instances >= 1 && options.max_instances <= unlimited_instances &&
           options.default_timeout.count() >= 0 &&
           (options.carrier != transport::fifo || fifo_possible);
}

std::unique_ptr<detail::listener_core> make_listener(const channel_address& address,
                                                     std::string_view name,
                                                     listener_options options,
                                                     std::error_code& ec) {
    if (!address.is_local()) {
        ec = win32_error(operation::create_channel, win32_code::invalid_name);
        return nullptr;
    }
    if (!valid(options)) {
        ec = win32_error(operation::create_channel, win32_code::invalid_parameter);
        return nullptr;
    }
    if (options.carrier == transport::fifo)
        options.max_instances = 1;
    // 0 means the system's default, as on Windows.
    if (options.default_timeout.count() == 0) {
        options.default_timeout = listener_options{}.default_timeout;
    }
    auto first = detail::pipe::create(address, options, ec);
    if (!first)
        return nullptr;
    return std::make_unique<detail::listener_core>(address, std::string(name), options,
                                                   std::move(first));
}

} // namespace

channel_listener::channel_listener() noexcept = default;
channel_listener::channel_listener(channel_listener&&) noexcept = default;
channel_listener& channel_listener::operator=(channel_listener&&) noexcept = default;
channel_listener::~channel_listener() = default;

channel_listener channel_listener::create(std::string_view name,
                                          const listener_options& options,
                                          std::error_code& ec) {
    channel_listener result;
    const auto address = channel_address::parse(name, ec);
    if (ec) {
        ec = detail::as_failure_of(operation::create_channel, ec);
        return result;
    }
    result.core_ = make_listener(address, name, options, ec);
    return result;
}

channel_listener channel_listener::create(std::string_view name, const listener_options& options) {
    const auto address = channel_address::parse(name);
    channel_listener result;
    std::error_code ec;
    result.core_ = make_listener(address, name, options, ec);
    throw_if_error(ec, operation::create_channel, name);
    return result;
}

std::optional<channel> channel_listener::accept_until(const deadline& until, std::error_code& ec) {
    if (!core_) {
        ec = win32_error(operation::accept_channel, win32_code::invalid_handle);
        return std::nullopt;
    }
    auto instance = core_->accept(until, ec);
    if (!instance)
        return std::nullopt;
    return channel(std::move(instance));
}

std::optional<channel> channel_listener::accept_until(const deadline& until) {
    std::error_code ec;
    auto result = accept_until(until, ec);
    if (ec != errc::timed_out)
        throw_if_error(ec, operation::accept_channel, name());
    return result;
}

channel channel_listener::accept(std::error_code& ec) {
    return accept_until(deadline::never(), ec).value_or(channel());
}

channel channel_listener::accept() {
    std::error_code ec;
    auto result = accept(ec);
    throw_if_error(ec, operation::accept_channel, name());
    return result;
}

const std::string& channel_listener::name() const noexcept {
    return core_ ? core_->name() : detail::no_name;
}

void channel_listener::cancel() noexcept {
    if (core_)
        core_->cancel();
}

void channel_listener::close() noexcept {
    core_.reset();
}

} // namespace isthmus
