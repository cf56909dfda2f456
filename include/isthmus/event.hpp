#pragma once

#include <isthmus/wait.hpp>

#include <string_view>
#include <system_error>

/// \file
/// Events: Win32 event objects on every OS.
/// https://learn.microsoft.com/windows/win32/sync/event-objects

namespace isthmus {

/// How an event becomes non-signaled again.
enum class event_reset {
    automatic, ///< each wait that it ends resets it: one set releases one waiter
    manual,    ///< only reset() does: a set releases every waiter
};

struct event_options {
    event_reset reset = event_reset::automatic;
    bool initially_set = false; ///< both are ignored if it exists already
    access who = access::owner;
};

/// An event, named or not.
///
/// Signals are handed over: N sets of an automatic event with N waiters already blocked release all
/// N. With nobody waiting, a set is remembered once.
class ISTHMUS_EXPORT event : public waitable {
public:
    /// Not open.
    event() noexcept;
    event(event&&) noexcept;
    event& operator=(event&&) noexcept;
    ~event();

    /// Creates it under a name that must be free (CreateEvent,
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createeventw).
    /// Errors: `already_exists`, `wrong_kind`, `access_denied`, `invalid_name`, `name_too_long`.
    static event create(std::string_view name, const event_options& options = {});
    static event create(std::string_view name, const event_options& options, std::error_code& ec);
    /// Opens an existing one (OpenEvent). Errors: `not_found`, `wrong_kind`, `access_denied`.
    static event open(std::string_view name, sync_rights wanted = sync_rights::wait_and_modify);
    static event open(std::string_view name, sync_rights wanted, std::error_code& ec);
    /// Opens it, or creates it if there is none: Win32's CreateEvent. Never `already_exists`.
    static opened<event> open_or_create(std::string_view name, const event_options& options = {});
    static opened<event> open_or_create(std::string_view name,
                                        const event_options& options,
                                        std::error_code& ec);
    /// Creates one without a name, for this process and for children that it is handed to.
    static event create_unnamed(const event_options& options = {});
    static event create_unnamed(const event_options& options, std::error_code& ec);
    /// In the child: takes over what the parent handed over. Errors: `invalid_handle` (no such
    /// handle, or not an event), `invalid_argument` (not a token).
    static event from_token(std::string_view token);
    static event from_token(std::string_view token, std::error_code& ec);

    // Error of all three: `access_denied` (opened without the right to modify).

    /// Signals it (SetEvent).
    void set();
    void set(std::error_code& ec);
    /// Makes it non-signaled (ResetEvent).
    void reset();
    void reset(std::error_code& ec);
    /// Releases who waits at this moment (all for a manual event, one for an automatic one), and
    /// leaves it non-signaled (PulseEvent, with its well-known weakness: a waiter that is not
    /// waiting at that very moment misses it).
    void pulse();
    void pulse(std::error_code& ec);

private:
    explicit event(std::unique_ptr<detail::sync_object> object) noexcept;
};

} // namespace isthmus
