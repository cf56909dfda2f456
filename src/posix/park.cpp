#include "park.hpp"

#include "capabilities.hpp"

#include <climits>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace isthmus::posix {

namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

timespec to_timespec(nanoseconds time) noexcept {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    return {.tv_sec = static_cast<time_t>(seconds.count()),
            .tv_nsec = static_cast<long>((time - seconds).count())};
}

/// The monotonic clock, in so long. Reading it roughly is quicker, and what comes out is earlier by
/// up to a tick.
timespec point_after(nanoseconds time, timing how) noexcept {
    clockid_t clock = CLOCK_MONOTONIC;
#ifdef CLOCK_MONOTONIC_COARSE
    if (how == timing::rough)
        clock = CLOCK_MONOTONIC_COARSE;
#else
    static_cast<void>(how);
#endif
    timespec now{};
    ::clock_gettime(clock, &now);
    return to_timespec(nanoseconds(std::chrono::seconds(now.tv_sec)) + nanoseconds(now.tv_nsec) +
                       time);
}

bool has_changed(const futex_word& each) noexcept {
    const auto& word = *static_cast<const std::atomic<std::uint32_t>*>(each.word);
    return word.load(std::memory_order_acquire) != each.value;
}

/// Looks ever less often, so that a hand-over is quick and a long wait is cheap.
parked poll_words(std::span<const futex_word> words, nanoseconds time) noexcept {
    const auto end = std::chrono::steady_clock::now() + time;
    for (nanoseconds pause = 20us;; pause = std::min<nanoseconds>(pause * 2, 2ms)) {
        if (std::any_of(words.begin(), words.end(), has_changed))
            return parked::woken;
        const auto left = end - std::chrono::steady_clock::now();
        if (left <= 0ns)
            return parked::timed_out;
        const timespec sleep = to_timespec(std::min<nanoseconds>(pause, left));
        ::nanosleep(&sleep, nullptr);
    }
}

} // namespace

parked park(const std::atomic<std::uint32_t>& word,
            std::uint32_t value,
            nanoseconds time,
            timing how) noexcept {
    const futex_word only{.word = &word, .value = value};
    if constexpr (!capability::shared_futex)
        return poll_words({&only, 1}, time);
    const timespec until = point_after(time, how);
    if (os.futex_wait(&word, value, &until) == 0 || errno == EAGAIN || errno == EINTR)
        return parked::woken;
    if (errno == ETIMEDOUT)
        return parked::timed_out;
    return poll_words({&only, 1}, time);
}

parked park_on_any(std::span<const futex_word> words,
                   std::size_t needed,
                   nanoseconds time) noexcept {
    const auto without = [&] {
        if (needed > 1)
            return poll_words(words.first(needed), time);
        const auto& first = *static_cast<const std::atomic<std::uint32_t>*>(words.front().word);
        return park(first, words.front().value, time);
    };
    static std::atomic<bool> possible = capability::shared_futex;
    if (words.size() == 1 || !possible.load(std::memory_order_relaxed))
        return without();
    const timespec until = point_after(time, timing::exact);
    if (os.futex_wait_many(words.data(), static_cast<unsigned>(words.size()), &until) >= 0 ||
        errno == EAGAIN || errno == EINTR) {
        return parked::woken;
    }
    if (errno == ETIMEDOUT)
        return parked::timed_out;
    if (errno == ENOSYS || errno == EPERM) // an older kernel, or a filter that does not know it
        possible.store(false, std::memory_order_relaxed);
    return without();
}

void unpark(const std::atomic<std::uint32_t>& word, int count) noexcept {
    if constexpr (capability::shared_futex)
        os.futex_wake(&word, count);
}

} // namespace isthmus::posix
