#pragma once

#include <isthmus/access.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/export.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

/// \file
/// Waiting for synchronization objects, one or many.
/// https://learn.microsoft.com/windows/win32/sync/wait-functions

namespace isthmus {

namespace detail {
class sync_object;
class inheritable_handle;
struct wait_access;
} // namespace detail

/// What `open_or_create` gives.
template <class Object>
struct opened {
    Object object;
    /// False if it existed already (ERROR_ALREADY_EXISTS): then initial state, owner, maximum and
    /// access of the call were ignored.
    bool created = false;
};

/// How a wait ended.
enum class wait_status {
    signaled,  ///< it has what it waited for (WAIT_OBJECT_0)
    abandoned, ///< so it has; a mutex among it was left by an owner that died (WAIT_ABANDONED_0)
    timed_out, ///< it has nothing (WAIT_TIMEOUT)
};

/// How a wait for several objects ended.
struct wait_result {
    wait_status status = wait_status::timed_out;
    /// Of wait_any: which object it was. Of wait_all, and after a timeout: 0.
    std::size_t index = 0;

    bool timed_out() const noexcept { return status == wait_status::timed_out; }
    bool abandoned() const noexcept { return status == wait_status::abandoned; }
    friend bool operator==(const wait_result&, const wait_result&) = default;
};

/// So many objects at most in one wait (MAXIMUM_WAIT_OBJECTS), on every OS.
inline constexpr std::size_t max_wait_objects = 64;

/// An inheritable duplicate of a handle, for a child process: pass `token()` to it (command line,
/// environment), start it with handle inheritance on, then destroy this. It is the way to share an
/// unnamed object. Not thread-safe.
class ISTHMUS_EXPORT inheritable_object {
public:
    inheritable_object(inheritable_object&&) noexcept;
    inheritable_object& operator=(inheritable_object&&) noexcept;
    ~inheritable_object();

    /// The handle's number in the child, as text: a descriptor on POSIX, a HANDLE on Windows.
    std::string token() const;

private:
    friend class waitable;
    friend class shared_region;
    explicit inheritable_object(std::unique_ptr<detail::inheritable_handle> handle) noexcept;

    std::unique_ptr<detail::inheritable_handle> handle_;
};

class waitable;
/// What a list of mutexes, semaphores and events is made of.
using waitable_ref = std::reference_wrapper<const waitable>;

/// A handle of an object that can be waited for: the base of mutex, semaphore and event.
///
/// The object lives as long as some process holds a handle of it; a process that ends, however it
/// ends, holds none. Everything but moving, closing and destroying may be called from many threads
/// at once. Waiting takes what was waited for: the mutex is owned, the semaphore's count is one
/// less, the auto-reset event is reset.
///
/// Errors of every wait: `invalid_handle` (closed or moved from), `access_denied` (opened without
/// the right to wait).
class ISTHMUS_EXPORT waitable {
public:
    waitable(const waitable&) = delete;
    waitable& operator=(const waitable&) = delete;

    /// Waits until the object is signaled (WaitForSingleObject,
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject).
    wait_status wait() const;
    wait_status wait(std::error_code& ec) const;
    /// An expired deadline polls. Running out of time is a result, not an error.
    wait_status wait_until(const deadline& until) const;
    wait_status wait_until(const deadline& until, std::error_code& ec) const;
    template <class Rep, class Period>
    wait_status wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    wait_status wait_for(const std::chrono::duration<Rep, Period>& timeout,
                         std::error_code& ec) const {
        return wait_until(deadline::after(timeout), ec);
    }

    /// Makes an inheritable duplicate (DuplicateHandle).
    inheritable_object share_with_child() const;
    inheritable_object share_with_child(std::error_code& ec) const;

    bool is_open() const noexcept { return object_ != nullptr; }
    /// Gives the handle up (CloseHandle); a mutex that the thread owns remains owned.
    void close() noexcept;

protected:
    waitable() noexcept;
    explicit waitable(std::unique_ptr<detail::sync_object> object) noexcept;
    waitable(waitable&&) noexcept;
    waitable& operator=(waitable&&) noexcept;
    ~waitable();

    std::unique_ptr<detail::sync_object> object_;

private:
    friend struct detail::wait_access;
};

/// The objects of one wait: `{guard, stop}` in braces, or any contiguous range of waitable_ref.
/// Lives no longer than the full expression that makes it.
class waitables {
public:
    waitables(std::initializer_list<waitable_ref> objects) noexcept
        : objects_(objects.begin(), objects.size()) {}
    template <class Range>
    requires std::convertible_to<const Range&, std::span<const waitable_ref>> waitables(
        const Range& objects)
    noexcept : objects_(objects) {}

    std::span<const waitable_ref> span() const noexcept { return objects_; }

private:
    std::span<const waitable_ref> objects_;
};

/// Waits until one of the objects is signaled, and takes that one: the lowest index among those
/// that are signaled when it looks, else the first to become so (WaitForMultipleObjects,
/// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitformultipleobjects).
///
/// 1 to 64 objects. Errors, beside those of waitable: `invalid_argument` (no object, too many, the
/// same handle twice). To be able to end a wait from another thread, add an event to the objects.
ISTHMUS_EXPORT wait_result wait_any_until(waitables objects, const deadline& until);
ISTHMUS_EXPORT wait_result wait_any_until(waitables objects,
                                          const deadline& until,
                                          std::error_code& ec);
ISTHMUS_EXPORT wait_result wait_any(waitables objects);
ISTHMUS_EXPORT wait_result wait_any(waitables objects, std::error_code& ec);
template <class Rep, class Period>
wait_result wait_any_for(waitables objects, const std::chrono::duration<Rep, Period>& timeout) {
    return wait_any_until(objects, deadline::after(timeout));
}
template <class Rep, class Period>
wait_result wait_any_for(waitables objects,
                         const std::chrono::duration<Rep, Period>& timeout,
                         std::error_code& ec) {
    return wait_any_until(objects, deadline::after(timeout), ec);
}

/// Waits until all of the objects are signaled at the same time, and takes all of them; holds none
/// of them while it waits. A mutex that the caller owns counts as signaled. Otherwise as wait_any;
/// two handles of one object are refused too.
ISTHMUS_EXPORT wait_result wait_all_until(waitables objects, const deadline& until);
ISTHMUS_EXPORT wait_result wait_all_until(waitables objects,
                                          const deadline& until,
                                          std::error_code& ec);
ISTHMUS_EXPORT wait_result wait_all(waitables objects);
ISTHMUS_EXPORT wait_result wait_all(waitables objects, std::error_code& ec);
template <class Rep, class Period>
wait_result wait_all_for(waitables objects, const std::chrono::duration<Rep, Period>& timeout) {
    return wait_all_until(objects, deadline::after(timeout));
}
template <class Rep, class Period>
wait_result wait_all_for(waitables objects,
                         const std::chrono::duration<Rep, Period>& timeout,
                         std::error_code& ec) {
    return wait_all_until(objects, deadline::after(timeout), ec);
}

} // namespace isthmus
