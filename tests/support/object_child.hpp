#pragma once

#include "support/child_process.hpp"

#include <string>

/// \file
/// A child process that does with named objects what the test tells it to.
///
/// One command a line, one reply a line:
///
///     mutex|semaphore|event NAME        opens, or creates if there is none: "opened", "created"
///     access owner|group|everyone       of what is created from now on: "ok"
///     new KIND NAME                     creates, which fails if there is one: "ok"
///     open KIND NAME                    fails if there is none: "ok"
///     wait NAME MS                      "signaled", "abandoned", "timed_out"; MS -1: forever
///     any|all MS NAME...                the same with the index: "signaled 1"
///     unlock|set|reset|pulse NAME       "ok"
///     release NAME COUNT                the count before
///     close NAME                        "ok"
///     abandon NAME                      locks it in a thread that ends: "ok"
///     start NAME COUNT                  so many threads wait for it: "ok" as they begin
///     collect                           how many of them came back, when all have
///     poll NAME COUNT                   acquires and releases so many times without waiting: how
///                                       often it was not to be had
///     region NAME                       "opened SIZE", or 4096 bytes are "created 4096"
///     peek NAME OFFSET                  the byte, as a number
///     poke NAME OFFSET BYTE             "ok"
///     count MUTEX REGION COUNT          adds one so many times to the number at the region's
///                                       beginning, each time under the mutex: "ok"
///
/// A failure is "error: TEXT", or one of "access denied", "already exists", "not found" and "wrong
/// kind".

namespace isthmus::test {

class object_child {
public:
    object_child();
    /// Has the role already, or an equal one.
    explicit object_child(child_process process);

    /// Sends the command; the reply is read later.
    void begin(const std::string& command);
    /// "(nothing)" if it does not come.
    std::string reply();
    /// Both.
    std::string ask(const std::string& command);

    child_process& process() noexcept { return process_; }

private:
    child_process process_;
};

} // namespace isthmus::test
