#include "net/network_interface.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace isthmus::net {

namespace {

/// Empty if it is of no IP family.
std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (address == nullptr)
        return {};
    if (address->sa_family == AF_INET) {
        std::memcpy(&v4, address, sizeof v4);
        bytes = &v4.sin_addr;
    } else if (address->sa_family == AF_INET6) {
        std::memcpy(&v6, address, sizeof v6);
        bytes = &v6.sin6_addr;
    } else {
        return {};
    }
    if (::inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

} // namespace

std::vector<network_interface> list_interfaces(int& error) {
    std::vector<network_interface> result;
    ifaddrs* entries = nullptr;
    if (::getifaddrs(&entries) != 0) {
        error = errno;
        return result;
    }
    error = 0;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(entries, ::freeifaddrs);
    for (const ifaddrs* entry = entries; entry != nullptr; entry = entry->ifa_next) {
        if ((entry->ifa_flags & IFF_UP) == 0)
            continue;
        auto found = std::ranges::find(result, entry->ifa_name, &network_interface::name);
        if (found == result.end()) {
            const unsigned index = ::if_nametoindex(entry->ifa_name);
            if (index == 0)
                continue; // gone meanwhile, or an alias
            result.push_back({.name = entry->ifa_name,
                              .index = index,
                              .is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0});
            found = std::prev(result.end());
        }
        if (auto address = address_text(entry->ifa_addr); !address.empty())
            found->addresses.push_back(std::move(address));
    }
    return result;
}

std::string system_host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        return {};
    return name.data();
}

} // namespace isthmus::net
