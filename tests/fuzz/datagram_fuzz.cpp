// Whatever comes to the port, the parser neither crashes nor reads beyond it; what it accepts is
// exactly what the formatter makes of it; and a reader's intake, with and without a key, counts it
// once.

#include "net/datagram.hpp"
#include "net/datagram_intake.hpp"
#include "net/mac.hpp"
#include "utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

namespace {

using namespace isthmus::net;

constexpr std::uint64_t now = 1'700'000'000'000;

void require(bool condition) {
    if (!condition)
        std::abort();
}

isthmus::network_options options(bool keyed) {
    isthmus::network_options made;
    made.host = "PC7";
    if (keyed)
        made.key.resize(16, std::byte{'k'});
    return made;
}

datagram_intake& intake(bool keyed) {
    const auto make = [](bool with_key) {
        return new datagram_intake(
            options(with_key), "ALERTS", {}, [](auto payload) { return payload.size() % 2 == 0; },
            42, now);
    };
    static auto* const plain = make(false);
    static auto* const with_key = make(true);
    return keyed ? *with_key : *plain;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                                       reinterpret_cast<const std::byte*>(data) + size);
    const auto parsed = parse_datagram(bytes);
    if (parsed) {
        const auto& content = parsed->content;
        require(size <= isthmus::largest_network_datagram);
        require(isthmus::detail::is_utf8(content.destination) &&
                isthmus::detail::is_utf8(content.slot));
        require(!content.destination.empty() && !content.slot.empty());
        const auto again = format_datagram(content, !parsed->mac.empty());
        require(std::ranges::equal(again, parsed->covered));
        require(parsed->covered.size() + parsed->mac.size() == size);
    }
    for (const bool keyed : {false, true}) {
        auto& reader = intake(keyed);
        const auto before = reader.statistics();
        reader.take(bytes, now + size);
        const auto after = reader.statistics();
        require(after.received == before.received + 1);
        require(parsed || after.foreign == before.foreign + 1);
    }
    if (parsed && mac_is_available()) {
        // The same, signed, is never refused for its code.
        auto signed_bytes = format_datagram(parsed->content, true);
        mac_code code{};
        require(make_mac(options(true).key, signed_bytes, code));
        signed_bytes.insert(signed_bytes.end(), code.begin(), code.end());
        auto& reader = intake(true);
        const auto before = reader.statistics();
        reader.take(signed_bytes, now);
        require(reader.statistics().unauthenticated == before.unauthenticated);
    }
    return 0;
}
