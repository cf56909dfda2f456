#pragma once

#include <cerrno>
#include <ctime>

namespace isthmus::posix {

/// How often a name is tried again that others make and remove at the same time. Their sections are
/// microseconds; only a stopped process, or one that means no good, can exhaust this (with EBUSY).
class patience {
public:
    static constexpr unsigned usual = 30'000;

    /// `most` tries; after the first hundred, one a millisecond.
    explicit patience(unsigned most = usual) noexcept : most_(most) {}

    /// False with EBUSY when there have been enough.
    bool wait() noexcept {
        if (++tries_ > most_) {
            errno = EBUSY;
            return false;
        }
        if (tries_ < 3)
            return true;
        const timespec pause{.tv_sec = 0, .tv_nsec = tries_ < 100 ? 50'000 : 1'000'000};
        ::nanosleep(&pause, nullptr);
        return true;
    }

private:
    unsigned most_;
    unsigned tries_ = 0;
};

} // namespace isthmus::posix
