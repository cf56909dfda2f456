#include "network_plan.hpp"

#include "datagram.hpp"
#include "logging.hpp"
#include "mac.hpp"
#include "name_refusal.hpp"
#include "network_interface.hpp"

#include <isthmus/error.hpp>

#include <asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace isthmus::net {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

constexpr std::size_t shortest_key = 16;

/// Says why in the log; codes have no room for it.
class refusal {
public:
    refusal(detail::operation what, std::error_code& ec) noexcept : what_(what), ec_(ec) {}

    /// Always false.
    bool operator()(errc condition, std::string_view reason, std::string_view subject = {}) const {
        detail::log(spdlog::level::err, "{}: network options: {}{}{}",
                    detail::operation_text(what_), reason, subject.empty() ? "" : ": ", subject);
        ec_ = detail::library_error(what_, condition);
        return false;
    }

private:
    const detail::operation what_;
    std::error_code& ec_;
};

/// A domain is what somebody can write between `\\` and `\mailslot`.
bool is_domain_name(std::string_view text) {
    return text.size() <= longest_destination && text.find_first_of("\\/*?") == text.npos &&
           text != "." &&
           detail::slot_address_refusal("\\\\" + std::string(text) + "\\mailslot\\x").empty();
}

bool check_plain_options(const network_options& options, const refusal& refuse) {
    if (!is_domain_name(options.domain))
        return refuse(errc::invalid_argument, "not a domain's name", options.domain);
    if (options.port == 0)
        return refuse(errc::invalid_argument, "port 0");
    if (options.hops < 1 || options.hops > 255)
        return refuse(errc::invalid_argument, "hops are 1 to 255");
    if (options.key.empty())
        return true;
    if (options.key.size() < shortest_key)
        return refuse(errc::invalid_argument, "a key has at least 16 bytes");
    if (options.max_clock_difference <= std::chrono::milliseconds(0))
        return refuse(errc::invalid_argument, "max_clock_difference is not above 0");
    if (!mac_is_available())
        return refuse(errc::not_supported,
                      "a key: this library was built without OpenSSL, which authenticates");
    return true;
}

template <class Address>
bool read_group(const std::string& text,
                std::optional<Address>& group,
                Address (*parse)(const std::string&, asio::error_code&),
                const refusal& refuse) {
    if (text.empty())
        return true;
    asio::error_code error;
    const auto parsed = parse(text, error);
    if (error || !parsed.is_multicast())
        return refuse(errc::invalid_argument, "not a multicast group of its family", text);
    group = parsed;
    return true;
}

/// Without zone. Windows also takes 1 for an address (0.0.0.1): here that is an index.
std::optional<address> as_address(const std::string& text) {
    if (text.find_first_of(".:") == std::string::npos)
        return std::nullopt;
    asio::error_code error;
    auto parsed = asio::ip::make_address(text.substr(0, text.find('%')), error);
    return error ? std::nullopt : std::optional(parsed);
}

bool is_index(const std::string& text, unsigned index) noexcept {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc() && read.ptr == end && value == index;
}

/// What `text` means of one interface; nothing if it does not mean that one.
std::optional<link> match(const network_interface& candidate, const std::string& text) {
    link result{.name = candidate.name, .index = candidate.index};
    const auto wanted = as_address(text);
    if (!wanted && text != candidate.name && !is_index(text, candidate.index))
        return std::nullopt;
    for (const auto& each : candidate.addresses) {
        const auto own = as_address(each);
        if (!own || (wanted && *own != *wanted))
            continue;
        if (own->is_v6()) {
            result.v6 = true;
        } else if (!result.v4) {
            result.v4 = own->to_v4();
        }
    }
    if (wanted && !result.v4 && !result.v6)
        return std::nullopt;
    return result;
}

void add(std::vector<link>& links, const link& more) {
    const auto known = std::ranges::find(links, more.index, &link::index);
    if (known == links.end()) {
        links.push_back(more);
        return;
    }
    if (!known->v4)
        known->v4 = more.v4;
    known->v6 = known->v6 || more.v6;
}

bool look_up(const network_options& options, network_plan& plan, const refusal& refuse) {
    int error = 0;
    const auto there = list_interfaces(error);
    if (error != 0)
        return refuse(errc::io_error, "the system does not list its interfaces",
                      std::to_string(error));
    const bool v4 = plan.group_v4.has_value() || plan.limited_broadcast;
    const bool v6 = plan.group_v6.has_value();
    for (const auto& text : options.interfaces) {
        std::optional<link> found;
        for (auto each = there.begin(); each != there.end() && !found; ++each)
            found = match(*each, text);
        if (!found)
            return refuse(errc::not_found, "no such interface is up", text);
        if (!v4)
            found->v4.reset();
        found->v6 = found->v6 && v6;
        if (!found->v4 && !found->v6)
            return refuse(errc::not_found,
                          "the interface has no address of a family that is switched on", text);
        add(plan.links, *found);
    }
    return true;
}

} // namespace

bool network_plan::uses_v4() const noexcept {
    return std::ranges::any_of(links, [](const link& each) { return each.v4.has_value(); });
}

bool network_plan::uses_v6() const noexcept {
    return std::ranges::any_of(links, &link::v6);
}

bool network_plan::names(unsigned interface_index) const noexcept {
    return std::ranges::find(links, interface_index, &link::index) != links.end();
}

std::optional<network_plan> make_plan(const network_options& options,
                                      detail::operation what,
                                      std::error_code& ec) {
    const refusal refuse(what, ec);
    network_plan plan;
    plan.limited_broadcast = options.limited_broadcast;
    plan.port = options.port;
    plan.hops = options.hops;
    const bool sound =
        check_plain_options(options, refuse) &&
        read_group<address_v4>(
            options.group_v4, plan.group_v4,
            [](auto& text, auto& e) { return asio::ip::make_address_v4(text, e); }, refuse) &&
        read_group<address_v6>(
            options.group_v6, plan.group_v6,
            [](auto& text, auto& e) { return asio::ip::make_address_v6(text, e); }, refuse) &&
        (plan.group_v4 || plan.group_v6 || plan.limited_broadcast ||
         refuse(errc::invalid_argument, "both families are switched off")) &&
        look_up(options, plan, refuse);
    if (!sound)
        return std::nullopt;
    ec.clear();
    return plan;
}

} // namespace isthmus::net
