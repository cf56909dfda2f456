#include "net_hosts.hpp"
#include "net_relay.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// Broadcast slots between hosts: network namespaces joined by a bridge.

namespace isthmus::test {
namespace {

constexpr auto listen_all = "listen l alerts interface=eth0";
constexpr auto speak_all = R"(speak s \\*\mailslot\alerts interface=eth0)";

TEST_F(NetHosts, ABroadcastReachesEveryReaderOnEveryHostOnce) {
    auto& a = add_host();
    auto& b = add_host();
    auto& c = add_host();
    auto b2 = add_process(b);
    ASSERT_EQ(b.ask(listen_all), "ok");
    ASSERT_EQ(b.ask("listen second ALERTS interface=eth0 kinds=broadcasts"), "ok");
    ASSERT_EQ(b2.ask(listen_all), "ok");
    ASSERT_EQ(c.ask(listen_all), "ok");
    ASSERT_EQ(a.ask(listen_all), "ok");
    ASSERT_EQ(a.ask(speak_all), "ok");
    EXPECT_EQ(a.ask("burst s 300"), "ok");
    for (auto* each : {&*b.peer, &b2, &*c.peer}) {
        EXPECT_EQ(each->ask("wait l 300"), "yes");
        EXPECT_EQ(each->ask("check l"), "300 300 0");
        // It comes by both families.
        EXPECT_EQ(each->ask("count l own_host"), "0");
    }
    EXPECT_EQ(b.ask("wait second 300"), "yes");
    EXPECT_EQ(b.ask("check second"), "300 300 0");
    EXPECT_EQ(a.ask("check l"), "0 0 0") << "a host's own messages take another way";
}

TEST_F(NetHosts, SlotsAndReadersOfBroadcastsHearOtherHostsAndTheirOwnOnce) {
    auto& a = add_host();
    auto& b = add_host();
    auto& c = add_host();
    auto b2 = add_process(b);
    auto a2 = add_process(a);
    ASSERT_EQ(b.ask("read slot alerts interface=eth0"), "ok");
    ASSERT_EQ(b2.ask("read slot alerts interface=eth0").find("ok"), std::string::npos)
        << "a host has one slot of a name";
    ASSERT_EQ(c.ask("read slot alerts interface=eth0"), "ok") << "another host has its own";
    ASSERT_EQ(a2.ask("read slot alerts interface=eth0"), "ok");
    for (auto* each : {&*b.peer, &b2, &*c.peer, &a2})
        ASSERT_EQ(each->ask("hear l ALERTS interface=eth0"), "ok");
    ASSERT_EQ(a.ask(R"(write s \\*\mailslot\alerts interface=eth0)"), "ok");
    EXPECT_EQ(a.ask("burst s 300"), "ok");
    for (auto* each : {&*b.peer, &b2, &*c.peer, &a2}) {
        EXPECT_EQ(each->ask("wait l 300"), "yes");
        EXPECT_EQ(each->ask("check l"), "300 300 0");
    }
    for (auto* each : {&*b.peer, &*c.peer, &a2}) {
        EXPECT_EQ(each->ask("wait slot 300"), "yes");
        EXPECT_EQ(each->ask("check slot"), "300 300 0");
    }
    EXPECT_EQ(b.ask("count l delivered"), "300") << "by the network";
    EXPECT_EQ(a2.ask("count l delivered"), "0") << "not by the network";
    // To one host: its slot alone.
    ASSERT_EQ(c.ask("read slot alerts interface=eth0 host=Paris"), "ok");
    ASSERT_EQ(b.ask("read slot alerts interface=eth0 host=Rome"), "ok");
    ASSERT_EQ(a.ask(R"(write s \\paris\mailslot\alerts interface=eth0)"), "ok");
    EXPECT_EQ(a.ask("send s to paris"), "ok");
    EXPECT_EQ(c.ask("wait slot 1"), "yes");
    EXPECT_EQ(c.ask("heard slot"), "|to paris");
    EXPECT_EQ(b.ask("heard slot"), "");
    EXPECT_EQ(c.ask("check l"), "300 300 0");
}

TEST_F(NetHosts, WhoDoesNotAskForTheNetworkNeitherSpeaksNorHears) {
    auto& a = add_host();
    auto& b = add_host();
    auto b2 = add_process(b);
    ASSERT_EQ(b.ask("read slot alerts"), "ok");
    ASSERT_EQ(b.ask("hear deaf alerts"), "ok");
    ASSERT_EQ(b2.ask("hear l alerts interface=eth0"), "ok");
    const auto address = [](const std::string& options) {
        return R"(write s \\*\mailslot\alerts)" + options;
    };
    ASSERT_EQ(a.ask(address("")), "ok");
    EXPECT_EQ(a.ask("send s stays here"), "ok");
    ASSERT_EQ(a.ask(address(" interface=eth0")), "ok");
    EXPECT_EQ(a.ask("send s goes out"), "ok");
    EXPECT_EQ(b2.ask("wait l 1"), "yes");
    EXPECT_EQ(b2.ask("heard l"), "|goes out");
    // What is said on the host itself comes after what did not come.
    ASSERT_EQ(b2.ask(address("")), "ok");
    EXPECT_EQ(b2.ask("send s within"), "ok");
    for (const char* each : {"slot", "deaf"}) {
        EXPECT_EQ(b.ask("wait " + std::string(each) + " 1"), "yes");
        EXPECT_EQ(b.ask("heard " + std::string(each)), "|within");
        EXPECT_EQ(b.ask("count " + std::string(each) + " received"), "0");
    }
}

TEST_F(NetHosts, BothFamiliesWorkAlone) {
    auto& a = add_host();
    auto& b = add_host();
    for (const std::string family : {"v4=", "v6="}) {
        const auto only = ' ' + family;
        ASSERT_EQ(b.ask(listen_all + only), "ok");
        ASSERT_EQ(a.ask(speak_all + only), "ok");
        EXPECT_EQ(a.ask("send s hello"), "ok");
        EXPECT_EQ(b.ask("wait l 1"), "yes") << "without " << family;
        EXPECT_EQ(b.ask("heard l"), "|hello");
        EXPECT_EQ(b.ask("count l duplicate"), "0");
    }
    // And together: the second copy is a duplicate.
    ASSERT_EQ(b.ask(listen_all), "ok");
    ASSERT_EQ(a.ask(speak_all), "ok");
    EXPECT_EQ(a.ask("send s hello"), "ok");
    EXPECT_EQ(b.ask("wait l 1"), "yes");
    EXPECT_TRUE(eventually([&] { return b.ask("count l duplicate") == "1"; }));
    EXPECT_EQ(b.ask("heard l"), "|hello");
}

TEST_F(NetHosts, ALimitedBroadcastArrives) {
    auto& a = add_host();
    auto& b = add_host();
    auto second = add_process(b);
    ASSERT_EQ(b.ask(listen_all), "ok");
    ASSERT_EQ(second.ask(std::string(listen_all) + " limited=1 v6="), "ok");
    ASSERT_EQ(a.ask(std::string(speak_all) + " limited=1 v6="), "ok");
    EXPECT_EQ(a.ask("send s hello"), "ok");
    for (auto* each : {&*b.peer, &second}) {
        EXPECT_EQ(each->ask("wait l 1"), "yes");
        EXPECT_EQ(each->ask("heard l"), "|hello");
    }
}

TEST_F(NetHosts, DomainsAreKeptApart) {
    auto& a = add_host();
    auto& b = add_host();
    auto& c = add_host();
    ASSERT_EQ(b.ask(std::string(listen_all) + " domain=lab"), "ok");
    ASSERT_EQ(c.ask(listen_all), "ok");
    ASSERT_EQ(a.ask(std::string(speak_all) + " domain=LAB"), "ok");
    ASSERT_EQ(a.ask(R"(speak w \\WorkGroup\mailslot\Alerts interface=eth0 domain=LAB)"), "ok");
    EXPECT_EQ(a.ask("send s to the lab"), "ok");
    EXPECT_EQ(a.ask("send w to the others"), "ok");
    EXPECT_EQ(b.ask("wait l 1"), "yes");
    EXPECT_EQ(c.ask("wait l 1"), "yes");
    EXPECT_EQ(b.ask("heard l"), "|to the lab");
    EXPECT_EQ(c.ask("heard l"), "|to the others");
}

TEST_F(NetHosts, ADirectedMessageReachesOneHost) {
    auto& a = add_host();
    auto& b = add_host();
    auto& c = add_host();
    ASSERT_EQ(b.ask(std::string(listen_all) + " host=Paris kinds=directed"), "ok");
    ASSERT_EQ(b.ask("listen all alerts interface=eth0 host=Paris kinds=broadcasts"), "ok");
    ASSERT_EQ(c.ask(std::string(listen_all) + " host=Rome"), "ok");
    const auto speak_to = [&](const std::string& id, const std::string& host) {
        ASSERT_EQ(a.ask("speak " + id + R"( \\)" + host + R"(\mailslot\alerts interface=eth0)"),
                  "ok");
        EXPECT_EQ(a.ask("send " + id + " to " + host), "ok");
    };
    speak_to("1", "PARIS");
    speak_to("2", "10.77.77.2"); // b is the second that was connected
    speak_to("3", "fd00-77--2.ipv6-literal.net");
    speak_to("4", "Oslo");
    speak_to("5", "rome");
    EXPECT_EQ(b.ask("wait l 3"), "yes");
    EXPECT_EQ(c.ask("wait l 1"), "yes");
    EXPECT_EQ(b.ask("heard l"), "|to PARIS|to 10.77.77.2|to fd00-77--2.ipv6-literal.net");
    EXPECT_EQ(b.ask("heard all"), "");
    EXPECT_EQ(c.ask("heard l"), "|to rome");
}

TEST_F(NetHosts, OnlyNamedInterfacesAreHeard) {
    auto& a = add_host();
    auto& b = add_host();
    connect(b, "eth1", "b");
    auto& far = add_host("b");
    auto other = add_process(b);
    ASSERT_EQ(b.ask(listen_all), "ok");
    // Another process that joins the group at both does not open this one's door.
    ASSERT_EQ(other.ask("listen l alerts interface=eth0 interface=eth1"), "ok");
    int heard = 0;
    for (auto* each : {&far, &a}) {
        ASSERT_EQ(each->ask(speak_all), "ok");
        ASSERT_EQ(each->ask("speak limited \\\\*\\mailslot\\alerts interface=eth0 limited=1 v6="),
                  "ok");
        const std::string from = each == &far ? "far" : "near";
        EXPECT_EQ(each->ask("send s " + from), "ok");
        EXPECT_EQ(each->ask("send limited " + from), "ok");
        // Only what one machine sends comes in an order.
        heard += 2;
        EXPECT_EQ(other.ask("wait l " + std::to_string(heard)), "yes");
    }
    EXPECT_EQ(b.ask("wait l 2"), "yes");
    EXPECT_EQ(other.ask("heard l"), "|far|far|near|near");
    EXPECT_EQ(b.ask("heard l"), "|near|near");
    EXPECT_NE(b.ask("count l other_interface"), "0");
}

TEST_F(NetHosts, ContainersOnOneNetworkAreHostsOfTheirOwn) {
    auto& a = add_host();
    const temporary_runtime_directory apart;
    std::string reason;
    auto container = start_in_network("net_host", {a.pid()}, apart.path().string(), reason);
    ASSERT_TRUE(container) << reason;
    ASSERT_EQ(a.ask(listen_all), "ok");
    ASSERT_EQ(container->ask(speak_all), "ok");
    EXPECT_EQ(container->ask("send s hello"), "ok");
    EXPECT_EQ(a.ask("wait l 1"), "yes");
    EXPECT_EQ(a.ask("heard l"), "|hello");
}

TEST_F(NetHosts, ABadNetworkCausesNoDuplicateAndNoDamage) {
    auto& a = add_host("a");
    auto& middle = add_host("a");
    connect(middle, "eth1", "b");
    auto& b = add_host("b");
    std::random_device random;
    const auto count = std::to_string(scaled(3000));
    for (const bool keyed : {false, true}) {
        const std::string port = keyed ? "24700" : "24701";
        const std::string options =
            " v6= port=" + port + (keyed ? " key=sixteen-bytes-at-least" : "");
        if (keyed && !net::mac_is_available())
            continue;
        const auto seed = std::to_string(random());
        SCOPED_TRACE("seed " + seed);
        std::string reason;
        auto relay = start_in_network("net_relay", {middle.pid(), port, seed},
                                      middle.runtime.path().string(), reason);
        ASSERT_TRUE(relay) << reason;
        ASSERT_EQ(b.ask(listen_all + options), "ok");
        ASSERT_EQ(a.ask(speak_all + options), "ok");
        EXPECT_EQ(a.ask("burst s " + count), "ok");
        std::istringstream account(relay->ask("end"));
        std::size_t passed = 0;
        std::size_t sent = 0;
        std::size_t delayed = 0;
        account >> passed >> sent >> delayed;
        EXPECT_GT(passed, scaled(3000) / 2);
        EXPECT_GT(sent, passed);
        EXPECT_GT(delayed, 0U);
        EXPECT_EQ(b.ask("wait l " + std::to_string(passed)), "yes") << "some were lost elsewhere";
        std::istringstream checked(b.ask("check l"));
        std::size_t heard = 0;
        std::size_t distinct = 0;
        std::size_t damaged = 0;
        checked >> heard >> distinct >> damaged;
        EXPECT_EQ(heard, passed);
        EXPECT_EQ(distinct, heard);
        EXPECT_EQ(damaged, 0U);
        // The last copy may come after the last message.
        const auto duplicates = [&] { return b.ask("count l duplicate"); };
        EXPECT_TRUE(eventually([&] { return duplicates() == std::to_string(sent - passed); }))
            << duplicates() << " of " << sent - passed;
    }
}

/// Becomes another program, in the namespace of a process. Arguments: the process, the program,
/// its arguments.
const child_role program_in_network("program_in_network", [](const auto& arguments) {
    if (const auto problem = enter_network(arguments.at(0)); !problem.empty())
        return 1;
    std::vector<char*> command;
    for (std::size_t i = 1; i < arguments.size(); ++i)
        command.push_back(const_cast<char*>(arguments[i].c_str()));
    command.push_back(nullptr);
    ::execvp(command[0], command.data());
    return 127;
});

/// A host that runs Wine: its server is started in the host's namespace, for a prefix of its own,
/// and ended when this is destroyed.
class wine_host {
public:
    wine_host(net_host& host, std::string runner) : host_(host), runner_(std::move(runner)) {
        EXPECT_EQ(host_.ask("run ISTHMUS_WINEPREFIX=" + prefix() + ' ' + runner_ +
                            " wineboot -i >/dev/null 2>&1"),
                  "0");
    }
    wine_host(const wine_host&) = delete;
    wine_host& operator=(const wine_host&) = delete;
    ~wine_host() {
        host_.ask("run WINEPREFIX=" + prefix() + " WINEDEBUG=-all wineserver -k");
        host_.ask("run WINEPREFIX=" + prefix() + " WINEDEBUG=-all wineserver -w");
    }

    net_peer_process start(const std::string& program) {
        return net_peer_process(child_process::start(
            "program_in_network", {host_.pid(), runner_, program, "--child=net_peer"},
            {.environment = {{"ISTHMUS_WINEPREFIX", prefix()}}}));
    }

private:
    std::string prefix() const { return (place_.path() / "prefix").string(); }

    net_host& host_;
    const std::string runner_;
    temporary_runtime_directory place_; // only as a directory
};

TEST_F(NetHosts, AWindowsProgramAndANativeOneHearEachOther) {
    const char* const program = std::getenv("ISTHMUS_WINE_PEER");
    const char* const runner = std::getenv("ISTHMUS_WINE_RUN");
    if (program == nullptr || runner == nullptr)
        GTEST_SKIP() << "only the leg windows-mingw has a Windows program for it";
    auto& native = add_host();
    auto& other = add_host();
    wine_host wine(other, runner);
    auto windows = wine.start(program);
    auto windows2 = wine.start(program);
    for (const std::string options :
         {"", " v4=", " v6=", " limited=1 v6=", " key=sixteen-bytes-at-least"}) {
        if (options.starts_with(" key") && !net::mac_is_available())
            continue;
        SCOPED_TRACE(options);
        for (auto* each : {&windows, &windows2, &*native.peer}) {
            ASSERT_EQ(each->ask(listen_all + options), "ok");
            ASSERT_EQ(each->ask(speak_all + options), "ok");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5)); // newer than all listeners
        EXPECT_EQ(native.ask("burst s 100"), "ok");
        for (auto* each : {&windows, &windows2}) {
            EXPECT_EQ(each->ask("wait l 100"), "yes");
            EXPECT_EQ(each->ask("check l"), "100 100 0");
        }
        EXPECT_EQ(windows.ask("burst s 100"), "ok");
        EXPECT_EQ(native.ask("wait l 100"), "yes");
        EXPECT_EQ(native.ask("check l"), "100 100 0");
        EXPECT_EQ(windows2.ask("check l"), "100 100 0") << "the same host hears it another way";
    }
    ASSERT_EQ(windows.ask(std::string(listen_all) + " host=Paris"), "ok");
    ASSERT_EQ(native.ask(std::string(listen_all) + " host=Rome"), "ok");
    ASSERT_EQ(native.ask(R"(speak s \\paris\mailslot\alerts interface=eth0)"), "ok");
    ASSERT_EQ(windows.ask(R"(speak s \\rome\mailslot\alerts interface=eth0)"), "ok");
    EXPECT_EQ(native.ask("send s to paris"), "ok");
    EXPECT_EQ(windows.ask("send s to rome"), "ok");
    EXPECT_EQ(windows.ask("wait l 1"), "yes");
    EXPECT_EQ(native.ask("wait l 1"), "yes");
    EXPECT_EQ(windows.ask("heard l"), "|to paris");
    EXPECT_EQ(native.ask("heard l"), "|to rome");

    // The same by the public classes.
    for (auto* each : {&windows, &windows2, &*native.peer}) {
        ASSERT_EQ(each->ask("hear l alerts interface=eth0"), "ok");
        ASSERT_EQ(each->ask(R"(write s \\*\mailslot\alerts interface=eth0)"), "ok");
    }
    ASSERT_EQ(windows.ask("read slot alerts interface=eth0"), "ok");
    ASSERT_EQ(native.ask("read slot alerts interface=eth0"), "ok");
    std::this_thread::sleep_for(std::chrono::milliseconds(5)); // newer than all listeners
    EXPECT_EQ(native.ask("burst s 100"), "ok");
    EXPECT_EQ(windows2.ask("send s from Windows"), "ok");
    for (auto* each : {&windows, &windows2, &*native.peer}) {
        EXPECT_EQ(each->ask("wait l 101"), "yes");
        EXPECT_EQ(each->ask("check l"), "101 101 1") << "of a burst and one message";
    }
    for (auto* each : {&windows, &*native.peer}) {
        EXPECT_EQ(each->ask("wait slot 101"), "yes");
        EXPECT_EQ(each->ask("check slot"), "101 101 1");
    }
}

} // namespace
} // namespace isthmus::test
