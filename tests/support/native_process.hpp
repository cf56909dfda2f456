#pragma once

#include "support/child_process.hpp"

/// \file
/// What each system implements for child_process.

namespace isthmus::test {

class native_process {
public:
    enum class got { data, end, timeout };

    /// `command` is the program and its arguments; the program is looked up in PATH if `search`.
    static std::unique_ptr<native_process> start(const std::vector<std::string>& command,
                                                 bool search,
                                                 const child_options& options);

    native_process() = default;
    native_process(const native_process&) = delete;
    native_process& operator=(const native_process&) = delete;
    /// Kills and reaps.
    virtual ~native_process() = default;

    virtual std::uint32_t id() const noexcept = 0;
    /// Appends what there is.
    virtual got read(std::string& into, const deadline& until) = 0;
    virtual bool write(std::string_view data, const deadline& until) = 0;
    virtual void close_input() = 0;
    virtual void kill() = 0;
    virtual std::optional<int> wait(const deadline& until) = 0;
};

/// The command line as UTF-8.
std::vector<std::string> native_arguments(int argc, char** argv);

/// How to start this executable again: its path, or an emulator and its path.
std::vector<std::string> own_command();

/// Remembers argv[0], for systems that have no better way to find the executable.
void remember_executable(const std::string& argument_zero);

} // namespace isthmus::test
