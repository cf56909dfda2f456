#pragma once

#include "blocking_calls.hpp"
#include "handle.hpp"
#include "native_error.hpp"
#include "pipe.hpp"

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

/// \file
/// One end of a named-pipe instance: an overlapped handle, and the operations started on it.

namespace isthmus::detail {

/// What Windows needs of an operation, kept in pipe_operation::native.
struct native_operation {
    enum class stage : std::uint8_t {
        queued,   ///< behind others of its kind
        issued,   ///< the system has it
        finished, ///< only its owner has not taken the result yet
    };

    /// First, and with an event of its own: what the system works with.
    OVERLAPPED overlapped = {};
    pipe_operation* next = nullptr;
    std::size_t done = 0; ///< bytes, over all parts
    std::error_code error;
    std::error_code stop; ///< why it shall end early, if it shall
    stage where = stage::queued;
    bool awaited = false; ///< its owner is inside complete()
    bool more = false;
};
static_assert(sizeof(native_operation) <= sizeof pipe_operation::native);
static_assert(alignof(native_operation) <= alignof(void*));

inline native_operation& native_of(pipe_operation& op) noexcept {
    return *std::launder(reinterpret_cast<native_operation*>(&op.native));
}

/// The operations of one kind, served in their order: only the first is with the system, so that
/// the parts of one (a message in several reads, gigabytes in several writes) stay together.
struct operation_queue {
    pipe_operation* first = nullptr;

    void push(pipe_operation& op) noexcept;
    void remove(pipe_operation& op) noexcept;
};

struct pipe::impl {
    channel_address address;
    listener_options options; ///< of a server end, to make its instance anew
    pipe_properties properties;
    channel_mode read_mode = channel_mode::byte;
    bool server = false;
    bool may_read = true;
    bool may_write = true;

    mutable std::mutex mutex;
    win32::handle file;
    bool connected = false; ///< server end: accepted and not disconnected since
    bool broken = false;    ///< by this side; the handle is closed, or about to be
    int flushing = 0;       ///< threads that use the handle without the mutex
    operation_queue listens;
    operation_queue reads;
    operation_queue writes;
    std::vector<win32::handle> spare_events;
    win32::blocking_calls blocking;

    ~impl();

    static void prepare(pipe_operation& op, pipe_operation::kind what) noexcept;
    void start(pipe_operation& op, pipe_operation::kind what);
    /// Drives the operations of a queue as far as they go without waiting, in the thread of `self`.
    void pump(operation_queue& queue, pipe_operation* self);
    void wait_until_finished(std::unique_lock<std::mutex>& lock,
                             pipe_operation& op,
                             const deadline& until);
    void stop(pipe_operation& op, std::uint32_t reason) noexcept;
    /// Hands the result to the owner.
    void publish(pipe_operation& op) noexcept;
    void close_if_unused() noexcept;

    operation_queue& queue_of(const pipe_operation& op) noexcept;

private:
    void issue(pipe_operation& op);
    bool absorb(pipe_operation& op, DWORD code, std::size_t size);
    bool absorb_read(pipe_operation& op, DWORD code, std::size_t size);
    bool absorb_message_part(pipe_operation& op, DWORD code, std::size_t size);
    bool absorb_write(pipe_operation& op, DWORD code, std::size_t size);
    DWORD unusable(const pipe_operation& op) const noexcept;
    DWORD call_system(pipe_operation& op) noexcept;
    static bool finish(pipe_operation& op, const std::error_code& result) noexcept;
    bool has_unread_data();
    void break_pipe() noexcept;
    win32::handle take_event() noexcept;
};

/// The operation that a started one belongs to, for its errors.
operation operation_of(const pipe_operation& op) noexcept;

/// Makes an instance of the name. Empty on failure.
win32::handle make_instance(const channel_address& address,
                            const listener_options& options,
                            std::error_code& ec);

} // namespace isthmus::detail
