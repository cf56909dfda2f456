#pragma once

#include "net_peer.hpp"
#include "support/runtime_directory.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#if defined(__linux__)
#    include <fcntl.h>
#    include <sched.h>
#endif

/// \file
/// Several hosts on one machine: network namespaces, joined by bridges in one more. Each namespace
/// belongs to a process of the test and has no name, so nothing is left behind, however the test
/// ends.

namespace isthmus::test {

inline std::string skip_text(const char* what) {
    return std::string("skip: ") + what + ": " + std::generic_category().message(errno);
}

/// Enters a namespace: a new one, or that of a process. Empty, or why it cannot.
inline std::string enter_network(const std::string& process) {
#if defined(__linux__)
    if (process.empty())
        return ::unshare(CLONE_NEWNET) == 0 ? "" : skip_text("a network namespace");
    const int fd = ::open(("/proc/" + process + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
    const bool entered = fd >= 0 && ::setns(fd, CLONE_NEWNET) == 0;
    const auto reason = entered ? "" : skip_text("a network namespace");
    if (fd >= 0)
        ::close(fd);
    return reason;
#else
    static_cast<void>(process);
    return "skip: network namespaces are Linux's";
#endif
}

/// A net_peer in a namespace that also runs shell commands: `run COMMAND` gives their status.
/// Argument: whose namespace; none for a new one.
inline const child_role net_host_role("net_host", [](const std::vector<std::string>& arguments) {
    const auto problem = enter_network(arguments.empty() ? "" : arguments[0]);
    tell_test(problem.empty() ? "ready" : problem);
    net_peer peer;
    while (const auto line = problem.empty() ? hear_test() : std::nullopt) {
        try {
            if (line->starts_with("run ")) {
                tell_test(
                    std::to_string(std::system(("{ " + line->substr(4) + "; } >&2").c_str())));
            } else {
                tell_test(peer.answer(*line));
            }
        } catch (const std::exception& failure) {
            tell_test(failure.what());
        }
    }
    return 0;
});

/// A host, with a runtime directory of its own.
struct net_host {
    temporary_runtime_directory runtime;
    std::optional<net_peer_process> peer;

    std::string ask(const std::string& command) { return peer->ask(command); }
    std::string pid() { return std::to_string(peer->process().pid()); }
};

/// A process that is told by a role's first line whether it can be: nothing, and `reason`, if not.
inline std::optional<net_peer_process> start_in_network(const std::string& role,
                                                        const std::vector<std::string>& arguments,
                                                        const std::string& runtime,
                                                        std::string& reason) {
    net_peer_process process(
        child_process::start(role, arguments, {.environment = {{"ISTHMUS_RUNTIME_DIR", runtime}}}));
    reason = process.reply();
    if (reason != "ready")
        return std::nullopt;
    return process;
}

/// Hosts on one or two Ethernets.
class NetHosts : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root, to make network namespaces";
        if (std::system("command -v ip >/dev/null 2>&1") != 0)
            GTEST_SKIP() << "needs ip (Debian: iproute2)";
        std::string reason;
        switch_ = start_in_network("net_host", {}, switch_runtime_.path().string(), reason);
        if (!switch_)
            GTEST_SKIP() << reason;
        for (const char* segment : {"a", "b"}) {
            const std::string bridge = std::string("br") + segment;
            if (switch_->ask("run ip link add " + bridge + " type bridge mcast_snooping 0 && " +
                             "ip link set " + bridge + " up") != "0")
                GTEST_SKIP() << "no bridges here";
        }
    }

    /// One with an interface `eth0` in a segment: a or b.
    net_host& add_host(const std::string& segment = "a") {
        auto& host = hosts_.emplace_back();
        std::string reason;
        host.peer = start_in_network("net_host", {}, host.runtime.path().string(), reason);
        EXPECT_TRUE(host.peer) << reason;
        if (host.peer) {
            // No waiting for other owners of an address.
            EXPECT_EQ(host.ask("run echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad"), "0");
            EXPECT_EQ(host.ask("run ip link set lo up"), "0");
            connect(host, "eth0", segment);
        }
        return host;
    }

    /// Another process on that host.
    net_peer_process add_process(net_host& host) {
        std::string reason;
        auto made =
            start_in_network("net_host", {host.pid()}, host.runtime.path().string(), reason);
        EXPECT_TRUE(made) << reason;
        return std::move(*made);
    }

    void connect(net_host& host, const std::string& interface_name, const std::string& segment) {
        const auto number = std::to_string(++links_);
        const auto port = "port" + number;
        EXPECT_EQ(switch_->ask("run ip link add " + port + " type veth peer name " +
                               interface_name + " netns " + host.pid() + " && ip link set " + port +
                               " master br" + segment + " up"),
                  "0");
        const auto net = segment == "a" ? "77" : "78";
        EXPECT_EQ(host.ask("run ip addr add 10.77." + std::string(net) + "." + number + "/24 dev " +
                           interface_name + " && ip link set " + interface_name +
                           " up && ip addr add fd00:" + net + "::" + number + "/64 dev " +
                           interface_name + " nodad"),
                  "0");
        // The kernel notices a moment later that a link is up: what is sent before is lost.
        const auto is_up = [](const std::string& device) {
            return "run i=0; until ip -o link show " + device + " | grep -q 'state UP'; do " +
                   "i=$((i+1)); test $i -lt 500 || exit 1; sleep 0.02; done";
        };
        EXPECT_EQ(switch_->ask(is_up(port)), "0");
        EXPECT_EQ(switch_->ask(is_up("br" + segment)), "0");
        EXPECT_EQ(host.ask(is_up(interface_name)), "0");
    }

    temporary_runtime_directory switch_runtime_;
    std::optional<net_peer_process> switch_;
    std::deque<net_host> hosts_; ///< runtime directories: the last made goes first
    int links_ = 0;
};

} // namespace isthmus::test
