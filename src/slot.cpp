#include "broadcast.hpp"
#include "mailslot_source.hpp"
#include "native_error.hpp"
#include "net/datagram_receiver.hpp"
#include "object_call.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <utility>

namespace isthmus {

using detail::check_open;
using detail::mailslot;
using detail::mailslot_source;
using detail::mailslot_writer;
using detail::name_of;
using detail::operation;
using detail::throw_if_error;
using detail::throw_unless_timed_out;
using detail::throwing;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

constexpr std::size_t largest_quota = std::size_t{1} << 30U;

/// Nothing, and an error of the operation, if it is no slot's name.
std::optional<slot_address> parse_address(std::string_view text,
                                          operation what,
                                          std::error_code& ec) {
    auto address = slot_address::parse(text, ec);
    if (ec) {
        ec = detail::as_failure_of(what, ec);
        return std::nullopt;
    }
    return address;
}

deadline end_of(const mailslot_source& source) noexcept {
    const auto timeout = source.read_timeout();
    return timeout ? deadline::after(*timeout) : deadline::never();
}

} // namespace

// --- message_source

message_source::message_source() noexcept = default;
message_source::message_source(message_source&&) noexcept = default;
message_source& message_source::operator=(message_source&&) noexcept = default;
message_source::~message_source() = default;
message_source::message_source(std::unique_ptr<mailslot_source> source) noexcept
    : source_(std::move(source)) {}

std::optional<std::size_t> message_source::read_until(std::span<std::byte> buffer,
                                                      const deadline& until,
                                                      std::error_code& ec) {
    if (!check_open(source_, operation::read_slot, ec))
        return std::nullopt;
    const std::size_t size = source_->slot().read(buffer, until, ec);
    return ec ? std::nullopt : std::optional(size);
}

std::optional<std::size_t> message_source::read_until(std::span<std::byte> buffer,
                                                      const deadline& until) {
    std::error_code ec;
    auto size = read_until(buffer, until, ec);
    return throw_unless_timed_out(size, ec, operation::read_slot, name_of(source_));
}

std::size_t message_source::read(std::span<std::byte> buffer, std::error_code& ec) {
    if (!check_open(source_, operation::read_slot, ec))
        return 0;
    return source_->slot().read(buffer, end_of(*source_), ec);
}

std::size_t message_source::read(std::span<std::byte> buffer) {
    return throwing(operation::read_slot, name_of(source_),
                    [&](auto& ec) { return read(buffer, ec); });
}

std::optional<std::vector<std::byte>> message_source::read_message_until(const deadline& until,
                                                                         std::error_code& ec) {
    if (!check_open(source_, operation::read_slot, ec))
        return std::nullopt;
    auto message = source_->slot().read_message(until, ec);
    return ec ? std::nullopt : std::optional(std::move(message));
}

std::optional<std::vector<std::byte>> message_source::read_message_until(const deadline& until) {
    std::error_code ec;
    auto message = read_message_until(until, ec);
    return throw_unless_timed_out(std::move(message), ec, operation::read_slot, name_of(source_));
}

std::vector<std::byte> message_source::read_message(std::error_code& ec) {
    if (!check_open(source_, operation::read_slot, ec))
        return {};
    return source_->slot().read_message(end_of(*source_), ec);
}

std::vector<std::byte> message_source::read_message() {
    return throwing(operation::read_slot, name_of(source_),
                    [&](auto& ec) { return read_message(ec); });
}

slot_info message_source::info(std::error_code& ec) const {
    if (!check_open(source_, operation::query_slot, ec))
        return {};
    const auto content = source_->slot().content(ec);
    if (ec)
        return {};
    return {.max_message = source_->max_message(),
            .next = content.next,
            .count = content.count,
            .read_timeout = source_->read_timeout()};
}

slot_info message_source::info() const {
    return throwing(operation::query_slot, name_of(source_), [&](auto& ec) { return info(ec); });
}

void message_source::set_read_timeout(std::optional<std::chrono::milliseconds> timeout,
                                      std::error_code& ec) {
    if (!check_open(source_, operation::query_slot, ec))
        return;
    source_->set_read_timeout(timeout);
    ec.clear();
}

void message_source::set_read_timeout(std::optional<std::chrono::milliseconds> timeout) {
    std::error_code ec;
    set_read_timeout(timeout, ec);
    throw_if_error(ec, operation::query_slot, name_of(source_));
}

void message_source::cancel() noexcept {
    if (source_)
        source_->slot().cancel();
}

const std::string& message_source::name() const noexcept {
    return name_of(source_);
}

void message_source::close() noexcept {
    source_.reset();
}

// --- slot_reader, broadcast_reader

namespace {

/// For one message of that size, and what is kept of it beside (docs/slots.md).
bool has_room(std::size_t quota, std::size_t message) noexcept {
    constexpr std::size_t unit = 8;
    return message <= quota && quota - message >= unit + (unit - message % unit) % unit;
}

/// The name of a reader, and options that it can be made with.
std::optional<slot_address> check_reader(std::string_view name,
                                         const slot_options& options,
                                         std::error_code& ec) {
    auto address = parse_address(name, operation::create_slot, ec);
    if (!address)
        return address;
    if (address->where() != slot_address::reach::local) {
        ec = win32_error(operation::create_slot, win32_code::invalid_name);
        return std::nullopt;
    }
    if (options.quota > largest_quota || !has_room(options.quota, options.max_message)) {
        ec = win32_error(operation::create_slot, win32_code::invalid_parameter);
        return std::nullopt;
    }
    return address;
}

detail::mailslot_settings settings_of(const slot_options& options) noexcept {
    return {.max_message = options.max_message, .quota = options.quota, .who = options.who};
}

/// Lets the network write to the mailslot at `address`, as any other writer. Null with `ec`.
std::unique_ptr<net::datagram_receiver> listen(const slot_address& name,
                                               const slot_address& address,
                                               const network_options& options,
                                               net::interest wanted,
                                               std::error_code& ec) {
    std::shared_ptr<mailslot_writer> writer = mailslot_writer::open(address, ec);
    if (ec) {
        ec = detail::as_failure_of(operation::create_slot, ec);
        return nullptr;
    }
    const auto deliver = [writer](std::span<const std::byte> message) {
        std::error_code failure;
        writer->write(message, failure);
        return !failure;
    };
    return net::datagram_receiver::make(options, name.key(), wanted, deliver,
                                        operation::create_slot, ec);
}

} // namespace

slot_reader slot_reader::create(std::string_view name,
                                const slot_options& options,
                                std::error_code& ec) {
    const auto address = check_reader(name, options, ec);
    if (!address)
        return {};
    auto slot = mailslot::create(*address, settings_of(options), ec);
    if (!slot)
        return {};
    auto source = std::make_unique<mailslot_source>(std::move(slot), std::string(name),
                                                    options.max_message, options.read_timeout);
    if (options.network) {
        source->keep(listen(*address, *address, *options.network,
                            {.broadcasts = true, .directed = true}, ec));
        if (ec)
            return {};
    }
    return slot_reader(std::move(source));
}

slot_reader slot_reader::create(std::string_view name, const slot_options& options) {
    return throwing(operation::create_slot, name,
                    [&](auto& ec) { return create(name, options, ec); });
}

broadcast_reader broadcast_reader::create(std::string_view name,
                                          const slot_options& options,
                                          std::error_code& ec) {
    const auto address = check_reader(name, options, ec);
    if (!address)
        return {};
    auto made = detail::make_broadcast_mailslot(*address, settings_of(options), ec);
    if (!made.slot)
        return {};
    auto source = std::make_unique<mailslot_source>(std::move(made.slot), std::string(name),
                                                    options.max_message, options.read_timeout);
    source->keep(std::move(made.directory));
    if (options.network) {
        source->keep(listen(*address, made.address, *options.network,
                            {.broadcasts = true, .directed = false}, ec));
        if (ec)
            return {};
    }
    return broadcast_reader(std::move(source));
}

broadcast_reader broadcast_reader::create(std::string_view name, const slot_options& options) {
    return throwing(operation::create_slot, name,
                    [&](auto& ec) { return create(name, options, ec); });
}

network_statistics message_source::network() const noexcept {
    return source_ && source_->receiver() ? source_->receiver()->statistics()
                                          : network_statistics();
}

// --- slot_writer

slot_writer::slot_writer() noexcept = default;
slot_writer::slot_writer(slot_writer&&) noexcept = default;
slot_writer& slot_writer::operator=(slot_writer&&) noexcept = default;
slot_writer::~slot_writer() = default;
slot_writer::slot_writer(std::unique_ptr<detail::mailslot_sender> sender) noexcept
    : sender_(std::move(sender)) {}

namespace {

class local_sender final : public detail::mailslot_sender {
public:
    local_sender(std::unique_ptr<mailslot_writer> writer, std::string name)
        : mailslot_sender(std::move(name)), writer_(std::move(writer)) {}

    void write(std::span<const std::byte> message, std::error_code& ec) override {
        writer_->write(message, ec);
    }

private:
    const std::unique_ptr<mailslot_writer> writer_;
};

} // namespace

slot_writer slot_writer::open(std::string_view name,
                              const slot_writer_options& options,
                              std::error_code& ec) {
    const auto address = parse_address(name, operation::open_slot, ec);
    if (!address)
        return {};
    if (address->where() != slot_address::reach::local) {
        return slot_writer(
            detail::make_broadcast_sender(*address, std::string(name), options.network, ec));
    }
    auto writer = mailslot_writer::open(*address, ec);
    if (!writer)
        return {};
    return slot_writer(std::make_unique<local_sender>(std::move(writer), std::string(name)));
}

slot_writer slot_writer::open(std::string_view name, std::error_code& ec) {
    return open(name, {}, ec);
}

slot_writer slot_writer::open(std::string_view name, const slot_writer_options& options) {
    return throwing(operation::open_slot, name, [&](auto& ec) { return open(name, options, ec); });
}

void slot_writer::write(std::span<const std::byte> message, std::error_code& ec) {
    if (check_open(sender_, operation::write_slot, ec))
        sender_->write(message, ec);
}

void slot_writer::write(std::span<const std::byte> message) {
    std::error_code ec;
    write(message, ec);
    throw_if_error(ec, operation::write_slot, name_of(sender_));
}

const std::string& slot_writer::name() const noexcept {
    return name_of(sender_);
}

void slot_writer::close() noexcept {
    sender_.reset();
}

} // namespace isthmus
