#pragma once

#include <isthmus/channel.hpp>
#include <isthmus/name.hpp>
#include <isthmus/stop_source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

/// \file
/// The inner interface of the back ends: one end of one pipe *instance*, as Win32 has it. The
/// portable half (src/channel.cpp) builds channels and listeners on it; src/win32/pipe.cpp and
/// src/posix/pipe.cpp implement it.
///
/// Input and output are started, then completed or cancelled, so that blocking calls, a
/// Win32-compatible layer and asynchronous integration can all stand on it. Nothing here throws but
/// std::bad_alloc.

namespace isthmus::detail {

/// One started listen, read or write; the counterpart of OVERLAPPED. Must stay where it is, and its
/// buffer too, until it has completed. Belongs to one thread at a time.
struct pipe_operation {
    enum class kind : std::uint8_t { none, listen, read, read_message, write };

    pipe_operation() = default;
    pipe_operation(const pipe_operation&) = delete;
    pipe_operation& operator=(const pipe_operation&) = delete;

    // Result, valid when not pending.
    bool pending = false;
    std::error_code error;
    std::size_t transferred = 0;
    bool more_data = false;

    /// Set before it starts. A read does what Win32's does where channels do otherwise: one of
    /// nothing waits until there is something, and in byte read mode it ends, with nothing, at
    /// empty messages that nothing follows.
    bool as_win32 = false;

    // The back end's own.
    kind what = kind::none;
    std::span<std::byte> in;
    std::span<const std::byte> out;
    std::vector<std::byte>* message = nullptr;
    alignas(void*) std::byte native[96] = {};
};

/// What belongs to the name while it lives: the first creator's.
struct pipe_properties {
    channel_mode type = channel_mode::byte;
    channel_direction direction = channel_direction::duplex;
    unsigned max_instances = unlimited_instances;
    std::uint32_t default_timeout_ms = 50;
};

class pipe {
public:
    /// Creates an instance of the name; it listens at once, so that a client may connect before
    /// start_listen (CreateNamedPipe). `options.mode` is its type and its read mode, but only as
    /// long as the name is new: an existing name's type holds.
    static std::unique_ptr<pipe> create(const channel_address& address,
                                        const listener_options& options,
                                        std::error_code& ec);

    /// One try, no waiting (CreateFile, SetNamedPipeHandleState).
    static std::unique_ptr<pipe> connect(const channel_address& address,
                                         channel_mode read_mode,
                                         std::optional<rights> wanted,
                                         std::error_code& ec);

    /// Waits for a listening instance; no deadline means the server's default (WaitNamedPipe), and
    /// then there may be no `stop`. `timed_out` if the time ran out, `canceled` if it was stopped.
    static void wait(const channel_address& address,
                     const std::optional<deadline>& until,
                     const stop_source* stop,
                     std::error_code& ec);

    struct impl;
    /// For the back end, and for those who know it.
    explicit pipe(std::unique_ptr<impl> state) noexcept;
    impl& state() noexcept { return *impl_; }

    pipe(const pipe&) = delete;
    pipe& operator=(const pipe&) = delete;
    /// Closes this end. No operation may be pending.
    ~pipe();

    /// Each starts an operation, which may complete at once (`op.pending` tells). One read and one
    /// write may be pending at a time per end *from the caller's view in order*: further ones
    /// queue.
    void start_listen(pipe_operation& op);
    void start_read(pipe_operation& op, std::span<std::byte> buffer);
    /// Reads a whole message (or the rest of one) into `message`, replacing its content.
    void start_read_message(pipe_operation& op, std::vector<std::byte>& message);
    void start_write(pipe_operation& op, std::span<const std::byte> data);

    /// Completes the operation if it can complete now; true if it is no longer pending.
    bool try_complete(pipe_operation& op);
    /// Waits until it has completed; cancels it at the deadline, with `timed_out`. A cancelled read
    /// or listen has taken nothing; a cancelled write has written nothing, or the pipe is broken.
    void complete(pipe_operation& op, const deadline& until);
    /// Cancels it: it completes, with `canceled` unless it had completed already.
    void cancel(pipe_operation& op);
    /// Cancels every operation that has been started, whether its thread is inside complete() yet
    /// or not: complete() fails with `canceled`. So does flush() in every thread that is inside
    /// now.
    void cancel_all() noexcept;

    peek_result peek(std::span<std::byte> buffer, std::error_code& ec);
    void flush(const deadline& until, std::error_code& ec);
    void disconnect(std::error_code& ec);
    peer_identity peer(std::error_code& ec) const;

    const pipe_properties& properties() const noexcept;
    channel_mode read_mode() const noexcept;
    bool is_server_end() const noexcept;
    /// For texts.
    const channel_address& address() const noexcept;

private:
    void start(pipe_operation& op);
    bool advance(pipe_operation& op, bool may_block);

    std::unique_ptr<impl> impl_;
};

} // namespace isthmus::detail
