#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// How the broadcast slots of several machines reach each other.
///
/// Windows sends remote mailslot messages by a protocol that it now switches off; the library has a
/// UDP wire format of its own, the same on every OS (docs/wire-format.md). Nothing crosses a
/// network unless options say so: a reader hears, and a writer sends to, only the interfaces that
/// are named in its own. Win32: https://learn.microsoft.com/windows/win32/ipc/about-mailslots

namespace isthmus {

/// What a reader hears of the network, and where a writer sends. Both sides must agree on port,
/// group, domain and key. All text is UTF-8.
///
/// What cannot work is an error when the reader or writer is made, before anything is heard or
/// sent: `invalid_argument` (an option that never can), `not_found` (no such interface here),
/// `not_supported` (a key, in a build without a cryptographic library). The log says which it was.
struct network_options {
    /// The interfaces: a name (`eth0`; on Windows as its settings show it), an index as a number,
    /// or one of the machine's own addresses. A name or index stands for both families, an address
    /// for its own. None: nothing leaves this machine or is heard from outside, and the rest says
    /// how broadcasts within it are addressed, and how large they may be.
    std::vector<std::string> interfaces = {};
    /// The domain that this machine belongs to: what `\\*\` reaches. Case-insensitive; made like
    /// a host's name.
    std::string domain = "WORKGROUP";
    /// What others call this machine in `\\HOST\`. Empty: the system's host name. (Its first
    /// component and the machine's addresses are names of it as well.)
    std::string host = {};
    std::uint16_t port = 24673;
    /// Where messages are sent; empty switches the family off. The defaults are of the ranges that
    /// anybody may use: administratively scoped (RFC 2365), and link-local, transient (RFC 4291).
    std::string group_v4 = "239.255.73.83";
    std::string group_v6 = "ff12::4953:5448";
    /// IPv4: sends to 255.255.255.255 instead of the group, for networks that lose multicast, and
    /// does not join the group. (Readers hear such messages whatever this says.)
    bool limited_broadcast = false;
    /// How many routers may pass a message on, less one: 1 keeps it on the link. 1 to 255.
    unsigned hops = 1;
    /// The largest message of a writer, in bytes; Windows has 424. What fits depends on the names:
    /// `largest_network_datagram` less the header (docs/wire-format.md). A writer whose limit does
    /// not fit is not made (`invalid_argument`).
    std::size_t max_payload = 424;
    /// Shared by all that are to hear each other: at least 16 bytes, best 32 random ones. Every
    /// message then carries an HMAC-SHA256, and everything without a right one is dropped. It
    /// proves that somebody who has the key sent the message; it hides nothing. Empty: none, and
    /// anybody on the network can send anything.
    std::vector<std::byte> key = {};
    /// With a key: how far the clocks of two machines may be apart. A message from further away, or
    /// from before the reader was made, may be an old one sent again and is dropped.
    std::chrono::milliseconds max_clock_difference = std::chrono::seconds(30);
};

/// The largest datagram of the wire format: one Ethernet frame, whichever the family.
inline constexpr std::size_t largest_network_datagram = 1452;

/// What became of the datagrams that came to a reader's port, since it was made. `received` is the
/// sum of the others.
struct network_statistics {
    std::uint64_t received = 0;
    std::uint64_t delivered = 0;       ///< into the reader's queue
    std::uint64_t dropped = 0;         ///< the queue was full
    std::uint64_t foreign = 0;         ///< not ours, malformed, or of another version
    std::uint64_t other_interface = 0; ///< came in by one that the options do not name
    std::uint64_t own_host = 0;        ///< from this machine, where messages take another way
    std::uint64_t other_slot_or_domain = 0;
    std::uint64_t unauthenticated = 0; ///< no, or a wrong, authentication; or one that nobody asked
    std::uint64_t replayed = 0;        ///< authentic, but outside the time that is accepted
    std::uint64_t duplicate = 0;       ///< came before, or is too late to tell
    std::uint64_t too_many_senders = 0; ///< authentic, of a sender for whom no place was left
};

} // namespace isthmus
