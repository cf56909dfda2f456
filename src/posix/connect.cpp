#include "descriptor.hpp"
#include "hello.hpp"
#include "link.hpp"
#include "native_error.hpp"
#include "pipe_impl.hpp"
#include "pipe_path.hpp"
#include "runtime_directory.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <utility>

/// \file
/// The client's way to an instance: finding the name, claiming an instance, waiting for one.

namespace isthmus::detail {

namespace {

using posix::descriptor;
using posix::pipe_directory;

std::error_code insecure_or_errno(operation what) {
    return errno == EPERM ? library_error(what, errc::insecure_directory)
                          : posix_error(what, errno);
}

/// Calls `visit` for each user's directory of the name, one's own first, until it returns true. An
/// error if the caller's own directory, or the system, fails.
template <class Visit>
std::error_code for_each_directory(const std::string& encoded, operation what, Visit visit) {
    const auto own = pipe_directory::open(::geteuid(), encoded);
    if (!own && errno != ENOENT)
        return insecure_or_errno(what);
    if (own && visit(own))
        return {};
    const auto others = posix::other_users();
    if (!others)
        return insecure_or_errno(what);
    for (const uid_t user : *others) {
        const auto directory = pipe_directory::open(user, encoded);
        if (!directory) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                return posix_error(what, errno);
            }
            continue; // not there, or not to be trusted: then it is not a channel
        }
        if (visit(directory))
            return {};
    }
    return {};
}

void reap(const pipe_directory& directory) noexcept {
    if (directory.user() != ::geteuid())
        return;
    if (const posix::namespace_lock names; names)
        directory.remove_if_dead();
}

enum class reached { yes, gone, failed };

/// Connects to the process that serves the claimed instance.
reached connect_socket(const pipe_directory& directory,
                       const pipe_directory::claim& claim,
                       descriptor& connected) {
    const std::string path = directory.short_path("socket." + claim.server);
    if (path.empty())
        return reached::failed;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    connected = descriptor(posix::os.socket());
    if (!connected)
        return reached::failed;
    if (posix::retry([&] {
            return posix::os.connect(connected.get(), reinterpret_cast<const sockaddr*>(&address),
                                     sizeof address);
        }) == 0) {
        // The node could be a link to somebody else's socket: nothing is said to anyone but the
        // user in whose directory it lies.
        peer_identity server;
        if (!credentials_of(connected.get(), server))
            return reached::failed;
        return server.user == std::to_string(directory.user()) ? reached::yes : reached::gone;
    }
    return errno == ECONNREFUSED || errno == ENOENT ? reached::gone : reached::failed;
}

reached open_fifo(const pipe_directory& directory,
                  channel_direction direction,
                  descriptor& opened) {
    const int flags = direction == channel_direction::inbound ? O_WRONLY : O_RDONLY;
    opened = descriptor(posix::retry([&] {
        return posix::os.openat(directory.fd(), "fifo", flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW,
                                0);
    }));
    if (opened)
        return reached::yes;
    return errno == ENXIO || errno == ENOENT ? reached::gone : reached::failed;
}

/// Makes the connection on a claimed instance.
reached connect_claimed(pipe::impl& client,
                        const pipe_directory& directory,
                        const pipe_directory::claim& claim) {
    posix::data_path::setup setup{
        .carrier = client.carrier, .type = client.properties.type, .read_mode = client.read_mode};
    if (client.carrier == transport::fifo) {
        const auto how = open_fifo(directory, client.properties.direction, setup.fd);
        if (how != reached::yes)
            return how;
    } else {
        // All that may be missing first: who has connected is delivered to the server, and one who
        // then gives up would be a client that came and left.
        if (!setup.shared.make(claim.lock.get()))
            return reached::failed;
        setup.shared.store(posix::link::word::claimed, claim.number);
        const auto how = connect_socket(directory, claim, setup.fd);
        if (how != reached::yes)
            return how;
        setup.buffer_size = client.buffers.inbound;
        // A server that has accepted, written and closed already was reached all the same.
        if (!posix::send_hello(setup.fd.get(), claim.lock.get(), setup.shared.memory()) &&
            errno != EPIPE && errno != ECONNRESET) {
            return reached::failed;
        }
        setup.shared.forget_memory();
    }
    client.path = std::make_shared<posix::data_path>(std::move(setup));
    client.now = pipe::impl::state::connected;
    return reached::yes;
}

std::error_code check_wishes(const pipe_properties& name,
                             std::optional<rights> wanted,
                             channel_mode read_mode,
                             bool& may_read,
                             bool& may_write) {
    const bool can_read = name.direction != channel_direction::inbound;
    const bool can_write = name.direction != channel_direction::outbound;
    may_read = wanted ? *wanted != rights::write_only : can_read;
    may_write = wanted ? *wanted != rights::read_only : can_write;
    if ((may_read && !can_read) || (may_write && !can_write)) {
        return win32_error(operation::connect_channel, win32_code::access_denied);
    }
    if (read_mode == channel_mode::message && name.type == channel_mode::byte) {
        return win32_error(operation::connect_channel, win32_code::invalid_parameter);
    }
    return {};
}

/// Tries one user's directory of the name. True if the search is over, with or without success.
bool connect_in(pipe::impl& client,
                const pipe_directory& directory,
                std::optional<rights> wanted,
                channel_mode read_mode,
                std::error_code& ec) {
    constexpr auto what = operation::connect_channel;
    const auto shape = directory.read_shape();
    if (shape && shape->key != client.address.key())
        return false; // another long name with the same hash
    if (!shape && errno != ENOENT) {
        ec = posix_error(what, errno);
        return true;
    }
    std::vector<std::string> tried;
    while (shape) {
        const posix::fork_delay forks; // until all is guarded, or given up
        auto claim = directory.claim_instance(tried);
        if (!claim) {
            if (errno == EAGAIN)
                break;
            ec = posix_error(what, errno);
            return true;
        }
        ec = check_wishes(shape->properties, wanted, read_mode, client.may_read, client.may_write);
        if (ec)
            return true;
        client.properties = shape->properties;
        client.carrier = shape->carrier;
        client.buffers = shape->buffers;
        client.read_mode = read_mode;
        switch (connect_claimed(client, directory, *claim)) {
        case reached::yes:
            client.claim = std::move(*claim);
            client.served_by = directory.user();
            return true;
        case reached::gone:
            tried.push_back(claim->file);
            break;
        case reached::failed:
            ec = posix_error(what, errno);
            return true;
        }
    }
    const auto alive = directory.alive();
    if (!alive) {
        ec = posix_error(what, errno);
        return true;
    }
    if (*alive) {
        ec = win32_error(what, win32_code::pipe_busy);
        return true;
    }
    reap(directory);
    return false;
}

} // namespace

std::error_code connect_client(pipe::impl& client,
                               std::optional<rights> wanted,
                               channel_mode read_mode) {
    constexpr auto what = operation::connect_channel;
    if (!client.address.is_local())
        return win32_error(what, win32_code::not_supported);
    posix::reap_dead_channels_once();
    std::error_code ec;
    bool over = false;
    const auto problem = for_each_directory(
        posix::encode_key(client.address.key()), what, [&](const pipe_directory& directory) {
            over = connect_in(client, directory, wanted, read_mode, ec);
            return over;
        });
    if (problem)
        return problem;
    return over ? ec : win32_error(what, win32_code::file_not_found);
}

namespace {

/// Whether the server of the client's instance is gone, or has closed its end of it.
bool orphaned(const pipe::impl& client, const pipe_directory& directory) noexcept {
    const auto in = [&](const char* place) {
        struct ::stat status {};
        return posix::os.fstatat(directory.fd(), (place + client.claim.file).c_str(), &status,
                                 AT_SYMLINK_NOFOLLOW) == 0;
    };
    return !(in("listening/") || in("connected/")) ||
           !directory.server_alive(client.claim.server).value_or(true);
}

} // namespace

void close_client(pipe::impl& client) noexcept {
    if (!client.claim.lock)
        return;
    const bool server_gone = client.path && client.path->hung_up();
    // The claim first: when the server learns that this end is closed, all is settled.
    client.claim.guard.close(client.claim.lock);
    client.path.reset();
    // Opened only now: a client has need of few descriptors while it lives.
    const auto directory =
        pipe_directory::open(client.served_by, posix::encode_key(client.address.key()));
    if (!directory)
        return;
    // A server that is killed closes its descriptors one after the other: its connection may be
    // gone before its life file's lock is.
    if (server_gone)
        posix::wait_shortly([&] { return orphaned(client, directory); });
    // The server tidies up, unless it has gone before.
    if (orphaned(client, directory))
        reap(directory);
}

void pipe::wait(const channel_address& address,
                const std::optional<deadline>& until,
                const stop_source* stop,
                std::error_code& ec) {
    using namespace std::chrono_literals;
    constexpr auto what = operation::wait_channel;
    constexpr auto longest_pause = std::chrono::nanoseconds(8ms);
    ec.clear();
    if (!address.is_local()) {
        ec = win32_error(what, win32_code::not_supported);
        return;
    }
    const std::string encoded = posix::encode_key(address.key());
    std::optional<deadline> limit = until;
    // Nobody tells when an instance becomes free in another process, so it looks, ever less often.
    for (auto pause = std::chrono::nanoseconds(250us);;
         pause = std::min(pause * 2, longest_pause)) {
        if (stop != nullptr && stop->stop_requested()) {
            ec = win32_error(what, win32_code::operation_aborted);
            return;
        }
        bool exists = false;
        std::optional<bool> available = false;
        const auto problem =
            for_each_directory(encoded, what, [&](const pipe_directory& directory) {
                const auto alive = directory.alive();
                if (alive == false)
                    return false;
                exists = true;
                available = alive ? directory.available() : std::nullopt;
                if (!available)
                    ec = posix_error(what, errno);
                if (const auto shape = directory.read_shape(); shape && !limit) {
                    limit = deadline::after(
                        std::chrono::milliseconds(shape->properties.default_timeout_ms));
                }
                return true;
            });
        if (problem)
            ec = problem;
        if (!ec && !exists)
            ec = win32_error(what, win32_code::file_not_found);
        if (ec || available.value_or(false))
            return;
        if (!limit)
            limit = deadline::after(50ms);
        if (limit->expired()) {
            ec = win32_error(what, win32_code::semaphore_timeout);
            return;
        }
        const auto sleep = limit->is_never()
                               ? pause
                               : std::min<std::chrono::nanoseconds>(pause, limit->remaining());
        const timespec time{.tv_sec = 0, .tv_nsec = static_cast<long>(sleep.count())};
        ::nanosleep(&time, nullptr);
    }
}

} // namespace isthmus::detail
