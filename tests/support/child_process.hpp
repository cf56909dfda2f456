#pragma once

#include <isthmus/deadline.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// \file
/// Real child processes, with a line-based conversation over their standard input and output.

namespace isthmus::test {

class native_process;

/// How long a child may take to answer or to end before the test gives up: generous, because
/// emulators, sanitizers and busy machines are slow. No test waits this long when all is well.
inline constexpr std::chrono::seconds patience{60};

/// POSIX only, and only root can do it: another user and its groups.
struct run_as {
    unsigned user = 0;
    unsigned group = 0;
    std::vector<unsigned> further_groups = {};
};

struct child_options {
    /// The child inherits whatever is inheritable. Otherwise nothing but the standard streams.
    bool inherit = false;
    std::optional<run_as> user = std::nullopt;
    /// Set in the child, over what it inherits.
    std::vector<std::pair<std::string, std::string>> environment = {};
};

/// Not thread-safe. The destructor kills the child if it still runs, and reaps it.
class child_process {
public:
    /// What wait() gives for a child that kill() ended; on POSIX a child that ended by signal N
    /// gives -N.
    static constexpr int killed = -9;

    /// Starts this executable again, in the given role (child_role.hpp). Throws std::runtime_error
    /// if that fails.
    static child_process start(const std::string& role,
                               const std::vector<std::string>& arguments = {},
                               const child_options& options = {});
    /// Starts another program, found as the shell finds it.
    static child_process start_program(const std::string& path,
                                       const std::vector<std::string>& arguments = {},
                                       const child_options& options = {});

    child_process() noexcept;
    child_process(child_process&&) noexcept;
    child_process& operator=(child_process&&) noexcept;
    ~child_process();

    std::uint32_t pid() const noexcept;

    /// False if the child has closed its standard input (or is gone), or does not read.
    bool write_line(std::string_view line);
    bool write(std::string_view data);
    /// Its standard input ends.
    void close_input();

    /// The next line, without its end. Nothing if the time runs out or the output has ended.
    std::optional<std::string> read_line(const deadline& until = deadline::after(patience));
    /// All the rest, up to the end of the output (or of the time).
    std::string read_rest(const deadline& until = deadline::after(patience));

    /// SIGKILL, TerminateProcess.
    void kill();
    /// The exit code, once it has ended.
    std::optional<int> wait(const deadline& until = deadline::after(patience));
    template <class Rep, class Period>
    std::optional<int> wait(const std::chrono::duration<Rep, Period>& timeout) {
        return wait(deadline::after(timeout));
    }
    /// kill() and wait(): when this returns, the system has closed everything the child had open.
    void kill_and_wait();

private:
    explicit child_process(std::unique_ptr<native_process> process) noexcept;

    std::unique_ptr<native_process> process_;
    std::string unread_;
};

} // namespace isthmus::test
