#pragma once

#include "handle.hpp"

#include <isthmus/deadline.hpp>

#include <windows.h>

#include <mutex>

namespace isthmus::win32 {

/// Gives a deadline and cancellation to calls that have neither: FlushFileBuffers, and ReadFile and
/// WriteFile on handles that were opened for blocking use (CreatePipe, standard streams).
///
/// The call runs in the caller's own thread, so that no thread and no use of the handle can outlive
/// it; a timer of the system's pool, or the cancelling thread, interrupts it by
/// CancelSynchronousIo.
class blocking_calls {
public:
    enum class ending {
        returned,
        timed_out,
        canceled,
        failed, ///< the call was not made: out of resources, the last error tells
    };

    /// One call that is being made; lives on its thread's stack.
    struct call {
        blocking_calls& owner;
        handle thread;
        call* next = nullptr;
        ending why = ending::returned;
        bool inside = false;
    };

    /// Runs `body(self)`. An ending other than `returned` tells that the call was interrupted; it
    /// may have succeeded all the same, if it was just returning: its own result tells.
    template <class Body>
    ending run(const deadline& until, Body body) {
        call self = {.owner = *this};
        PTP_TIMER timer = nullptr;
        if (!enter(self, until, timer)) {
            return ending::failed;
        }
        body(static_cast<const call&>(self));
        return leave(self, timer);
    }

    /// For a body of several steps, which must stop between two.
    bool interrupted(const call& self) noexcept;

    /// Interrupts every call that is being made now.
    void cancel_all() noexcept;

private:
    bool enter(call& self, const deadline& until, PTP_TIMER& timer) noexcept;
    ending leave(call& self, PTP_TIMER timer) noexcept;
    static void CALLBACK on_timer(PTP_CALLBACK_INSTANCE, void* context, PTP_TIMER) noexcept;

    std::mutex mutex_;
    call* first_ = nullptr;
};

} // namespace isthmus::win32
