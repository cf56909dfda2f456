#pragma once

#include <isthmus/wait.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

/// \file
/// Semaphores: Win32 semaphore objects on every OS.
/// https://learn.microsoft.com/windows/win32/sync/semaphore-objects

namespace isthmus {

struct semaphore_options {
    /// 0 to `maximum`. Both are ignored if it exists already.
    std::int32_t initial = 0;
    /// 1 to semaphore::max().
    std::int32_t maximum = std::numeric_limits<std::int32_t>::max();
    access who = access::owner;
};

/// A counting semaphore, named or not, with the names of std::counting_semaphore. Waiting takes one
/// from its count.
class ISTHMUS_EXPORT semaphore : public waitable {
public:
    /// The largest maximum.
    static constexpr std::int32_t max() noexcept {
        return std::numeric_limits<std::int32_t>::max();
    }

    /// Not open.
    semaphore() noexcept;
    semaphore(semaphore&&) noexcept;
    semaphore& operator=(semaphore&&) noexcept;
    ~semaphore();

    /// Creates it under a name that must be free (CreateSemaphore,
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createsemaphorew).
    /// Errors: `already_exists`, `wrong_kind`, `access_denied`, `invalid_argument` (initial count
    /// or maximum), `invalid_name`, `name_too_long`.
    static semaphore create(std::string_view name, const semaphore_options& options = {});
    static semaphore create(std::string_view name,
                            const semaphore_options& options,
                            std::error_code& ec);
    /// Opens an existing one (OpenSemaphore). Errors: `not_found`, `wrong_kind`, `access_denied`.
    static semaphore open(std::string_view name, sync_rights wanted = sync_rights::wait_and_modify);
    static semaphore open(std::string_view name, sync_rights wanted, std::error_code& ec);
    /// Opens it, or creates it if there is none: Win32's CreateSemaphore. Never `already_exists`.
    static opened<semaphore> open_or_create(std::string_view name,
                                            const semaphore_options& options = {});
    static opened<semaphore> open_or_create(std::string_view name,
                                            const semaphore_options& options,
                                            std::error_code& ec);
    /// Creates one without a name, for this process and for children that it is handed to.
    static semaphore create_unnamed(const semaphore_options& options = {});
    static semaphore create_unnamed(const semaphore_options& options, std::error_code& ec);
    /// In the child: takes over what the parent handed over. Errors: `invalid_handle` (no such
    /// handle, or not a semaphore), `invalid_argument` (not a token).
    static semaphore from_token(std::string_view token);
    static semaphore from_token(std::string_view token, std::error_code& ec);

    /// Waits until the count is above zero, and takes one from it.
    void acquire();
    void acquire(std::error_code& ec);
    /// False if the count is zero.
    bool try_acquire();
    bool try_acquire(std::error_code& ec);
    /// False if the time ran out.
    bool try_acquire_until(const deadline& until);
    bool try_acquire_until(const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_acquire_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout, std::error_code& ec) {
        return try_acquire_until(deadline::after(timeout), ec);
    }

    /// Adds `update` to the count, and returns what it was before (ReleaseSemaphore). Errors, and
    /// nothing has changed: `limit_exceeded` (past the maximum), `invalid_argument` (not above 0).
    std::int32_t release(std::int32_t update = 1);
    std::int32_t release(std::int32_t update, std::error_code& ec);

private:
    explicit semaphore(std::unique_ptr<detail::sync_object> object) noexcept;
};

} // namespace isthmus
