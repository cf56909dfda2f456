#include "sync_object.hpp"

#include "handle.hpp"
#include "inheritable_handle.hpp"
#include "native.hpp"
#include "native_error.hpp"
#include "object_call.hpp"
#include "security.hpp"
#include "timeout.hpp"
#include "wide.hpp"

#include <windows.h>

#include <array>
#include <utility>

/// \file
/// Mutexes, semaphores and events by CreateMutexEx, CreateSemaphoreEx and CreateEventEx. Waiting is
/// done by the calling thread: it is the thread that comes to own a mutex.

namespace isthmus::detail {

namespace {

/// The right to release, set, reset. (A mutex can be released without.)
ACCESS_MASK modify_right(object_kind kind) noexcept {
    switch (kind) {
    case object_kind::mutex:
        return MUTEX_MODIFY_STATE;
    case object_kind::semaphore:
        return SEMAPHORE_MODIFY_STATE;
    default:
        return EVENT_MODIFY_STATE;
    }
}

ACCESS_MASK rights_of(object_kind kind, sync_rights wanted) noexcept {
    switch (wanted) {
    case sync_rights::wait:
        return SYNCHRONIZE;
    case sync_rights::modify:
        return modify_right(kind);
    default:
        return SYNCHRONIZE | modify_right(kind);
    }
}

/// To own something includes every right to it, as with the default descriptor: plain programs of
/// the same user often ask for all.
win32::object_rights allowed_rights(object_kind kind) noexcept {
    const ACCESS_MASK others = READ_CONTROL | SYNCHRONIZE | modify_right(kind);
    switch (kind) {
    case object_kind::mutex:
        return {.owner = MUTEX_ALL_ACCESS, .others = others};
    case object_kind::semaphore:
        return {.owner = SEMAPHORE_ALL_ACCESS, .others = others};
    default:
        return {.owner = EVENT_ALL_ACCESS, .others = others};
    }
}

const wchar_t* type_name(object_kind kind) noexcept {
    switch (kind) {
    case object_kind::mutex:
        return L"Mutant";
    case object_kind::semaphore:
        return L"Semaphore";
    default:
        return L"Event";
    }
}

const wchar_t* text_of(const std::wstring& name) noexcept {
    return name.empty() ? nullptr : name.c_str();
}

win32::handle create(const std::wstring& name,
                     const sync_options& options,
                     SECURITY_ATTRIBUTES* attributes,
                     ACCESS_MASK rights) noexcept {
    switch (options.kind) {
    case object_kind::mutex:
        return win32::handle(CreateMutexExW(
            attributes, text_of(name), options.initially ? CREATE_MUTEX_INITIAL_OWNER : 0, rights));
    case object_kind::semaphore:
        return win32::handle(CreateSemaphoreExW(attributes, options.initial, options.maximum,
                                                text_of(name), 0, rights));
    default:
        return win32::handle(
            CreateEventExW(attributes, text_of(name),
                           (options.manual_reset ? CREATE_EVENT_MANUAL_RESET : 0U) |
                               (options.initially ? CREATE_EVENT_INITIAL_SET : 0U),
                           rights));
    }
}

win32::handle open(const std::wstring& name, object_kind kind, ACCESS_MASK rights) noexcept {
    switch (kind) {
    case object_kind::mutex:
        return win32::handle(OpenMutexW(rights, FALSE, name.c_str()));
    case object_kind::semaphore:
        return win32::handle(OpenSemaphoreW(rights, FALSE, name.c_str()));
    default:
        return win32::handle(OpenEventW(rights, FALSE, name.c_str()));
    }
}

/// ERROR_SUCCESS, or why there is no object.
DWORD make_handle(const std::wstring& name,
                  creation how,
                  const sync_options& options,
                  ACCESS_MASK rights,
                  bool& created,
                  win32::handle& result) {
    if (how == creation::open) {
        result = open(name, options.kind, rights);
        return result ? ERROR_SUCCESS : GetLastError();
    }
    win32::security security;
    if (!win32::security::build(options.who, allowed_rights(options.kind), security)) {
        return GetLastError();
    }
    SetLastError(ERROR_SUCCESS);
    result = create(name, options, security.attributes(), rights);
    const DWORD code = GetLastError();
    if (!result) {
        return code;
    }
    created = code != ERROR_ALREADY_EXISTS;
    if (!created && how == creation::create) {
        result.reset();
        return code;
    }
    return ERROR_SUCCESS;
}

} // namespace

struct sync_object::impl {
    win32::handle handle;
};

sync_object::sync_object(object_kind kind,
                         sync_rights granted,
                         std::string name,
                         std::unique_ptr<impl> state)
    : kind_(kind), granted_(granted), name_(std::move(name)), impl_(std::move(state)) {}

sync_object::~sync_object() = default;

bool sync_object::lock_at_once() noexcept {
    return false; // every way leads through the kernel
}

bool sync_object::unlock_at_once() noexcept {
    return false;
}

std::unique_ptr<sync_object> sync_object::make(const object_name* name,
                                               creation how,
                                               const sync_options& options,
                                               sync_rights wanted,
                                               bool& created,
                                               std::error_code& ec) {
    ec.clear();
    created = false;
    std::wstring wide;
    std::string shown;
    if (name != nullptr) {
        wide = win32::to_wide(name->text());
        shown = name->where() == object_name::scope::local ? name->name() : name->text();
    }
    auto state = std::make_unique<impl>();
    const DWORD code =
        make_handle(wide, how, options, rights_of(options.kind, wanted), created, state->handle);
    if (code != ERROR_SUCCESS) {
        const auto& operations = operations_of(options.kind);
        ec = win32_error(how == creation::open ? operations.open : operations.create, code);
        return nullptr;
    }
    return std::unique_ptr<sync_object>(
        new sync_object(options.kind, wanted, std::move(shown), std::move(state)));
}

std::unique_ptr<sync_object> sync_object::from_token(std::string_view token,
                                                     object_kind kind,
                                                     std::error_code& ec) {
    const auto what = operations_of(kind).inherit;
    const auto inherited = win32::handle_of_token(token, what, ec);
    if (!inherited) {
        return nullptr;
    }
    const auto rights = win32::granted_access(*inherited);
    const bool waits = (rights & SYNCHRONIZE) != 0;
    const bool modifies = (rights & modify_right(kind)) != 0;
    if (win32::object_type(*inherited) != type_name(kind) || (!waits && !modifies)) {
        ec = win32_error(what, ERROR_INVALID_HANDLE);
        return nullptr;
    }
    const auto granted = waits && modifies ? sync_rights::wait_and_modify
                         : waits           ? sync_rights::wait
                                           : sync_rights::modify;
    auto state = std::make_unique<impl>();
    state->handle = win32::take_over(*inherited);
    return std::unique_ptr<sync_object>(
        new sync_object(kind, granted, std::string(), std::move(state)));
}

wait_status sync_object::wait(const deadline& until, std::error_code& ec) {
    ec.clear();
    for (;;) {
        switch (WaitForSingleObject(impl_->handle.get(), win32::wait_slice(until))) {
        case WAIT_OBJECT_0:
            return wait_status::signaled;
        case WAIT_ABANDONED:
            return wait_status::abandoned;
        case WAIT_TIMEOUT:
            if (until.expired()) {
                return wait_status::timed_out;
            }
            break; // only a slice of the time is over
        default:
            ec = win32_error(operations_of(kind_).wait, GetLastError());
            return wait_status::timed_out;
        }
    }
}

wait_result sync_object::wait_many(std::span<sync_object* const> objects,
                                   bool all,
                                   const deadline& until,
                                   std::error_code& ec) {
    static_assert(max_wait_objects == MAXIMUM_WAIT_OBJECTS);
    ec.clear();
    std::array<HANDLE, max_wait_objects> handles; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto count = static_cast<DWORD>(objects.size());
    for (DWORD i = 0; i < count; ++i) {
        handles[i] = objects[i]->impl_->handle.get();
    }
    for (;;) {
        const DWORD got = WaitForMultipleObjects(count, handles.data(), all ? TRUE : FALSE,
                                                 win32::wait_slice(until));
        // (WAIT_OBJECT_0 is 0.)
        if (got < WAIT_OBJECT_0 + count) {
            return {.status = wait_status::signaled, .index = all ? 0 : got - WAIT_OBJECT_0};
        }
        if (got >= WAIT_ABANDONED_0 && got < WAIT_ABANDONED_0 + count) {
            return {.status = wait_status::abandoned, .index = all ? 0 : got - WAIT_ABANDONED_0};
        }
        if (got != WAIT_TIMEOUT) {
            ec = win32_error(all ? operation::wait_all : operation::wait_any, GetLastError());
            return {};
        }
        if (until.expired()) {
            return {};
        }
    }
}

void sync_object::unlock(std::error_code& ec) {
    ec.clear();
    if (ReleaseMutex(impl_->handle.get()) == 0) {
        ec = win32_error(operation::unlock_mutex, GetLastError());
    }
}

std::int32_t sync_object::release(std::int32_t update, std::error_code& ec) {
    ec.clear();
    LONG before = 0;
    if (ReleaseSemaphore(impl_->handle.get(), update, &before) == 0) {
        ec = win32_error(operation::release_semaphore, GetLastError());
        return 0;
    }
    return before;
}

void sync_object::set(std::error_code& ec) {
    ec.clear();
    if (SetEvent(impl_->handle.get()) == 0) {
        ec = win32_error(operation::set_event, GetLastError());
    }
}

void sync_object::reset(std::error_code& ec) {
    ec.clear();
    if (ResetEvent(impl_->handle.get()) == 0) {
        ec = win32_error(operation::reset_event, GetLastError());
    }
}

void sync_object::pulse(std::error_code& ec) {
    ec.clear();
    if (PulseEvent(impl_->handle.get()) == 0) {
        ec = win32_error(operation::pulse_event, GetLastError());
    }
}

std::unique_ptr<inheritable_handle> sync_object::share(std::error_code& ec) const {
    return win32::share(impl_->handle.get(), operations_of(kind_).share, ec);
}

} // namespace isthmus::detail
