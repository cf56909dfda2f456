#pragma once

#include "support/environment.hpp"
#include "support/fault.hpp"
#include "support/runtime_directory.hpp"

#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <system_error>

/// \file
/// Every system call fails once, wherever it is made in the life of an object.

namespace isthmus::test {

/// Whether the call that is to fail has done so.
inline std::function<bool()> call_has_failed = [] { return false; };

/// A life from creation to close. A step that fails is tried again, once: by then the call that
/// failed works. The life ends early when the object says that it is gone.
class life {
public:
    std::error_code first_error;
    std::string where = "nowhere";
    std::string failing = "close"; ///< the step in which the call failed
    bool right = true;             ///< what was seen, as far as it went
    std::error_code second_error;

    /// True if the step has succeeded, at the first or the second try.
    template <class Body>
    bool step(const char* name, Body body) {
        std::error_code ec;
        const bool failed_before = call_has_failed();
        body(ec);
        if (call_has_failed() && !failed_before)
            failing = name;
        if (!ec)
            return true;
        if (!first_error) {
            first_error = ec;
            where = name;
            ec.clear();
            body(ec);
            if (!ec)
                return true;
        }
        second_error = ec;
        return false;
    }

    template <class Value>
    void expect(const Value& seen, const Value& expected) {
        right = right && seen == expected;
    }
};

/// A wait that is meant to run out of time.
inline void forgive_timeout(std::error_code& ec) {
    if (ec == errc::timed_out)
        ec.clear();
}

inline std::size_t files_in(const temporary_runtime_directory& directory) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
        if (!entry.is_directory())
            ++count;
    }
    return count;
}

/// Failures that need not be the caller's, by step and kind of call, and why. An empty name stands
/// for all.
struct harmless {
    std::string step;
    std::set<std::string> kinds;
    std::string why;
};

/// The life of a scenario in which the `nth` call of a kind fails.
template <auto Kind>
life live_with_failure(int nth, int error, const std::function<life()>& scenario) {
    const fault<Kind> failing(nth, error);
    call_has_failed = [&] { return failing.count() >= nth; };
    life course = scenario();
    call_has_failed = [] { return false; };
    return course;
}

/// The failure was told, or did not matter; and nothing wrong was seen.
inline void judge(const life& course, const std::string& kind, std::span<const harmless> allowed) {
    if (course.first_error) {
        EXPECT_NE(course.first_error.message(), "");
    } else {
        EXPECT_TRUE(
            std::ranges::any_of(allowed,
                                [&](const harmless& each) {
                                    return (each.step.empty() || each.step == course.failing) &&
                                           (each.kinds.empty() || each.kinds.contains(kind));
                                }))
            << "the failure was lost in " << course.failing;
    }
    EXPECT_TRUE(course.right) << "after " << course.where;
}

/// Calls `fail(nth, error)` for each of `calls` system calls; but not for every one where each
/// takes ages (qemu).
template <class Fail>
void for_each_failure(int calls, Fail fail) {
    const int stride = static_cast<int>(std::max<std::size_t>(1, 6 / scaled(20)));
    for (int nth = 1; nth <= calls; nth += stride)
        fail(nth, nth % 2 == 0 ? EMFILE : EIO);
}

} // namespace isthmus::test
