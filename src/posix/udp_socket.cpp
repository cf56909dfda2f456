#include "net/udp_socket.hpp"

#include "descriptor.hpp"
#include "fork_guard.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

// Which interface a datagram came by: most systems tell by IP_PKTINFO, some BSDs by IP_RECVIF.
#if !defined(IP_PKTINFO) && defined(IP_RECVIF)
#    include <net/if_dl.h>
#endif

namespace isthmus::net {

namespace {

using posix::retry;

asio::error_code last_error() noexcept {
    return {errno, asio::error::get_system_category()};
}

void set(const udp::socket& socket, int level, int name, int value, asio::error_code& ec) noexcept {
    auto& native = const_cast<udp::socket&>(socket); // NOLINT: native_handle() is not const
    if (!ec && ::setsockopt(native.native_handle(), level, name, &value, sizeof value) != 0)
        ec = last_error();
}

unsigned interface_of(const cmsghdr& header) noexcept {
    const auto* const data = CMSG_DATA(&header);
#if defined(IP_PKTINFO)
    if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
        in_pktinfo info{};
        std::memcpy(&info, data, sizeof info);
        return static_cast<unsigned>(info.ipi_ifindex);
    }
#elif defined(IP_RECVIF)
    if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_RECVIF) {
        sockaddr_dl info{};
        std::memcpy(&info, data, offsetof(sockaddr_dl, sdl_data));
        return info.sdl_index;
    }
#endif
    if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info{};
        std::memcpy(&info, data, sizeof info);
        return info.ipi6_ifindex;
    }
    return 0;
}

} // namespace

void open_socket(udp::socket& socket, const udp& protocol, asio::error_code& ec) {
    const posix::fork_delay forks; // Asio's own open() leaves it to children
#if defined(SOCK_CLOEXEC)
    posix::descriptor fd(::socket(protocol.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
#else
    posix::descriptor fd(::socket(protocol.family(), SOCK_DGRAM, 0));
#endif
    if (!fd) {
        ec = last_error();
        return;
    }
    ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    ec.clear();
    socket.assign(protocol, fd.get(), ec);
    if (ec)
        return;
    fd.release();
    socket.non_blocking(true, ec);
    if (!ec && protocol == udp::v6())
        socket.set_option(asio::ip::v6_only(true), ec);
}

void prepare_to_receive(udp::socket& socket, const udp& protocol, asio::error_code& ec) {
    ec.clear();
    set(socket, SOL_SOCKET, SO_REUSEADDR, 1, ec);
#if defined(SO_REUSEPORT)
    set(socket, SOL_SOCKET, SO_REUSEPORT, 1, ec); // the BSDs share ports by this one
#endif
    // Only groups that this socket joined, and not those of every other one of the machine.
    // Kernels without these options are no worse off than other systems.
    asio::error_code ignored;
    if (protocol == udp::v6()) {
        set(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, ec);
#if defined(IPV6_MULTICAST_ALL)
        set(socket, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, ignored);
#endif
    } else {
#if defined(IP_PKTINFO)
        set(socket, IPPROTO_IP, IP_PKTINFO, 1, ec);
#elif defined(IP_RECVIF)
        set(socket, IPPROTO_IP, IP_RECVIF, 1, ec);
#endif
#if defined(IP_MULTICAST_ALL)
        set(socket, IPPROTO_IP, IP_MULTICAST_ALL, 0, ignored);
#endif
    }
}

arrival receive(udp::socket& socket, std::span<std::byte> buffer) noexcept {
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    alignas(cmsghdr) std::array<std::byte, 256> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size =
        retry([&] { return ::recvmsg(socket.native_handle(), &message, MSG_DONTWAIT); });
    arrival result;
    if (size < 0) {
        result.what = posix::would_block() ? arrival::kind::nothing : arrival::kind::failure;
        result.error = last_error();
        return result;
    }
    result.what = arrival::kind::datagram;
    result.size = static_cast<std::size_t>(size);
    result.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message);
         header != nullptr && result.interface_index == 0; header = CMSG_NXTHDR(&message, header))
        result.interface_index = interface_of(*header);
    return result;
}

std::error_code socket_error(detail::operation what, const asio::error_code& code) noexcept {
    return detail::posix_error(what, code.value());
}

} // namespace isthmus::net
