#pragma once

#include "support/support.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// \file
/// What the tests of slots share.

namespace isthmus::test {

/// Why a slot of that name cannot be read, or written to.
inline std::error_code creation_error(std::string_view name, const slot_options& options = {}) {
    return error_of([&](auto& ec) { slot_reader::create(name, options, ec); });
}
inline std::error_code opening_error(std::string_view name) {
    return error_of([&](auto& ec) { slot_writer::open(name, ec); });
}
inline std::error_code writing_error(slot_writer& writer, std::string_view message = "message") {
    return error_of([&](auto& ec) { writer.write(bytes(message), ec); });
}

/// A message read within good time, as text; "(nothing)" with the error if there is none.
inline std::string next_message(message_source& from) {
    std::error_code ec;
    const auto message = from.read_message_for(in_good_time, ec);
    return message ? text(*message) : "(nothing: " + ec.message() + ")";
}

/// The same without waiting.
inline std::string waiting_message(message_source& from) {
    std::error_code ec;
    const auto message = from.read_message_for(std::chrono::seconds(0), ec);
    return message ? text(*message) : ec == errc::timed_out ? "(nothing)" : ec.message();
}

/// A reader and a writer of one slot, in this process.
struct slot_pair {
    slot_reader reader;
    slot_writer writer;

    explicit slot_pair(const slot_options& options = {})
        : reader(slot_reader::create(unique_name("slot"), options)),
          writer(slot_writer::open(reader.name())) {}
};

// --- messages that tell whose they are, which, and whether they are whole

struct numbered_header {
    std::uint32_t writer = 0;
    std::uint32_t size = 0;
    std::uint64_t sequence = 0;
    std::uint64_t checksum = 0;
};

inline std::uint64_t checksum_of(numbered_header header, std::span<const std::byte> payload) {
    header.checksum = 0;
    std::uint64_t sum = 0xCBF29CE484222325U;
    const auto add = [&](std::span<const std::byte> data) {
        for (const auto each : data)
            sum = (sum ^ std::to_integer<std::uint64_t>(each)) * 0x100000001B3U;
    };
    add(std::as_bytes(std::span(&header, 1)));
    add(payload);
    return sum;
}

inline std::vector<std::byte> numbered_message(std::uint32_t writer,
                                               std::uint64_t sequence,
                                               std::size_t payload_size) {
    const auto payload = pattern(payload_size, sequence * 64 + writer);
    numbered_header header{
        .writer = writer, .size = static_cast<std::uint32_t>(payload_size), .sequence = sequence};
    header.checksum = checksum_of(header, payload);
    std::vector<std::byte> result(sizeof header + payload_size);
    std::memcpy(result.data(), &header, sizeof header);
    if (payload_size > 0)
        std::memcpy(result.data() + sizeof header, payload.data(), payload_size);
    return result;
}

/// Whose message it is and which; nothing if it is not whole.
inline std::optional<numbered_header> parse_numbered(std::span<const std::byte> message) {
    numbered_header header;
    if (message.size() < sizeof header)
        return std::nullopt;
    std::memcpy(&header, message.data(), sizeof header);
    const auto payload = message.subspan(sizeof header);
    if (payload.size() != header.size || header.checksum != checksum_of(header, payload))
        return std::nullopt;
    return header;
}

/// Writes it, again and again while there is no room. What else went wrong is the result.
inline std::error_code write_when_there_is_room(slot_writer& writer,
                                                std::span<const std::byte> message) {
    for (;;) {
        std::error_code ec;
        writer.write(message, ec);
        if (ec != errc::quota_exceeded)
            return ec;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

/// Looks whether each writer's messages come whole, in their order, once, and all of them.
/// Sequences begin with 1. Thread-safe.
class order_check {
public:
    /// Nobody can know whether this message was sent: its writer was killed while it wrote.
    void doubt(std::uint32_t writer, std::uint64_t sequence) {
        const std::lock_guard lock(mutex_);
        doubtful_.emplace(writer, sequence);
    }

    /// What is wrong with it, or nothing.
    std::string take(std::span<const std::byte> message) {
        const auto header = parse_numbered(message);
        if (!header)
            return "a torn message of " + std::to_string(message.size()) + " bytes";
        const std::lock_guard lock(mutex_);
        auto& last = last_[header->writer];
        if (header->sequence <= last)
            return describe(header->writer, header->sequence) + " after " + std::to_string(last);
        const auto lost = first_lost(header->writer, last, header->sequence);
        last = header->sequence;
        return lost ? describe(header->writer, *lost) + " is lost" : "";
    }

    /// The same of what should have come by now: everything up to `sequence`.
    std::string finish(std::uint32_t writer, std::uint64_t sequence) {
        const std::lock_guard lock(mutex_);
        const auto lost = first_lost(writer, last_[writer], sequence + 1);
        return lost ? describe(writer, *lost) + " is lost" : "";
    }

    std::uint64_t last(std::uint32_t writer) {
        const std::lock_guard lock(mutex_);
        return last_[writer];
    }

private:
    static std::string describe(std::uint32_t writer, std::uint64_t sequence) {
        return "message " + std::to_string(sequence) + " of writer " + std::to_string(writer);
    }

    std::optional<std::uint64_t> first_lost(std::uint32_t writer,
                                            std::uint64_t after,
                                            std::uint64_t before) const {
        for (auto each = after + 1; each < before; ++each) {
            if (!doubtful_.contains({writer, each}))
                return each;
        }
        return std::nullopt;
    }

    std::mutex mutex_;
    std::map<std::uint32_t, std::uint64_t> last_;
    std::set<std::pair<std::uint32_t, std::uint64_t>> doubtful_;
};

} // namespace isthmus::test
