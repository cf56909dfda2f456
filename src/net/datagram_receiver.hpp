#pragma once

#include "native_error.hpp"

#include <isthmus/network.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

namespace isthmus::net {

/// Which messages for a slot a reader wants.
struct interest {
    bool broadcasts = true; ///< `\\*\`, and `\\NAME\` if that is the domain
    bool directed = true;   ///< `\\NAME\`, if that is this machine
};

/// What hears the messages of one slot from other machines. A thread of its own receives; every
/// process that has one hears each message.
///
/// Threads do not survive a fork: in a forked child it hears nothing more, its statistics stand
/// still, and its destructor leaves the parent's alone (it gives back what it has only when the
/// child ends or runs another program).
class datagram_receiver {
public:
    /// Called by the receiver's thread with each message; false if the reader has no room for it.
    /// It must not block and not throw.
    using consumer = std::function<bool(std::span<const std::byte>)>;

    /// `slot_key` is slot_address::key(). Errors: those of network_options (network.hpp), or what
    /// the system says, for example `already_exists` if another program has the port for itself.
    /// `host_tag` is another one only in tests.
    static std::unique_ptr<datagram_receiver> make(const network_options& options,
                                                   std::string_view slot_key,
                                                   interest wanted,
                                                   consumer deliver,
                                                   detail::operation what,
                                                   std::error_code& ec);
    static std::unique_ptr<datagram_receiver> make(const network_options& options,
                                                   std::string_view slot_key,
                                                   interest wanted,
                                                   consumer deliver,
                                                   detail::operation what,
                                                   std::uint64_t host_tag,
                                                   std::error_code& ec);

    datagram_receiver(const datagram_receiver&) = delete;
    datagram_receiver& operator=(const datagram_receiver&) = delete;
    /// Waits for the thread to end, and so for a call of the consumer: not to be called by it.
    ~datagram_receiver();

    /// Thread-safe.
    network_statistics statistics() const noexcept;

private:
    struct impl;
    explicit datagram_receiver(std::unique_ptr<impl> state) noexcept;

    std::unique_ptr<impl> impl_;
};

} // namespace isthmus::net
