#include "host_names.hpp"

#include "case_fold.hpp"
#include "network_interface.hpp"
#include "utf8.hpp"

#include <algorithm>

namespace isthmus::net {

namespace {

/// As Windows writes an IPv6 address in a path: 2001-db8--1.ipv6-literal.net.
std::string literal_name(std::string address) {
    std::ranges::replace(address, ':', '-');
    return address + ".ipv6-literal.net";
}

} // namespace

host_names::host_names(const network_options& options)
    : domain_(detail::fold_case(options.domain)) {
    const auto host = options.host.empty() ? system_host_name() : options.host;
    if (detail::is_utf8(host) && !host.empty()) {
        hosts_.push_back(detail::fold_case(host));
        if (const auto dot = host.find('.'); dot != std::string::npos && dot > 0)
            hosts_.push_back(detail::fold_case(host.substr(0, dot)));
    }
    int error = 0;
    for (const auto& each : list_interfaces(error)) {
        if (each.is_loopback)
            continue;
        for (const auto& address : each.addresses) {
            const bool v6 = address.find(':') != std::string::npos;
            hosts_.push_back(detail::fold_case(v6 ? literal_name(address) : address));
        }
    }
}

bool host_names::is_host(std::string_view name) const noexcept {
    return std::ranges::find(hosts_, name) != hosts_.end();
}

} // namespace isthmus::net
