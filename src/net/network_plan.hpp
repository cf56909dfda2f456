#pragma once

#include "native_error.hpp"

#include <isthmus/network.hpp>

#include <asio/ip/address_v4.hpp>
#include <asio/ip/address_v6.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace isthmus::net {

/// One interface, and what of it is used.
struct link {
    std::string name;
    unsigned index = 0;
    std::optional<asio::ip::address_v4> v4 = std::nullopt; ///< its first address
    bool v6 = false;
};

/// network_options, checked and looked up.
struct network_plan {
    std::vector<link> links; ///< each interface once; none: nothing leaves or enters the machine
    std::optional<asio::ip::address_v4> group_v4;
    std::optional<asio::ip::address_v6> group_v6;
    bool limited_broadcast = false;
    std::uint16_t port = 0;
    unsigned hops = 1;

    bool uses_v4() const noexcept;
    bool uses_v6() const noexcept;
    bool names(unsigned interface_index) const noexcept;
};

/// Nothing, with `ec` and the reason in the log, if the options cannot work on this machine.
std::optional<network_plan> make_plan(const network_options& options,
                                      detail::operation what,
                                      std::error_code& ec);

} // namespace isthmus::net
