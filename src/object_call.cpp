#include "object_call.hpp"

#include <array>
#include <cstddef>

namespace isthmus::detail {

const sync_operations& operations_of(object_kind kind) noexcept {
    static constexpr sync_operations mutex{operation::create_mutex, operation::open_mutex,
                                           operation::wait_mutex, operation::share_mutex,
                                           operation::inherit_mutex};
    static constexpr sync_operations semaphore{
        operation::create_semaphore, operation::open_semaphore, operation::wait_semaphore,
        operation::share_semaphore, operation::inherit_semaphore};
    static constexpr sync_operations event{operation::create_event, operation::open_event,
                                           operation::wait_event, operation::share_event,
                                           operation::inherit_event};
    switch (kind) {
    case object_kind::mutex:
        return mutex;
    case object_kind::semaphore:
        return semaphore;
    default:
        return event;
    }
}

std::optional<object_name> parse_object_name(std::string_view text,
                                             operation what,
                                             std::error_code& ec) {
    auto name = object_name::parse(text, ec);
    if (ec) {
        ec = as_failure_of(what, ec);
        return std::nullopt;
    }
    return name;
}

std::unique_ptr<sync_object> make_named(std::string_view name,
                                        creation how,
                                        const sync_options& options,
                                        sync_rights wanted,
                                        bool& created,
                                        std::error_code& ec) {
    const auto& operations = operations_of(options.kind);
    const auto what = how == creation::open ? operations.open : operations.create;
    created = false;
    const auto parsed = parse_object_name(name, what, ec);
    return parsed ? sync_object::make(&*parsed, how, options, wanted, created, ec) : nullptr;
}

std::unique_ptr<sync_object> create_named(std::string_view name,
                                          const sync_options& options,
                                          std::error_code& ec) {
    bool created = false;
    return make_named(name, creation::create, options, sync_rights::wait_and_modify, created, ec);
}

std::unique_ptr<sync_object> open_named(std::string_view name,
                                        object_kind kind,
                                        sync_rights wanted,
                                        std::error_code& ec) {
    bool created = false;
    return make_named(name, creation::open, {.kind = kind}, wanted, created, ec);
}

std::unique_ptr<sync_object> make_unnamed(const sync_options& options, std::error_code& ec) {
    bool created = false;
    return sync_object::make(nullptr, creation::create, options, sync_rights::wait_and_modify,
                             created, ec);
}

std::unique_ptr<sync_object> inherit(std::string_view token,
                                     object_kind kind,
                                     std::error_code& ec) {
    auto object = sync_object::from_token(token, kind, ec);
    // As a failure to open, a handle that is none would read as a name of another kind.
    ec = as_failure_of(operations_of(kind).inherit, ec);
    return object;
}

} // namespace isthmus::detail
