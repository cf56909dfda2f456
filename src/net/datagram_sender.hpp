#pragma once

#include "native_error.hpp"

#include <isthmus/name.hpp>
#include <isthmus/network.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>

namespace isthmus::net {

/// What sends a writer's messages to other machines.
class datagram_sender {
public:
    /// `to` is not local. Errors: those of network_options (network.hpp), or what the system says.
    /// `host_tag` is another one only in tests.
    static std::unique_ptr<datagram_sender> make(const network_options& options,
                                                 const slot_address& to,
                                                 detail::operation what,
                                                 std::error_code& ec);
    static std::unique_ptr<datagram_sender> make(const network_options& options,
                                                 const slot_address& to,
                                                 detail::operation what,
                                                 std::uint64_t host_tag,
                                                 std::error_code& ec);

    datagram_sender(const datagram_sender&) = delete;
    datagram_sender& operator=(const datagram_sender&) = delete;
    ~datagram_sender();

    /// Sends one message, by every interface and family, and never waits. Error:
    /// `message_too_large`. That it could not be sent is none: nobody can know what arrives.
    /// Thread-safe. Goes on in a forked child, as another writer.
    void send(std::span<const std::byte> message, detail::operation what, std::error_code& ec);

private:
    struct impl;
    explicit datagram_sender(std::unique_ptr<impl> state) noexcept;

    std::unique_ptr<impl> impl_;
};

} // namespace isthmus::net
