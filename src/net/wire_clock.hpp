#pragma once

#include <chrono>
#include <cstdint>

namespace isthmus::net {

/// As in datagrams: milliseconds since 1970-01-01 UTC.
inline std::uint64_t wire_time() noexcept {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

} // namespace isthmus::net
