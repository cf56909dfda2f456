#pragma once

#include "fault_testing.hpp"
#include "support/data.hpp"

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// Every system call fails once, wherever it is made in the life of an object, and in a process
/// that has made none before. Each time there is an error, or the call did not matter; what failed
/// works when it is tried again; no descriptor leaks; and the next process leaves no file behind.

namespace isthmus::test {

inline const harmless may_pass_unnoticed[] = {
    {"close", {}, "there is nobody to tell; the next use of the name tidies up"},
    {"come", {}, "removes what others have left: so does the next process"},
    {"", {"ofd_get_lock"}, "what cannot be tested is taken for held; who uses it finds out"},
    {"find", {"flock"}, "only tests"},
    {"send", {"flock"}, "only tests"},
    {"map", {"open"}, "a second open file is mapped then (fork_guard::allow_mapping)"},
    {"", {"close"}, "what is closed is closed, whatever close says"},
    {"", {"munmap"}, "there is nobody to tell"},
    {"", {"futex_wait", "futex_wait_many"}, "waits are made by polling then"},
    {"", {"robust_futexes"}, "lives are watched by file locks then"},
};

// --- a process for each failure

/// What a child found out.
struct report {
    int calls = 0;
    std::size_t descriptors = 0;
    bool told = false;
    bool good = false;
};

enum class ending { crash, usual };

/// Runs `body` in a child that is forked before this process has used the library.
template <class Body>
report in_new_process(ending how, Body body) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        report result = body();
        result.good = !testing::Test::HasFailure();
        std::cout.flush();
        const bool written = ::write(ends[1], &result, sizeof result) == sizeof result;
        if (how == ending::usual)
            std::exit(written ? 0 : 1);
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    report result;
    if (::read(ends[0], &result, sizeof result) != sizeof result)
        result = {};
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(result.good);
    return result;
}

inline void expect_success(const life& course, const std::string& after) {
    EXPECT_EQ(course.first_error, std::error_code())
        << course.where << ": " << course.first_error.message() << ", after " << after;
    EXPECT_TRUE(course.right) << "after " << after;
}

/// Runs `scenario` once for each call it makes of each kind, with that call failing.
inline void fail_every_call(const std::function<life()>& scenario) {
    const temporary_runtime_directory directory;
    // Twice in each process: some things are made once, for all that follow.
    const auto descriptors = in_new_process(ending::usual, [&] {
                                 expect_success(scenario(), "nothing");
                                 expect_success(scenario(), "nothing");
                                 return report{.descriptors = descriptor_count()};
                             }).descriptors;
    std::size_t failures = 0;
    for_each_system_call([&]<auto Kind>(const std::string& kind) {
        const int calls = in_new_process(ending::usual, [&] {
                              const fault<Kind> counting(0, 0);
                              expect_success(scenario(), "nothing");
                              return report{.calls = counting.count()};
                          }).calls;
        for_each_failure(calls, [&](int nth, int error) {
            SCOPED_TRACE(kind + " number " + std::to_string(nth) + " of " + std::to_string(calls));
            const auto seen = in_new_process(ending::crash, [&] {
                const life course = live_with_failure<Kind>(nth, error, scenario);
                judge(course, kind, may_pass_unnoticed);
                EXPECT_EQ(course.second_error, std::error_code())
                    << course.where << ", then " << course.second_error.message();
                expect_success(scenario(), course.where);
                return report{.descriptors = descriptor_count(),
                              .told = static_cast<bool>(course.first_error)};
            });
            EXPECT_EQ(seen.descriptors, descriptors);
            failures += seen.told ? 1 : 0;
        });
        in_new_process(ending::usual, [&] {
            expect_success(scenario(), kind);
            return report();
        });
        EXPECT_EQ(files_in(directory), 0U) << "after failures of " << kind;
    });
    EXPECT_GT(failures, 5U);
}

// --- what objects do

using step = std::pair<const char*, std::function<void(std::error_code&)>>;
using steps = std::vector<step>;

inline steps operator+(steps first, const steps& then) {
    first.insert(first.end(), then.begin(), then.end());
    return first;
}

/// Goes on as long as they succeed.
inline void follow(life& course, const steps& all) {
    std::ranges::all_of(all,
                        [&](const step& each) { return course.step(each.first, each.second); });
}

/// The first look at a directory, and what it does beside.
inline steps come(const char* nobody = "nobody") {
    return {{"come", [=](auto& ec) {
                 shared_region::open(nobody, rights::read_only, ec);
                 if (ec == errc::not_found)
                     ec.clear();
             }}};
}

template <class Object>
steps close(Object& object) {
    return {{"close", [&](auto&) { object.close(); }}};
}

/// A token as a child would get it: of descriptors of its own, two if the object is in a table.
class inherited_token {
public:
    inherited_token(const inheritable_object& object, bool in_table) {
        const std::string token = object.token();
        fd_ = ::dup(std::stoi(token));
        text_ = std::to_string(fd_) + token.substr(token.find(':'));
        if (in_table) {
            const auto last = text_.rfind(':') + 1;
            table_ = ::dup(std::stoi(text_.substr(last)));
            text_.replace(last, std::string::npos, std::to_string(table_));
        }
    }
    inherited_token(const inherited_token&) = delete;
    inherited_token& operator=(const inherited_token&) = delete;
    ~inherited_token() {
        if (fd_ >= 0)
            ::close(fd_);
        if (table_ >= 0)
            ::close(table_);
    }

    const std::string& text() const noexcept { return text_; }
    /// It belongs to an object now.
    void taken() noexcept { fd_ = table_ = -1; }

private:
    int fd_ = -1;
    int table_ = -1;
    std::string text_;
};

/// Hands the object to a child, which is this process.
template <class Object>
steps hand_over(const Object& object, Object& got) {
    auto shared = std::make_shared<std::optional<inheritable_object>>();
    return {{"share", [=, &object](auto& ec) { *shared = object.share_with_child(ec); }},
            {"inherit", [=, &got](auto& ec) {
                 inherited_token token(**shared, std::is_base_of_v<waitable, Object>);
                 got = Object::from_token(token.text(), ec);
                 if (!ec)
                     token.taken();
             }}};
}

} // namespace isthmus::test
