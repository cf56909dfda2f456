#pragma once

#include "byte_queue.hpp"
#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "link.hpp"
#include "pipe.hpp"
#include "waiting.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

namespace isthmus::posix {

/// How the data of one connection travels: over a Unix socket (framed in message mode) or a FIFO.
/// The part to replace for another way.
///
/// Steps never block: they finish an operation or leave it as it is. The caller holds the turn of
/// the direction (`reading`, `writing`) while it steps; close() may come from any thread at any
/// time.
class data_path {
public:
    struct setup {
        descriptor fd{};
        transport carrier = transport::automatic;
        channel_mode type = channel_mode::byte;
        channel_mode read_mode = channel_mode::byte;
        bool server = false;
        std::uint32_t buffer_size = 0; ///< bytes that may wait unread; a hint
        link shared{}; ///< the client's; a server learns its from the hello, if it did not before
        std::vector<std::byte> received{}; ///< a server's: what came instead of a hello
        /// Told the number of the instance that the client claimed, when its hello is here.
        std::function<void(std::uint64_t)> on_hello{};
    };
    explicit data_path(setup with);
    data_path(const data_path&) = delete;
    data_path& operator=(const data_path&) = delete;
    ~data_path();

    int fd() const noexcept { return fd_.get(); }

    /// For reads that have not begun. A byte channel has one only.
    void set_read_mode(channel_mode mode) noexcept {
        read_mode_.store(mode, std::memory_order_relaxed);
    }

    /// Whether a step may block for a moment (some milliseconds) in the system call that moves the
    /// data. A waiter that is served soon is then served by that one call; who waits longer has to
    /// poll. Nobody watches the clock of an `ample` one: a write to a reader that keeps up may then
    /// take larger pieces.
    enum class patience { none, brief, ample };

    /// True if `op` has finished.
    bool step_read(detail::pipe_operation& op, patience waiting = patience::none);
    bool step_write(detail::pipe_operation& op,
                    std::uint64_t& sent,
                    patience waiting = patience::none);

    /// Whether a read had better wait first, because it would probably find nothing. Needs the
    /// reading turn.
    bool read_will_wait() noexcept;

    /// Undoes an unfinished read: what it took is there for the next. (Without memory for that the
    /// connection is broken.)
    void undo_read(detail::pipe_operation& op);
    /// After an unfinished write that has sent a part, nothing that follows could be understood.
    void undo_write(std::uint64_t sent);

    /// Needs the reading turn.
    peek_result peek(std::span<std::byte> buffer, std::error_code& ec);
    /// Whether anything is unread, be it an empty message. Needs the reading turn.
    bool has_unread();
    /// Takes the hello in if it is there. Needs the reading turn.
    void greet();

    /// Whether the peer has read everything sent so far; nothing if that cannot be known.
    std::optional<bool> read_by_peer() const;
    /// How much of what was sent the peer has not read, with what frames it; nothing if that cannot
    /// be known.
    std::optional<std::uint64_t> unread_by_peer() const;

    /// Whether the server has disconnected the client; either end knows.
    bool disconnected() const noexcept;

    /// Whether the peer has closed its end; what it had written may still be unread.
    bool hung_up() const noexcept;

    /// The server's end of it all: tells the client to forget what it has not read.
    void disconnect();

    /// Before the end: lets go of what the client handed over. No operation may be under way.
    void release_client();

    turn reading;
    turn writing;

private:
    /// How far reads run ahead: one system call for many small messages, and not much to copy of
    /// large ones.
    static constexpr std::size_t read_ahead = 8 * 1024;

    enum class progress { some, none, ended, failed };

    progress receive(std::span<std::byte> buffer, std::size_t& received);
    progress receive_from(std::span<std::byte> buffer, ssize_t& size);
    int receive_flags() const noexcept;
    progress outcome_of(ssize_t size) const noexcept;
    progress fill(std::size_t room);
    progress receive_message(std::span<std::byte> room, std::size_t& received);
    ssize_t send(const iovec* data, int count, patience waiting);
    ssize_t send_piece(std::span<iovec> data, std::size_t& size, patience waiting);
    std::size_t parts_to_send(std::span<const std::byte> data,
                              std::uint64_t sent,
                              std::span<std::byte> small,
                              std::span<iovec, 2> parts) const;
    bool read_bytes(detail::pipe_operation& op);
    bool read_nothing(detail::pipe_operation& op);
    bool take_message(detail::pipe_operation& op);
    bool read_message(detail::pipe_operation& op);
    bool read_across_messages(detail::pipe_operation& op);
    progress next_message(std::span<std::byte> room, std::size_t& received);
    void begin_message(std::uint32_t length) noexcept;
    std::span<std::byte> room_of(detail::pipe_operation& op);
    static bool finish_read(detail::pipe_operation& op, std::error_code error);
    bool finish_read();
    void give_up() noexcept; ///< breaks the connection
    std::error_code why_no_read(progress how) const;

    descriptor fd_; ///< never changes
    fork_guard guard_;
    const transport carrier_;
    const bool framed_;
    std::atomic<channel_mode> read_mode_;
    const bool server_;
    const std::function<void(std::uint64_t)> on_hello_;

    const bool can_wait_; ///< blocking calls come back by themselves
    patience read_patience_ = patience::none;

    link shared_;
    std::atomic<bool> linked_;              ///< shared_ may be used
    std::atomic<bool> disconnected_{false}; ///< by this end
    std::atomic<bool> broken_{false};       ///< by a write that was given up half-way
    bool awaiting_hello_;

    // Reading.
    byte_queue in_;
    bool in_message_ = false;
    std::uint32_t left_in_message_ = 0;
    std::uint32_t last_length_ = 0; ///< of the message begun last
    std::uint64_t read_total_ = 0;
    unsigned wait_first_ = 0; ///< for so many reads
    bool drained_ = false;    ///< the last receive took less than it had room for
    bool asked_ = false;      ///< this step has asked the socket
    int failure_ = 0;         ///< errno that ended reading

    // Writing.
    bool reader_keeps_up_ = false; ///< the last large piece was gone in less than a brief wait
    std::atomic<std::uint64_t> sent_total_{0};
};

} // namespace isthmus::posix
