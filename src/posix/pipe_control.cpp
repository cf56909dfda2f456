#include "pipe_control.hpp"

#include "capabilities.hpp"
#include "data_path.hpp"
#include "link.hpp"
#include "native_error.hpp"
#include "pipe_impl.hpp"
#include "pipe_path.hpp"
#include "runtime_directory.hpp"
#include "syscalls.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string>

namespace isthmus::detail {

using posix::data_path;
using posix::descriptor;

namespace {

std::shared_ptr<data_path> path_of(pipe::impl& state) {
    const std::lock_guard lock(state.mutex);
    return state.path;
}

/// A file that nobody else finds.
descriptor nameless_file() {
    const posix::namespace_lock names;
    const descriptor area = posix::open_own_directory(posix::area::pipe);
    if (!names || !area)
        return {};
    constexpr const char* node = "unnamed";
    posix::os.unlinkat(area.get(), node, 0);
    descriptor file(posix::retry([&] {
        return posix::os.openat(area.get(), node, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }));
    if (file)
        posix::os.unlinkat(area.get(), node, 0);
    return file;
}

/// As between a client and its server. False with errno.
bool connect_links(posix::link& server, posix::link& client) {
    const auto duplicate = [](int fd) {
        return descriptor(posix::retry([&] { return posix::os.dup_cloexec(fd); }));
    };
    if constexpr (posix::capability::sealed_memory) {
        if (!client.make(-1))
            return false;
        auto memory = duplicate(client.memory());
        client.forget_memory();
        return memory && server.adopt_memory(std::move(memory));
    }
    auto file = nameless_file();
    return file && client.make(file.get()) && server.adopt_file(std::move(file));
}

std::unique_ptr<pipe::impl> unnamed_end(bool server, const posix::buffer_sizes& buffers) {
    auto end = std::make_unique<pipe::impl>(channel_address());
    end->properties = {.direction = channel_direction::inbound, .max_instances = 1};
    end->buffers = buffers;
    end->is_server = server;
    end->may_read = server;
    end->may_write = !server;
    end->now = pipe::impl::state::connected;
    return end;
}

} // namespace

std::pair<std::unique_ptr<pipe>, std::unique_ptr<pipe>> create_unnamed_pipe(
    std::uint32_t buffer_size, std::error_code& ec) {
    const auto failed = [&] {
        ec = posix_error(operation::create_pipe, errno);
        return std::pair<std::unique_ptr<pipe>, std::unique_ptr<pipe>>();
    };
    ec.clear();
    const posix::fork_delay forks;
    std::array<int, 2> sockets{};
    if (posix::os.socketpair(sockets.data()) != 0)
        return failed();
    data_path::setup reader{
        .fd = descriptor(sockets[0]), .server = true, .buffer_size = buffer_size};
    data_path::setup writer{.fd = descriptor(sockets[1]), .buffer_size = buffer_size};
    if (!connect_links(reader.shared, writer.shared))
        return failed();
    const posix::buffer_sizes buffers{.inbound = buffer_size, .outbound = buffer_size};
    auto server = unnamed_end(true, buffers);
    auto client = unnamed_end(false, buffers);
    server->path = std::make_shared<data_path>(std::move(reader));
    client->path = std::make_shared<data_path>(std::move(writer));
    return {std::make_unique<pipe>(std::move(server)), std::make_unique<pipe>(std::move(client))};
}

pipe_state state_of(pipe& end) {
    auto& state = end.state();
    auto path = path_of(state);
    if (!path && state.is_server) {
        pipe_operation op; // by which it could wait
        const bool accepted = step_listen(state, op, true) && !op.error;
        if (accepted)
            state.waits.look_again();
        path = path_of(state);
    }
    if (!path) {
        const std::lock_guard lock(state.mutex);
        return state.now == pipe::impl::state::listening ? pipe_state::listening
                                                         : pipe_state::disconnected;
    }
    if (path->disconnected())
        return pipe_state::disconnected;
    return path->hung_up() ? pipe_state::closing : pipe_state::connected;
}

void tell_connected(pipe& end) noexcept {
    end.state().waits.look_again();
}

void set_read_mode(pipe& end, channel_mode mode) noexcept {
    auto& state = end.state();
    const std::lock_guard lock(state.mutex);
    state.read_mode = mode;
    if (state.path)
        state.path->set_read_mode(mode);
}

const posix::buffer_sizes& buffers_of(pipe& end) noexcept {
    return end.state().buffers;
}

bool has_unread(pipe& end) {
    const char token{}; // two threads that look are not one
    auto& state = end.state();
    const auto path = path_of(state);
    if (!path)
        return false;
    if (!path->reading.take_unless_kept(state.waits, &token))
        return true;
    bool found = false;
    try {
        found = path->has_unread();
    } catch (const std::bad_alloc&) {
        found = true; // for lack of memory it is left where it is
    }
    path->reading.give_back(state.waits, &token);
    return found;
}

std::optional<std::size_t> room_for_write(pipe& end) {
    auto& state = end.state();
    const auto path = path_of(state);
    const auto unread = path ? path->unread_by_peer() : std::nullopt;
    if (!unread)
        return std::nullopt;
    // A larger write would not have the room that a socket is sure to have.
    constexpr std::uint32_t sure = 64 * 1024;
    const std::uint32_t given = state.is_server ? state.buffers.outbound : state.buffers.inbound;
    // Without a buffer the reader has to be there: it is when it has read everything.
    if (given == 0)
        return *unread == 0 ? sure : 0;
    const std::uint64_t size = std::min(given, sure);
    return static_cast<std::size_t>(size - std::min(*unread, size));
}

unsigned count_instances(pipe& end, std::error_code& ec) {
    ec.clear();
    if (end.address().key().empty())
        return 1; // it has no name
    auto& state = end.state();
    const auto user = state.is_server ? state.instance.server->directory().user() : state.served_by;
    const auto directory =
        posix::pipe_directory::open(user, posix::encode_key(end.address().key()));
    const auto count = directory ? directory.count() : std::nullopt;
    if (!count)
        ec = posix_error(operation::query_channel, errno);
    return count.value_or(0);
}

} // namespace isthmus::detail
