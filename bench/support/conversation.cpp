#include "support/conversation.hpp"

#include "support/envelope.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace isthmus::bench {
namespace {

struct command {
    task::kind what = task::kind::quit;
    std::uint32_t unused = 0;
    std::uint64_t size = 0;
    std::uint64_t count = 0;
};

struct report {
    std::uint64_t sleeps = 0;
    double cpu_seconds = 0;
};

// Each message carries its number, so that a mechanism which loses or mixes them is found out.
void stamp(std::vector<std::byte>& message, std::uint64_t number) {
    std::memcpy(message.data(), &number, sizeof number);
}

void check(const std::vector<std::byte>& message, std::uint64_t number) {
    if (std::memcmp(message.data(), &number, sizeof number) != 0) {
        throw std::runtime_error("a message arrived out of order or damaged");
    }
}

figures run(link& client, const task& what, std::uint64_t count) {
    send_content(client, command{.what = what.what, .size = what.size, .count = count});
    std::vector<std::byte> message(what.size, std::byte{0x5a});
    const usage before = usage_now();
    const auto start = std::chrono::steady_clock::now();
    report server;
    if (what.what == task::kind::round_trip) {
        for (std::uint64_t i = 0; i < count; ++i) {
            stamp(message, i);
            client.send(message);
            client.receive(message);
            check(message, i);
        }
    } else {
        for (std::uint64_t i = 0; i < count; ++i) {
            stamp(message, i);
            client.send(message);
        }
        server = receive_content<report>(client); // all has arrived
    }
    const auto end = std::chrono::steady_clock::now();
    const usage after = usage_now();
    if (what.what == task::kind::round_trip) {
        server = receive_content<report>(client);
    }
    return {.of = what,
            .count = count,
            .seconds = std::chrono::duration<double>(end - start).count(),
            .client_sleeps = after.sleeps - before.sleeps,
            .server_sleeps = server.sleeps,
            .client_cpu = after.cpu_seconds - before.cpu_seconds,
            .server_cpu = server.cpu_seconds};
}

} // namespace

void serve(link& server) {
    for (;;) {
        const auto order = receive_content<command>(server);
        if (order.what == task::kind::quit) {
            return;
        }
        std::vector<std::byte> message(static_cast<std::size_t>(order.size));
        const usage before = usage_now();
        for (std::uint64_t i = 0; i < order.count; ++i) {
            server.receive(message);
            check(message, i);
            if (order.what == task::kind::round_trip) {
                server.send(message);
            }
        }
        const usage after = usage_now();
        send_content(server, report{.sleeps = after.sleeps - before.sleeps,
                                    .cpu_seconds = after.cpu_seconds - before.cpu_seconds});
    }
}

std::vector<figures> lead(link& client, const std::vector<task>& tasks, double seconds) {
    std::vector<figures> results;
    for (const task& what : tasks) {
        const double trial = std::min(seconds / 5, 0.02);
        figures found = run(client, what, 4);
        while (found.seconds < trial) {
            const double wanted = trial / std::max(found.seconds, 1e-7) * 1.2;
            found = run(client, what,
                        static_cast<std::uint64_t>(static_cast<double>(found.count) *
                                                   std::clamp(wanted, 2.0, 20.0)));
        }
        const double count = static_cast<double>(found.count) * seconds / found.seconds;
        results.push_back(
            run(client, what, std::max<std::uint64_t>(static_cast<std::uint64_t>(count), 4)));
    }
    send_content(client, command{});
    return results;
}

} // namespace isthmus::bench
