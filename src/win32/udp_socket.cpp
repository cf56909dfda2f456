#include "net/udp_socket.hpp"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <array>
#include <cstring>

namespace isthmus::net {

namespace {

asio::error_code last_error() noexcept {
    return {WSAGetLastError(), asio::error::get_system_category()};
}

void set(udp::socket& socket, int level, int name, DWORD value, asio::error_code& ec) noexcept {
    if (!ec && setsockopt(socket.native_handle(), level, name,
                          reinterpret_cast<const char*>(&value), sizeof value) != 0)
        ec = last_error();
}

/// WSARecvMsg is not exported: the provider of a socket is asked for it.
LPFN_WSARECVMSG find_receive(SOCKET socket) noexcept {
    GUID id = WSAID_WSARECVMSG;
    LPFN_WSARECVMSG found = nullptr;
    DWORD size = 0;
    if (WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &found, sizeof found,
                 &size, nullptr, nullptr) != 0)
        return nullptr;
    return found;
}

unsigned interface_of(const WSACMSGHDR& header, const std::byte* data) noexcept {
    if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
        IN_PKTINFO info{};
        std::memcpy(&info, data, sizeof info);
        return info.ipi_ifindex;
    }
    if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
        IN6_PKTINFO info{};
        std::memcpy(&info, data, sizeof info);
        return info.ipi6_ifindex;
    }
    return 0;
}

} // namespace

void open_socket(udp::socket& socket, const udp& protocol, asio::error_code& ec) {
    const SOCKET made = WSASocketW(protocol.family(), SOCK_DGRAM, IPPROTO_UDP, nullptr, 0,
                                   WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET) {
        ec = last_error();
        return;
    }
    ec.clear();
    socket.assign(protocol, made, ec);
    if (ec) {
        closesocket(made);
        return;
    }
    socket.non_blocking(true, ec);
    if (!ec && protocol == udp::v6())
        socket.set_option(asio::ip::v6_only(true), ec);
}

void prepare_to_receive(udp::socket& socket, const udp& protocol, asio::error_code& ec) {
    ec.clear();
    set(socket, SOL_SOCKET, SO_REUSEADDR, 1, ec);
    if (protocol == udp::v6()) {
        set(socket, IPPROTO_IPV6, IPV6_PKTINFO, 1, ec);
    } else {
        set(socket, IPPROTO_IP, IP_PKTINFO, 1, ec);
    }
}

arrival receive(udp::socket& socket, std::span<std::byte> buffer) noexcept {
    static const LPFN_WSARECVMSG receive_message = find_receive(socket.native_handle());
    arrival result;
    if (receive_message == nullptr) {
        result.what = arrival::kind::failure;
        result.error = asio::error::operation_not_supported;
        return result;
    }
    WSABUF part{static_cast<ULONG>(buffer.size()), reinterpret_cast<char*>(buffer.data())};
    sockaddr_storage from{};
    alignas(WSACMSGHDR) std::array<char, 256> control{};
    WSAMSG message{};
    message.name = reinterpret_cast<sockaddr*>(&from);
    message.namelen = sizeof from;
    message.lpBuffers = &part;
    message.dwBufferCount = 1;
    message.Control = {static_cast<ULONG>(control.size()), control.data()};
    DWORD size = 0;
    if (receive_message(socket.native_handle(), &message, &size, nullptr, nullptr) != 0) {
        result.error = last_error();
        switch (result.error.value()) {
        case WSAEWOULDBLOCK:
            return result;
        case WSAEMSGSIZE: // larger than any of ours
            result.what = arrival::kind::datagram;
            result.truncated = true;
            return result;
        default:
            result.what = arrival::kind::failure;
            return result;
        }
    }
    result.what = arrival::kind::datagram;
    result.size = size;
    result.truncated = (message.dwFlags & MSG_TRUNC) != 0;
    // By hand: the macros that walk through the headers are not the same everywhere.
    std::span<const std::byte> rest =
        std::as_bytes(std::span(control))
            .first(message.Control.len <= control.size() ? message.Control.len : 0);
    constexpr std::size_t header_size = WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR));
    while (rest.size() >= header_size && result.interface_index == 0) {
        WSACMSGHDR header{};
        std::memcpy(&header, rest.data(), sizeof header);
        if (header.cmsg_len < header_size || header.cmsg_len > rest.size())
            break;
        result.interface_index = interface_of(header, rest.data() + header_size);
        const auto step = WSA_CMSGHDR_ALIGN(header.cmsg_len);
        rest = rest.subspan(step < rest.size() ? step : rest.size());
    }
    return result;
}

std::error_code socket_error(detail::operation what, const asio::error_code& code) noexcept {
    // Sockets have codes of their own for what has another one everywhere else.
    const auto as_usual = [&]() -> std::uint32_t {
        switch (code.value()) {
        case WSAEACCES:
            return ERROR_ACCESS_DENIED;
        case WSAEADDRINUSE:
            return ERROR_ALREADY_EXISTS;
        case WSAEINVAL:
            return ERROR_INVALID_PARAMETER;
        case WSAEMFILE:
            return ERROR_TOO_MANY_OPEN_FILES;
        case WSAENOBUFS:
            return ERROR_NO_SYSTEM_RESOURCES;
        case WSAEAFNOSUPPORT:
        case WSAEPROTONOSUPPORT:
        case WSAENOPROTOOPT:
        case WSAEOPNOTSUPP:
            return ERROR_NOT_SUPPORTED;
        default:
            return static_cast<std::uint32_t>(code.value());
        }
    };
    return detail::win32_error(what, as_usual());
}

} // namespace isthmus::net
