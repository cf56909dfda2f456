#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// What each system tells of the machine's place in the network: src/posix/network_interface.cpp,
/// src/win32/network_interface.cpp and the two host_identity.cpp.

namespace isthmus::net {

struct network_interface {
    std::string name;
    unsigned index = 0;
    /// As text, without zone; the usual ones first.
    std::vector<std::string> addresses;
    bool is_loopback = false;
};

/// Those that are up. Empty on failure; `error` is then the system's raw code, else 0.
std::vector<network_interface> list_interfaces(int& error);

/// Empty if the system does not tell.
std::string system_host_name();

/// Another one on every machine, and on POSIX for every runtime directory: two processes with equal
/// tags reach each other without the network. Asked for once.
std::uint64_t host_tag();

/// Changes when the process is a forked child.
std::uint64_t process_mark() noexcept;

/// FNV-1a: the same in all processes of a machine, whatever they were built with.
constexpr std::uint64_t hash_text(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char each : text)
        hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
    return hash;
}

} // namespace isthmus::net
