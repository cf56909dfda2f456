#pragma once

#include <isthmus/access.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/export.hpp>
#include <isthmus/network.hpp>

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
/// Broadcast slots: Win32 mailslots on every OS.
/// https://learn.microsoft.com/windows/win32/ipc/mailslots

namespace isthmus {

namespace detail {
class mailslot_source;
class mailslot_sender;
} // namespace detail

/// Options of slot_reader::create, each with its counterpart in CreateMailslot.
struct slot_options {
    /// The largest message that writers may send, in bytes; 0: any. A larger one is refused with
    /// `message_too_large` (nMaxMessageSize).
    std::size_t max_message = 0;
    /// How long read() waits for a message; none means forever (lReadTimeout).
    std::optional<std::chrono::milliseconds> read_timeout = std::nullopt;
    /// Who may write, beside the creator's own user.
    access who = access::owner;
    /// POSIX: how many bytes may wait unread, each message counted with 8 bytes more and rounded up
    /// to 8; at most 1 GiB, and at least one message of `max_message` bytes. Memory is taken as it
    /// is needed and given back. Windows has the system's memory as its limit, and no option.
    std::size_t quota = std::size_t{64} << 20U;
    /// What it hears of the network: broadcasts to its name, and messages to this machine's. None:
    /// nothing.
    std::optional<network_options> network = std::nullopt;
};

/// Options of slot_writer::open.
struct slot_writer_options {
    /// Where messages go that are not for `\\.\` alone, and how large they may be. None: they stay
    /// on this machine, which has its defaults for a name.
    std::optional<network_options> network = std::nullopt;
};

/// What a slot tells of itself (GetMailslotInfo).
struct slot_info {
    std::size_t max_message = 0;                    ///< as it was created; 0: any
    std::optional<std::size_t> next = std::nullopt; ///< bytes of the next message, if there is one
    std::size_t count = 0;                          ///< messages that wait
    /// As it is now; none: forever.
    std::optional<std::chrono::milliseconds> read_timeout = std::nullopt;

    friend bool operator==(const slot_info&, const slot_info&) = default;
};

/// What slot_reader and broadcast_reader have in common: whole messages, one at a time, those of
/// one writer in the order in which it wrote them. Thread-safe, but for moving, closing and
/// destroying; of several threads that read, each message goes to one.
class ISTHMUS_EXPORT message_source {
public:
    message_source(const message_source&) = delete;
    message_source& operator=(const message_source&) = delete;

    /// Waits for a message as long as the read timeout says, and copies it; gives its size (0: an
    /// empty message) (ReadFile). Errors: `timed_out`, `buffer_too_small` (the message stays, and
    /// info() tells its size), `canceled`.
    std::size_t read(std::span<std::byte> buffer);
    std::size_t read(std::span<std::byte> buffer, std::error_code& ec);
    /// The same with a time of its own, whatever the read timeout. Nothing if it ran out (the form
    /// with `ec` then says `timed_out`).
    std::optional<std::size_t> read_until(std::span<std::byte> buffer, const deadline& until);
    std::optional<std::size_t> read_until(std::span<std::byte> buffer,
                                          const deadline& until,
                                          std::error_code& ec);
    template <class Rep, class Period>
    std::optional<std::size_t> read_for(std::span<std::byte> buffer,
                                        const std::chrono::duration<Rep, Period>& timeout) {
        return read_until(buffer, deadline::after(timeout));
    }
    template <class Rep, class Period>
    std::optional<std::size_t> read_for(std::span<std::byte> buffer,
                                        const std::chrono::duration<Rep, Period>& timeout,
                                        std::error_code& ec) {
        return read_until(buffer, deadline::after(timeout), ec);
    }

    /// Waits for a message of any size.
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

    /// What waits at this moment (GetMailslotInfo,
    /// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getmailslotinfo).
    slot_info info() const;
    slot_info info(std::error_code& ec) const;

    /// For the calls of read() and read_message() that begin after it (SetMailslotInfo). None:
    /// forever; 0 or less: not at all.
    void set_read_timeout(std::optional<std::chrono::milliseconds> timeout);
    void set_read_timeout(std::optional<std::chrono::milliseconds> timeout, std::error_code& ec);

    /// What became of what the network brought; zeros without network.
    network_statistics network() const noexcept;

    /// Makes every read that blocks at this moment, in any thread, fail with `canceled`
    /// (CancelIoEx); one that begins after it waits. Thread-safe.
    void cancel() noexcept;

    /// The name as it was given; empty if closed.
    const std::string& name() const noexcept;
    bool is_open() const noexcept { return source_ != nullptr; }

    /// Gives the slot up (CloseHandle): what nobody has read is gone, and writers get `broken`.
    void close() noexcept;

protected:
    message_source() noexcept;
    message_source(message_source&&) noexcept;
    message_source& operator=(message_source&&) noexcept;
    explicit message_source(std::unique_ptr<detail::mailslot_source> source) noexcept;
    ~message_source();

    std::unique_ptr<detail::mailslot_source> source_;
};

/// The reader of a slot: there is one for each name on a host.
class ISTHMUS_EXPORT slot_reader : public message_source {
public:
    /// Not open.
    slot_reader() noexcept = default;

    /// Creates the slot, empty (CreateMailslot,
    /// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-createmailslotw). The name
    /// is a local one. Errors: `already_exists` (whichever user has it), `invalid_name`,
    /// `invalid_argument`, `no_space`.
    static slot_reader create(std::string_view name, const slot_options& options = {});
    static slot_reader create(std::string_view name,
                              const slot_options& options,
                              std::error_code& ec);

private:
    using message_source::message_source;
};

/// A reader of what is broadcast to a name. There may be many of a name, in one process or in
/// several, and each gets every message once; what a writer sends to `\\.\` they do not hear.
///
/// Windows has nothing like it: a broadcast reaches each machine's one mailslot of the name.
class ISTHMUS_EXPORT broadcast_reader : public message_source {
public:
    /// Not open.
    broadcast_reader() noexcept = default;

    /// The name is a local one. With `access::owner` it hears the broadcasts of its own user's
    /// programs (Windows: of its session's), else those of every user; and what the network brings,
    /// if the options say so. Errors: those of slot_reader::create but `already_exists`; on Windows
    /// `access_denied` for other access than the owner's without the privilege to make global
    /// objects; `quota_exceeded` if the name has 1023 readers on this machine.
    static broadcast_reader create(std::string_view name, const slot_options& options = {});
    static broadcast_reader create(std::string_view name,
                                   const slot_options& options,
                                   std::error_code& ec);

private:
    using message_source::message_source;
};

/// A writer of a slot, or of all slots of a name.
class ISTHMUS_EXPORT slot_writer {
public:
    /// Not open.
    slot_writer() noexcept;
    slot_writer(slot_writer&&) noexcept;
    slot_writer& operator=(slot_writer&&) noexcept;
    ~slot_writer();

    /// Opens what the name stands for (CreateFile with GENERIC_WRITE on a mailslot's name):
    ///
    /// - `\\.\mailslot\x`: this machine's slot. Errors: `not_found` (nobody reads it),
    ///   `access_denied`.
    /// - `\\*\mailslot\x`, or the domain's name for `*`: every reader of x in the domain, this
    ///   machine's slot_reader and broadcast_readers among them. Always opens, whether or not there
    ///   are any.
    /// - `\\HOST\mailslot\x`: that machine's slot_reader. Always opens. (`localhost`, `127.0.0.1`,
    ///   or a name of this machine: its own.)
    ///
    /// Nothing leaves the machine unless the options say by which network. Errors of all three:
    /// `invalid_name`, `name_too_long`, and those of network_options.
    static slot_writer open(std::string_view name, const slot_writer_options& options = {});
    static slot_writer open(std::string_view name, std::error_code& ec);
    static slot_writer open(std::string_view name,
                            const slot_writer_options& options,
                            std::error_code& ec);

    /// Sends a message as a whole; never waits for the reader (WriteFile). Thread-safe. Errors:
    /// `broken` (the reader is gone), `message_too_large`, `quota_exceeded`, `no_space`: nothing of
    /// it was sent then, and what was accepted before stays. POSIX: `busy` if another writer was
    /// stopped in the middle of a write and stayed so for two seconds, and from then on at once,
    /// until that one goes on; and a message written within a tenth of a millisecond of the
    /// reader's crash may seem accepted. To more than one slot: `message_too_large` (over
    /// network_options::max_payload) only, since nobody can know what arrives.
    void write(std::span<const std::byte> message);
    void write(std::span<const std::byte> message, std::error_code& ec);

    /// The name as it was given; empty if closed.
    const std::string& name() const noexcept;
    bool is_open() const noexcept { return sender_ != nullptr; }

    void close() noexcept;

private:
    explicit slot_writer(std::unique_ptr<detail::mailslot_sender> sender) noexcept;

    std::unique_ptr<detail::mailslot_sender> sender_;
};

} // namespace isthmus
