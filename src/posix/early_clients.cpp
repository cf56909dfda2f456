#include "early_clients.hpp"

#include "hello.hpp"
#include "syscalls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <span>
#include <utility>

namespace isthmus::posix {

namespace {

/// No more than wait in a socket's queue: strangers must not be able to use up our descriptors.
constexpr std::size_t most_waiting = 4096;

} // namespace

std::uint64_t early_clients::client::claimed() const noexcept {
    return shared ? shared.load(link::word::claimed) : 0;
}

/// False if it is nobody's client.
bool early_clients::hear(client& each) {
    if (each.shared || !each.received.empty())
        return true;
    std::array<std::byte, 4096> first{};
    auto got = receive_first(each.fd.get(), first);
    if (got.size < 0)
        return errno != EPROTO; // nothing to hear yet, or nothing to hear it with
    if (got.is_hello) {
        each.shared = std::move(got.shared);
        each.claim = std::move(got.claim);
        each.claim_guard = std::move(got.claim_guard);
    } else {
        each.received.assign(first.begin(), first.begin() + got.size);
    }
    return true;
}

void early_clients::take_in(int listening_socket) {
    while (waiting_.size() < most_waiting) {
        const fork_delay forks;
        descriptor fd(retry([&] { return os.accept(listening_socket); }));
        if (!fd) {
            if (errno == ECONNABORTED)
                continue;
            break;
        }
        fork_guard guard(fd.get());
        waiting_.push_back({.fd = std::move(fd), .guard = std::move(guard)});
    }
    std::erase_if(waiting_, [](client& each) { return !hear(each); });
}

bool early_clients::turn_away(std::uint64_t number) {
    return std::erase_if(waiting_, [&](const client& each) { return each.claimed() == number; }) >
           0;
}

std::list<early_clients::client>::iterator early_clients::find(std::uint64_t number) {
    return std::find_if(waiting_.begin(), waiting_.end(),
                        [&](const client& each) { return each.claimed() == number; });
}

std::optional<early_clients::client> early_clients::take(std::list<client>::iterator chosen) {
    if (chosen == waiting_.end())
        return std::nullopt;
    std::optional<client> result(std::move(*chosen));
    waiting_.erase(chosen);
    return result;
}

std::optional<early_clients::client> early_clients::take_own(std::uint64_t number) {
    return take(find(number));
}

std::optional<early_clients::client> early_clients::take(std::uint64_t number) {
    const auto own = find(number);
    return take(own != waiting_.end() ? own : waiting_.begin());
}

} // namespace isthmus::posix
