#include "datagram.hpp"

#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <concepts>

namespace isthmus::net {

namespace {

constexpr std::array magic{std::byte{'I'}, std::byte{'S'}, std::byte{'T'}, std::byte{'H'}};
constexpr std::uint8_t flag_authenticated = 0x01;
constexpr std::uint8_t flag_directed = 0x02;

/// Takes fields off the front, most significant byte first. The caller has checked the size.
class field_reader {
public:
    explicit field_reader(std::span<const std::byte> bytes) noexcept : rest_(bytes) {}

    template <std::unsigned_integral Number>
    Number number() noexcept {
        std::uint64_t value = 0;
        for (const auto byte : take(sizeof(Number)))
            value = value << 8U | std::to_integer<std::uint64_t>(byte);
        return static_cast<Number>(value);
    }

    std::span<const std::byte> take(std::size_t size) noexcept {
        const auto front = rest_.first(size);
        rest_ = rest_.subspan(size);
        return front;
    }

    std::string_view text(std::size_t size) noexcept {
        const auto bytes = take(size);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    std::span<const std::byte> rest() const noexcept { return rest_; }

private:
    std::span<const std::byte> rest_;
};

class field_writer {
public:
    explicit field_writer(std::vector<std::byte>& out) noexcept : out_(out) {}

    template <std::unsigned_integral Number>
    void number(Number value) {
        for (std::size_t shift = sizeof(Number) * 8; shift > 0;) {
            shift -= 8;
            out_.push_back(static_cast<std::byte>(value >> shift & 0xFFU));
        }
    }

    void bytes(std::span<const std::byte> data) {
        out_.insert(out_.end(), data.begin(), data.end());
    }

private:
    std::vector<std::byte>& out_;
};

bool is_name(std::string_view text, std::size_t longest) noexcept {
    return !text.empty() && text.size() <= longest && detail::is_utf8(text) &&
           text.find('\0') == std::string_view::npos;
}

} // namespace

std::optional<parsed_datagram> parse_datagram(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() < fixed_header_size || bytes.size() > largest_network_datagram)
        return std::nullopt;
    field_reader fields(bytes);
    if (!std::ranges::equal(fields.take(magic.size()), magic) ||
        fields.number<std::uint8_t>() != wire_version)
        return std::nullopt;
    const auto flags = fields.number<std::uint8_t>();
    if ((flags & ~(flag_authenticated | flag_directed)) != 0)
        return std::nullopt;
    parsed_datagram result;
    auto& content = result.content;
    content.directed = (flags & flag_directed) != 0;
    const std::size_t header_size = fields.number<std::uint16_t>();
    content.host_tag = fields.number<std::uint64_t>();
    content.sender = fields.number<std::uint64_t>();
    content.sequence = fields.number<std::uint64_t>();
    content.timestamp = fields.number<std::uint64_t>();
    const std::size_t destination_size = fields.number<std::uint16_t>();
    const std::size_t slot_size = fields.number<std::uint16_t>();
    const std::size_t payload_size = fields.number<std::uint16_t>();
    const bool authenticated = (flags & flag_authenticated) != 0;
    if (header_size != fixed_header_size + destination_size + slot_size ||
        bytes.size() != overhead(destination_size, slot_size, authenticated) + payload_size)
        return std::nullopt;
    content.destination = fields.text(destination_size);
    content.slot = fields.text(slot_size);
    content.payload = fields.take(payload_size);
    if (!is_name(content.destination, longest_destination) ||
        !is_name(content.slot, longest_slot_key))
        return std::nullopt;
    result.mac = fields.rest();
    result.covered = bytes.first(bytes.size() - result.mac.size());
    return result;
}

std::vector<std::byte> format_datagram(const datagram& content, bool authenticated) {
    const auto header_size = fixed_header_size + content.destination.size() + content.slot.size();
    std::vector<std::byte> result;
    result.reserve(header_size + content.payload.size() + mac_size);
    field_writer fields(result);
    fields.bytes(magic);
    fields.number(wire_version);
    const unsigned flags =
        (authenticated ? flag_authenticated : 0U) | (content.directed ? flag_directed : 0U);
    fields.number(static_cast<std::uint8_t>(flags));
    fields.number(static_cast<std::uint16_t>(header_size));
    fields.number(content.host_tag);
    fields.number(content.sender);
    fields.number(content.sequence);
    fields.number(content.timestamp);
    fields.number(static_cast<std::uint16_t>(content.destination.size()));
    fields.number(static_cast<std::uint16_t>(content.slot.size()));
    fields.number(static_cast<std::uint16_t>(content.payload.size()));
    fields.bytes(std::as_bytes(std::span(content.destination)));
    fields.bytes(std::as_bytes(std::span(content.slot)));
    fields.bytes(content.payload);
    return result;
}

} // namespace isthmus::net
