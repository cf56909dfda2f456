#pragma once

#include "support/child_process.hpp"

#include <chrono>
#include <future>
#include <system_error>
#include <utility>

/// \file
/// Calling the library: in the background, and for its errors.

namespace isthmus::test {

/// For what must happen: reached only when a test fails, so it may be generous.
inline constexpr std::chrono::seconds in_good_time = patience;

/// Runs `call` in another thread.
template <class Call>
auto in_background(Call call) {
    return std::async(std::launch::async, std::move(call));
}

/// True if the call in the background has not returned `time` later. Says nothing if it returns
/// late: use it where returning at all is wrong.
template <class Result>
bool still_blocked(const std::future<Result>& call,
                   std::chrono::milliseconds time = std::chrono::milliseconds(50)) {
    return call.wait_for(time) == std::future_status::timeout;
}

/// Calls `cancel` until the call in the background has returned. There is no way to see from
/// outside that a thread has begun to block, and cancelling one that has not yet does nothing.
template <class Result, class Cancel>
Result cancel_until_done(std::future<Result>& call, Cancel cancel) {
    do {
        cancel();
    } while (call.wait_for(std::chrono::milliseconds(2)) != std::future_status::ready);
    return call.get();
}

/// The error of a call of the form that sets one. A success must clear what an earlier call left.
template <class Call>
std::error_code error_of(Call call) {
    auto ec = std::make_error_code(std::errc::state_not_recoverable);
    call(ec);
    return ec;
}

} // namespace isthmus::test
