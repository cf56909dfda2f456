#pragma once

#include "support/link.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// What the two processes do over a link, and what it cost. The client leads: it sends a command,
/// then both do the same number of transfers, then the server reports its own share.

namespace isthmus::bench {

/// What is measured.
struct task {
    enum class kind : std::uint32_t {
        quit,
        round_trip, ///< request and reply of `size` bytes
        one_way,    ///< `size` bytes at a time, from client to server
    };

    kind what = kind::quit;
    std::size_t size = 0;
};

/// The figures of one run of a task.
struct figures {
    task of;
    std::uint64_t count = 0; ///< round trips or messages
    double seconds = 0;
    std::uint64_t client_sleeps = 0; ///< voluntary context switches
    std::uint64_t server_sleeps = 0;
    double client_cpu = 0; ///< seconds
    double server_cpu = 0;

    double microseconds_each() const { return seconds / static_cast<double>(count) * 1e6; }
    double megabytes_per_second() const {
        return static_cast<double>(of.size) * static_cast<double>(count) / seconds * 1e-6;
    }
    /// Of the waits that the task has in it (one on each side for every round trip or message), the
    /// share in which a process really slept.
    double client_slept() const {
        return static_cast<double>(client_sleeps) / static_cast<double>(count);
    }
    double server_slept() const {
        return static_cast<double>(server_sleeps) / static_cast<double>(count);
    }
    double cpu_microseconds_each() const {
        return (client_cpu + server_cpu) / static_cast<double>(count) * 1e6;
    }
};

/// The server's part: until the client quits.
void serve(link& server);

/// The client's part: runs each task for about `seconds`, after a trial that finds the count. Ends
/// the server.
std::vector<figures> lead(link& client, const std::vector<task>& tasks, double seconds);

} // namespace isthmus::bench
