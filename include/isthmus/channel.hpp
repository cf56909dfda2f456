#pragma once

#include <isthmus/access.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// \file
/// Channels: Win32 named pipes on every OS.
/// https://learn.microsoft.com/windows/win32/ipc/named-pipes

namespace isthmus {

class stop_source; // stop_source.hpp

namespace detail {
class pipe;
class listener_core;
} // namespace detail

/// How data travels (PIPE_TYPE_*) or is read (PIPE_READMODE_*).
enum class channel_mode {
    byte,    ///< a stream of bytes
    message, ///< messages whose boundaries are kept
};

/// The direction of a channel, as the server sees it (PIPE_ACCESS_*).
enum class channel_direction {
    duplex,
    inbound,  ///< from client to server
    outbound, ///< from server to client
};

/// What carries the data.
enum class transport {
    automatic, ///< the system's best
    /// POSIX only (`not_supported` elsewhere): a real FIFO, so that a shell's `echo` and `cat` take
    /// part. One-way, byte mode, one instance. A client counts as connected once it has written or
    /// left (inbound) or opened the FIFO (outbound).
    fifo,
};

/// As many instances as resources allow (PIPE_UNLIMITED_INSTANCES).
inline constexpr unsigned unlimited_instances = 255;

/// The largest message that a channel accepts or delivers, in bytes.
inline constexpr std::size_t max_message_size = std::size_t{1} << 28;

/// Options of channel_listener::create, each with its Win32 counterpart in CreateNamedPipe. Mode,
/// direction, maximum and default timeout belong to the *name*: the first creator's hold for as
/// long as the name lives.
struct listener_options {
    channel_mode mode = channel_mode::byte;
    channel_direction direction = channel_direction::duplex;
    /// 1 to 254, or unlimited_instances.
    unsigned max_instances = unlimited_instances;
    /// Refuses a name in use with `access_denied` (FILE_FLAG_FIRST_PIPE_INSTANCE).
    bool first_instance_only = false;
    /// Bytes that may wait unread, each way; a hint to the system, as on Windows.
    std::size_t buffer_size = 64 * 1024;
    /// How long wait_for_channel waits when the client gives no time.
    std::chrono::milliseconds default_timeout{50};
    access who = access::owner;
    transport carrier = transport::automatic;
};

/// Options of channel::connect.
struct connect_options {
    /// How this end reads. `message` on a byte channel is refused with `invalid_argument`, as
    /// SetNamedPipeHandleState does; `byte` on a message channel reads across message boundaries.
    channel_mode mode = channel_mode::byte;
    /// What to open for; none means whatever the channel's direction gives a client.
    std::optional<rights> access_rights = std::nullopt;
    /// While the channel is `busy`, how long to wait for an instance; none means not at all. A name
    /// that does not exist is `not_found` at once.
    std::optional<std::chrono::nanoseconds> wait = std::nullopt;
    /// Ends the wait from another thread, with `canceled`.
    const stop_source* stop = nullptr;
};

/// What a read gave.
struct read_result {
    std::size_t size = 0;   ///< bytes read
    bool more_data = false; ///< message mode: the message goes on (ERROR_MORE_DATA)

    friend bool operator==(const read_result&, const read_result&) = default;
};

/// What a peek saw.
struct peek_result {
    std::size_t size = 0;         ///< bytes copied
    std::size_t available = 0;    ///< bytes that can be read, over all messages
    std::size_t message_left = 0; ///< message mode: bytes of the first message beyond those copied

    friend bool operator==(const peek_result&, const peek_result&) = default;
};

/// Who is at the other end.
struct peer_identity {
    std::uint32_t process_id = 0;
    /// The user's stable identifier: a SID on Windows ("S-1-5-..."), the decimal user id on POSIX.
    std::string user;
};

/// One end of a connected channel: a pipe handle.
///
/// Blocking calls may be made from several threads at once; reads are served one after the other,
/// and so are writes, each whole. Moving, closing and destroying need exclusive use. Every call
/// that blocks has a `_for` and an `_until` form, which say by their result whether the time ran
/// out (in the std::error_code forms `ec` is then `timed_out`). Those on an open channel are ended
/// by cancel(), on POSIX within some 20 ms; connect, call and wait_for_channel by a stop_source. A
/// read that timed out or was cancelled has lost nothing. A write that did so has written nothing,
/// or else the channel is broken from then on.
///
/// Errors of every call: `invalid_handle` (closed or moved from), `not_connected` (disconnected),
/// `broken` (the other end is closed: reads first deliver what had been written), `access_denied`
/// (against the channel's direction), `canceled`.
class ISTHMUS_EXPORT channel {
public:
    channel() noexcept;
    channel(channel&&) noexcept;
    channel& operator=(channel&&) noexcept;
    ~channel();

    /// Opens the client end (CreateFile,
    /// https://learn.microsoft.com/windows/win32/ipc/named-pipe-client).
    /// Errors: `not_found`, `busy` (all instances are taken, and remained so for `options.wait`),
    /// `access_denied`, `invalid_argument`, `invalid_name`, `canceled`.
    static channel connect(std::string_view name, const connect_options& options = {});
    static channel connect(std::string_view name,
                           const connect_options& options,
                           std::error_code& ec);
    /// The same with a time in place of `options.wait`: nothing if all instances remained taken.
    static std::optional<channel> connect_until(std::string_view name,
                                                const deadline& until,
                                                const connect_options& options = {});
    static std::optional<channel> connect_until(std::string_view name,
                                                const deadline& until,
                                                const connect_options& options,
                                                std::error_code& ec);
    template <class Rep, class Period>
    static std::optional<channel> connect_for(std::string_view name,
                                              const std::chrono::duration<Rep, Period>& timeout,
                                              const connect_options& options = {}) {
        return connect_until(name, deadline::after(timeout), options);
    }
    template <class Rep, class Period>
    static std::optional<channel> connect_for(std::string_view name,
                                              const std::chrono::duration<Rep, Period>& timeout,
                                              const connect_options& options,
                                              std::error_code& ec) {
        return connect_until(name, deadline::after(timeout), options, ec);
    }

    /// Opens, writes one message, reads one reply, closes (CallNamedPipe). Waits for an instance as
    /// well as for the reply. Errors: those of connect and transact, but for `busy`.
    static std::vector<std::byte> call(std::string_view name, std::span<const std::byte> request);
    static std::vector<std::byte> call(std::string_view name,
                                       std::span<const std::byte> request,
                                       std::error_code& ec);
    /// Nothing if the time ran out, which is that of both waits together.
    static std::optional<std::vector<std::byte>> call_until(std::string_view name,
                                                            std::span<const std::byte> request,
                                                            const deadline& until,
                                                            const stop_source* stop = nullptr);
    static std::optional<std::vector<std::byte>> call_until(std::string_view name,
                                                            std::span<const std::byte> request,
                                                            const deadline& until,
                                                            const stop_source* stop,
                                                            std::error_code& ec);
    template <class Rep, class Period>
    static std::optional<std::vector<std::byte>> call_for(
        std::string_view name,
        std::span<const std::byte> request,
        const std::chrono::duration<Rep, Period>& timeout) {
        return call_until(name, request, deadline::after(timeout));
    }
    template <class Rep, class Period>
    static std::optional<std::vector<std::byte>> call_for(
        std::string_view name,
        std::span<const std::byte> request,
        const std::chrono::duration<Rep, Period>& timeout,
        std::error_code& ec) {
        return call_until(name, request, deadline::after(timeout), nullptr, ec);
    }

    /// Reads what there is, at most `buffer.size()` bytes; blocks while there is nothing. In
    /// message mode: one message, or its first part with `more_data` (ReadFile).
    read_result read(std::span<std::byte> buffer);
    read_result read(std::span<std::byte> buffer, std::error_code& ec);
    std::optional<read_result> read_until(std::span<std::byte> buffer, const deadline& until);
    std::optional<read_result> read_until(std::span<std::byte> buffer,
                                          const deadline& until,
                                          std::error_code& ec);
    template <class Rep, class Period>
    std::optional<read_result> read_for(std::span<std::byte> buffer,
                                        const std::chrono::duration<Rep, Period>& timeout) {
        return read_until(buffer, deadline::after(timeout));
    }
    template <class Rep, class Period>
    std::optional<read_result> read_for(std::span<std::byte> buffer,
                                        const std::chrono::duration<Rep, Period>& timeout,
                                        std::error_code& ec) {
        return read_until(buffer, deadline::after(timeout), ec);
    }

    /// Reads one whole message, or the rest of one already begun. Needs message mode for reading
    /// (else `wrong_mode`). Memory grows with what arrives, not with what the peer announces.
    std::vector<std::byte> read_message();
    std::vector<std::byte> read_message(std::error_code& ec);
    std::optional<std::vector<std::byte>> read_message_until(const deadline& until);
    std::optional<std::vector<std::byte>> read_message_until(const deadline& until,
                                                             std::error_code& ec);
    template <class Rep, class Period>
    std::optional<std::vector<std::byte>> read_message_for(
        const std::chrono::duration<Rep, Period>& timeout) {
        return read_message_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    std::optional<std::vector<std::byte>> read_message_for(
        const std::chrono::duration<Rep, Period>& timeout, std::error_code& ec) {
        return read_message_until(deadline::after(timeout), ec);
    }

    /// Writes all of `data`, in message mode as one message (an empty one is a message too); blocks
    /// while the other end's buffer is full (WriteFile). Errors: `message_too_large`.
    void write(std::span<const std::byte> data);
    void write(std::span<const std::byte> data, std::error_code& ec);
    /// False if the time ran out.
    bool write_until(std::span<const std::byte> data, const deadline& until);
    bool write_until(std::span<const std::byte> data, const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    bool write_for(std::span<const std::byte> data,
                   const std::chrono::duration<Rep, Period>& timeout) {
        return write_until(data, deadline::after(timeout));
    }
    template <class Rep, class Period>
    bool write_for(std::span<const std::byte> data,
                   const std::chrono::duration<Rep, Period>& timeout,
                   std::error_code& ec) {
        return write_until(data, deadline::after(timeout), ec);
    }

    /// Copies waiting data without taking it; never waits for data (PeekNamedPipe). On a message
    /// channel it copies from the first message only, in byte read mode too. An empty message is
    /// invisible to it. While another thread waits in a read there is nothing to see,
    /// because what comes goes to that read; to learn this may take 2 ms.
    peek_result peek(std::span<std::byte> buffer = {});
    peek_result peek(std::span<std::byte> buffer, std::error_code& ec);

    /// Writes one message and reads one reply (TransactNamedPipe). Needs a duplex channel in
    /// message mode (`wrong_mode`) with nothing unread (`unread_data`).
    std::vector<std::byte> transact(std::span<const std::byte> request);
    std::vector<std::byte> transact(std::span<const std::byte> request, std::error_code& ec);
    std::optional<std::vector<std::byte>> transact_until(std::span<const std::byte> request,
                                                         const deadline& until);
    std::optional<std::vector<std::byte>> transact_until(std::span<const std::byte> request,
                                                         const deadline& until,
                                                         std::error_code& ec);
    template <class Rep, class Period>
    std::optional<std::vector<std::byte>> transact_for(
        std::span<const std::byte> request, const std::chrono::duration<Rep, Period>& timeout) {
        return transact_until(request, deadline::after(timeout));
    }
    template <class Rep, class Period>
    std::optional<std::vector<std::byte>> transact_for(
        std::span<const std::byte> request,
        const std::chrono::duration<Rep, Period>& timeout,
        std::error_code& ec) {
        return transact_until(request, deadline::after(timeout), ec);
    }

    /// Returns when the peer has read everything this end wrote before (FlushFileBuffers).
    void flush();
    void flush(std::error_code& ec);
    /// False if the time ran out.
    bool flush_until(const deadline& until);
    bool flush_until(const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    bool flush_for(const std::chrono::duration<Rep, Period>& timeout) {
        return flush_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    bool flush_for(const std::chrono::duration<Rep, Period>& timeout, std::error_code& ec) {
        return flush_until(deadline::after(timeout), ec);
    }

    /// Server end: disconnects the client and throws away what either side has not read yet
    /// (DisconnectNamedPipe). Both ends then get `not_connected`. This end stays an instance of the
    /// name and can accept() again. On a client end: `invalid_argument`.
    void disconnect();
    void disconnect(std::error_code& ec);

    /// Server end, after disconnect(): waits for the next client of this instance
    /// (ConnectNamedPipe). On a connected channel: `invalid_argument`.
    void accept();
    void accept(std::error_code& ec);
    /// False if the time ran out.
    bool accept_until(const deadline& until);
    bool accept_until(const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    bool accept_for(const std::chrono::duration<Rep, Period>& timeout) {
        return accept_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    bool accept_for(const std::chrono::duration<Rep, Period>& timeout, std::error_code& ec) {
        return accept_until(deadline::after(timeout), ec);
    }

    /// The process and user at the other end (GetNamedPipeClientProcessId,
    /// GetNamedPipeServerProcessId, ImpersonateNamedPipeClient at identification level).
    peer_identity peer() const;
    peer_identity peer(std::error_code& ec) const;

    /// How this channel carries data, and how this end reads it.
    channel_mode mode() const noexcept;
    channel_mode read_mode() const noexcept;
    channel_direction direction() const noexcept;
    bool is_server_end() const noexcept;
    bool is_open() const noexcept { return pipe_ != nullptr; }

    /// Makes every call that blocks on this channel at this moment, in any thread, fail with
    /// `canceled` (CancelIoEx); one that begins after it blocks. Thread-safe.
    void cancel() noexcept;

    /// Closes this end (CloseHandle): the other end reads what was written, then gets `broken`.
    void close() noexcept;

private:
    friend class channel_listener;
    explicit channel(std::unique_ptr<detail::pipe> pipe) noexcept;
    std::optional<std::vector<std::byte>> transact(std::span<const std::byte> request,
                                                   const deadline& until,
                                                   const stop_source* stop,
                                                   std::error_code& ec);

    std::unique_ptr<detail::pipe> pipe_;
};

/// The server side of a channel name.
///
/// Holds one instance that listens, so that a client may connect before accept() is called;
/// accept() hands that instance out as a channel and makes the next. Thread-safe, but for moving
/// and destroying: several threads may accept at once.
class ISTHMUS_EXPORT channel_listener {
public:
    channel_listener() noexcept;
    channel_listener(channel_listener&&) noexcept;
    channel_listener& operator=(channel_listener&&) noexcept;
    ~channel_listener();

    /// Creates an instance of the name, which clients can connect to at once. CreateNamedPipe,
    /// https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew
    /// Errors: `access_denied` (first_instance_only and the name is in use; the name exists with
    /// another direction; it belongs to another user), `busy` (the maximum is reached),
    /// `invalid_argument`, `invalid_name`, `not_supported`, `insecure_directory`.
    static channel_listener create(std::string_view name, const listener_options& options = {});
    static channel_listener create(std::string_view name,
                                   const listener_options& options,
                                   std::error_code& ec);

    /// Waits for a client (ConnectNamedPipe). A client that connected, wrote and left before is
    /// delivered. While the maximum of instances is in use, waits for one to be closed.
    channel accept();
    channel accept(std::error_code& ec);
    /// Nothing if the time ran out.
    std::optional<channel> accept_until(const deadline& until);
    std::optional<channel> accept_until(const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    std::optional<channel> accept_for(const std::chrono::duration<Rep, Period>& timeout) {
        return accept_until(deadline::after(timeout));
    }
    template <class Rep, class Period>
    std::optional<channel> accept_for(const std::chrono::duration<Rep, Period>& timeout,
                                      std::error_code& ec) {
        return accept_until(deadline::after(timeout), ec);
    }

    /// The name as it was given.
    const std::string& name() const noexcept;
    bool is_open() const noexcept { return core_ != nullptr; }

    /// Makes every accept that blocks at this moment fail with `canceled`; one that begins after it
    /// blocks. Thread-safe.
    void cancel() noexcept;

    /// Gives up the listening instance. Channels handed out live on, and the name with them.
    void close() noexcept;

private:
    std::unique_ptr<detail::listener_core> core_;
};

/// Waits until an instance of the channel listens; it reserves nothing, so connecting may still
/// find it `busy` (WaitNamedPipe,
/// https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-waitnamedpipew).
/// Without a time it waits as long as the server's default_timeout says, and cannot be cancelled.
/// Errors: `not_found` at once if there is no instance; `timed_out`; `canceled`.
ISTHMUS_EXPORT void wait_for_channel(std::string_view name);
ISTHMUS_EXPORT void wait_for_channel(std::string_view name, std::error_code& ec);
/// False if the time ran out.
ISTHMUS_EXPORT bool wait_for_channel_until(std::string_view name,
                                           const deadline& until,
                                           const stop_source* stop = nullptr);
ISTHMUS_EXPORT bool wait_for_channel_until(std::string_view name,
                                           const deadline& until,
                                           const stop_source* stop,
                                           std::error_code& ec);
inline bool wait_for_channel_until(std::string_view name,
                                   const deadline& until,
                                   std::error_code& ec) {
    return wait_for_channel_until(name, until, nullptr, ec);
}
template <class Rep, class Period>
bool wait_for_channel_for(std::string_view name,
                          const std::chrono::duration<Rep, Period>& timeout) {
    return wait_for_channel_until(name, deadline::after(timeout));
}
template <class Rep, class Period>
bool wait_for_channel_for(std::string_view name,
                          const std::chrono::duration<Rep, Period>& timeout,
                          std::error_code& ec) {
    return wait_for_channel_until(name, deadline::after(timeout), nullptr, ec);
}

} // namespace isthmus
