#pragma once

#include <functional>

namespace isthmus::bench {

/// Does `work`, writes the number of system calls that it made to the standard output, and ends
/// the process (which can do nothing else afterwards); writes "unknown" if the system cannot count
/// them. Calls that the C library answers without the kernel (vDSO) do not count.
[[noreturn]] void report_system_calls(const std::function<void()>& work);

} // namespace isthmus::bench
