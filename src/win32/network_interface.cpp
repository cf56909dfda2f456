#include "net/network_interface.hpp"

#include "wide.hpp"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>

#include <array>
#include <cstddef>

namespace isthmus::net {

namespace {

/// Empty if it is of no IP family.
std::string address_text(const SOCKET_ADDRESS& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (address.lpSockaddr->sa_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in*>(address.lpSockaddr)->sin_addr;
    } else if (address.lpSockaddr->sa_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6*>(address.lpSockaddr)->sin6_addr;
    } else {
        return {};
    }
    if (inet_ntop(address.lpSockaddr->sa_family, bytes, text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

} // namespace

std::vector<network_interface> list_interfaces(int& error) {
    constexpr ULONG flags =
        GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    std::vector<std::max_align_t> buffer;
    ULONG size = 16 * 1024;
    ULONG problem = ERROR_BUFFER_OVERFLOW;
    // What it needs may grow between two calls.
    for (int attempt = 0; attempt < 8 && problem == ERROR_BUFFER_OVERFLOW; ++attempt) {
        buffer.resize(size / sizeof(std::max_align_t) + 1);
        problem =
            GetAdaptersAddresses(AF_UNSPEC, flags, nullptr,
                                 reinterpret_cast<IP_ADAPTER_ADDRESSES*>(buffer.data()), &size);
    }
    error = static_cast<int>(problem);
    std::vector<network_interface> result;
    if (problem != NO_ERROR)
        return result;
    for (const auto* adapter = reinterpret_cast<const IP_ADAPTER_ADDRESSES*>(buffer.data());
         adapter != nullptr; adapter = adapter->Next) {
        if (adapter->OperStatus != IfOperStatusUp)
            continue;
        network_interface each;
        each.name = win32::to_utf8(adapter->FriendlyName);
        each.index = adapter->IfIndex != 0 ? adapter->IfIndex : adapter->Ipv6IfIndex;
        each.is_loopback = adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK;
        for (const auto* address = adapter->FirstUnicastAddress; address != nullptr;
             address = address->Next) {
            if (auto text = address_text(address->Address); !text.empty())
                each.addresses.push_back(std::move(text));
        }
        result.push_back(std::move(each));
    }
    return result;
}

std::string system_host_name() {
    std::array<wchar_t, 256> name{};
    auto size = static_cast<DWORD>(name.size());
    if (!GetComputerNameExW(ComputerNameDnsHostname, name.data(), &size))
        return {};
    return win32::to_utf8({name.data(), size});
}

} // namespace isthmus::net
