#pragma once

#include "mailslot.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace isthmus::net {
class datagram_receiver;
} // namespace isthmus::net

namespace isthmus::detail {

class broadcast_directory;

/// What stands behind a message_source: a mailslot, and what the library itself knows of it. (The
/// read timeout is kept here on Windows too: there it would also end the reads that have a time of
/// their own.)
class mailslot_source {
public:
    using timeout = std::optional<std::chrono::milliseconds>;

    mailslot_source(std::unique_ptr<mailslot> slot,
                    std::string name,
                    std::size_t max_message,
                    timeout read_timeout);
    mailslot_source(const mailslot_source&) = delete;
    mailslot_source& operator=(const mailslot_source&) = delete;
    ~mailslot_source();

    /// Makes it known to who broadcasts on this machine, as long as it lives.
    void keep(std::unique_ptr<broadcast_directory> directory) noexcept;
    /// What other machines send goes into it as well.
    void keep(std::unique_ptr<net::datagram_receiver> receiver) noexcept;
    const net::datagram_receiver* receiver() const noexcept { return receiver_.get(); }

    mailslot& slot() const noexcept { return *slot_; }
    const std::string& name() const noexcept { return name_; }
    std::size_t max_message() const noexcept { return max_message_; }

    timeout read_timeout() const noexcept {
        const auto count = read_timeout_.load(std::memory_order_relaxed);
        return count < 0 ? timeout() : timeout(count);
    }
    void set_read_timeout(timeout time) noexcept {
        read_timeout_.store(time ? std::max<std::int64_t>(time->count(), 0) : -1,
                            std::memory_order_relaxed);
    }

private:
    const std::unique_ptr<mailslot> slot_;
    const std::string name_;
    const std::size_t max_message_;
    std::atomic<std::int64_t> read_timeout_ = -1; ///< milliseconds; negative: forever
    std::unique_ptr<broadcast_directory> directory_;
    std::unique_ptr<net::datagram_receiver> receiver_; ///< ends first: it writes to the mailslot
};

/// What stands behind a slot_writer.
class mailslot_sender {
public:
    mailslot_sender(const mailslot_sender&) = delete;
    mailslot_sender& operator=(const mailslot_sender&) = delete;
    virtual ~mailslot_sender() = default;

    virtual void write(std::span<const std::byte> message, std::error_code& ec) = 0;
    const std::string& name() const noexcept { return name_; }

protected:
    explicit mailslot_sender(std::string name) : name_(std::move(name)) {}

private:
    const std::string name_;
};

} // namespace isthmus::detail
