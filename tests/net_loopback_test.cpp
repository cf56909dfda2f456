#include "native_error.hpp"
#include "net/datagram_receiver.hpp"
#include "net/datagram_sender.hpp"
#include "net/mac.hpp"
#include "net/network_interface.hpp"
#include "net_testing.hpp"

#include <isthmus/error.hpp>
#include <isthmus/name.hpp>

#include <asio/io_context.hpp>
#include <asio/ip/multicast.hpp>
#include <asio/ip/udp.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

/// \file
/// Senders and receivers over real sockets, by the loopback interface. Between real interfaces:
/// tests/posix/net_hosts_test.cpp.

namespace isthmus::test {
namespace {

using namespace net;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr auto creating = detail::operation::create_channel;
constexpr auto writing = detail::operation::write_channel;

/// Any two that differ: one process plays several hosts.
constexpr std::uint64_t here = 1;
constexpr std::uint64_t elsewhere = 2;

class NetLoopback : public testing::Test {
protected:
    struct ear {
        message_box box;
        std::unique_ptr<datagram_receiver> receiver;
    };

    std::unique_ptr<ear> listen(const network_options& options, interest wanted = {}) {
        auto made = std::make_unique<ear>();
        std::error_code ec;
        made->receiver = datagram_receiver::make(
            options, slot_address::parse(slot_).key(), wanted,
            [box = &made->box](auto bytes) { return box->take(bytes); }, creating, here, ec);
        EXPECT_FALSE(ec) << ec.message();
        return made;
    }

    std::unique_ptr<datagram_sender> speak(const network_options& options,
                                           const std::string& prefix,
                                           std::uint64_t tag = elsewhere) {
        std::error_code ec;
        auto made = datagram_sender::make(
            options, slot_address::parse(prefix + "mailslot\\" + slot_), creating, tag, ec);
        EXPECT_FALSE(ec) << ec.message();
        return made;
    }

    static void send(datagram_sender& by, std::string_view text) {
        std::error_code ec;
        by.send(bytes_of(text), writing, ec);
        EXPECT_FALSE(ec) << ec.message();
    }

    static bool hears(const ear& by, std::size_t count) {
        return eventually([&] { return by.box.count() >= count; });
    }

    const std::string slot_ = unique_name("slot");
    network_options options_ = loopback_options(test_port());
};

TEST_F(NetLoopback, EveryReceiverHearsABroadcastOnce) {
    const auto first = listen(options_);
    const auto second = listen(options_);
    const auto sender = speak(options_, R"(\\*\)");
    for (const char* text : {"one", "", "three"})
        send(*sender, text);
    for (const auto* each : {first.get(), second.get()}) {
        EXPECT_TRUE(hears(*each, 3));
        EXPECT_THAT(each->box.messages(), ElementsAre("one", "", "three"));
        EXPECT_EQ(each->receiver->statistics().delivered, 3U);
    }
}

TEST_F(NetLoopback, ALimitedBroadcastIsHeardAsWell) {
    const auto joined = listen(options_);
    auto limited = options_;
    limited.limited_broadcast = true;
    const auto first = listen(limited);
    const auto second = listen(limited);
    send(*speak(limited, R"(\\*\)"), "hello");
    for (const auto* each : {joined.get(), first.get(), second.get()}) {
        EXPECT_TRUE(hears(*each, 1));
        EXPECT_THAT(each->box.messages(), ElementsAre("hello"));
    }
}

TEST_F(NetLoopback, DomainsAndHostsAreKeptApart) {
    auto lab = options_;
    lab.domain = "Lab";
    lab.host = "pc7";
    const auto work = listen(options_);
    const auto in_lab = listen(lab);
    const auto broadcast_only = listen(lab, {.broadcasts = true, .directed = false});
    send(*speak(options_, R"(\\*\)"), "to all of mine");
    send(*speak(options_, R"(\\laB\)"), "to the lab");
    send(*speak(options_, R"(\\PC7\)"), "to pc7");
    send(*speak(lab, R"(\\*\)"), "to all of the lab");
    EXPECT_TRUE(hears(*in_lab, 3));
    EXPECT_TRUE(hears(*work, 1));
    EXPECT_TRUE(hears(*broadcast_only, 2));
    EXPECT_THAT(work->box.messages(), ElementsAre("to all of mine"));
    EXPECT_THAT(in_lab->box.messages(), ElementsAre("to the lab", "to pc7", "to all of the lab"));
    EXPECT_THAT(broadcast_only->box.messages(), ElementsAre("to the lab", "to all of the lab"));
}

TEST_F(NetLoopback, OnesOwnHostIsHeardAnotherWay) {
    const auto receiver = listen(options_);
    send(*speak(options_, R"(\\*\)", here), "own");
    send(*speak(options_, R"(\\*\)"), "other");
    EXPECT_TRUE(hears(*receiver, 1));
    EXPECT_THAT(receiver->box.messages(), ElementsAre("other"));
    EXPECT_EQ(receiver->receiver->statistics().own_host, 1U);
}

TEST_F(NetLoopback, KeysMustAgree) {
    if (!mac_is_available())
        GTEST_SKIP() << "this build found no cryptographic library";
    auto keyed = options_;
    keyed.key = key_of("sixteen bytes ok");
    auto other = options_;
    other.key = key_of("sixteen bytes no");
    const auto plain_ear = listen(options_);
    const auto keyed_ear = listen(keyed);
    std::this_thread::sleep_for(2ms); // what is older than the receiver could be a replay
    send(*speak(options_, R"(\\*\)"), "plain");
    send(*speak(other, R"(\\*\)"), "wrong");
    send(*speak(keyed, R"(\\*\)"), "right");
    EXPECT_TRUE(hears(*keyed_ear, 1));
    EXPECT_TRUE(hears(*plain_ear, 1));
    EXPECT_TRUE(eventually([&] { return plain_ear->receiver->statistics().unauthenticated == 2; }));
    EXPECT_THAT(keyed_ear->box.messages(), ElementsAre("right"));
    EXPECT_THAT(plain_ear->box.messages(), ElementsAre("plain"));
    EXPECT_EQ(keyed_ear->receiver->statistics().unauthenticated, 2U);
}

TEST_F(NetLoopback, RefusesWhatIsTooLarge) {
    const auto receiver = listen(options_);
    const auto sender = speak(options_, R"(\\*\)");
    std::error_code ec;
    sender->send(std::vector<std::byte>(425), writing, ec);
    EXPECT_EQ(ec, errc::message_too_large);
    sender->send(std::vector<std::byte>(424), writing, ec);
    EXPECT_FALSE(ec);
    auto larger = options_;
    larger.max_payload = largest_network_datagram - overhead(9, slot_.size(), false);
    const auto text = std::string(larger.max_payload, 'x');
    send(*speak(larger, R"(\\*\)"), text);
    EXPECT_TRUE(hears(*receiver, 2));
    EXPECT_EQ(receiver->box.messages().back(), text);
    ++larger.max_payload;
    EXPECT_EQ(datagram_sender::make(larger, slot_address::parse(R"(\\*\mailslot\)" + slot_),
                                    creating, ec),
              nullptr);
    EXPECT_EQ(ec, errc::invalid_argument);
}

/// What anybody can send to the port.
class raw_sender {
public:
    explicit raw_sender(const network_options& options)
        : to_(asio::ip::make_address_v4(options.group_v4), options.port) {
        const auto by = asio::ip::make_address_v4("127.0.0.1");
        socket_.open(asio::ip::udp::v4());
        socket_.bind({by, 0});
        socket_.set_option(asio::ip::multicast::outbound_interface(by));
    }

    void send(std::span<const std::byte> bytes) {
        socket_.send_to(asio::buffer(bytes.data(), bytes.size()), to_);
    }

private:
    asio::io_context context_;
    asio::ip::udp::socket socket_{context_};
    asio::ip::udp::endpoint to_;
};

TEST_F(NetLoopback, SurvivesWhatIsNotOurs) {
    const auto receiver = listen(options_);
    raw_sender raw(options_);
    const auto good = format_datagram({.host_tag = elsewhere,
                                       .sender = 7,
                                       .sequence = 1,
                                       .timestamp = 1,
                                       .destination = "WORKGROUP",
                                       .slot = slot_address::parse(slot_).key(),
                                       .payload = bytes_of("good")},
                                      false);
    raw.send({});
    raw.send(bytes_of("hello"));
    raw.send(std::vector<std::byte>(1452));
    raw.send(std::vector<std::byte>(1453));
    raw.send(std::vector<std::byte>(8000));
    auto bad = good;
    bad.back() = std::byte{};
    bad.pop_back();
    raw.send(bad);
    raw.send(good);
    raw.send(good);
    EXPECT_TRUE(eventually([&] { return receiver->receiver->statistics().duplicate == 1; }));
    EXPECT_THAT(receiver->box.messages(), ElementsAre("good"));
    const auto counts = receiver->receiver->statistics();
    EXPECT_EQ(counts.foreign, 6U);
    EXPECT_EQ(counts.received, 8U);
}

TEST_F(NetLoopback, CountsWhatItsReaderHasNoRoomFor) {
    const auto receiver = listen(options_);
    receiver->box.set_capacity(2);
    const auto sender = speak(options_, R"(\\*\)");
    for (int i = 0; i < 5; ++i)
        send(*sender, std::to_string(i));
    EXPECT_TRUE(eventually([&] { return receiver->receiver->statistics().dropped == 3; }));
    EXPECT_EQ(receiver->box.count(), 2U);
}

TEST_F(NetLoopback, ManyThreadsMaySend) {
    const auto receiver = listen(options_);
    const auto sender = speak(options_, R"(\\*\)");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            for (int n = 0; n < 25; ++n)
                send(*sender, std::to_string(i * 25 + n));
        });
    }
    for (auto& each : threads)
        each.join();
    EXPECT_TRUE(hears(*receiver, 100));
    auto messages = receiver->box.messages();
    std::ranges::sort(messages);
    EXPECT_EQ(std::ranges::adjacent_find(messages), messages.end());
}

TEST_F(NetLoopback, ComesAndGoes) {
    for (int i = 0; i < 20; ++i) {
        const auto receiver = listen(options_);
        const auto sender = speak(options_, R"(\\*\)");
        send(*sender, "hello");
        if (i % 2 == 0) {
            EXPECT_TRUE(hears(*receiver, 1));
        }
    }
}

TEST_F(NetLoopback, KeepsNoDescriptors) {
    { const auto first = listen(options_); } // what the libraries open once
    const auto before = descriptor_count();
    for (int i = 0; i < 3; ++i) {
        const auto receiver = listen(options_);
        const auto sender = speak(options_, R"(\\*\)");
    }
    EXPECT_LE(descriptor_count(), before);
}

struct refused {
    const char* what;
    void (*change)(network_options&);
    errc condition;
};

TEST_F(NetLoopback, WithoutInterfacesThereIsNothingToHearOrToSendBy) {
    auto options = options_;
    options.interfaces.clear();
    std::error_code ec;
    EXPECT_EQ(datagram_receiver::make(
                  options, "S", {}, [](auto) { return true; }, creating, ec),
              nullptr);
    EXPECT_FALSE(ec) << ec.message();
    const auto everywhere = slot_address::parse(R"(\\*\mailslot\s)");
    EXPECT_EQ(datagram_sender::make(options, everywhere, creating, ec), nullptr);
    EXPECT_FALSE(ec) << ec.message();
    options.port = 0; // which is an error nevertheless
    EXPECT_EQ(datagram_sender::make(options, everywhere, creating, ec), nullptr);
    EXPECT_EQ(ec, errc::invalid_argument);
}

TEST_F(NetLoopback, RefusesOptionsThatCannotWork) {
    const std::vector<refused> all = {
        {"an unknown interface", [](auto& o) { o.interfaces.push_back("no-such0"); },
         errc::not_found},
        {"another's address", [](auto& o) { o.interfaces = {"198.51.100.77"}; }, errc::not_found},
        {"an empty interface", [](auto& o) { o.interfaces = {""}; }, errc::not_found},
        {"no domain", [](auto& o) { o.domain.clear(); }, errc::invalid_argument},
        {"a domain that nobody can write", [](auto& o) { o.domain = "a\\b"; },
         errc::invalid_argument},
        {"all domains", [](auto& o) { o.domain = "*"; }, errc::invalid_argument},
        {"port 0", [](auto& o) { o.port = 0; }, errc::invalid_argument},
        {"no group", [](auto& o) { o.group_v4 = "10.0.0.1"; }, errc::invalid_argument},
        {"no address", [](auto& o) { o.group_v6 = "ff12::x"; }, errc::invalid_argument},
        {"no family", [](auto& o) { o.group_v4 = o.group_v6 = ""; }, errc::invalid_argument},
        {"the other family", [](auto& o) { o.group_v4 = ""; }, errc::not_found},
        {"no hops", [](auto& o) { o.hops = 0; }, errc::invalid_argument},
        {"too many hops", [](auto& o) { o.hops = 256; }, errc::invalid_argument},
        {"a short key", [](auto& o) { o.key = key_of("123456789012345"); }, errc::invalid_argument},
        {"no time",
         [](auto& o) {
             o.key = key_of("1234567890123456");
             o.max_clock_difference = 0ms;
         },
         errc::invalid_argument},
    };
    for (const auto& each : all) {
        auto options = options_;
        each.change(options);
        std::error_code ec;
        EXPECT_EQ(datagram_receiver::make(
                      options, "S", {}, [](auto) { return true; }, creating, ec),
                  nullptr);
        EXPECT_EQ(ec, each.condition) << each.what << ": " << ec.message();
        ec.clear();
        EXPECT_EQ(
            datagram_sender::make(options, slot_address::parse(R"(\\*\mailslot\s)"), creating, ec),
            nullptr);
        EXPECT_EQ(ec, each.condition) << each.what << ": " << ec.message();
    }
}

TEST_F(NetLoopback, WithoutALibraryAKeyIsRefused) {
    if (mac_is_available())
        GTEST_SKIP() << "this build has a cryptographic library";
    options_.key = key_of("1234567890123456");
    std::error_code ec;
    EXPECT_EQ(datagram_receiver::make(
                  options_, "S", {}, [](auto) { return true; }, creating, ec),
              nullptr);
    EXPECT_EQ(ec, errc::not_supported);
}

TEST_F(NetLoopback, AnInterfaceHasAName) {
    int error = 0;
    std::string name;
    std::string index;
    for (const auto& each : list_interfaces(error)) {
        if (each.is_loopback) {
            name = each.name;
            index = std::to_string(each.index);
        }
    }
    EXPECT_EQ(error, 0);
    ASSERT_FALSE(name.empty());
    const auto receiver = listen(options_);
    for (const auto& text : {name, index}) {
        auto options = options_;
        options.interfaces = {text, "127.0.0.1"}; // the same one twice
        const auto by_name = listen(options);
        send(*speak(options, R"(\\*\)"), text);
        EXPECT_TRUE(hears(*by_name, 1));
        EXPECT_EQ(by_name->receiver->statistics().duplicate, 0U);
    }
    EXPECT_TRUE(hears(*receiver, 2));
    EXPECT_THAT(receiver->box.messages(), ElementsAre(name, index));
}

} // namespace
} // namespace isthmus::test
