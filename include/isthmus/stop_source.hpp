#pragma once

#include <isthmus/export.hpp>

#include <atomic>
#include <mutex>

/// \file
/// Cancellation from another thread of calls that have no object yet whose cancel() could be
/// called.

namespace isthmus {

namespace detail {
class stop_callback;
} // namespace detail

/// Ends channel::connect, channel::call_until and wait_for_channel_until from another thread: each
/// takes one, and fails with `canceled` once its stop is requested. As std::stop_source, which not
/// every standard library has, but with a single object in place of source and token.
///
/// One may serve any number of calls, at the same time and later; it must outlive them. It cannot
/// be taken back: a call that is made after the request fails at once. Thread-safe.
///
///     isthmus::stop_source stop;                                      // both threads know it
///     auto orders = isthmus::channel::connect("orders", {.wait = 1min, .stop = &stop});
///     stop.request_stop();                                            // in the other thread
class ISTHMUS_EXPORT stop_source {
public:
    stop_source() noexcept = default;
    stop_source(const stop_source&) = delete;
    stop_source& operator=(const stop_source&) = delete;
    ~stop_source() = default;

    /// Ends the calls that wait at this moment within some 20 ms, and all later ones at once.
    /// Returns without waiting for them; true if it was the first request. Not for signal handlers.
    bool request_stop() noexcept;

    bool stop_requested() const noexcept { return requested_.load(std::memory_order_acquire); }

private:
    friend class detail::stop_callback;

    std::atomic<bool> requested_ = false;
    mutable std::mutex mutex_; ///< of the list; held while callbacks run
    mutable detail::stop_callback* first_ = nullptr;
};

} // namespace isthmus
