#pragma once

#include "support/support.hpp"

#include <isthmus/error.hpp>
#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// What the tests of mutexes, semaphores, events and regions share.

namespace isthmus::test {

/// Runs `call` in a thread of its own and waits for it: somebody else, as mutexes see it.
template <class Call>
auto in_other_thread(Call call) {
    return in_background(std::move(call)).get();
}

/// Leaves the mutex to whoever comes next, by the end of the thread that owns it.
inline void abandon(mutex& lock) {
    std::thread([&] { lock.lock(); }).join();
}

/// Nobody can see from outside that threads have begun to block. So the test does what it would do
/// to blocked ones after a pause, and again after longer ones if they were not ready yet:
/// `attempt(pause)` says if it worked. What cannot work fails at every pause.
template <class Attempt>
bool after_some_pause(Attempt attempt) {
    using milliseconds = std::chrono::milliseconds;
    for (const auto pause : {milliseconds(30), milliseconds(300), milliseconds(3000)}) {
        if (attempt(pause)) {
            return true;
        }
    }
    return false;
}

/// How much slower than an idle machine of today this run may be: the sanitizers' and emulators'
/// legs have a small ISTHMUS_TEST_SCALE.
inline double slowness() {
    constexpr std::size_t whole = 1000;
    return std::max(1.0, static_cast<double>(whole) / static_cast<double>(scaled(whole)));
}

/// The objects as wait_any and wait_all take them.
inline std::vector<waitable_ref> references(const std::vector<event>& events) {
    return {events.begin(), events.end()};
}

} // namespace isthmus::test
