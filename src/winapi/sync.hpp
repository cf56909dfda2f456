#pragma once

#include "kernel_object.hpp"
#include "sync_object.hpp"

#include <memory>
#include <utility>

/// \file
/// Mutexes, semaphores and events: each is one of the library's. The rights of a handle are the
/// handle table's affair, so the library's own handle always has all of them.

namespace isthmus::winapi {

class sync_kernel_object : public kernel_object {
public:
    explicit sync_kernel_object(std::unique_ptr<detail::sync_object> object) noexcept
        : object_(std::move(object)) {}

    detail::sync_object* signal() final { return object_.get(); }
    detail::sync_object& object() const noexcept { return *object_; }

private:
    const std::unique_ptr<detail::sync_object> object_;
};

class mutex_object final : public sync_kernel_object {
public:
    using sync_kernel_object::sync_kernel_object;
    static constexpr auto kind = detail::object_kind::mutex;
    static const rights_mapping rights;
    const rights_mapping& mapping() const noexcept override { return rights; }
};

class semaphore_object final : public sync_kernel_object {
public:
    using sync_kernel_object::sync_kernel_object;
    static constexpr auto kind = detail::object_kind::semaphore;
    static const rights_mapping rights;
    const rights_mapping& mapping() const noexcept override { return rights; }
};

class event_object final : public sync_kernel_object {
public:
    using sync_kernel_object::sync_kernel_object;
    static constexpr auto kind = detail::object_kind::event;
    static const rights_mapping rights;
    const rights_mapping& mapping() const noexcept override { return rights; }
};

// ReleaseMutex and so on: Win32 codes.
DWORD release_mutex(mutex_object& mutex);
DWORD release_semaphore(semaphore_object& semaphore, LONG count, LONG& previous);
DWORD set_event(event_object& event);

/// An event without name, for what is waited for by its means. Throws isthmus::error.
std::unique_ptr<detail::sync_object> make_unnamed_event(bool manual_reset, bool set);

} // namespace isthmus::winapi
