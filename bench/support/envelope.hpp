#pragma once

#include "support/link.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

/// \file
/// Commands and reports between the two processes: always of one size, so that no mechanism needs
/// framing.

namespace isthmus::bench {

inline constexpr std::size_t envelope_size = 64;

template <class Content>
void send_content(link& end, const Content& content) {
    static_assert(std::is_trivially_copyable_v<Content> && sizeof content <= envelope_size);
    std::array<std::byte, envelope_size> bytes{};
    std::memcpy(bytes.data(), &content, sizeof content);
    end.send(bytes);
}

template <class Content>
Content receive_content(link& end) {
    std::array<std::byte, envelope_size> bytes{};
    end.receive(bytes);
    Content content;
    std::memcpy(&content, bytes.data(), sizeof content);
    return content;
}

} // namespace isthmus::bench
