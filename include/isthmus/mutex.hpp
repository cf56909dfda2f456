#pragma once

#include <isthmus/wait.hpp>

#include <chrono>
#include <string_view>
#include <system_error>

/// \file
/// Mutexes: Win32 mutex objects on every OS.
/// https://learn.microsoft.com/windows/win32/sync/mutex-objects

namespace isthmus {

struct mutex_options {
    /// The creating thread owns it from the start. Ignored if it exists already.
    bool initially_owned = false;
    access who = access::owner;
};

/// A mutex, named or not, that a thread owns, of whatever process. Recursive. Meets TimedLockable,
/// so std::scoped_lock and std::unique_lock work with it; `wait`, `wait_any` and `wait_all` lock it
/// too.
///
/// If its owner's thread or process ends without releasing it, the next to lock it gets it as
/// `abandoned`, once: what it guards may be half-changed. `wait()` returns that; after the calls of
/// TimedLockable `abandoned()` tells.
class ISTHMUS_EXPORT mutex : public waitable {
public:
    /// Not open.
    mutex() noexcept;
    mutex(mutex&&) noexcept;
    mutex& operator=(mutex&&) noexcept;
    ~mutex();

    /// Creates it under a name that must be free (CreateMutex,
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createmutexw).
    /// Errors: `already_exists`, `wrong_kind`, `access_denied`, `invalid_name`, `name_too_long`.
    static mutex create(std::string_view name, const mutex_options& options = {});
    static mutex create(std::string_view name, const mutex_options& options, std::error_code& ec);
    /// Opens an existing one (OpenMutex). Errors: `not_found`, `wrong_kind`, `access_denied`.
    static mutex open(std::string_view name, sync_rights wanted = sync_rights::wait_and_modify);
    static mutex open(std::string_view name, sync_rights wanted, std::error_code& ec);
    /// Opens it, or creates it if there is none: Win32's CreateMutex. Never `already_exists`.
    static opened<mutex> open_or_create(std::string_view name, const mutex_options& options = {});
    static opened<mutex> open_or_create(std::string_view name,
                                        const mutex_options& options,
                                        std::error_code& ec);
    /// Creates one without a name, for this process and for children that it is handed to.
    static mutex create_unnamed(const mutex_options& options = {});
    static mutex create_unnamed(const mutex_options& options, std::error_code& ec);
    /// In the child: takes over what the parent handed over. Errors: `invalid_handle` (no such
    /// handle, or not a mutex), `invalid_argument` (not a token).
    static mutex from_token(std::string_view token);
    static mutex from_token(std::string_view token, std::error_code& ec);

    /// Waits until no other thread owns it.
    void lock();
    void lock(std::error_code& ec);
    /// False if another thread owns it.
    bool try_lock();
    bool try_lock(std::error_code& ec);
    /// False if the time ran out.
    bool try_lock_until(const deadline& until);
    bool try_lock_until(const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_lock_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout, std::error_code& ec) {
        return try_lock_until(deadline::after(timeout), ec);
    }

    /// Releases it once (ReleaseMutex). Error: `not_owner`, and nothing has changed.
    void unlock();
    void unlock(std::error_code& ec);

    /// Whether the latest lock, try_lock, try_lock_for or try_lock_until of this handle that
    /// succeeded found it abandoned. To be asked by the thread that owns it.
    bool abandoned() const noexcept { return abandoned_; }

private:
    explicit mutex(std::unique_ptr<detail::sync_object> object) noexcept;

    bool abandoned_ = false; // changed by the owner only
};

} // namespace isthmus
