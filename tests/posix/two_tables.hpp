#pragma once

#include "posix/sync_table.hpp"
#include "support/fault.hpp"
#include "support/runtime_directory.hpp"
#include "sync_testing.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// Objects of two tables: those of the runtime directory that the tests share (home), and those of
/// another one (away). A test makes all that it needs at home before it goes away.

namespace isthmus::test {

inline constexpr wait_result nothing{.status = wait_status::timed_out, .index = 0};

inline wait_result got(std::size_t index) {
    return {.status = wait_status::signaled, .index = index};
}

inline bool is_set(const event& each) {
    return each.wait_for(std::chrono::milliseconds(0)) == wait_status::signaled;
}

class away {
public:
    away() { go(home_); }

    const std::string& path() const noexcept { return path_; }

    /// Calls `make` where the other table is.
    template <class Make>
    auto operator()(Make make) const {
        go(path_);
        auto made = make();
        go(home_);
        return made;
    }

    static void go(const std::optional<std::string>& path) {
        if (path) {
            setenv("ISTHMUS_RUNTIME_DIR", path->c_str(), 1);
        } else {
            unsetenv("ISTHMUS_RUNTIME_DIR");
        }
    }

    static std::optional<std::string> here() {
        const char* const value = std::getenv("ISTHMUS_RUNTIME_DIR");
        return value ? std::optional<std::string>(value) : std::nullopt;
    }

private:
    std::optional<std::string> home_ = here();
    temporary_runtime_directory directory_;
    std::string path_ = directory_.path().string();
};

/// Named objects, opened as "home|away:mutex|semaphore|event:NAME" say, in that order.
class opened_objects {
public:
    opened_objects(const std::string& away_path, const std::vector<std::string>& specifications) {
        const auto home = away::here();
        for (const bool at_home : {true, false}) {
            away::go(at_home ? home : away_path);
            for (const auto& each : specifications) {
                if ((each.rfind("home:", 0) == 0) == at_home)
                    open(each);
            }
        }
        away::go(home);
        for (const auto& each : specifications)
            all_.emplace_back(find(each));
    }

    const std::vector<waitable_ref>& all() const noexcept { return all_; }
    mutex& lock(const std::string& specification) { return mutexes_.at(specification); }
    semaphore& count(const std::string& specification) { return semaphores_.at(specification); }
    event& signal(const std::string& specification) { return events_.at(specification); }

private:
    void open(const std::string& specification) {
        const auto kind = specification.find(':') + 1;
        const auto name = specification.find(':', kind) + 1;
        const auto what = specification.substr(kind, name - kind - 1);
        const auto path = specification.substr(name);
        if (what == "mutex") {
            mutexes_.emplace(specification, mutex::open(path));
        } else if (what == "semaphore") {
            semaphores_.emplace(specification, semaphore::open(path));
        } else {
            events_.emplace(specification, event::open(path));
        }
    }

    waitable& find(const std::string& specification) {
        if (const auto found = mutexes_.find(specification); found != mutexes_.end())
            return found->second;
        if (const auto found = semaphores_.find(specification); found != semaphores_.end())
            return found->second;
        return events_.at(specification);
    }

    std::map<std::string, mutex> mutexes_;
    std::map<std::string, semaphore> semaphores_;
    std::map<std::string, event> events_;
    std::vector<waitable_ref> all_;
};

/// A process that waits for objects of both: "any MS" and "all MS" say how it ended, "unlock I" and
/// "set I" do that to the object of that number.
class waiter {
public:
    waiter(const away& there, std::vector<std::string> objects, const std::string& how = "futexes")
        : process_([&] {
              objects.insert(objects.begin(), {there.path(), how});
              return child_process::start("waiter", objects);
          }()) {
        EXPECT_EQ(reply(), "ready");
    }

    void begin(const std::string& command) { process_.write_line(command); }
    std::string reply() { return process_.read_line().value_or("(nothing)"); }
    std::string ask(const std::string& command) {
        begin(command);
        return reply();
    }

    void stop() { ::kill(static_cast<pid_t>(process_.pid()), SIGSTOP); }
    void go_on() { ::kill(static_cast<pid_t>(process_.pid()), SIGCONT); }
    child_process& process() noexcept { return process_; }

private:
    child_process process_;
};

/// Waits until somebody waits for what is there; and then long enough for who waits to sleep.
inline void until_somebody_waits(const away& there) {
    const auto table = there(
        [] { return posix::sync_table::attach(posix::object_domain::own(access::owner).value()); });
    EXPECT_TRUE(eventually([&] {
        return std::ranges::any_of(table->layout().waiters,
                                   [](const auto& bits) { return bits.load() != 0; });
    }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

inline std::string text_of(const wait_result& result) {
    const char* const status = result.timed_out()   ? "timed_out "
                               : result.abandoned() ? "abandoned "
                                                    : "signaled ";
    return status + std::to_string(result.index);
}

inline const child_role waiter_role{
    "waiter", [](const std::vector<std::string>& arguments) {
        const std::vector names(arguments.begin() + 2, arguments.end());
        opened_objects objects(arguments[0], names);
        using many = fault<&posix::system_calls::futex_wait_many>;
        const auto missing =
            arguments[1] == "no futex_waitv" ? std::make_unique<many>(1, ENOSYS) : nullptr;
        tell_test("ready");
        while (const auto text = hear_test()) {
            std::istringstream line(*text);
            std::string verb;
            int number = 0;
            line >> verb >> number;
            const auto until =
                number < 0 ? deadline::never() : deadline::after(std::chrono::milliseconds(number));
            if (verb == "any") {
                tell_test(text_of(wait_any_until(objects.all(), until)));
            } else if (verb == "all") {
                tell_test(text_of(wait_all_until(objects.all(), until)));
            } else if (verb == "unlock") {
                objects.lock(names.at(static_cast<std::size_t>(number))).unlock();
                tell_test("ok");
            }
        }
        return 0;
    }};

} // namespace isthmus::test
