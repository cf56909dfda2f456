#pragma once

#include "support/link.hpp"
#include "support/process.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// \file
/// What is compared about slots: the same stream of messages over this library's slots and over the
/// operating system's datagrams.

namespace isthmus::bench {

/// One line of the table.
struct slot_row {
    enum class kind : std::uint32_t {
        local,     ///< many writers, one reader
        broadcast, ///< one writer, many readers on this machine, each gets every message
    };

    kind what = kind::local;
    std::size_t size = 0; ///< of a message, in bytes
    unsigned writers = 1;
    unsigned readers = 1;

    /// Names it in JSON and on the command line: "local_64_4", "broadcast_64_16".
    std::string key() const;
    std::string title() const;
};

const std::vector<slot_row>& slot_rows();
const slot_row& find_slot_row(const std::string& key);

enum class slot_mechanism : std::uint32_t { raw, isthmus };
inline constexpr std::size_t slot_mechanism_count = 2;

/// One end, of which only receive() or only send() works. A writer may come before the readers: it
/// tries for five seconds. `address` is the path of a file in a directory of this run, which does
/// not exist yet.
std::unique_ptr<link> isthmus_slot_reader(const slot_row& row, const std::string& address);
std::unique_ptr<link> isthmus_slot_writer(const slot_row& row, const std::string& address);
/// The operating system's own (support/posix).
std::unique_ptr<link> raw_slot_reader(const slot_row& row, const std::string& address);
std::unique_ptr<link> raw_slot_writer(const slot_row& row, const std::string& address);

/// What one process of a row did.
struct slot_share {
    std::int64_t start = 0;     ///< writers: just before the first message; ns of the steady clock,
    std::int64_t end = 0;       ///< readers: when they had the last message; which all share
    std::uint64_t messages = 0; ///< sent; or received, each once
    usage used;
};

/// One row over one mechanism in one round.
struct slot_figures {
    std::uint64_t sent = 0;
    std::uint64_t lost = 0; ///< by all readers together
    double seconds = 0;     ///< from the first message to when the last reader had the last
    double cpu_seconds = 0; ///< of all processes
    std::uint64_t writer_sleeps = 0; ///< voluntary context switches of all writers
    std::uint64_t reader_sleeps = 0;

    /// At least so many had arrived at every reader.
    double arrived() const { return static_cast<double>(sent - (lost < sent ? lost : sent)); }
    double per_second() const { return arrived() / seconds; }
    double cpu_nanoseconds_each() const { return cpu_seconds / arrived() * 1e9; }
};
slot_figures combine(const std::vector<slot_share>& writers,
                     const std::vector<slot_share>& readers);

/// By mechanism.
using slot_pair = std::array<slot_figures, slot_mechanism_count>;

/// Which process it is, of which row.
struct slot_place {
    slot_row row;
    slot_mechanism how = slot_mechanism::raw;
    unsigned index = 0; ///< among the writers, or among the readers
    std::string address;
};

/// One process's work. Writers stop after every `window` messages until all readers have them, so
/// that nothing is lost for lack of room, and begin no such batch when `seconds` are over.
slot_share write_slot(const slot_place& place, double seconds, unsigned window);
slot_share read_slot(const slot_place& place);

} // namespace isthmus::bench
