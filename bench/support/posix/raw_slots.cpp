// The ends of the comparison with datagrams: a Unix socket for local slots, UDP multicast on the
// loopback interface for broadcasts. Both in the plainest way that is good: blocking calls, default
// buffers, connected senders.

#include "support/slot_rows.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace isthmus::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void demand(int result, const char* what) {
    if (result != 0) {
        fail(what);
    }
}

class datagrams final : public link {
public:
    explicit datagrams(int family) : fd_(socket(family, SOCK_DGRAM, 0)) {
        if (fd_ < 0) {
            fail("socket");
        }
    }
    ~datagrams() override { close(fd_); }

    int fd() const { return fd_; }

    template <class Value>
    void set(int level, int option, const Value& value) {
        demand(setsockopt(fd_, level, option, &value, sizeof value), "setsockopt");
    }

    void send(std::span<const std::byte> data) override {
        if (::send(fd_, data.data(), data.size(), 0) != static_cast<ssize_t>(data.size())) {
            fail("send");
        }
    }
    void receive(std::span<std::byte> buffer) override {
        const ssize_t got = recv(fd_, buffer.data(), buffer.size(), MSG_TRUNC);
        if (got < 0) {
            fail("recv");
        }
        if (static_cast<std::size_t>(got) != buffer.size()) {
            throw std::runtime_error("a datagram of another size");
        }
    }

private:
    int fd_;
};

template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw std::invalid_argument("path too long: " + path);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

// A group and a port of this run's own, or nearly so.
sockaddr_in group_address(const std::string& path) {
    const std::size_t hash = std::hash<std::string_view>()(path);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(20000 + hash % 10000));
    address.sin_addr.s_addr = htonl(0xefc00000U | (hash / 10000 & 0x3ffffU)); // in 239.192.0.0/14
    return address;
}

in_addr loopback() {
    in_addr address{};
    address.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

} // namespace

std::unique_ptr<link> raw_slot_reader(const slot_row& row, const std::string& address) {
    if (row.what == slot_row::kind::local) {
        auto end = std::make_unique<datagrams>(AF_UNIX);
        const sockaddr_un own = unix_address(address);
        demand(bind(end->fd(), generic(own), sizeof own), "bind");
        return end;
    }
    auto end = std::make_unique<datagrams>(AF_INET);
    end->set(SOL_SOCKET, SO_REUSEADDR, 1);
    const sockaddr_in group = group_address(address);
    demand(bind(end->fd(), generic(group), sizeof group), "bind");
    end->set(IPPROTO_IP, IP_ADD_MEMBERSHIP,
             ip_mreq{.imr_multiaddr = group.sin_addr, .imr_interface = loopback()});
    return end;
}

std::unique_ptr<link> raw_slot_writer(const slot_row& row, const std::string& address) {
    if (row.what == slot_row::kind::local) {
        const sockaddr_un other = unix_address(address);
        return retry(
            [&]() -> std::unique_ptr<link> {
                auto end = std::make_unique<datagrams>(AF_UNIX);
                if (connect(end->fd(), generic(other), sizeof other) != 0) {
                    return nullptr;
                }
                return end;
            },
            "a datagram socket");
    }
    auto end = std::make_unique<datagrams>(AF_INET);
    end->set(IPPROTO_IP, IP_MULTICAST_IF, loopback());
    const unsigned char on = 1;
    end->set(IPPROTO_IP, IP_MULTICAST_LOOP, on);
    const unsigned char nowhere_else = 0;
    end->set(IPPROTO_IP, IP_MULTICAST_TTL, nowhere_else);
    const sockaddr_in group = group_address(address);
    demand(connect(end->fd(), generic(group), sizeof group), "connect");
    return end;
}

} // namespace isthmus::bench
