#include "object_call.hpp"

#include <isthmus/error.hpp>
#include <isthmus/semaphore.hpp>

#include <utility>

namespace isthmus {

using detail::creation;
using detail::object_kind;
using detail::operation;
using detail::sync_object;
using detail::throw_if_error;
using detail::throwing;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

detail::sync_options inner(const semaphore_options& options) noexcept {
    return {.kind = object_kind::semaphore,
            .who = options.who,
            .initial = options.initial,
            .maximum = options.maximum};
}

bool check(const semaphore_options& options, std::error_code& ec) noexcept {
    const bool possible =
        options.maximum >= 1 && options.initial >= 0 && options.initial <= options.maximum;
    ec = possible ? std::error_code()
                  : win32_error(operation::create_semaphore, win32_code::invalid_parameter);
    return possible;
}

} // namespace

semaphore::semaphore() noexcept = default;
semaphore::semaphore(semaphore&&) noexcept = default;
semaphore& semaphore::operator=(semaphore&&) noexcept = default;
semaphore::~semaphore() = default;
semaphore::semaphore(std::unique_ptr<sync_object> object) noexcept : waitable(std::move(object)) {}

// --- create, open

semaphore semaphore::create(std::string_view name,
                            const semaphore_options& options,
                            std::error_code& ec) {
    if (!check(options, ec)) {
        return {};
    }
    return semaphore(detail::create_named(name, inner(options), ec));
}

semaphore semaphore::create(std::string_view name, const semaphore_options& options) {
    return throwing(operation::create_semaphore, name,
                    [&](auto& ec) { return create(name, options, ec); });
}

semaphore semaphore::open(std::string_view name, sync_rights wanted, std::error_code& ec) {
    return semaphore(detail::open_named(name, object_kind::semaphore, wanted, ec));
}

semaphore semaphore::open(std::string_view name, sync_rights wanted) {
    return throwing(operation::open_semaphore, name,
                    [&](auto& ec) { return open(name, wanted, ec); });
}

opened<semaphore> semaphore::open_or_create(std::string_view name,
                                            const semaphore_options& options,
                                            std::error_code& ec) {
    if (!check(options, ec)) {
        return {};
    }
    bool created = false;
    auto object = detail::make_named(name, creation::open_or_create, inner(options),
                                     sync_rights::wait_and_modify, created, ec);
    return {.object = semaphore(std::move(object)), .created = created};
}

opened<semaphore> semaphore::open_or_create(std::string_view name,
                                            const semaphore_options& options) {
    return throwing(operation::create_semaphore, name,
                    [&](auto& ec) { return open_or_create(name, options, ec); });
}

semaphore semaphore::create_unnamed(const semaphore_options& options, std::error_code& ec) {
    if (!check(options, ec)) {
        return {};
    }
    return semaphore(detail::make_unnamed(inner(options), ec));
}

semaphore semaphore::create_unnamed(const semaphore_options& options) {
    return throwing(operation::create_semaphore, "",
                    [&](auto& ec) { return create_unnamed(options, ec); });
}

semaphore semaphore::from_token(std::string_view token, std::error_code& ec) {
    return semaphore(detail::inherit(token, object_kind::semaphore, ec));
}

semaphore semaphore::from_token(std::string_view token) {
    return throwing(operation::inherit_semaphore, token,
                    [&](auto& ec) { return from_token(token, ec); });
}

// --- acquire, release

bool semaphore::try_acquire_until(const deadline& until, std::error_code& ec) {
    return detail::check_waitable(object_, operation::wait_semaphore, ec) &&
           object_->wait(until, ec) != wait_status::timed_out && !ec;
}

void semaphore::acquire(std::error_code& ec) {
    try_acquire_until(deadline::never(), ec);
}

void semaphore::acquire() {
    try_acquire_until(deadline::never());
}

bool semaphore::try_acquire(std::error_code& ec) {
    return try_acquire_until(detail::no_time(), ec);
}

bool semaphore::try_acquire() {
    return try_acquire_until(detail::no_time());
}

bool semaphore::try_acquire_until(const deadline& until) {
    std::error_code ec;
    const bool done = try_acquire_until(until, ec);
    throw_if_error(ec, operation::wait_semaphore, detail::name_of(object_));
    return done;
}

std::int32_t semaphore::release(std::int32_t update, std::error_code& ec) {
    if (!detail::check_modifiable(object_, operation::release_semaphore, ec)) {
        return 0;
    }
    if (update < 1) {
        ec = win32_error(operation::release_semaphore, win32_code::invalid_parameter);
        return 0;
    }
    return object_->release(update, ec);
}

std::int32_t semaphore::release(std::int32_t update) {
    std::error_code ec;
    const auto before = release(update, ec);
    throw_if_error(ec, operation::release_semaphore, detail::name_of(object_));
    return before;
}

} // namespace isthmus
