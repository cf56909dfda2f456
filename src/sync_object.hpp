#pragma once

#include "object.hpp"

#include <isthmus/access.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/wait.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

/// \file
/// The inner interface of the back ends for named synchronization: one handle of a mutex, semaphore
/// or event. The portable half (src/mutex.cpp, semaphore.cpp, event.cpp, wait.cpp) checks arguments
/// and rights; src/win32/sync_object.cpp and src/posix/sync_object.cpp implement it. Every
/// call sets or clears `ec`; nothing here throws but std::bad_alloc.

namespace isthmus::detail {

struct sync_options {
    object_kind kind = object_kind::mutex;
    access who = access::owner;
    bool manual_reset = false;
    bool initially = false; ///< a mutex: owned by the caller; an event: set
    std::int32_t initial = 0;
    std::int32_t maximum = 0;
};

class sync_object {
public:
    /// `name` null: unnamed. Sets `created`. Failures belong to operations create_* or open_* of
    /// the kind.
    static std::unique_ptr<sync_object> make(const object_name* name,
                                             creation how,
                                             const sync_options& options,
                                             sync_rights wanted,
                                             bool& created,
                                             std::error_code& ec);
    static std::unique_ptr<sync_object> from_token(std::string_view token,
                                                   object_kind kind,
                                                   std::error_code& ec);

    sync_object(const sync_object&) = delete;
    sync_object& operator=(const sync_object&) = delete;
    ~sync_object();

    /// A mutex, if all is simple (free, not abandoned, nobody waits; owned once, nobody waits): no
    /// more than what that takes. False tells nothing.
    bool lock_at_once() noexcept;
    bool unlock_at_once() noexcept;

    wait_status wait(const deadline& until, std::error_code& ec);
    /// 1 to 64 objects, no handle twice.
    static wait_result wait_many(std::span<sync_object* const> objects,
                                 bool all,
                                 const deadline& until,
                                 std::error_code& ec);

    void unlock(std::error_code& ec);
    /// The count before.
    std::int32_t release(std::int32_t update, std::error_code& ec);
    void set(std::error_code& ec);
    void reset(std::error_code& ec);
    void pulse(std::error_code& ec);

    std::unique_ptr<inheritable_handle> share(std::error_code& ec) const;

    object_kind kind() const noexcept { return kind_; }
    sync_rights granted() const noexcept { return granted_; }
    /// As the caller gave it, for texts; empty if unnamed.
    const std::string& name() const noexcept { return name_; }

    struct impl;

private:
    sync_object(object_kind kind,
                sync_rights granted,
                std::string name,
                std::unique_ptr<impl> state);

    const object_kind kind_;
    const sync_rights granted_;
    const std::string name_;
    const std::unique_ptr<impl> impl_;
};

} // namespace isthmus::detail
