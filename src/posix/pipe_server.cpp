#include "pipe_server.hpp"

#include "file_lock.hpp"
#include "immortal.hpp"
#include "logging.hpp"
#include "native_error.hpp"
#include "pipe_path.hpp"
#include "runtime_directory.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

namespace isthmus::posix {

namespace {

using detail::operation;
using detail::posix_error;
using detail::win32_error;
namespace win32_code = detail::win32_code;

/// Clients wait for their instance in this queue; only programs that do not use this library can
/// fill it, for the others the number of instances is the limit.
constexpr int backlog = 4096;

/// The servers of this process, by directory. Guards creation and the last close.
std::mutex servers_mutex;
std::map<std::string, std::weak_ptr<pipe_server>>& servers() {
    // Pipes may be closed after the destructors of static objects have run.
    return detail::immortal<std::map<std::string, std::weak_ptr<pipe_server>>>();
}

std::string path_of(const std::string& encoded) {
    return runtime_path(::geteuid(), area::pipe) + '/' + encoded;
}

/// Names of one machine are one namespace: another user's live channel keeps the name from us.
std::optional<bool> served_by_other_user(const std::string& encoded) {
    const auto others = other_users();
    if (!others)
        return std::nullopt;
    for (const uid_t user : *others) {
        const auto directory = pipe_directory::open(user, encoded);
        if (!directory) {
            // What cannot be trusted or looked into is not a channel; but lack of descriptors is
            // ours.
            if (errno == EMFILE || errno == ENFILE)
                return std::nullopt;
            continue;
        }
        if (directory.alive().value_or(false))
            return true;
    }
    return false;
}

const char* name_of(pipe_server::place where) {
    return where == pipe_server::place::listening ? "listening/" : "connected/";
}

} // namespace

void pipe_server::create_instance(const std::string& key,
                                  const listener_options& options,
                                  const buffer_sizes& buffers,
                                  instance& made,
                                  std::error_code& ec) {
    constexpr auto what = operation::create_channel;
    const auto fail_with_errno = [&] {
        const int reason = errno;
        ec = reason == EPERM ? detail::library_error(what, errc::insecure_directory)
                             : posix_error(what, reason);
    };
    ec.clear();
    reap_dead_channels_once();
    const std::string encoded = encode_key(key);
    const std::lock_guard guard(servers_mutex);
    const namespace_lock names;
    if (!names)
        return fail_with_errno();

    const std::string path = path_of(encoded);
    auto server = servers()[path].lock();
    pipe_directory directory;
    if (!server) {
        directory = pipe_directory::open_or_create(encoded);
        if (!directory)
            return fail_with_errno();
    }
    const auto& registry = server ? server->directory_ : directory;

    pipe_directory::shape shape{
        .key = key,
        .properties = {.type = options.mode,
                       .direction = options.direction,
                       .max_instances = options.max_instances,
                       .default_timeout_ms = static_cast<std::uint32_t>(
                           std::min<std::int64_t>(options.default_timeout.count(), 0xfffffffe))},
        .carrier = options.carrier,
        .who = options.who,
        .buffers = buffers};
    const auto refuse = [&](std::error_code reason) {
        ec = reason;
        if (!server)
            registry.remove_if_dead();
    };
    const auto count = registry.count_and_reap();
    if (!count) {
        fail_with_errno();
        return refuse(ec);
    }
    if (*count > 0) {
        const auto existing = registry.read_shape();
        if (!existing) {
            fail_with_errno();
            return refuse(ec);
        }
        if (options.first_instance_only || existing->key != key ||
            existing->properties.direction != options.direction) {
            return refuse(win32_error(what, win32_code::access_denied));
        }
        if (existing->properties.max_instances != unlimited_instances &&
            *count >= existing->properties.max_instances) {
            return refuse(win32_error(what, win32_code::pipe_busy));
        }
        shape = *existing;
    } else {
        const auto foreign = served_by_other_user(encoded);
        if (!foreign) {
            fail_with_errno();
            return refuse(ec);
        }
        if (*foreign)
            return refuse(win32_error(what, win32_code::access_denied));
        if (!registry.write_shape(shape)) {
            fail_with_errno();
            return refuse(ec);
        }
    }
    if (!server) {
        server = start(std::move(directory), shape);
        if (!server) {
            fail_with_errno();
            if (const auto again = pipe_directory::open(::geteuid(), encoded)) {
                again.remove_if_dead();
            }
            return;
        }
        servers()[path] = server;
    }
    const std::lock_guard lock(server->mutex_);
    server->renew_link(server->number_);
    if (!server->make_file(made) || !server->move(made, place::listening)) {
        fail_with_errno();
        if (!made.file.empty()) {
            os.unlinkat(server->directory_.fd(), (name_of(made.where) + made.file).c_str(), 0);
        }
        made = {};
        if (server->instances_.empty()) {
            server->remove_nodes();
            servers().erase(path);
        }
        return;
    }
    server->instances_.push_back(&made);
    made.server = std::move(server);
}

/// Needs the namespace_lock. Null with errno.
std::shared_ptr<pipe_server> pipe_server::start(pipe_directory directory,
                                                const pipe_directory::shape& shape) {
    const fork_delay forks; // until all is guarded
    std::shared_ptr<pipe_server> server(new pipe_server);
    server->process_ = process_stamp();
    server->directory_ = std::move(directory);
    server->shape_ = shape;
    const int fd = server->directory_.fd();
    // A number of its own: what outlives a former server with the same one would pass for ours.
    const auto taken = server->directory_.numbers_in_use();
    if (!taken)
        return nullptr;
    unsigned number = 0;
    while (taken->contains(std::to_string(number)))
        ++number;
    server->number_ = std::to_string(number);
    const std::string node = "server." + server->number_;
    server->life_ = descriptor(retry(
        [&] { return os.openat(fd, node.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); }));
    if (!server->life_)
        return nullptr;
    server->life_guard_ = fork_guard(server->life_.get());
    // Locked before anybody else may open it: a stranger who could lock it first would keep it from
    // us.
    const bool ready = try_lock(server->life_.get()) && os.fchmod(server->life_.get(), 0644) == 0 &&
                       server->open_socket(server->number_);
    if (ready) {
        if (server->socket_)
            server->socket_guard_ = fork_guard(server->socket_.get());
        return server;
    }
    const int reason = errno;
    server->remove_nodes();
    server->life_guard_.close(server->life_);
    errno = reason;
    return nullptr;
}

/// The socket that clients reach this process by, or the FIFO.
bool pipe_server::open_socket(const std::string& number) {
    if (shape_.carrier == transport::fifo) {
        os.unlinkat(directory_.fd(), "fifo", 0);
        return os.mkfifoat(directory_.fd(), "fifo", 0600) == 0 &&
               os.fchmodat(directory_.fd(), "fifo", mode_for(shape_.who), 0) == 0;
    }
    const std::string node = "socket." + number;
    const std::string path = directory_.short_path(node);
    if (path.empty())
        return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    socket_ = descriptor(os.socket());
    if (!socket_)
        return false;
    os.unlinkat(directory_.fd(), node.c_str(), 0);
    // The mode is right before the first client can connect, which needs listen.
    return os.bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
               0 &&
           os.fchmodat(directory_.fd(), node.c_str(), mode_for(shape_.who), 0) == 0 &&
           os.listen(socket_.get(), backlog) == 0;
}

/// Lets the link for other programs point to a process that serves: `server`, unless another does.
void pipe_server::renew_link(const std::string& server) const {
    if (shape_.carrier == transport::fifo || server.empty())
        return;
    char target[32] = {};
    const auto size = os.readlinkat(directory_.fd(), "socket", target, sizeof target - 1);
    constexpr std::string_view prefix = "socket.";
    if (size > 0) {
        const std::string_view current(target, static_cast<std::size_t>(size));
        if (current.starts_with(prefix) &&
            (current.substr(prefix.size()) == server ||
             directory_.server_alive(current.substr(prefix.size())).value_or(true))) {
            return;
        }
    }
    const std::string node = std::string(prefix) + server;
    os.unlinkat(directory_.fd(), "socket.new", 0);
    if (os.symlinkat(node.c_str(), directory_.fd(), "socket.new") != 0 ||
        os.renameat(directory_.fd(), "socket.new", directory_.fd(), "socket") != 0) {
        detail::log(spdlog::level::warn, "channel {}: no link for other programs: {}",
                    directory_.encoded(), std::strerror(errno));
    }
}

/// A new file, not to be claimed yet.
bool pipe_server::make_file(instance& who) {
    const std::uint64_t number = ++last_;
    const std::string file = number_ + '.' + std::to_string(number);
    const std::string path = "connected/" + file;
    const descriptor made(retry([&] {
        return os.openat(directory_.fd(), path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                         0600);
    }));
    if (!made)
        return false;
    if (os.fchmod(made.get(), mode_for(shape_.who)) != 0) {
        const int reason = errno;
        os.unlinkat(directory_.fd(), path.c_str(), 0);
        errno = reason;
        return false;
    }
    who.file = file;
    who.number = number;
    who.where = place::connected;
    return true;
}

bool pipe_server::move(instance& who, place to) {
    if (who.where == to)
        return true;
    const std::string from_path = name_of(who.where) + who.file;
    const std::string to_path = name_of(to) + who.file;
    if (os.renameat(directory_.fd(), from_path.c_str(), directory_.fd(), to_path.c_str()) != 0) {
        return false;
    }
    who.where = to;
    return true;
}

bool pipe_server::claimed_by_client(const instance& who) const {
    return directory_.file_locked(name_of(who.where) + who.file).value_or(false);
}

/// `connected` served the client that claimed `other`'s file.
void pipe_server::exchange(instance& connected, instance& other) {
    const auto other_place = other.where;
    std::swap(connected.file, other.file);
    std::swap(connected.number, other.number);
    std::swap(connected.where, other.where);
    move(connected, place::connected);
    move(other, other_place);
}

void pipe_server::connected(instance& who, std::uint64_t claimed) {
    const auto owns_it = [&](const instance& each) {
        // Which file the client claimed shows only when its hello is here. Until then any file that
        // is claimed will do: it is of no use to whom it belongs to.
        return claimed != 0 ? each.number == claimed
                            : each.where == place::listening && claimed_by_client(each);
    };
    {
        const std::lock_guard lock(mutex_);
        const bool settled = claimed == 0 && who.where == place::connected;
        if (settled || owns_it(who)) {
            move(who, place::connected);
            return;
        }
    }
    // An instance whose file moves back would be overlooked by a count that runs at this moment.
    const namespace_lock names;
    const std::lock_guard lock(mutex_);
    const auto holder = std::find_if(instances_.begin(), instances_.end(),
                                     [&](const auto* each) { return owns_it(*each); });
    if (holder != instances_.end() && *holder != &who)
        exchange(who, **holder);
    move(who, place::connected);
}

bool pipe_server::idle(instance& who) {
    // A count that runs at this moment could see neither the former file nor the new one.
    const namespace_lock names;
    const std::lock_guard lock(mutex_);
    const std::string former = name_of(who.where) + who.file;
    if (!make_file(who))
        return false;
    os.unlinkat(directory_.fd(), former.c_str(), 0);
    return true;
}

bool pipe_server::listening(instance& who) {
    const namespace_lock names; // as above: against the order in which files are counted
    const std::lock_guard lock(mutex_);
    if (who.where == place::listening)
        return true;
    // Who listens first is claimed first. (Nobody has a hold on the file of one who does not.)
    instance next{.file = number_ + '.' + std::to_string(last_ + 1), .number = last_ + 1};
    if (os.renameat(directory_.fd(), (name_of(who.where) + who.file).c_str(), directory_.fd(),
                    (name_of(place::listening) + next.file).c_str()) != 0) {
        return false;
    }
    ++last_;
    who.file = std::move(next.file);
    who.number = next.number;
    who.where = place::listening;
    return true;
}

void pipe_server::close(instance& who, bool client_gone) noexcept {
    auto server = std::exchange(who.server, nullptr);
    if (!server)
        return;
    if (server->process_ != process_stamp())
        return;
    server->turn_away(who);
    if (client_gone)
        server->await_release(who);
    const std::lock_guard guard(servers_mutex);
    // Without the lock (no descriptors left) the same is done, and the next use of the name tidies
    // up.
    const namespace_lock names;
    const pipe_directory& directory = server->directory_;
    const bool last = [&] {
        const std::lock_guard lock(server->mutex_);
        std::erase(server->instances_, &who);
        const std::string path = name_of(who.where) + who.file;
        const std::string closed = "closed/" + who.file;
        // Moved first, then looked at: a client that closes at this moment does it the other way
        // round.
        if (os.renameat(directory.fd(), path.c_str(), directory.fd(), closed.c_str()) == 0 &&
            directory.file_locked(closed) == false) {
            os.unlinkat(directory.fd(), closed.c_str(), 0);
        }
        return server->instances_.empty();
    }();
    if (!last)
        return;
    server->remove_nodes();
    servers().erase(path_of(directory.encoded()));
    server->life_guard_.close(server->life_);
    // With it go the hellos of clients that nobody accepted, and so their claims.
    server->socket_guard_.close(server->socket_);
    server->early_.clear();
    if (names && !directory.remove_if_dead())
        server->renew_link(directory.living_server());
}

/// Closes the connection of a client that has come to a listening instance which is about to be
/// closed: it may be anywhere in the queue that the instances share. (The last instance takes the
/// queue with it.)
void pipe_server::turn_away(instance& who) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (who.where != place::listening || instances_.size() == 1)
            return;
        move(who, place::connected); // nobody can claim it from now on
    }
    // One who has claimed it may be just about to connect.
    wait_shortly([&] {
        const std::lock_guard lock(mutex_);
        if (!claimed_by_client(who))
            return true;
        early_.take_in(socket_.get());
        return early_.turn_away(who.number);
    });
    const std::lock_guard lock(mutex_);
    if (early_.empty())
        return;
    for (const auto* each : instances_) {
        if (each->where == place::listening)
            each->waits->look_again();
    }
}

std::optional<early_clients::client> pipe_server::take_early(const instance& who) {
    const std::lock_guard lock(mutex_);
    return early_.take(who.number);
}

std::optional<early_clients::client> pipe_server::take_own(const instance& who) {
    const std::lock_guard lock(mutex_);
    early_.take_in(socket_.get());
    auto own = early_.take_own(who.number);
    if (early_.empty())
        return own;
    for (const auto* each : instances_) {
        if (each != &who && each->where == place::listening)
            each->waits->look_again();
    }
    return own;
}

bool pipe_server::has_early() {
    const std::lock_guard lock(mutex_);
    return !early_.empty();
}

/// A client that is killed closes its descriptors one after the other: its connection may be gone
/// before its claim is.
void pipe_server::await_release(const instance& who) const noexcept {
    const std::string path = name_of(who.where) + who.file;
    wait_shortly([&] { return !directory_.file_locked(path).value_or(false); });
}

void pipe_server::remove_nodes() const noexcept {
    os.unlinkat(directory_.fd(), ("socket." + number_).c_str(), 0);
    os.unlinkat(directory_.fd(), ("server." + number_).c_str(), 0);
}

pipe_server::~pipe_server() = default;

} // namespace isthmus::posix
