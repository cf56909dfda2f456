#pragma once

#include "support/process.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// \file
/// What is compared about synchronization and regions: the same work done with this library's
/// objects and with the operating system's own.

namespace isthmus::bench {

/// One line of the table.
struct sync_row {
    enum class kind : std::uint32_t {
        mutex,          ///< lock and unlock, nobody else wants it
        idle_event,     ///< set and wait, nobody else waits
        idle_semaphore, ///< release and acquire, nobody else waits
        event,          ///< there and back between two processes
        wait_any,       ///< the same, the other process waiting for `size` events
        region,         ///< create, map, unmap and close one of `size` bytes
    };

    kind what = kind::mutex;
    std::size_t size = 0;

    bool has_two_processes() const { return what == kind::event || what == kind::wait_any; }
    /// Names it in JSON and on the command line: "wait_any_64".
    std::string key() const;
    std::string title() const;
};

const std::vector<sync_row>& sync_rows();

enum class mechanism : std::uint32_t { raw, isthmus };
inline constexpr std::size_t mechanism_count = 2;

/// The two processes of a row. The leader makes the objects, and begins.
enum class sync_role : std::uint32_t { leader, follower };

/// One process's share of a row: does it so many times. Holds the objects.
using sync_part = std::function<void(std::uint64_t count)>;

/// `address` is the path of a file in a directory of this run, which does not exist yet.
sync_part isthmus_part(const sync_row& row, sync_role role, const std::string& address);
/// The operating system's own (support/posix); empty if it has no such thing.
sync_part raw_part(const sync_row& row, sync_role role, const std::string& address);

/// One row over one mechanism in one round; `count` is 0 if the system lacks it.
struct sync_figures {
    std::uint64_t count = 0;
    double seconds = 0;
    usage leader; ///< what it used meanwhile
    usage follower;

    double nanoseconds_each() const { return seconds / static_cast<double>(count) * 1e9; }
    double cpu_nanoseconds_each() const {
        return (leader.cpu_seconds + follower.cpu_seconds) / static_cast<double>(count) * 1e9;
    }
};

/// By mechanism.
using sync_pair = std::array<sync_figures, mechanism_count>;

class link;

/// The leader's process: both mechanisms of every row for about `seconds` each, one after the
/// other, `first` before the other one. Ends the follower.
std::vector<sync_pair> lead_rows(link& control,
                                 const std::string& address,
                                 double seconds,
                                 mechanism first);
void follow_rows(link& control, const std::string& address);

} // namespace isthmus::bench
