#pragma once

#include "support/support.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// \file
/// What the tests of channels share.

namespace isthmus::test {

/// A listener and one connected instance of it, within this process.
struct connection {
    channel_listener listener;
    channel server;
    channel client;
};

inline connection connect_to(channel_listener listener, const connect_options& client_options) {
    auto client = channel::connect(listener.name(), client_options);
    auto server = listener.accept_for(in_good_time);
    if (!server)
        throw std::runtime_error("the client was not accepted");
    return {std::move(listener), std::move(*server), std::move(client)};
}

inline connection make_connection(const listener_options& options,
                                  const connect_options& client_options) {
    return connect_to(channel_listener::create(unique_name("channel"), options), client_options);
}

/// Both ends read in the channel's own mode.
inline connection make_connection(const listener_options& options = {}) {
    return make_connection(options, {.mode = options.mode});
}

inline connection make_message_connection() {
    return make_connection({.mode = channel_mode::message});
}

/// Reads until there are `size` bytes or an error.
inline std::vector<std::byte> read_exactly(channel& from, std::size_t size, std::error_code& ec) {
    std::vector<std::byte> result(size);
    std::size_t have = 0;
    ec.clear();
    while (have < size && !ec) {
        have += from.read_for(std::span(result).subspan(have), in_good_time, ec)
                    .value_or(read_result{})
                    .size;
    }
    result.resize(have);
    return result;
}

inline std::vector<std::byte> read_exactly(channel& from, std::size_t size) {
    std::error_code ec;
    auto result = read_exactly(from, size, ec);
    if (ec)
        throw std::system_error(ec, "read_exactly");
    return result;
}

/// Reads up to the end of the channel; `ec` says how it ended.
inline std::vector<std::byte> read_to_end(channel& from, std::error_code& ec) {
    std::vector<std::byte> result;
    std::vector<std::byte> part(64 * 1024);
    for (;;) {
        const auto got = from.read_for(part, in_good_time, ec);
        if (!got)
            return result;
        result.insert(result.end(), part.begin(),
                      part.begin() + static_cast<std::ptrdiff_t>(got->size));
    }
}

/// A message read within good time, as text; "(nothing)" with the error if there is none.
inline std::string next_message(channel& from) {
    std::error_code ec;
    const auto message = from.read_message_for(in_good_time, ec);
    return message ? text(*message) : "(nothing: " + ec.message() + ")";
}

/// The same by one read, for channels of either mode; for short texts.
inline std::string next_text(channel& from) {
    std::error_code ec;
    std::vector<std::byte> buffer(4096);
    const auto got = from.read_for(buffer, in_good_time, ec);
    return got ? text(std::span(buffer).first(got->size)) : "(nothing: " + ec.message() + ")";
}

/// Why the name cannot be served, or reached.
inline std::error_code creation_error(std::string_view name, const listener_options& options) {
    return error_of([&](auto& ec) { channel_listener::create(name, options, ec); });
}

inline std::error_code connection_error(std::string_view name,
                                        const connect_options& options = {}) {
    return error_of([&](auto& ec) { channel::connect(name, options, ec); });
}

/// Much more than a channel buffers on any system, so that writing it blocks until someone reads.
inline constexpr std::size_t more_than_fits = 8 * 1024 * 1024;

} // namespace isthmus::test
