#include "object_call.hpp"

#include <isthmus/error.hpp>
#include <isthmus/event.hpp>

#include <utility>

namespace isthmus {

using detail::creation;
using detail::object_kind;
using detail::operation;
using detail::sync_object;
using detail::throw_if_error;
using detail::throwing;

namespace {

detail::sync_options inner(const event_options& options) noexcept {
    return {.kind = object_kind::event,
            .who = options.who,
            .manual_reset = options.reset == event_reset::manual,
            .initially = options.initially_set};
}

} // namespace

event::event() noexcept = default;
event::event(event&&) noexcept = default;
event& event::operator=(event&&) noexcept = default;
event::~event() = default;
event::event(std::unique_ptr<sync_object> object) noexcept : waitable(std::move(object)) {}

// --- create, open

event event::create(std::string_view name, const event_options& options, std::error_code& ec) {
    return event(detail::create_named(name, inner(options), ec));
}

event event::create(std::string_view name, const event_options& options) {
    return throwing(operation::create_event, name,
                    [&](auto& ec) { return create(name, options, ec); });
}

event event::open(std::string_view name, sync_rights wanted, std::error_code& ec) {
    return event(detail::open_named(name, object_kind::event, wanted, ec));
}

event event::open(std::string_view name, sync_rights wanted) {
    return throwing(operation::open_event, name, [&](auto& ec) { return open(name, wanted, ec); });
}

opened<event> event::open_or_create(std::string_view name,
                                    const event_options& options,
                                    std::error_code& ec) {
    bool created = false;
    auto object = detail::make_named(name, creation::open_or_create, inner(options),
                                     sync_rights::wait_and_modify, created, ec);
    return {.object = event(std::move(object)), .created = created};
}

opened<event> event::open_or_create(std::string_view name, const event_options& options) {
    return throwing(operation::create_event, name,
                    [&](auto& ec) { return open_or_create(name, options, ec); });
}

event event::create_unnamed(const event_options& options, std::error_code& ec) {
    return event(detail::make_unnamed(inner(options), ec));
}

event event::create_unnamed(const event_options& options) {
    return throwing(operation::create_event, "",
                    [&](auto& ec) { return create_unnamed(options, ec); });
}

event event::from_token(std::string_view token, std::error_code& ec) {
    return event(detail::inherit(token, object_kind::event, ec));
}

event event::from_token(std::string_view token) {
    return throwing(operation::inherit_event, token,
                    [&](auto& ec) { return from_token(token, ec); });
}

// --- set, reset, pulse

void event::set(std::error_code& ec) {
    if (detail::check_modifiable(object_, operation::set_event, ec)) {
        object_->set(ec);
    }
}

void event::set() {
    std::error_code ec;
    set(ec);
    throw_if_error(ec, operation::set_event, detail::name_of(object_));
}

void event::reset(std::error_code& ec) {
    if (detail::check_modifiable(object_, operation::reset_event, ec)) {
        object_->reset(ec);
    }
}

void event::reset() {
    std::error_code ec;
    reset(ec);
    throw_if_error(ec, operation::reset_event, detail::name_of(object_));
}

void event::pulse(std::error_code& ec) {
    if (detail::check_modifiable(object_, operation::pulse_event, ec)) {
        object_->pulse(ec);
    }
}

void event::pulse() {
    std::error_code ec;
    pulse(ec);
    throw_if_error(ec, operation::pulse_event, detail::name_of(object_));
}

} // namespace isthmus
