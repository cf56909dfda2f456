#include "datagram_sender.hpp"

#include "case_fold.hpp"
#include "datagram.hpp"
#include "immortal.hpp"
#include "logging.hpp"
#include "mac.hpp"
#include "network_interface.hpp"
#include "network_plan.hpp"
#include "per_process.hpp"
#include "udp_socket.hpp"
#include "wire_clock.hpp"

#include <isthmus/error.hpp>

#include <asio/io_context.hpp>
#include <asio/ip/multicast.hpp>

#include <atomic>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::net {

namespace {

struct outlet {
    udp::socket socket;
    udp::endpoint to;
    std::string interface_name;
};

std::uint64_t random_id() {
    std::random_device random;
    return std::uint64_t{random()} << 32U | std::uint32_t{random()};
}

/// Of all senders of a process: a receiver remembers each id for a while, and how many it remembers
/// is bounded. A forked child has its own: with its parent's each would suppress the other's
/// messages.
struct numbering {
    const std::uint64_t sender = random_id();
    std::atomic<std::uint64_t> next = 1;
};

numbering& numbers_of_this_process() {
    return detail::immortal<detail::per_process<numbering>>().get();
}
[[maybe_unused]] const auto& made_at_start =
    detail::immortal<detail::per_process<numbering>>(); // as in src/error.cpp

/// Bound to the interface's address: that is also what makes a limited broadcast leave by it.
void open_v4(outlet& made, const network_plan& plan, const link& by, asio::error_code& ec) {
    open_socket(made.socket, udp::v4(), ec);
    if (!ec)
        made.socket.bind({*by.v4, 0}, ec);
    if (plan.limited_broadcast) {
        made.to = {asio::ip::address_v4::broadcast(), plan.port};
        if (!ec)
            made.socket.set_option(udp::socket::broadcast(true), ec);
        return;
    }
    made.to = {*plan.group_v4, plan.port};
    if (!ec)
        made.socket.set_option(asio::ip::multicast::outbound_interface(*by.v4), ec);
}

void open_v6(outlet& made, const network_plan& plan, const link& by, asio::error_code& ec) {
    open_socket(made.socket, udp::v6(), ec);
    auto group = *plan.group_v6;
    group.scope_id(by.index);
    made.to = {group, plan.port};
    if (!ec)
        made.socket.set_option(asio::ip::multicast::outbound_interface(by.index), ec);
}

} // namespace

struct datagram_sender::impl {
    asio::io_context context{1}; // sockets need one; nothing runs in it
    std::vector<outlet> outlets;
    std::vector<std::byte> key;
    std::string destination;
    std::string slot;
    std::size_t max_payload = 0;
    bool directed = false;
    std::uint64_t host_tag = 0;

    detail::per_process<std::mutex> mutex; // of the outlets

    void open(const network_plan& plan, asio::error_code& ec);
    std::vector<std::byte> next_datagram(std::span<const std::byte> message,
                                         detail::operation what,
                                         std::error_code& ec);
};

void datagram_sender::impl::open(const network_plan& plan, asio::error_code& ec) {
    for (const auto& by : plan.links) {
        for (const auto& protocol : {udp::v4(), udp::v6()}) {
            const bool v6 = protocol == udp::v6();
            if (v6 ? !by.v6 : !by.v4.has_value())
                continue;
            outlet made{udp::socket(context), {}, by.name};
            (v6 ? open_v6 : open_v4)(made, plan, by, ec);
            if (!ec)
                made.socket.set_option(asio::ip::multicast::hops(static_cast<int>(plan.hops)), ec);
            // For hosts within this host: containers with a runtime directory of their own.
            if (!ec)
                made.socket.set_option(asio::ip::multicast::enable_loopback(true), ec);
            if (ec) {
                detail::log(spdlog::level::err, "network: cannot send by {}: {}", by.name,
                            ec.message());
                return;
            }
            outlets.push_back(std::move(made));
        }
    }
}

std::vector<std::byte> datagram_sender::impl::next_datagram(std::span<const std::byte> message,
                                                            detail::operation what,
                                                            std::error_code& ec) {
    auto& numbers = numbers_of_this_process();
    auto bytes = format_datagram({.directed = directed,
                                  .host_tag = host_tag,
                                  .sender = numbers.sender,
                                  .sequence = numbers.next.fetch_add(1),
                                  .timestamp = wire_time(),
                                  .destination = destination,
                                  .slot = slot,
                                  .payload = message},
                                 !key.empty());
    if (key.empty())
        return bytes;
    mac_code code{};
    if (!make_mac(key, bytes, code)) {
        ec = detail::library_error(what, errc::io_error);
        return {};
    }
    bytes.insert(bytes.end(), code.begin(), code.end());
    return bytes;
}

datagram_sender::datagram_sender(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}

datagram_sender::~datagram_sender() = default;

std::unique_ptr<datagram_sender> datagram_sender::make(const network_options& options,
                                                       const slot_address& to,
                                                       detail::operation what,
                                                       std::error_code& ec) {
    return make(options, to, what, net::host_tag(), ec);
}

std::unique_ptr<datagram_sender> datagram_sender::make(const network_options& options,
                                                       const slot_address& to,
                                                       detail::operation what,
                                                       std::uint64_t host_tag,
                                                       std::error_code& ec) {
    const auto plan = make_plan(options, what, ec);
    if (!plan)
        return nullptr;
    auto state = std::make_unique<impl>();
    state->directed = to.where() == slot_address::reach::remote;
    state->destination = state->directed ? to.host() : detail::fold_case(options.domain);
    state->slot = to.key();
    state->key = options.key;
    state->max_payload = options.max_payload;
    state->host_tag = host_tag;
    const auto around =
        overhead(state->destination.size(), state->slot.size(), !options.key.empty());
    if (around > largest_network_datagram ||
        options.max_payload > largest_network_datagram - around) {
        detail::log(spdlog::level::err,
                    "{}: max_payload {} does not fit: {} bytes of a datagram's {} are header",
                    detail::operation_text(what), options.max_payload, around,
                    largest_network_datagram);
        ec = detail::library_error(what, errc::invalid_argument);
        return nullptr;
    }
    if (plan->links.empty())
        return nullptr;
    asio::error_code error;
    state->open(*plan, error);
    if (error) {
        ec = socket_error(what, error);
        return nullptr;
    }
    ec.clear();
    return std::unique_ptr<datagram_sender>(new datagram_sender(std::move(state)));
}

void datagram_sender::send(std::span<const std::byte> message,
                           detail::operation what,
                           std::error_code& ec) {
    ec.clear();
    if (message.size() > impl_->max_payload) {
        ec = detail::library_error(what, errc::message_too_large);
        return;
    }
    const std::lock_guard lock(impl_->mutex.get());
    const auto bytes = impl_->next_datagram(message, what, ec);
    if (ec)
        return;
    for (auto& each : impl_->outlets) {
        asio::error_code error;
        each.socket.send_to(asio::buffer(bytes), each.to, 0, error);
        if (error)
            detail::log(spdlog::level::debug, "network: a message was not sent by {}: {}",
                        each.interface_name, error.message());
    }
}

} // namespace isthmus::net
