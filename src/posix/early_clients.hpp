#pragma once

#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "link.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <vector>

namespace isthmus::posix {

/// Connections that were taken out of the queue of a serving process's socket before an instance
/// accepted them, because only who takes them all finds the one that belongs to a certain instance.
/// Not thread-safe.
class early_clients {
public:
    struct client {
        descriptor fd{};
        fork_guard guard{};
        link shared{};      ///< what its hello brought; empty without a hello
        descriptor claim{}; ///< its hold on the instance: what the queue would have kept
        fork_guard claim_guard{};
        std::vector<std::byte> received{}; ///< of a program that does not use this library

        /// The number of the instance that it claimed; 0 if not known (yet).
        std::uint64_t claimed() const noexcept;
    };

    /// Takes in whoever waits in the queue of `listening_socket`, and hears the hellos that have
    /// come meanwhile. What cannot be taken stays where it is.
    void take_in(int listening_socket);

    /// Closes the connection of who claimed instance `number`; false if there is none.
    bool turn_away(std::uint64_t number);

    /// Hands out one: who claimed instance `number`, else who waits longest.
    std::optional<client> take(std::uint64_t number);
    /// Hands out who claimed instance `number`, nobody else.
    std::optional<client> take_own(std::uint64_t number);

    bool empty() const noexcept { return waiting_.empty(); }
    void clear() noexcept { waiting_.clear(); }

private:
    static bool hear(client& each);
    std::list<client>::iterator find(std::uint64_t number);
    std::optional<client> take(std::list<client>::iterator chosen);

    std::list<client> waiting_; ///< in the order in which they came
};

} // namespace isthmus::posix
