#include "data_path.hpp"
#include "native_error.hpp"
#include "pipe_impl.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace isthmus::detail {

using posix::data_path;
using posix::descriptor;
using posix::early_clients;
using posix::wait_result;

namespace {

/// Makes a connection out of an accepted socket.
std::shared_ptr<data_path> accepted(pipe::impl& server, early_clients::client client) {
    client.guard = {}; // the data path guards it from here on
    return std::make_shared<data_path>(
        data_path::setup{.fd = std::move(client.fd),
                         .carrier = server.carrier,
                         .type = server.properties.type,
                         .read_mode = server.read_mode,
                         .server = true,
                         .buffer_size = server.buffers.outbound,
                         .shared = std::move(client.shared),
                         .received = std::move(client.received),
                         .on_hello = [&server](std::uint64_t claimed) {
                             if (server.instance.server)
                                 server.instance.server->connected(server.instance, claimed);
                         }});
}

/// Takes a client if there is one; an empty descriptor with EAGAIN if not.
descriptor take_client(pipe::impl& server) {
    if (server.carrier != transport::fifo) {
        for (;;) {
            descriptor client(posix::retry(
                [&] { return posix::os.accept(server.instance.server->listening_socket()); }));
            // That client changed its mind; the next may not have.
            if (client || errno != ECONNABORTED)
                return client;
        }
    }
    if (server.properties.direction == channel_direction::inbound) {
        pollfd state{.fd = server.fifo.get(), .events = POLLIN, .revents = 0};
        constexpr timespec now{};
        if (posix::retry([&] { return posix::os.poll(&state, 1, &now); }) == 1) {
            return std::move(server.fifo);
        }
        errno = EAGAIN;
        return {};
    }
    descriptor writer(posix::retry([&] {
        return posix::os.openat(server.instance.server->directory().fd(), "fifo",
                                O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW, 0);
    }));
    if (!writer && errno == ENXIO)
        errno = EAGAIN; // no reader yet
    return writer;
}

} // namespace

bool open_fifo_reader(pipe::impl& server) {
    if (server.carrier != transport::fifo ||
        server.properties.direction != channel_direction::inbound) {
        return true;
    }
    server.fifo = descriptor(posix::retry([&] {
        return posix::os.openat(server.instance.server->directory().fd(), "fifo",
                                O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW, 0);
    }));
    return static_cast<bool>(server.fifo);
}

bool step_listen(pipe::impl& server, pipe_operation& op, bool only_own) {
    std::shared_ptr<data_path> path;
    std::uint64_t claimed = 0;
    descriptor claim; // kept until the instance's file has its place
    posix::fork_guard claim_guard;
    {
        const posix::fork_delay forks;
        const std::lock_guard lock(server.mutex);
        if (server.now != pipe::impl::state::listening) {
            op.error = win32_error(operation::accept_channel, win32_code::invalid_parameter);
            return true;
        }
        auto client = only_own ? server.instance.server->take_own(server.instance)
                               : server.instance.server->take_early(server.instance);
        if (!client) {
            client.emplace();
            if (only_own && server.carrier != transport::fifo) {
                errno = EAGAIN;
            } else {
                client->fd = take_client(server);
            }
        }
        if (!client->fd) {
            if (posix::would_block())
                return false;
            op.error = posix_error(operation::accept_channel, errno);
            return true;
        }
        claimed = client->claimed();
        claim = std::move(client->claim);
        claim_guard = std::move(client->claim_guard);
        path = accepted(server, std::move(*client));
        server.path = path;
        server.now = pipe::impl::state::connected;
    }
    server.instance.server->connected(server.instance, claimed);
    claim_guard.close(claim);
    if (path->reading.try_take(&op)) {
        path->greet();
        path->reading.give_back(server.waits, &op);
    }
    return true;
}

/// An outbound FIFO has nothing to wait on until a reader opens it: look now and then.
wait_result wait_for_client(pipe::impl& server, const deadline& until, std::uint64_t generation) {
    using namespace std::chrono_literals;
    if (server.carrier != transport::fifo) {
        const auto seen = server.waits.changes();
        if (server.instance.server->has_early())
            return wait_result::ready;
        return server.waits.wait(server.instance.server->listening_socket(), POLLIN, until,
                                 generation, seen);
    }
    if (server.properties.direction == channel_direction::inbound) {
        return server.waits.wait(server.fifo.get(), POLLIN, until, generation);
    }
    const auto soon = deadline::clock::now() + 5ms;
    const bool last = !until.is_never() && until.when() <= soon;
    const auto how = server.waits.wait(-1, 0, last ? until : deadline(soon), generation);
    return how == wait_result::timed_out && !last ? wait_result::ready : how;
}

} // namespace isthmus::detail
