#pragma once

#include "net/datagram.hpp"
#include "support/support.hpp"

#include <isthmus/network.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// What the tests of src/net share.

namespace isthmus::test {

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::vector<std::byte> key_of(std::string_view text) {
    const auto bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

/// A port for this test alone, most likely: below those that systems give to clients.
inline std::uint16_t test_port() {
    std::random_device random;
    return static_cast<std::uint16_t>(10000 + random() % 20000);
}

/// By the loopback interface: nothing leaves this machine.
inline network_options loopback_options(std::uint16_t port) {
    network_options options;
    options.interfaces = {"127.0.0.1"};
    options.host = "tester";
    options.port = port;
    return options;
}

/// Keeps what a receiver hands over. Thread-safe.
class message_box {
public:
    bool take(std::span<const std::byte> message) {
        const std::lock_guard lock(mutex_);
        if (messages_.size() >= capacity_)
            return false;
        messages_.push_back(text_of(message));
        return true;
    }

    std::vector<std::string> messages() const {
        const std::lock_guard lock(mutex_);
        return messages_;
    }

    std::size_t count() const { return messages().size(); }

    void set_capacity(std::size_t capacity) {
        const std::lock_guard lock(mutex_);
        capacity_ = capacity;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> messages_;
    std::size_t capacity_ = 1'000'000;
};

} // namespace isthmus::test
