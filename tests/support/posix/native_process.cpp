#include "support/native_process.hpp"

#include <climits>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#if !defined(__linux__)
extern char** environ; // declared by Linux systems only
#endif

namespace isthmus::test {

namespace {

std::string& executable() {
    static std::string path;
    return path;
}

[[noreturn]] void fail(const std::string& what, int code = errno) {
    throw std::system_error(code, std::generic_category(), what);
}

class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int number) : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor() { reset(); }

    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }
    void reset() noexcept {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }

private:
    int number_ = -1;
};

struct pipe_pair {
    descriptor reading;
    descriptor writing;
};

pipe_pair make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        fail("pipe");
    }
    pipe_pair result{descriptor(ends[0]), descriptor(ends[1])};
    for (auto* end : {&result.reading, &result.writing}) {
        fcntl(end->get(), F_SETFD, FD_CLOEXEC);
        // Above the standard streams, so that the child's dup2 never meets its own source.
        if (end->get() <= 2) {
            *end = descriptor(fcntl(end->get(), F_DUPFD_CLOEXEC, 3));
        }
    }
    return result;
}

int poll_timeout(const deadline& until) {
    if (until.is_never()) {
        return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until.remaining()).count();
    return static_cast<int>(std::min<long long>(left, INT_MAX));
}

bool wait_ready(int number, short events, const deadline& until) {
    pollfd entry{number, events, 0};
    for (;;) {
        const int count = ::poll(&entry, 1, poll_timeout(until));
        if (count > 0) {
            return true;
        }
        if (count == 0 || errno != EINTR) {
            return false;
        }
    }
}

/// Keeps SIGPIPE from the process while this thread writes, without changing its disposition, which
/// belongs to the test.
class no_sigpipe {
public:
    no_sigpipe() {
        sigemptyset(&only_pipe_);
        sigaddset(&only_pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &only_pipe_, &before_);
    }
    no_sigpipe(const no_sigpipe&) = delete;
    no_sigpipe& operator=(const no_sigpipe&) = delete;
    ~no_sigpipe() {
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        if (sigismember(&pending, SIGPIPE) == 1 && sigismember(&before_, SIGPIPE) == 0) {
            int ignored = 0;
            sigwait(&only_pipe_, &ignored);
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t only_pipe_{};
    sigset_t before_{};
};

/// What the child needs between fork and exec, where it may only make system calls.
struct prepared {
    std::vector<std::string> texts;
    std::vector<char*> arguments;
    std::vector<std::string> environment_texts;
    std::vector<char*> environment;
    std::string path;
    descriptor opened;
    std::vector<gid_t> groups;
    int highest = 0;
};

std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return name;
    }
    const char* directories = std::getenv("PATH");
    std::istringstream list(directories != nullptr ? directories : "/usr/bin:/bin");
    for (std::string directory; std::getline(list, directory, ':');) {
        auto path = directory + '/' + name;
        if (::access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    throw std::runtime_error("no such program: " + name);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (auto& each : texts) {
        result.push_back(each.data());
    }
    result.push_back(nullptr);
    return result;
}

int highest_descriptor() {
#if defined(__linux__)
    int highest = 2;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        highest = std::max(highest, std::atoi(entry.path().filename().c_str()));
    }
    return highest;
#else
    return static_cast<int>(std::min(sysconf(_SC_OPEN_MAX), 65536L));
#endif
}

void prepare(prepared& all,
             const std::vector<std::string>& command,
             bool search,
             const child_options& options) {
    all.texts = command;
    all.path = search ? find_program(command.front()) : command.front();
    // Opened now, because another user may not be able to walk to it.
    all.opened = descriptor(::open(all.path.c_str(), O_RDONLY | O_CLOEXEC));
    all.arguments = pointers(all.texts);

    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view entry(*each);
        const auto name = entry.substr(0, entry.find('='));
        if (std::none_of(options.environment.begin(), options.environment.end(),
                         [&](const auto& changed) { return changed.first == name; })) {
            all.environment_texts.emplace_back(entry);
        }
    }
    for (const auto& [name, value] : options.environment) {
        all.environment_texts.push_back(name + '=' + value);
    }
    all.environment = pointers(all.environment_texts);
    if (options.user) {
        all.groups.assign(options.user->further_groups.begin(), options.user->further_groups.end());
    }
    all.highest = options.inherit ? 0 : highest_descriptor();
}

/// Becomes the child; returns only if that failed.
void become_child(
    const prepared& all, const child_options& options, int input, int output, int report) {
    if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0) {
        return;
    }
    for (int number = 3; number <= all.highest; ++number) {
        if (number != report && number != all.opened.get()) {
            ::close(number);
        }
    }
    // An ignored SIGPIPE and a blocked signal would be inherited; the child starts afresh.
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (options.user) {
        if (::setgroups(static_cast<int>(all.groups.size()), all.groups.data()) != 0 ||
            ::setgid(options.user->group) != 0 || ::setuid(options.user->user) != 0) {
            return;
        }
    }
    ::execve(all.path.c_str(), all.arguments.data(), all.environment.data());
#if defined(__linux__)
    if (errno == EACCES) {
        ::fexecve(all.opened.get(), all.arguments.data(), all.environment.data());
    }
#endif
}

class posix_process final : public native_process {
public:
    posix_process(pid_t process, descriptor input, descriptor output)
        : process_(process), input_(std::move(input)), output_(std::move(output)) {
        fcntl(input_.get(), F_SETFL, O_NONBLOCK);
        fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    }

    ~posix_process() override {
        posix_process::kill();
        posix_process::wait(deadline::never());
    }

    std::uint32_t id() const noexcept override { return static_cast<std::uint32_t>(process_); }

    got read(std::string& into, const deadline& until) override {
        std::array<char, 4096> buffer{};
        while (wait_ready(output_.get(), POLLIN, until)) {
            const auto count = ::read(output_.get(), buffer.data(), buffer.size());
            if (count > 0) {
                into.append(buffer.data(), static_cast<std::size_t>(count));
                return got::data;
            }
            if (count == 0) {
                return got::end;
            }
            if (errno != EINTR && errno != EAGAIN) {
                return got::end;
            }
        }
        return got::timeout;
    }

    bool write(std::string_view data, const deadline& until) override {
        const no_sigpipe quiet;
        while (!data.empty()) {
            if (!input_ || !wait_ready(input_.get(), POLLOUT, until)) {
                return false;
            }
            const auto count = ::write(input_.get(), data.data(), data.size());
            if (count > 0) {
                data.remove_prefix(static_cast<std::size_t>(count));
            } else if (errno != EINTR && errno != EAGAIN) {
                return false;
            }
        }
        return true;
    }

    void close_input() override { input_.reset(); }

    void kill() override {
        if (!result_) {
            ::kill(process_, SIGKILL);
        }
    }

    std::optional<int> wait(const deadline& until) override {
        auto pause = std::chrono::microseconds(100);
        while (!result_) {
            int status = 0;
            const auto reaped = ::waitpid(process_, &status, until.is_never() ? 0 : WNOHANG);
            if (reaped == process_) {
                result_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
            } else if (reaped < 0 && errno != EINTR) {
                fail("waitpid");
            } else if (reaped == 0) {
                if (until.expired()) {
                    return std::nullopt;
                }
                std::this_thread::sleep_for(pause);
                pause = std::min(pause * 2, std::chrono::microseconds(5000));
            }
        }
        return result_;
    }

private:
    pid_t process_;
    descriptor input_;
    descriptor output_;
    std::optional<int> result_;
};

} // namespace

std::unique_ptr<native_process> native_process::start(const std::vector<std::string>& command,
                                                      bool search,
                                                      const child_options& options) {
    auto input = make_pipe();
    auto output = make_pipe();
    auto report = make_pipe();
    prepared all;
    prepare(all, command, search, options);

    const pid_t process = ::fork();
    if (process < 0) {
        fail("fork");
    }
    if (process == 0) {
        become_child(all, options, input.reading.get(), output.writing.get(), report.writing.get());
        const int code = errno;
        if (::write(report.writing.get(), &code, sizeof code) < 0) {
            ::_exit(126);
        }
        ::_exit(127);
    }
    auto result = std::make_unique<posix_process>(process, std::move(input.writing),
                                                  std::move(output.reading));
    // Until exec, the child has duplicates of all our descriptors, locks included: wait that out.
    report.writing.reset();
    int code = 0;
    ssize_t count = 0;
    do {
        count = ::read(report.reading.get(), &code, sizeof code);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        fail("start " + command.front(), code);
    }
    return result;
}

std::vector<std::string> native_arguments(int argc, char** argv) {
    return {argv, argv + argc};
}

std::vector<std::string> own_command() {
    std::vector<std::string> command;
    // Under an emulator (qemu-user) the kernel cannot execute the program by itself.
    if (const char* emulator = std::getenv("ISTHMUS_TEST_EMULATOR")) {
        std::istringstream words(emulator);
        for (std::string word; words >> word;) {
            command.push_back(word);
        }
        if (!command.empty()) {
            command.front() = find_program(command.front());
        }
    }
    command.push_back(executable());
    return command;
}

void remember_executable(const std::string& argument_zero) {
    std::error_code failed;
    auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) {
        path = std::filesystem::absolute(argument_zero);
    }
    executable() = path.string();
}

} // namespace isthmus::test
