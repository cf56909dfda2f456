#include "waiting.hpp"

#include "capabilities.hpp"
#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "syscalls.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

namespace isthmus::posix {

namespace {

/// What other threads wake this one by. One per thread, not per object: threads are few.
class wake_up {
public:
    /// False with errno.
    bool open() {
        // A forked child shares its parent's, and would drain wake-ups that are not its own.
        if (reader_ && process_ == process_stamp())
            return true;
        process_ = process_stamp();
        writer_.reset();
        if constexpr (capability::eventfd) {
            reader_ = descriptor(os.eventfd());
            return static_cast<bool>(reader_);
        }
        std::array<int, 2> ends{};
        if (os.pipe(ends.data()) != 0)
            return false;
        reader_ = descriptor(ends[0]);
        writer_ = descriptor(ends[1]);
        os.set_nonblocking(ends[0], true);
        os.set_nonblocking(ends[1], true);
        return true;
    }

    int reader() const noexcept { return reader_.get(); }
    int writer() const noexcept { return writer_ ? writer_.get() : reader_.get(); }

    void drain() const noexcept {
        std::array<char, 64> bytes{};
        while (os.read(reader(), bytes.data(), bytes.size()) > 0) {}
    }

    static void wake(int writer) noexcept {
        const std::uint64_t one = 1;
        // Full means that it has been woken often enough.
        [[maybe_unused]] const auto written =
            retry([&] { return os.write(writer, &one, sizeof one); });
    }

private:
    std::uint64_t process_ = 0;
    descriptor reader_;
    descriptor writer_;
};

thread_local wake_up this_thread;

timespec remaining(const deadline& until) noexcept {
    const auto left = std::chrono::ceil<std::chrono::nanoseconds>(until.remaining());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    return {.tv_sec = static_cast<time_t>(seconds.count()),
            .tv_nsec = static_cast<long>((left - seconds).count())};
}

} // namespace

void cancellation::cancel_all() noexcept {
    const std::lock_guard lock(mutex_);
    ++generation_;
    for (const int sleeper : sleepers_) {
        if (sleeper >= 0)
            wake_up::wake(sleeper);
    }
    turns_.notify_all();
}

void cancellation::look_again() noexcept {
    const std::lock_guard lock(mutex_);
    ++changes_;
    for (const int sleeper : sleepers_) {
        if (sleeper >= 0)
            wake_up::wake(sleeper);
    }
}

wait_result cancellation::wait(int fd,
                               short events,
                               const deadline& until,
                               std::uint64_t generation) {
    return wait(fd, events, until, generation, changes_);
}

wait_result cancellation::wait(
    int fd, short events, const deadline& until, std::uint64_t generation, std::uint64_t seen) {
    // Without a descriptor to be woken by, look now and then: out of descriptors is no reason to
    // fail on a connection that exists.
    constexpr timespec moment{.tv_sec = 0, .tv_nsec = 10'000'000};
    const bool can_be_woken = this_thread.open();
    const int sleeper = this_thread.writer();
    {
        const std::lock_guard lock(mutex_);
        if (generation_ != generation)
            return wait_result::canceled;
        if (changes_ != seen)
            return wait_result::ready;
        sleepers_.push_back(sleeper);
    }
    std::array<pollfd, 2> fds = {
        pollfd{.fd = fd, .events = events, .revents = 0},
        pollfd{.fd = this_thread.reader(), .events = POLLIN, .revents = 0}};
    for (;;) {
        timespec left = until.is_never() ? moment : remaining(until);
        const bool in_slices = !can_be_woken && (left.tv_sec > 0 || left.tv_nsec > moment.tv_nsec);
        if (in_slices)
            left = moment;
        const bool forever = until.is_never() && can_be_woken;
        const int ready = os.poll(fds.data(), fds.size(), forever ? nullptr : &left);
        const int reason = errno;
        const std::lock_guard lock(mutex_);
        const bool canceled = generation_ != generation;
        const bool changed = changes_ != seen;
        // A wake-up may come when the wait is already over: none must be left for the next one.
        if (can_be_woken && (canceled || changed || (ready > 0 && fds[1].revents != 0)))
            this_thread.drain();
        const bool over = canceled || changed || (ready > 0 && fds[0].revents != 0) ||
                          (ready == 0 && until.expired()) || (ready < 0 && reason != EINTR);
        if (!over)
            continue;
        sleepers_.erase(std::find(sleepers_.begin(), sleepers_.end(), sleeper));
        errno = reason;
        if (ready > 0 && fds[0].revents != 0)
            return wait_result::ready;
        if (canceled)
            return wait_result::canceled;
        if (changed)
            return wait_result::ready;
        return ready < 0 ? wait_result::failed : wait_result::timed_out;
    }
}

// A waiter announces itself before it looks at the owner, and who gives back looks for waiters
// after it has cleared the owner (both sequentially consistent): one of them sees the other.
wait_result turn::take(cancellation& shared,
                       const void* who,
                       const deadline& until,
                       std::uint64_t generation) {
    std::unique_lock lock(shared.mutex_);
    ++waiters_;
    auto how = wait_result::ready;
    while (how == wait_result::ready && !try_take(who)) {
        if (shared.generation_ != generation) {
            how = wait_result::canceled;
        } else if (until.is_never()) {
            shared.turns_.wait(lock);
        } else if (shared.turns_.wait_until(lock, until.when()) == std::cv_status::timeout &&
                   !try_take(who)) {
            how = wait_result::timed_out;
        }
    }
    --waiters_;
    return how;
}

bool turn::take_unless_kept(cancellation& shared, const void* who) {
    std::unique_lock lock(shared.mutex_);
    ++waiters_;
    bool taken = try_take(who);
    while (!taken && !kept_) {
        shared.turns_.wait(lock);
        taken = try_take(who);
    }
    --waiters_;
    return taken;
}

void turn::wake_waiters(cancellation& shared) {
    const std::lock_guard lock(shared.mutex_);
    shared.turns_.notify_all();
}

} // namespace isthmus::posix
