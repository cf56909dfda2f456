#include "object_call.hpp"

#include <isthmus/error.hpp>
#include <isthmus/mutex.hpp>

#include <utility>

namespace isthmus {

using detail::creation;
using detail::object_kind;
using detail::operation;
using detail::sync_object;
using detail::throw_if_error;
using detail::throwing;

namespace {

detail::sync_options inner(const mutex_options& options) noexcept {
    return {.kind = object_kind::mutex, .who = options.who, .initially = options.initially_owned};
}

} // namespace

mutex::mutex() noexcept = default;
mutex::mutex(mutex&&) noexcept = default;
mutex& mutex::operator=(mutex&&) noexcept = default;
mutex::~mutex() = default;
mutex::mutex(std::unique_ptr<sync_object> object) noexcept : waitable(std::move(object)) {}

// --- create, open

mutex mutex::create(std::string_view name, const mutex_options& options, std::error_code& ec) {
    return mutex(detail::create_named(name, inner(options), ec));
}

mutex mutex::create(std::string_view name, const mutex_options& options) {
    return throwing(operation::create_mutex, name,
                    [&](auto& ec) { return create(name, options, ec); });
}

mutex mutex::open(std::string_view name, sync_rights wanted, std::error_code& ec) {
    return mutex(detail::open_named(name, object_kind::mutex, wanted, ec));
}

mutex mutex::open(std::string_view name, sync_rights wanted) {
    return throwing(operation::open_mutex, name, [&](auto& ec) { return open(name, wanted, ec); });
}

opened<mutex> mutex::open_or_create(std::string_view name,
                                    const mutex_options& options,
                                    std::error_code& ec) {
    bool created = false;
    auto object = detail::make_named(name, creation::open_or_create, inner(options),
                                     sync_rights::wait_and_modify, created, ec);
    return {.object = mutex(std::move(object)), .created = created};
}

opened<mutex> mutex::open_or_create(std::string_view name, const mutex_options& options) {
    return throwing(operation::create_mutex, name,
                    [&](auto& ec) { return open_or_create(name, options, ec); });
}

mutex mutex::create_unnamed(const mutex_options& options, std::error_code& ec) {
    return mutex(detail::make_unnamed(inner(options), ec));
}

mutex mutex::create_unnamed(const mutex_options& options) {
    return throwing(operation::create_mutex, "",
                    [&](auto& ec) { return create_unnamed(options, ec); });
}

mutex mutex::from_token(std::string_view token, std::error_code& ec) {
    return mutex(detail::inherit(token, object_kind::mutex, ec));
}

mutex mutex::from_token(std::string_view token) {
    return throwing(operation::inherit_mutex, token,
                    [&](auto& ec) { return from_token(token, ec); });
}

// --- lock, unlock

bool mutex::try_lock_until(const deadline& until, std::error_code& ec) {
    if (!detail::check_waitable(object_, operation::wait_mutex, ec)) {
        return false;
    }
    const auto status = object_->wait(until, ec);
    if (ec || status == wait_status::timed_out) {
        return false;
    }
    abandoned_ = status == wait_status::abandoned;
    return true;
}

void mutex::lock(std::error_code& ec) {
    try_lock_until(deadline::never(), ec);
}

void mutex::lock() {
    if (object_ && object_->lock_at_once()) {
        abandoned_ = false;
    } else {
        try_lock_until(deadline::never());
    }
}

bool mutex::try_lock(std::error_code& ec) {
    return try_lock_until(detail::no_time(), ec);
}

bool mutex::try_lock() {
    if (object_ && object_->lock_at_once()) {
        abandoned_ = false;
        return true;
    }
    return try_lock_until(detail::no_time());
}

bool mutex::try_lock_until(const deadline& until) {
    std::error_code ec;
    const bool done = try_lock_until(until, ec);
    throw_if_error(ec, operation::wait_mutex, detail::name_of(object_));
    return done;
}

void mutex::unlock(std::error_code& ec) {
    // Whatever it was opened for: ReleaseMutex asks for no right.
    if (detail::check_open(object_, operation::unlock_mutex, ec)) {
        object_->unlock(ec);
    }
}

void mutex::unlock() {
    if (object_ && object_->unlock_at_once()) {
        return;
    }
    std::error_code ec;
    unlock(ec);
    throw_if_error(ec, operation::unlock_mutex, detail::name_of(object_));
}

} // namespace isthmus
