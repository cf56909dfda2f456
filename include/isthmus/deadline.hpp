#pragma once

#include <chrono>

/// \file
/// The moment at which a blocking operation gives up.

namespace isthmus {

/// A point in time, or never. A finite wait, however long, never becomes an infinite one, and never
/// overflows. Immutable value; thread-safe like an int.
class deadline {
public:
    using clock = std::chrono::steady_clock;

    /// Waits without limit (Win32 INFINITE).
    static constexpr deadline never() noexcept { return deadline(); }

    /// A time from now; negative means now. Saturates centuries ahead.
    template <class Rep, class Period>
    static deadline after(const std::chrono::duration<Rep, Period>& timeout) noexcept {
        using seconds = std::chrono::duration<double>;
        constexpr auto longest = std::chrono::hours(24 * 365 * 50);
        if (!(timeout > timeout.zero()))
            return deadline(clock::now());
        if (std::chrono::duration_cast<seconds>(timeout) >= seconds(longest)) {
            return deadline(clock::now() + longest);
        }
        // Rounded up: waking early would report a timeout before its time.
        return deadline(clock::now() + std::chrono::ceil<clock::duration>(timeout));
    }

    constexpr deadline(clock::time_point when) noexcept : when_(when), finite_(true) {}

    /// From another clock: the difference to its present time is taken now.
    template <class Clock, class Duration>
    deadline(const std::chrono::time_point<Clock, Duration>& when) noexcept
        : deadline(after(difference(when, Clock::now()))) {}

    constexpr bool is_never() const noexcept { return !finite_; }
    bool expired() const noexcept { return finite_ && clock::now() >= when_; }

    /// The point in time; meaningless if is_never().
    constexpr clock::time_point when() const noexcept { return when_; }

    /// Time left, zero if expired. Must not be called if is_never().
    clock::duration remaining() const noexcept {
        const auto now = clock::now();
        return when_ > now ? when_ - now : clock::duration::zero();
    }

private:
    constexpr deadline() noexcept = default;

    /// Of two points in time; exact if it is within centuries, else only its sign is right: the
    /// ends of a clock's range cannot be subtracted.
    template <class When, class Now>
    static auto difference(const When& when, const Now& now) noexcept {
        using result = decltype(when - now);
        using seconds = std::chrono::duration<double>;
        constexpr seconds limit = std::chrono::hours(24 * 365 * 100);
        const auto rough = seconds(when.time_since_epoch()) - seconds(now.time_since_epoch());
        if (rough <= -limit)
            return -std::chrono::duration_cast<result>(std::chrono::hours(1));
        if (rough >= limit)
            return std::chrono::duration_cast<result>(limit);
        return result(when - now);
    }

    clock::time_point when_{};
    bool finite_ = false;
};

} // namespace isthmus
