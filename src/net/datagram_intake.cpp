#include "datagram_intake.hpp"

#include "logging.hpp"
#include "mac.hpp"

#include <exception>
#include <utility>

namespace isthmus::net {

datagram_intake::datagram_intake(const network_options& options,
                                 std::string_view slot_key,
                                 interest wanted,
                                 datagram_receiver::consumer deliver,
                                 std::uint64_t host_tag,
                                 std::uint64_t start)
    : slot_(slot_key),
      wanted_(wanted),
      deliver_(std::move(deliver)),
      host_tag_(host_tag),
      key_(options.key),
      names_(options),
      filter_(
          {.keyed = !options.key.empty(),
           .start = start,
           .max_difference = static_cast<std::uint64_t>(options.max_clock_difference.count())}) {}

void datagram_intake::take(std::span<const std::byte> bytes, std::uint64_t now) noexcept {
    try {
        fate_of(bytes, now).fetch_add(1, std::memory_order_relaxed);
    } catch (const std::exception& problem) {
        // Memory for the table of senders, or a consumer that breaks its promise.
        detail::log(spdlog::level::warn, "network: a message was dropped: {}", problem.what());
        dropped_.fetch_add(1, std::memory_order_relaxed);
    }
}

datagram_intake::counter& datagram_intake::fate_of(std::span<const std::byte> bytes,
                                                   std::uint64_t now) {
    const auto parsed = parse_datagram(bytes);
    if (!parsed)
        return foreign_;
    if (parsed->content.host_tag == host_tag_)
        return own_host_;
    if (!is_wanted(parsed->content))
        return other_slot_or_domain_;
    if (!is_authentic(*parsed))
        return unauthenticated_;
    return fate_of_message(*parsed, now);
}

datagram_intake::counter& datagram_intake::fate_of_message(const parsed_datagram& parsed,
                                                           std::uint64_t now) {
    const auto& message = parsed.content;
    switch (filter_.admit(message.sender, message.sequence, message.timestamp, now)) {
    case datagram_filter::verdict::duplicate:
        return duplicate_;
    case datagram_filter::verdict::outside_time:
        return replayed_;
    case datagram_filter::verdict::too_many_senders:
        return too_many_senders_;
    case datagram_filter::verdict::accepted:
        break;
    }
    return deliver_(message.payload) ? delivered_ : dropped_;
}

bool datagram_intake::is_wanted(const datagram& message) const noexcept {
    if (message.slot != slot_)
        return false;
    if (wanted_.broadcasts && names_.is_domain(message.destination))
        return true;
    return wanted_.directed && message.directed && names_.is_host(message.destination);
}

/// Without a key, authenticated messages are not taken either: their sender means them for those
/// who can check them.
bool datagram_intake::is_authentic(const parsed_datagram& parsed) const noexcept {
    if (key_.empty() || parsed.mac.empty())
        return key_.empty() && parsed.mac.empty();
    mac_code code{};
    return make_mac(key_, parsed.covered, code) && equal_in_constant_time(code, parsed.mac);
}

void datagram_intake::count_other_interface() noexcept {
    other_interface_.fetch_add(1, std::memory_order_relaxed);
}

void datagram_intake::count_foreign() noexcept {
    foreign_.fetch_add(1, std::memory_order_relaxed);
}

network_statistics datagram_intake::statistics() const noexcept {
    const auto of = [](const counter& each) { return each.load(std::memory_order_relaxed); };
    network_statistics result{.delivered = of(delivered_),
                              .dropped = of(dropped_),
                              .foreign = of(foreign_),
                              .other_interface = of(other_interface_),
                              .own_host = of(own_host_),
                              .other_slot_or_domain = of(other_slot_or_domain_),
                              .unauthenticated = of(unauthenticated_),
                              .replayed = of(replayed_),
                              .duplicate = of(duplicate_),
                              .too_many_senders = of(too_many_senders_)};
    // Not a counter of its own: so it is the sum at any moment.
    result.received = result.delivered + result.dropped + result.foreign + result.other_interface +
                      result.own_host + result.other_slot_or_domain + result.unauthenticated +
                      result.replayed + result.duplicate + result.too_many_senders;
    return result;
}

} // namespace isthmus::net
