#include "pipe_directory.hpp"

#include "capabilities.hpp"
#include "file_lock.hpp"
#include "pipe_path.hpp"
#include "runtime_directory.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

namespace isthmus::posix {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
constexpr std::array places = {"listening", "connected", "closed"};
constexpr std::string_view server_prefix = "server.";

/// "3" of "3.17"
std::string server_of(const std::string& file) {
    return file.substr(0, file.find('.'));
}

/// 17 of "3.17"
std::uint64_t number_of(const std::string& file) {
    std::uint64_t number = 0;
    const auto dot = file.find('.');
    if (dot != std::string::npos)
        std::from_chars(file.data() + dot + 1, file.data() + file.size(), number);
    return number;
}

descriptor make_directory(int parent, const char* name) {
    if (os.mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
        return {};
    descriptor made(retry([&] { return os.openat(parent, name, directory_flags, 0); }));
    // Others look for instances to claim in here; the files in it say who may.
    if (made && os.fchmod(made.get(), 0755) != 0)
        return {};
    return made;
}

} // namespace

pipe_directory pipe_directory::open(uid_t user, const std::string& encoded) {
    pipe_directory result;
    const descriptor area_directory = open_directory_of(user, area::pipe);
    if (!area_directory)
        return result;
    result.fd_ = descriptor(retry(
        [&] { return os.openat(area_directory.get(), encoded.c_str(), directory_flags, 0); }));
    result.user_ = user;
    result.encoded_ = encoded;
    return result;
}

pipe_directory pipe_directory::open_or_create(const std::string& encoded) {
    pipe_directory result;
    const descriptor area_directory = open_own_directory(area::pipe);
    if (!area_directory)
        return result;
    result.user_ = ::geteuid();
    result.encoded_ = encoded;
    descriptor made = make_directory(area_directory.get(), encoded.c_str());
    if (!made)
        return result;
    for (const char* const place : places) {
        if (!make_directory(made.get(), place)) {
            const int reason = errno;
            result.fd_ = std::move(made);
            result.remove_if_dead();
            result.fd_.reset();
            errno = reason;
            return result;
        }
    }
    result.fd_ = std::move(made);
    return result;
}

// --- what belongs to the name

std::optional<pipe_directory::shape> pipe_directory::read_shape() const {
    const descriptor file(retry([&] {
        return os.openat(fd(), "properties", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    }));
    if (!file)
        return std::nullopt;
    std::array<char, 2048> buffer{};
    const auto size = retry([&] { return os.read(file.get(), buffer.data(), buffer.size()); });
    if (size < 0)
        return std::nullopt;
    std::istringstream text(std::string(buffer.data(), static_cast<std::size_t>(size)));
    std::string magic;
    unsigned version = 0;
    unsigned type = 0;
    unsigned direction = 0;
    unsigned carrier = 0;
    unsigned who = 0;
    shape result;
    text >> magic >> version >> type >> direction >> result.properties.max_instances >>
        result.properties.default_timeout_ms >> carrier >> who >> result.buffers.inbound >>
        result.buffers.outbound;
    text.ignore();
    std::getline(text, result.key);
    if (!text || magic != "isthmus-channel" || version != 2 || type > 1 || direction > 2 ||
        carrier > 1 || who > 2) {
        errno = EPROTO;
        return std::nullopt;
    }
    result.properties.type = static_cast<channel_mode>(type);
    result.properties.direction = static_cast<channel_direction>(direction);
    result.carrier = static_cast<transport>(carrier);
    result.who = static_cast<access>(who);
    return result;
}

bool pipe_directory::write_shape(const shape& what) const {
    std::ostringstream line;
    line << "isthmus-channel 2 " << static_cast<unsigned>(what.properties.type) << ' '
         << static_cast<unsigned>(what.properties.direction) << ' ' << what.properties.max_instances
         << ' ' << what.properties.default_timeout_ms << ' ' << static_cast<unsigned>(what.carrier)
         << ' ' << static_cast<unsigned>(what.who) << ' ' << what.buffers.inbound << ' '
         << what.buffers.outbound << '\n'
         << what.key << '\n';
    const std::string text = line.str();
    // A name of its own, then rename: nobody ever reads half of it.
    os.unlinkat(fd(), "properties.new", 0);
    const descriptor file(retry([&] {
        return os.openat(fd(), "properties.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }));
    if (!file)
        return false;
    const auto written = retry([&] { return os.pwrite(file.get(), text.data(), text.size(), 0); });
    if (written >= 0 && static_cast<std::size_t>(written) != text.size())
        errno = ENOSPC;
    if (written == static_cast<ssize_t>(text.size()) && os.fchmod(file.get(), 0644) == 0 &&
        os.renameat(fd(), "properties.new", fd(), "properties") == 0) {
        return true;
    }
    const int reason = errno;
    os.unlinkat(fd(), "properties.new", 0);
    errno = reason;
    return false;
}

// --- who lives

std::optional<std::vector<std::string>> pipe_directory::list(const char* sub_directory) const {
    const descriptor directory(
        retry([&] { return os.openat(fd(), sub_directory, directory_flags, 0); }));
    if (!directory) {
        if (errno == ENOENT)
            return std::vector<std::string>(); // just being made or removed
        return std::nullopt;
    }
    auto entries = list_directory(directory.get());
    if (entries.empty() && errno != 0)
        return std::nullopt;
    return entries;
}

std::optional<bool> pipe_directory::file_locked(const std::string& path) const {
    const descriptor file(retry([&] {
        return os.openat(fd(), path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    }));
    if (!file) {
        if (errno == ENOENT)
            return false;
        return std::nullopt;
    }
    switch (test_lock(file.get())) {
    case lock_state::free:
        return false;
    case lock_state::held:
        return true;
    case lock_state::unknown:
        break;
    }
    return std::nullopt;
}

std::optional<bool> pipe_directory::server_alive(std::string_view server) const {
    return file_locked(std::string(server_prefix).append(server));
}

std::string pipe_directory::living_server() const {
    for (const auto& node : list(".").value_or(std::vector<std::string>())) {
        if (!node.starts_with(server_prefix))
            continue;
        if (auto server = node.substr(server_prefix.size()); server_alive(server).value_or(false))
            return server;
    }
    return {};
}

std::optional<unsigned> pipe_directory::count_instances(bool reap) const {
    const auto nodes = list(".");
    if (!nodes)
        return std::nullopt;
    std::set<std::string> living;
    for (const auto& node : *nodes) {
        if (!node.starts_with(server_prefix))
            continue;
        const std::string server = node.substr(server_prefix.size());
        const auto alive = server_alive(server);
        if (!alive)
            return std::nullopt;
        if (*alive) {
            living.insert(server);
        } else if (reap) {
            os.unlinkat(fd(), ("socket." + server).c_str(), 0);
            os.unlinkat(fd(), node.c_str(), 0);
        }
    }
    // In the order in which instances move, so that none is overlooked, and by name, so that one
    // that moves meanwhile is not counted twice.
    std::set<std::string> instances;
    for (const std::string place : places) {
        const auto files = list(place.c_str());
        if (!files)
            return std::nullopt;
        for (const auto& file : *files) {
            const std::string path = place + '/' + file;
            if (place != "closed" && living.contains(server_of(file))) {
                instances.insert(file);
                continue;
            }
            const auto locked = file_locked(path);
            // As in alive(): it says nothing.
            if (!locked && !reap && errno == EACCES)
                continue;
            if (!locked)
                return std::nullopt;
            if (*locked) {
                instances.insert(file);
            } else if (reap) {
                os.unlinkat(fd(), path.c_str(), 0);
            }
        }
    }
    return static_cast<unsigned>(instances.size());
}

std::optional<std::set<std::string>> pipe_directory::numbers_in_use() const {
    const auto nodes = list(".");
    if (!nodes)
        return std::nullopt;
    std::set<std::string> numbers;
    for (const auto& node : *nodes) {
        if (node.starts_with(server_prefix))
            numbers.insert(node.substr(server_prefix.size()));
    }
    for (const char* const place : places) {
        const auto files = list(place);
        if (!files)
            return std::nullopt;
        for (const auto& file : *files)
            numbers.insert(server_of(file));
    }
    return numbers;
}

bool pipe_directory::remove_if_dead() const {
    if (count_and_reap() != 0U)
        return false;
    const auto nodes = list(".");
    if (!nodes)
        return false;
    if (std::any_of(nodes->begin(), nodes->end(),
                    [](const auto& node) { return node.starts_with(server_prefix); })) {
        return false;
    }
    for (const auto& node : *nodes) {
        const bool place = std::find(places.begin(), places.end(), node) != places.end();
        os.unlinkat(fd(), node.c_str(), place ? AT_REMOVEDIR : 0);
    }
    const descriptor area_directory = open_own_directory(area::pipe);
    if (!area_directory)
        return false;
    return os.unlinkat(area_directory.get(), encoded_.c_str(), AT_REMOVEDIR) == 0;
}

std::optional<bool> pipe_directory::alive() const {
    const auto nodes = list(".");
    if (!nodes)
        return std::nullopt;
    for (const auto& node : *nodes) {
        if (!node.starts_with(server_prefix))
            continue;
        const auto locked = file_locked(node);
        if (!locked || *locked)
            return locked;
    }
    for (const std::string place : places) {
        const auto files = list(place.c_str());
        if (!files)
            return std::nullopt;
        for (const auto& file : *files) {
            const auto locked = file_locked(place + '/' + file);
            // A file that the caller may not open belongs to a server that is gone: it says
            // nothing.
            if (!locked && errno == EACCES)
                continue;
            if (!locked || *locked)
                return locked;
        }
    }
    return false;
}

std::optional<bool> pipe_directory::available() const {
    const auto files = list("listening");
    if (!files)
        return std::nullopt;
    for (const auto& file : *files) {
        const auto locked = file_locked("listening/" + file);
        if (!locked)
            return std::nullopt;
        if (*locked)
            continue;
        const auto serving = server_alive(server_of(file));
        if (!serving || *serving)
            return serving;
    }
    return false;
}

std::optional<pipe_directory::claim> pipe_directory::claim_instance(
    const std::vector<std::string>& tried) const {
    auto files = list("listening");
    if (!files)
        return std::nullopt;
    // The one that was created first, as on Windows.
    std::sort(files->begin(), files->end(), [](const auto& left, const auto& right) {
        return std::pair(server_of(left), number_of(left)) <
               std::pair(server_of(right), number_of(right));
    });
    bool forbidden = false;
    for (const auto& file : *files) {
        if (std::find(tried.begin(), tried.end(), file) != tried.end())
            continue;
        const std::string path = "listening/" + file;
        descriptor candidate(retry([&] {
            return os.openat(fd(), path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
        }));
        if (!candidate) {
            if (errno == ENOENT)
                continue;
            if (errno != EACCES && errno != EPERM)
                return std::nullopt;
            forbidden = true;
            continue;
        }
        fork_guard guard(candidate.get());
        if (!try_lock(candidate.get())) {
            if (errno == EAGAIN)
                continue;
            return std::nullopt;
        }
        // It may have moved on between the listing and the lock.
        struct ::stat mine {};
        struct ::stat current {};
        if (os.fstat(candidate.get(), &mine) != 0)
            return std::nullopt;
        if (os.fstatat(fd(), path.c_str(), &current, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT)
                continue;
            return std::nullopt;
        }
        if (current.st_ino != mine.st_ino)
            continue;
        return claim{std::move(candidate), std::move(guard), file, server_of(file),
                     number_of(file)};
    }
    errno = forbidden ? EACCES : EAGAIN;
    return std::nullopt;
}

std::string pipe_directory::short_path(const std::string& node) const {
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
    std::string path = runtime_path(user_, area::pipe) + '/' + encoded_ + '/' + node;
    if (path.size() > longest && capability::proc_self_fd) {
        path = "/proc/self/fd/" + std::to_string(fd()) + '/' + node;
    }
    if (path.size() <= longest)
        return path;
    errno = ENAMETOOLONG;
    return {};
}

void reap_dead_channels_once() {
    static std::mutex mutex;
    static std::set<std::string> done;
    const std::lock_guard guard(mutex);
    const uid_t user = ::geteuid();
    if (!done.insert(runtime_path(user, area::pipe)).second)
        return;
    const descriptor area_directory = open_directory_of(user, area::pipe);
    if (!area_directory)
        return;
    const auto names = list_directory(area_directory.get());
    if (names.empty())
        return;
    const namespace_lock lock;
    if (!lock)
        return;
    for (const auto& name : names) {
        if (const auto directory = pipe_directory::open(user, name))
            directory.remove_if_dead();
    }
}

} // namespace isthmus::posix
