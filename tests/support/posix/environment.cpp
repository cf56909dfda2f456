#include "support/environment.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#if defined(__APPLE__)
#    include <mach/mach.h>
#endif

namespace isthmus::test {

bool under_wine() noexcept {
    return false;
}

bool slots_have_quotas() noexcept {
    return true;
}

std::size_t descriptor_count() {
#if defined(__linux__)
    // One less: the iterator has the directory itself open.
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;
#else
    std::size_t count = 0;
    const long limit = sysconf(_SC_OPEN_MAX);
    for (int descriptor = 0; descriptor < limit; ++descriptor) {
        if (fcntl(descriptor, F_GETFD) != -1) {
            ++count;
        }
    }
    return count;
#endif
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::uint32_t own_process_id() noexcept {
    return static_cast<std::uint32_t>(getpid());
}

bool names_a_user(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t resident_memory() {
#if defined(__linux__)
    std::ifstream statm("/proc/self/statm");
    std::size_t total_pages = 0;
    std::size_t resident_pages = 0;
    statm >> total_pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
#elif defined(__APPLE__)
    mach_task_basic_info info{};
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    task_info(mach_task_self(), MACH_TASK_BASIC_INFO, reinterpret_cast<task_info_t>(&info), &count);
    return info.resident_size;
#else
    rusage usage{}; // the highest so far: good enough to see that memory stays bounded
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
#endif
}

} // namespace isthmus::test
