#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// Processes of a comparison, and what the system says about them (support/posix).

namespace isthmus::bench {

/// Keeps this process on one CPU. False if the system cannot.
bool pin_to_cpu(int cpu);
/// Makes this process a batch process: its wake-up does not preempt the one that runs. On one CPU
/// both sides then really sleep and really switch, in every round. False if the system cannot.
bool become_batch();

/// What this process has used so far.
struct usage {
    std::uint64_t sleeps = 0;  ///< voluntary context switches
    double cpu_seconds = 0;    ///< user and system
    double system_seconds = 0; ///< of these, in the kernel
};
usage usage_now();

/// For this process and the children that it starts from now on.
void set_environment(const std::string& name, const std::string& value);

/// A child process that runs this program again with other arguments; killed when destroyed.
class child {
public:
    child(const std::string& program, const std::vector<std::string>& arguments);
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child();

    /// Reads its standard output to the end and waits for it. Throws if it fails or is not done in
    /// time.
    std::string finish(std::chrono::steady_clock::time_point until);

private:
    int process_ = -1;
    int output_ = -1;
    std::string text_;
};

} // namespace isthmus::bench
