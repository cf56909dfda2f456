#include "datagram_receiver.hpp"

#include "datagram_intake.hpp"
#include "logging.hpp"
#include "network_interface.hpp"
#include "network_plan.hpp"
#include "udp_socket.hpp"
#include "wire_clock.hpp"
#include "worker_thread.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/multicast.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <list>
#include <optional>
#include <thread>
#include <utility>

namespace isthmus::net {

namespace {

/// What the system is asked to keep while the thread is not running; it may give less.
constexpr int receive_buffer = 1024 * 1024;

/// A socket that fails again and again (its network goes away) must not keep the thread busy.
constexpr std::chrono::milliseconds pause_after_failure{100};

/// Taken from one socket before the other gets its turn.
constexpr int most_at_once = 64;

} // namespace

struct datagram_receiver::impl {
    /// A socket of one family, for all interfaces.
    struct inlet {
        explicit inlet(asio::io_context& context) : socket(context), timer(context) {}
        udp::socket socket;
        asio::steady_timer timer;
    };

    impl(network_plan chosen,
         const network_options& options,
         std::string_view slot_key,
         interest wanted,
         consumer deliver,
         std::uint64_t host_tag)
        : plan(std::move(chosen)),
          intake(options, slot_key, wanted, std::move(deliver), host_tag, wire_time()) {}

    const network_plan plan;
    datagram_intake intake;
    asio::io_context context{1};
    std::list<inlet> inlets;
    std::thread thread;
    const std::uint64_t process = process_mark();

    void open(asio::error_code& ec);
    bool open(const udp& protocol, asio::error_code& ec);
    void join(inlet& made, const udp& protocol, const link& by, asio::error_code& ec) const;
    void wait(inlet& by);
    void wait_a_while(inlet& by);
    bool drain(inlet& by) noexcept;
    void run() noexcept;
};

void datagram_receiver::impl::join(inlet& made,
                                   const udp& protocol,
                                   const link& by,
                                   asio::error_code& ec) const {
    using asio::ip::multicast::join_group;
    if (protocol == udp::v6() && by.v6) {
        made.socket.set_option(join_group(*plan.group_v6, by.index), ec);
    } else if (protocol == udp::v4() && by.v4 && !plan.limited_broadcast) {
        made.socket.set_option(join_group(*plan.group_v4, *by.v4), ec);
    }
    if (ec)
        detail::log(spdlog::level::err, "network: cannot join the group at {}: {}", by.name,
                    ec.message());
}

bool datagram_receiver::impl::open(const udp& protocol, asio::error_code& ec) {
    auto& made = inlets.emplace_back(context);
    open_socket(made.socket, protocol, ec);
    if (!ec)
        prepare_to_receive(made.socket, protocol, ec);
    if (ec)
        return false;
    asio::error_code ignored; // a smaller one works as well
    made.socket.set_option(udp::socket::receive_buffer_size(receive_buffer), ignored);
    made.socket.bind({protocol, plan.port}, ec);
    if (ec) {
        detail::log(spdlog::level::err, "network: cannot bind UDP port {}: {}", plan.port,
                    ec.message());
        return false;
    }
    for (const auto& by : plan.links) {
        join(made, protocol, by, ec);
        if (ec)
            return false;
    }
    return true;
}

void datagram_receiver::impl::open(asio::error_code& ec) {
    ec.clear();
    if (plan.uses_v4() && !open(udp::v4(), ec))
        return;
    if (plan.uses_v6())
        open(udp::v6(), ec);
}

void datagram_receiver::impl::wait(inlet& by) {
    by.socket.async_wait(udp::socket::wait_read, [this, &by](const asio::error_code& error) {
        if (error == asio::error::operation_aborted)
            return;
        if (error || !drain(by)) {
            wait_a_while(by);
        } else {
            wait(by);
        }
    });
}

void datagram_receiver::impl::wait_a_while(inlet& by) {
    by.timer.expires_after(pause_after_failure);
    by.timer.async_wait([this, &by](const asio::error_code& error) {
        if (!error)
            wait(by);
    });
}

/// False if the system reports a failure.
bool datagram_receiver::impl::drain(inlet& by) noexcept {
    // One byte more than any datagram of ours, so that none of another's is cut to look like one.
    std::array<std::byte, largest_network_datagram + 1> buffer{};
    for (int i = 0; i < most_at_once; ++i) {
        const auto got = receive(by.socket, buffer);
        if (got.what == arrival::kind::failure)
            detail::log(spdlog::level::debug, "network: receiving: {}", got.error.message());
        if (got.what != arrival::kind::datagram)
            return got.what == arrival::kind::nothing;
        if (got.truncated) { // of these not every system tells the interface
            intake.count_foreign();
        } else if (!plan.names(got.interface_index)) {
            intake.count_other_interface();
        } else {
            intake.take(std::span(buffer).first(got.size), wire_time());
        }
    }
    return true;
}

void datagram_receiver::impl::run() noexcept {
    for (;;) {
        try {
            context.run();
            return;
        } catch (const std::exception& problem) { // no memory for a handler
            detail::log(spdlog::level::err, "network: {}", problem.what());
        }
    }
}

datagram_receiver::datagram_receiver(std::unique_ptr<impl> state) noexcept
    : impl_(std::move(state)) {}

datagram_receiver::~datagram_receiver() {
    if (impl_->process != process_mark()) {
        // A forked child has no such thread, and closing its copies of the sockets would take the
        // parent's out of the event queue that both share.
        static_cast<void>(impl_.release());
        return;
    }
    impl_->context.stop();
    impl_->thread.join();
}

network_statistics datagram_receiver::statistics() const noexcept {
    return impl_->intake.statistics();
}

std::unique_ptr<datagram_receiver> datagram_receiver::make(const network_options& options,
                                                           std::string_view slot_key,
                                                           interest wanted,
                                                           consumer deliver,
                                                           detail::operation what,
                                                           std::error_code& ec) {
    return make(options, slot_key, wanted, std::move(deliver), what, net::host_tag(), ec);
}

std::unique_ptr<datagram_receiver> datagram_receiver::make(const network_options& options,
                                                           std::string_view slot_key,
                                                           interest wanted,
                                                           consumer deliver,
                                                           detail::operation what,
                                                           std::uint64_t host_tag,
                                                           std::error_code& ec) {
    auto plan = make_plan(options, what, ec);
    if (!plan || plan->links.empty())
        return nullptr;
    auto state = std::make_unique<impl>(std::move(*plan), options, slot_key, wanted,
                                        std::move(deliver), host_tag);
    asio::error_code error;
    state->open(error);
    if (error) {
        ec = socket_error(what, error);
        return nullptr;
    }
    for (auto& each : state->inlets)
        state->wait(each);
    try {
        state->thread = start_worker([running = state.get()] { running->run(); });
    } catch (const std::system_error& problem) {
        ec = socket_error(what, {problem.code().value(), asio::error::get_system_category()});
        return nullptr;
    }
    ec.clear();
    return std::unique_ptr<datagram_receiver>(new datagram_receiver(std::move(state)));
}

} // namespace isthmus::net
