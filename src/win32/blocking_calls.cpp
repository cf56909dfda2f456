#include "blocking_calls.hpp"

#include "handle.hpp"

#include <windows.h>

#include <algorithm>
#include <chrono>

namespace isthmus::win32 {

namespace {

/// GetCurrentThread() means whoever uses it; another thread needs a real handle. (Kept in a
/// thread_local it would outlive its storage: MinGW runs those destructors too late.)
handle this_thread() noexcept {
    handle real;
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), real.out(), 0,
                    FALSE, DUPLICATE_SAME_ACCESS);
    return real;
}

/// A relative time for a thread-pool timer: negative, in units of 100 ns.
FILETIME relative_time(const deadline& until) noexcept {
    using hundred_ns = std::chrono::duration<LONGLONG, std::ratio<1, 10'000'000>>;
    // Zero means the first of January 1601, which is past: due now, and that is right too.
    const LONGLONG ticks =
        until.expired() ? 0 : -std::chrono::ceil<hundred_ns>(until.remaining()).count();
    return {.dwLowDateTime = static_cast<DWORD>(ticks & 0xffffffff),
            .dwHighDateTime = static_cast<DWORD>(ticks >> 32)};
}

} // namespace

bool blocking_calls::enter(call& self, const deadline& until, PTP_TIMER& timer) noexcept {
    self.thread = this_thread();
    if (!self.thread) {
        return false;
    }
    if (!until.is_never()) {
        timer = CreateThreadpoolTimer(&on_timer, &self, nullptr);
        if (timer == nullptr) {
            return false;
        }
    }
    {
        const std::lock_guard lock(mutex_);
        self.next = first_;
        self.inside = true;
        first_ = &self;
    }
    if (timer != nullptr) {
        // It repeats: the first shot may come when the thread is not yet, or only just, in its
        // call.
        constexpr DWORD period_ms = 5;
        FILETIME due = relative_time(until);
        SetThreadpoolTimer(timer, &due, period_ms, 0);
    }
    return true;
}

blocking_calls::ending blocking_calls::leave(call& self, PTP_TIMER timer) noexcept {
    const DWORD reason = GetLastError();
    {
        const std::lock_guard lock(mutex_);
        call** link = &first_;
        while (*link != &self) {
            link = &(*link)->next;
        }
        *link = self.next;
        self.inside = false;
    }
    if (timer != nullptr) {
        SetThreadpoolTimer(timer, nullptr, 0, 0);
        WaitForThreadpoolTimerCallbacks(timer, TRUE);
        CloseThreadpoolTimer(timer);
    }
    SetLastError(reason);
    return self.why;
}

bool blocking_calls::interrupted(const call& self) noexcept {
    const std::lock_guard lock(mutex_);
    return self.why != ending::returned;
}

void CALLBACK blocking_calls::on_timer(PTP_CALLBACK_INSTANCE, void* context, PTP_TIMER) noexcept {
    auto& self = *static_cast<call*>(context);
    const std::lock_guard lock(self.owner.mutex_);
    if (self.inside) {
        if (self.why == ending::returned) {
            self.why = ending::timed_out;
        }
        CancelSynchronousIo(self.thread.get());
    }
}

void blocking_calls::cancel_all() noexcept {
    // A thread may be inside and not yet, or no longer, in its system call, which
    // CancelSynchronousIo then does not find. Bounded: a thread that waits for another process to
    // release a handle that both use cannot be interrupted.
    constexpr int most_tries = 1000;
    bool first = true;
    for (int attempt = 0; attempt < most_tries; ++attempt) {
        bool missed = false;
        {
            const std::lock_guard lock(mutex_);
            for (call* each = first_; each != nullptr; each = each->next) {
                // Calls that came after this function was entered are none of its business.
                if (first && each->why == ending::returned) {
                    each->why = ending::canceled;
                }
                if (each->why == ending::canceled && CancelSynchronousIo(each->thread.get()) == 0) {
                    missed = true;
                }
            }
        }
        if (!missed) {
            return;
        }
        first = false;
        Sleep(1);
    }
}

} // namespace isthmus::win32
