#pragma once

#include "native_error.hpp"

#include <asio/ip/udp.hpp>
#include <asio/ip/v6_only.hpp>

#include <cstddef>
#include <span>
#include <system_error>

/// \file
/// What Asio's sockets lack: a socket that is not inherited, and by which interface a datagram
/// came. src/posix/udp_socket.cpp and src/win32/udp_socket.cpp implement it.

namespace isthmus::net {

using asio::ip::udp;

/// Opens `socket`, non-blocking, not inherited by children, for `protocol` alone (an IPv6 one does
/// not take IPv4).
void open_socket(udp::socket& socket, const udp& protocol, asio::error_code& ec);

/// Before it is bound: other sockets of this machine may share the port, and what is received comes
/// with its interface.
void prepare_to_receive(udp::socket& socket, const udp& protocol, asio::error_code& ec);

struct arrival {
    enum class kind { datagram, nothing, failure } what = kind::nothing;
    std::size_t size = 0;
    bool truncated = false;
    unsigned interface_index = 0; ///< 0 if the system did not tell
    asio::error_code error;
};

/// Never waits.
arrival receive(udp::socket& socket, std::span<std::byte> buffer) noexcept;

/// An error of Asio as one of the library.
std::error_code socket_error(detail::operation what, const asio::error_code& code) noexcept;

} // namespace isthmus::net
