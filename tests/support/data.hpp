#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::test {

inline std::vector<std::byte> bytes(std::string_view text) {
    const auto data = std::as_bytes(std::span(text.data(), text.size()));
    return {data.begin(), data.end()};
}

inline std::string text(std::span<const std::byte> data) {
    std::string result(data.size(), '\0');
    if (!data.empty()) {
        std::memcpy(result.data(), data.data(), data.size());
    }
    return result;
}

/// Data without a short period, the same for equal arguments.
inline std::vector<std::byte> pattern(std::size_t size, std::uint64_t seed = 0) {
    std::vector<std::byte> result(size);
    std::uint64_t state = seed * 0x9E3779B97F4A7C15U + 1;
    for (auto& each : result) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        each = static_cast<std::byte>(state >> 56);
    }
    return result;
}

} // namespace isthmus::test
