#pragma once

#include <isthmus/deadline.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <limits>
#include <mutex>

/// \file
/// Sleeping until another thread of the process says something about an address. Everything that
/// has no handle is made of this and an atomic variable: nobody comes here who need not wait.

namespace isthmus::winapi {

/// A variable of the program as an atomic one.
template <class Value>
std::atomic<Value>& atomic(Value& variable) noexcept {
    static_assert(sizeof(std::atomic<Value>) == sizeof(Value) &&
                  std::atomic<Value>::is_always_lock_free);
    return reinterpret_cast<std::atomic<Value>&>(variable);
}

class sleeper;

/// Those who sleep at some addresses, in the order of their arrival.
struct sleepers {
    std::mutex mutex;
    sleeper* first = nullptr;
    sleeper* last = nullptr;

    static sleepers& at(const volatile void* address) noexcept;
};

/// The calling thread's sleep.
class sleeper {
public:
    explicit sleeper(const volatile void* address) noexcept
        : address_(address), all_(sleepers::at(address)) {}
    sleeper(const sleeper&) = delete;
    sleeper& operator=(const sleeper&) = delete;
    ~sleeper() = default;

    /// If `check()`, which runs while nobody can be woken, says so: from now on it can be woken.
    template <class Check>
    bool lie_down(Check check) {
        const std::lock_guard lock(all_.mutex);
        if (!check()) {
            return false;
        }
        append();
        return true;
    }

    /// Then: until it is woken. False if the time has passed; `leave()` is called then while nobody
    /// can be woken.
    template <class Leave>
    bool sleep(const deadline& until, Leave leave) {
        std::unique_lock lock(all_.mutex);
        if (until.is_never()) {
            wake_.wait(lock, [this] { return woken_; });
        } else if (!wake_.wait_until(lock, until.when(), [this] { return woken_; })) {
            remove();
            leave();
            return false;
        }
        return true;
    }
    bool sleep(const deadline& until) {
        return sleep(until, [] {});
    }

    /// Wakes as many as sleep at the address, but no more than `most`; `leave()` is called for
    /// each, while no others can be woken.
    template <class Leave>
    static void wake(const volatile void* address, std::size_t most, Leave leave) {
        auto& all = sleepers::at(address);
        const std::lock_guard lock(all.mutex);
        sleeper* before = nullptr;
        for (sleeper* each = all.first; each != nullptr && most != 0;) {
            sleeper* const next = each->next_;
            if (each->address_ != address) {
                before = each;
            } else {
                each->remove_after(before);
                leave();
                each->woken_ = true;
                each->wake_.notify_one(); // under the lock: then it may be gone
                --most;
            }
            each = next;
        }
    }
    static void wake_one(const volatile void* address) {
        wake(address, 1, [] {});
    }
    static void wake_all(const volatile void* address) {
        wake(address, std::numeric_limits<std::size_t>::max(), [] {});
    }

private:
    void append() noexcept;
    void remove_after(sleeper* before) noexcept;
    void remove() noexcept;

    const volatile void* const address_;
    sleepers& all_;
    std::condition_variable wake_;
    sleeper* next_ = nullptr;
    bool woken_ = false;
};

} // namespace isthmus::winapi
