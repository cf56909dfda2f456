#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

extern char** environ;

namespace isthmus::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

} // namespace

#if defined(CPU_SET) && defined(SCHED_BATCH)

bool pin_to_cpu(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(cpu), &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

bool become_batch() {
    const sched_param parameters{};
    return sched_setscheduler(0, SCHED_BATCH, &parameters) == 0;
}

#else

bool pin_to_cpu(int) {
    return false;
}

bool become_batch() {
    return false;
}

#endif

usage usage_now() {
    rusage now{};
    if (getrusage(RUSAGE_SELF, &now) != 0) {
        fail("getrusage");
    }
    return {.sleeps = static_cast<std::uint64_t>(now.ru_nvcsw),
            .cpu_seconds = seconds(now.ru_utime) + seconds(now.ru_stime),
            .system_seconds = seconds(now.ru_stime)};
}

void set_environment(const std::string& name, const std::string& value) {
    if (setenv(name.c_str(), value.c_str(), 1) != 0) {
        fail("setenv");
    }
}

child::child(const std::string& program, const std::vector<std::string>& arguments) {
    int ends[2];
    if (pipe(ends) != 0) {
        fail("pipe");
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);

    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t process = -1;
    const int error =
        posix_spawnp(&process, program.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error != 0) {
        close(ends[0]);
        throw std::system_error(error, std::generic_category(), "start " + program);
    }
    process_ = process;
    output_ = ends[0];
}

child::~child() {
    if (output_ >= 0) {
        close(output_);
    }
    if (process_ > 0) {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
}

std::string child::finish(std::chrono::steady_clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            throw std::runtime_error("a process of the comparison hangs");
        }
        pollfd readable{.fd = output_, .events = POLLIN, .revents = 0};
        const int ready = poll(&readable, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) {
            fail("poll");
        }
        if (ready <= 0) {
            continue;
        }
        char buffer[4096];
        const ssize_t got = read(output_, buffer, sizeof buffer);
        if (got < 0) {
            fail("read");
        }
        if (got == 0) {
            break;
        }
        text_.append(buffer, static_cast<std::size_t>(got));
    }
    int status = 0;
    while (waitpid(process_, &status, 0) < 0) {
        if (errno != EINTR) {
            fail("waitpid");
        }
    }
    process_ = -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error("a process of the comparison failed");
    }
    return std::move(text_);
}

} // namespace isthmus::bench
