#include "fork_guard.hpp"
#include "net/network_interface.hpp"
#include "runtime_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>

namespace isthmus::net {

namespace {

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// Another one after each start, where the system has such a thing.
std::string boot_identity() {
    for (const char* path : {"/proc/sys/kernel/random/boot_id", "/etc/machine-id", "/etc/hostid"}) {
        if (auto line = first_line(path); !line.empty())
            return line;
    }
    return system_host_name() + ' ' + std::to_string(static_cast<std::uint32_t>(::gethostid()));
}

/// Containers that do not share it do not reach each other but by the network.
std::string runtime_identity() {
    auto base = posix::runtime_base();
    struct ::stat status {};
    if (::stat(base.c_str(), &status) != 0)
        return base;
    return std::to_string(static_cast<std::uint64_t>(status.st_dev)) + ' ' +
           std::to_string(static_cast<std::uint64_t>(status.st_ino));
}

} // namespace

std::uint64_t host_tag() {
    // Not a constant: a child forked while another thread made it would wait for ever.
    static std::atomic<std::uint64_t> known = 0;
    std::uint64_t tag = known.load(std::memory_order_relaxed);
    if (tag == 0) {
        tag = hash_text(boot_identity() + ' ' + runtime_identity());
        known.store(tag, std::memory_order_relaxed);
    }
    return tag;
}

std::uint64_t process_mark() noexcept {
    return posix::process_stamp();
}

} // namespace isthmus::net
