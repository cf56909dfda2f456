#include "pipe.hpp"

#include "data_path.hpp"
#include "native_error.hpp"
#include "pipe_control.hpp"
#include "pipe_impl.hpp"
#include "pipe_path.hpp"
#include "pipe_server.hpp"
#include "waiting.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <utility>

/// \file
/// One end of a pipe instance: operations that are started, completed and cancelled, and the states
/// that a server's end goes through (listening, connected, disconnected).

namespace isthmus::detail {

using posix::data_path;
using posix::pipe_server;
using posix::wait_result;

namespace {

using kind = pipe_operation::kind;

operation_state& state_of(pipe_operation& op) noexcept {
    return *std::launder(reinterpret_cast<operation_state*>(op.native));
}

operation what_of(kind what) noexcept {
    switch (what) {
    case kind::listen:
        return operation::accept_channel;
    case kind::write:
        return operation::write_channel;
    default:
        return operation::read_channel;
    }
}

void finish(pipe_operation& op) noexcept {
    if (op.what != kind::none)
        state_of(op).~operation_state();
    op.what = kind::none;
    op.pending = false;
}

posix::turn& turn_of(pipe_operation& op) noexcept {
    auto& path = *state_of(op).path;
    return op.what == kind::write ? path.writing : path.reading;
}

using patience = data_path::patience;

/// Deadlines nearer than this are waited for by polling, which keeps them exactly.
constexpr auto brief_steps_need = std::chrono::milliseconds(200);

std::uint64_t progress_of(pipe_operation& op) noexcept {
    return op.transferred + state_of(op).sent;
}

bool step(pipe_operation& op, patience waiting = patience::none) {
    auto& state = state_of(op);
    return op.what == kind::write ? state.path->step_write(op, state.sent, waiting)
                                  : state.path->step_read(op, waiting);
}

void fail_waiting(pipe_operation& op, wait_result how) {
    const auto what = what_of(op.what);
    switch (how) {
    case wait_result::timed_out:
        op.error = win32_error(what, win32_code::wait_timeout);
        break;
    case wait_result::canceled:
        op.error = win32_error(what, win32_code::operation_aborted);
        break;
    default:
        op.error = posix_error(what, errno);
        break;
    }
}

/// Leaves the operation as if it had never been, as far as that goes.
void undo(pipe::impl& pipe, pipe_operation& op) {
    if (op.what == kind::listen)
        return;
    auto& state = state_of(op);
    if (!state.has_turn)
        return;
    if (op.what == kind::write) {
        state.path->undo_write(state.sent);
    } else {
        state.path->undo_read(op);
    }
    turn_of(op).give_back(pipe.waits, &op);
}

} // namespace

pipe::pipe(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}

std::unique_ptr<pipe> create_pipe(const channel_address& address,
                                  const listener_options& options,
                                  const posix::buffer_sizes& buffers,
                                  std::error_code& ec) {
    auto server = std::make_unique<pipe::impl>(address);
    server->is_server = true;
    pipe_server::create_instance(address.key(), options, buffers, server->instance, ec);
    if (ec)
        return nullptr;
    const auto& shape = server->instance.server->shape();
    server->properties = shape.properties;
    server->carrier = shape.carrier;
    server->buffers = shape.buffers;
    server->read_mode =
        shape.properties.type == channel_mode::message ? options.mode : channel_mode::byte;
    server->may_read = shape.properties.direction != channel_direction::outbound;
    server->may_write = shape.properties.direction != channel_direction::inbound;
    if (!open_fifo_reader(*server)) {
        ec = posix_error(operation::create_channel, errno);
        pipe_server::close(server->instance, false);
        return nullptr;
    }
    return std::make_unique<pipe>(std::move(server));
}

std::unique_ptr<pipe> pipe::create(const channel_address& address,
                                   const listener_options& options,
                                   std::error_code& ec) {
    const auto size = static_cast<std::uint32_t>(
        std::min<std::size_t>(options.buffer_size, std::size_t{1} << 30));
    return create_pipe(address, options, {.inbound = size, .outbound = size}, ec);
}

std::unique_ptr<pipe> pipe::connect(const channel_address& address,
                                    channel_mode read_mode,
                                    std::optional<rights> wanted,
                                    std::error_code& ec) {
    auto client = std::make_unique<impl>(address);
    ec = connect_client(*client, wanted, read_mode);
    if (ec)
        return nullptr;
    return std::make_unique<pipe>(std::move(client));
}

// The registry first, then the connection: when the peer learns that this end is closed, all is
// settled.
pipe::~pipe() {
    if (!impl_->is_server) {
        close_client(*impl_);
        return;
    }
    bool client_gone = false;
    if (impl_->path) {
        // What the client handed over, looked at or not, would keep its claim alive.
        impl_->path->greet();
        client_gone = impl_->path->hung_up();
        impl_->path->release_client();
    }
    pipe_server::close(impl_->instance, client_gone);
}

// --- operations

void pipe::start_listen(pipe_operation& op) {
    op.what = kind::listen;
    op.error.clear();
    new (op.native) operation_state{.generation = impl_->waits.generation()};
    const auto fail = [&](std::error_code reason) {
        op.error = reason;
        finish(op);
    };
    {
        const std::lock_guard lock(impl_->mutex);
        if (!impl_->is_server) {
            return fail(win32_error(operation::accept_channel, win32_code::invalid_parameter));
        }
        if (impl_->now == impl::state::disconnected) {
            if (!open_fifo_reader(*impl_) || !impl_->instance.server->listening(impl_->instance)) {
                return fail(posix_error(operation::accept_channel, errno));
            }
            impl_->now = impl::state::listening;
        }
    }
    op.pending = true;
    try_complete(op);
}

void pipe::start(pipe_operation& op) {
    const auto what = what_of(op.what);
    op.error.clear();
    op.transferred = 0;
    op.more_data = false;
    new (op.native) operation_state{.generation = impl_->waits.generation()};
    auto& state = state_of(op);
    if (!impl_->is_server) {
        state.path = impl_->path.get();
    } else {
        const std::lock_guard lock(impl_->mutex);
        state.kept = impl_->path;
        state.path = state.kept.get();
        if (!state.path) {
            op.error = win32_error(what, impl_->now == impl::state::listening
                                             ? win32_code::pipe_listening
                                             : win32_code::pipe_not_connected);
        }
    }
    if (!(op.what == kind::write ? impl_->may_write : impl_->may_read)) {
        op.error = win32_error(what, win32_code::access_denied);
    }
    if (op.error)
        return finish(op);
    op.pending = true;
    state.has_turn = turn_of(op).try_take(&op);
    if (!state.has_turn)
        return;
    // A read of nothing need not wait, unless it wants to.
    const bool better_wait = op.what != kind::write && state.path->read_will_wait() &&
                             (op.what == kind::read_message || !op.in.empty() || op.as_win32);
    if (better_wait || !try_complete(op))
        turn_of(op).keep(impl_->waits);
}

void pipe::start_read(pipe_operation& op, std::span<std::byte> buffer) {
    op.what = kind::read;
    op.in = buffer;
    op.message = nullptr;
    start(op);
}

void pipe::start_read_message(pipe_operation& op, std::vector<std::byte>& message) {
    message.clear();
    op.what = kind::read_message;
    op.message = &message;
    start(op);
}

void pipe::start_write(pipe_operation& op, std::span<const std::byte> data) {
    op.what = kind::write;
    op.out = data;
    start(op);
}

/// One step; true if it finished the operation.
bool pipe::advance(pipe_operation& op, bool may_block) {
    try {
        if (op.what == kind::listen) {
            if (!step_listen(*impl_, op))
                return false;
        } else {
            auto& state = state_of(op);
            if (!state.has_turn)
                state.has_turn = turn_of(op).try_take(&op);
            const auto waiting = !may_block        ? patience::none
                                 : state.unhurried ? patience::ample
                                                   : patience::brief;
            if (!state.has_turn || !step(op, waiting))
                return false;
            turn_of(op).give_back(impl_->waits, &op);
        }
    } catch (const std::bad_alloc&) {
        // Whoever comes next must not wait for the turn of an operation that is no more.
        undo(*impl_, op);
        op.error = posix_error(what_of(op.what), ENOMEM);
    }
    finish(op);
    return true;
}

bool pipe::try_complete(pipe_operation& op) {
    return !op.pending || advance(op, false);
}

void pipe::complete(pipe_operation& op, const deadline& until) {
    // A deadline must be kept to the millisecond, which a step that blocks does not.
    bool may_block = until.is_never() || until.remaining() > brief_steps_need;
    if (op.pending)
        state_of(op).unhurried = until.is_never();
    while (op.pending) {
        auto& state = state_of(op);
        auto how = wait_result::ready;
        bool blocking = false;
        if (op.what == kind::listen) {
            how = wait_for_client(*impl_, until, state.generation);
        } else if (!state.has_turn) {
            // Whoever had the turn before may have received what this one waits for: so after
            // waiting for the turn look first.
            how = turn_of(op).take(impl_->waits, &op, until, state.generation);
            state.has_turn = how == wait_result::ready;
        } else if (may_block && impl_->waits.generation() == state.generation) {
            blocking = true;
        } else {
            how = impl_->waits.wait(state.path->fd(), op.what == kind::write ? POLLOUT : POLLIN,
                                    until, state.generation);
        }
        if (how == wait_result::ready) {
            const auto before = progress_of(op);
            if (advance(op, blocking))
                continue;
            if (state.has_turn)
                turn_of(op).keep(impl_->waits);
            // What did not come in a moment may be long in coming.
            may_block = may_block && blocking && progress_of(op) != before &&
                        (until.is_never() || until.remaining() > brief_steps_need);
            // A peer that keeps it busy must not keep it from its deadline.
            if (!until.expired())
                continue;
            how = wait_result::timed_out;
        }
        const int reason = errno;
        undo(*impl_, op);
        errno = reason;
        fail_waiting(op, how);
        finish(op);
    }
}

void pipe::cancel(pipe_operation& op) {
    if (!op.pending)
        return;
    undo(*impl_, op);
    fail_waiting(op, wait_result::canceled);
    finish(op);
}

void pipe::cancel_all() noexcept {
    impl_->waits.cancel_all();
}

// --- the rest

peek_result pipe::peek(std::span<std::byte> buffer, std::error_code& ec) {
    const char token{}; // two threads that peek are not one
    std::shared_ptr<data_path> path;
    {
        const std::lock_guard lock(impl_->mutex);
        path = impl_->path;
    }
    ec = !path              ? win32_error(operation::peek_channel, win32_code::pipe_not_connected)
         : !impl_->may_read ? win32_error(operation::peek_channel, win32_code::access_denied)
                            : std::error_code();
    if (ec)
        return {};
    // Who keeps the turn is a read that has found nothing, and what comes is that read's.
    if (!path->reading.take_unless_kept(impl_->waits, &token)) {
        if (path->disconnected())
            ec = win32_error(operation::peek_channel, win32_code::pipe_not_connected);
        return {};
    }
    peek_result seen;
    try {
        seen = path->peek(buffer, ec);
    } catch (const std::bad_alloc&) {
        ec = posix_error(operation::peek_channel, ENOMEM);
    }
    path->reading.give_back(impl_->waits, &token);
    return seen;
}

void pipe::flush(const deadline& until, std::error_code& ec) {
    using namespace std::chrono_literals;
    constexpr auto what = operation::flush_channel;
    const auto generation = impl_->waits.generation();
    std::shared_ptr<data_path> path;
    {
        const std::lock_guard lock(impl_->mutex);
        path = impl_->path;
    }
    ec = !path               ? win32_error(what, win32_code::pipe_not_connected)
         : !impl_->may_write ? win32_error(what, win32_code::access_denied)
                             : std::error_code();
    // The reader does not tell (that would be a system call for every read): look, ever less often.
    for (auto pause = std::chrono::nanoseconds(20us); !ec; pause = std::min(pause * 2, {1ms})) {
        if (path->reading.try_take(&generation)) {
            path->greet();
            path->reading.give_back(impl_->waits, &generation);
        }
        const auto done = path->read_by_peer();
        if (done.value_or(true))
            return;
        const auto soon = deadline::clock::now() + pause;
        const bool last = !until.is_never() && until.when() <= soon;
        // Woken by a hang-up, too.
        switch (impl_->waits.wait(path->fd(), 0, last ? until : deadline(soon), generation)) {
        case wait_result::ready:
            if (path->read_by_peer().value_or(false))
                return;
            ec = win32_error(what, path->disconnected() ? win32_code::pipe_not_connected
                                                        : win32_code::broken_pipe);
            break;
        case wait_result::timed_out:
            if (last)
                ec = win32_error(what, win32_code::wait_timeout);
            break;
        case wait_result::canceled:
            ec = win32_error(what, win32_code::operation_aborted);
            break;
        case wait_result::failed:
            ec = posix_error(what, errno);
            break;
        }
    }
}

void pipe::disconnect(std::error_code& ec) {
    const char token{};
    constexpr auto what = operation::disconnect_channel;
    const std::lock_guard lock(impl_->mutex);
    ec.clear();
    if (!impl_->path) {
        if (impl_->now == impl::state::listening) {
            ec = win32_error(what, win32_code::pipe_listening);
        } else {
            ec = win32_error(what, win32_code::pipe_not_connected);
        }
        return;
    }
    if (impl_->path->reading.try_take(&token)) {
        impl_->path->greet();
        impl_->path->reading.give_back(impl_->waits, &token);
    }
    const auto& registry = impl_->instance.server; // none if it has no name
    if (registry && !registry->idle(impl_->instance)) {
        ec = posix_error(what, errno);
        return;
    }
    impl_->path->disconnect();
    impl_->waits.look_again(); // a FIFO does not hang up
    impl_->path.reset();
    impl_->now = impl::state::disconnected;
}

const pipe_properties& pipe::properties() const noexcept {
    return impl_->properties;
}
channel_mode pipe::read_mode() const noexcept {
    return impl_->read_mode;
}
bool pipe::is_server_end() const noexcept {
    return impl_->is_server;
}
const channel_address& pipe::address() const noexcept {
    return impl_->address;
}

} // namespace isthmus::detail
