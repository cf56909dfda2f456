#pragma once

#include "data_path.hpp"
#include "fork_guard.hpp"
#include "pipe.hpp"
#include "pipe_directory.hpp"
#include "pipe_server.hpp"
#include "waiting.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace isthmus::detail {

/// What an operation keeps while it is pending, in pipe_operation::native.
struct operation_state {
    posix::data_path* path = nullptr;
    /// A server's: the pipe may meanwhile serve another client. A client has one path for life.
    std::shared_ptr<posix::data_path> kept{};
    std::uint64_t generation = 0; ///< of cancellation, when it started
    std::uint64_t sent = 0;
    bool has_turn = false;
    bool unhurried = false; ///< it waits without a deadline
};
static_assert(sizeof(operation_state) <= sizeof(pipe_operation::native));

struct pipe::impl {
    enum class state { listening, connected, disconnected };

    explicit impl(channel_address name) : address(std::move(name)) {}

    const channel_address address;
    pipe_properties properties;
    std::atomic<channel_mode> read_mode = channel_mode::byte;
    transport carrier = transport::automatic;
    posix::buffer_sizes buffers;
    bool is_server = false;
    bool may_read = true;
    bool may_write = true;

    posix::cancellation waits;

    mutable std::mutex mutex; ///< of what follows
    state now = state::listening;
    std::shared_ptr<posix::data_path> path; ///< only while connected; a client's never changes

    // The server's end.
    posix::pipe_server::instance instance{.waits = &waits};
    posix::descriptor fifo; ///< inbound: the reading end, kept while the instance listens

    // The client's end.
    uid_t served_by = 0;
    posix::pipe_directory::claim claim;
};

/// Posix/connect.cpp: one try to open the client's end.
std::error_code connect_client(pipe::impl& client,
                               std::optional<rights> wanted,
                               channel_mode read_mode);

/// Who is at the other end of a socket. False with errno.
bool credentials_of(int fd, peer_identity& who);

/// Closes the client's end: gives its claim up, and removes what is left of a name that nobody
/// serves any longer.
void close_client(pipe::impl& client) noexcept;

// Posix/pipe_listen.cpp: a server's end that waits for its client.

/// The inbound FIFO's reading end is open while the instance listens, so that writers find it.
bool open_fifo_reader(pipe::impl& server);

/// True if the listen has finished. `only_own`: by the client that claimed this very instance.
bool step_listen(pipe::impl& server, pipe_operation& op, bool only_own = false);

posix::wait_result wait_for_client(pipe::impl& server,
                                   const deadline& until,
                                   std::uint64_t generation);

} // namespace isthmus::detail
