#pragma once

#include "net_hosts.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::test {

/// Carries the datagrams of a group from eth0 to eth1, as a bad network would: a fifth gets lost, a
/// fifth comes twice, a fifth comes later than others. (The kernel's netem is not everywhere.)
class bad_network {
public:
    bad_network(std::uint16_t port, unsigned seed) : random_(seed) {
        in_ = open(port);
        out_ = open(0);
        join(in_, "eth0");
        to_.sin_family = AF_INET;
        to_.sin_port = htons(port);
        ::inet_pton(AF_INET, "239.255.73.83", &to_.sin_addr);
        ip_mreqn by{};
        by.imr_ifindex = static_cast<int>(::if_nametoindex("eth1"));
        sound_ = sound_ && ::setsockopt(out_, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) == 0;
    }

    ~bad_network() {
        ::close(in_);
        ::close(out_);
    }
    bad_network(const bad_network&) = delete;
    bad_network& operator=(const bad_network&) = delete;

    bool sound() const noexcept { return sound_; }

    /// Until standard input has a line or ends; then what is held back goes out as well.
    void run() {
        std::array<pollfd, 2> all{{{in_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
        while (::poll(all.data(), all.size(), -1) > 0 && all[1].revents == 0)
            carry();
        for (const auto& each : held_)
            forward(each.bytes);
    }

    /// How many got through, how often, how many were held back.
    std::string account() const {
        return std::to_string(passed_) + ' ' + std::to_string(sent_) + ' ' +
               std::to_string(delayed_);
    }

private:
    struct late {
        std::vector<char> bytes;
        int wait = 0;
    };

    int open(std::uint16_t port) {
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_port = htons(port);
        sound_ = sound_ && fd >= 0 &&
                 ::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
        return fd;
    }

    void join(int fd, const char* interface_name) {
        ip_mreqn group{};
        ::inet_pton(AF_INET, "239.255.73.83", &group.imr_multiaddr);
        group.imr_ifindex = static_cast<int>(::if_nametoindex(interface_name));
        sound_ =
            sound_ && ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
    }

    void carry() {
        std::vector<char> bytes(2048);
        const auto size = ::recv(in_, bytes.data(), bytes.size(), 0);
        if (size < 0)
            return;
        bytes.resize(static_cast<std::size_t>(size));
        switch (random_() % 5) {
        case 0:
            break;
        case 1:
            ++passed_;
            forward(bytes);
            forward(bytes);
            break;
        case 2:
            ++passed_;
            ++delayed_;
            held_.push_back({bytes, static_cast<int>(1 + random_() % 60)});
            break;
        default:
            ++passed_;
            forward(bytes);
        }
        for (auto& each : held_)
            --each.wait;
        while (!held_.empty() && held_.front().wait <= 0) {
            forward(held_.front().bytes);
            if (random_() % 3 == 0)
                forward(held_.front().bytes);
            held_.pop_front();
        }
    }

    void forward(const std::vector<char>& bytes) {
        ++sent_;
        ::sendto(out_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to_),
                 sizeof to_);
    }

    std::mt19937 random_;
    bool sound_ = true;
    int in_ = -1;
    int out_ = -1;
    sockaddr_in to_{};
    std::deque<late> held_;
    std::size_t passed_ = 0;
    std::size_t sent_ = 0;
    std::size_t delayed_ = 0;
};

/// Arguments: whose namespace, port, seed. Any line ends it; it then tells its account.
inline const child_role net_relay_role("net_relay", [](const std::vector<std::string>& arguments) {
    auto problem = enter_network(arguments.at(0));
    if (!problem.empty()) {
        tell_test(problem);
        return 0;
    }
    bad_network relay(static_cast<std::uint16_t>(std::stoi(arguments.at(1))),
                      static_cast<unsigned>(std::stoul(arguments.at(2))));
    tell_test(relay.sound() ? "ready" : skip_text("the relay"));
    relay.run();
    tell_test(relay.account());
    return 0;
});

} // namespace isthmus::test
