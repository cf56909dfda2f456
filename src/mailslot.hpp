#pragma once

#include <isthmus/access.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/name.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

/// \file
/// The inner interface of the back ends for slots on one machine: the end that reads, and one that
/// writes. The portable half is src/slot.cpp; src/win32/mailslot.cpp and src/posix/mailslot.cpp
/// implement it. Every call sets or clears `ec`; nothing here throws but std::bad_alloc.

namespace isthmus::detail {

struct mailslot_settings {
    std::size_t max_message = 0; ///< 0: any
    std::size_t quota = 0;
    access who = access::owner;
};

/// What waits in a mailslot.
struct mailslot_content {
    std::optional<std::size_t> next;
    std::size_t count = 0;
};

/// The reading end. May be used by many threads at once. Closes when destroyed.
class mailslot {
public:
    static std::unique_ptr<mailslot> create(const slot_address& address,
                                            const mailslot_settings& settings,
                                            std::error_code& ec);
    mailslot(const mailslot&) = delete;
    mailslot& operator=(const mailslot&) = delete;
    ~mailslot();

    /// Gives the size of the message; `timed_out`, `buffer_too_small` (it stays) or `canceled`.
    std::size_t read(std::span<std::byte> buffer, const deadline& until, std::error_code& ec);
    /// The same, of whatever size.
    std::vector<std::byte> read_message(const deadline& until, std::error_code& ec);

    mailslot_content content(std::error_code& ec) const;

    /// Ends the reads that wait at this moment.
    void cancel() noexcept;

    struct impl;

private:
    explicit mailslot(std::unique_ptr<impl> state) noexcept;

    const std::unique_ptr<impl> impl_;
};

/// A writing end. May be used by many threads at once.
class mailslot_writer {
public:
    static std::unique_ptr<mailslot_writer> open(const slot_address& address, std::error_code& ec);
    mailslot_writer(const mailslot_writer&) = delete;
    mailslot_writer& operator=(const mailslot_writer&) = delete;
    ~mailslot_writer();

    /// All or nothing, and without waiting for the reader.
    void write(std::span<const std::byte> message, std::error_code& ec);

    struct impl;

private:
    explicit mailslot_writer(std::unique_ptr<impl> state) noexcept;

    const std::unique_ptr<impl> impl_;
};

} // namespace isthmus::detail
