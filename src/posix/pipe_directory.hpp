#pragma once

#include "descriptor.hpp"
#include "fork_guard.hpp"
#include "pipe.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <ctime>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::posix {

/// Bytes that may wait unread, as the creator gave them: hints. (They are the server's, in Win32's
/// words: what comes in, what goes out.)
struct buffer_sizes {
    std::uint32_t inbound = 0;
    std::uint32_t outbound = 0;
};

/// The directory of one channel name (`<runtime>/pipe/<encoded name>`). It *is* the registry of the
/// name's instances, over all processes that serve it; files and locks say everything, so that a
/// crash at any moment leaves a state that the next use reads correctly:
///
///     properties         what the first creator fixed, as one line of text
///     server.<k>         one per serving process, which holds its lock for life
///     socket.<k>         the Unix socket on which that process accepts
///     socket             link to one of them, for programs that do not use this library
///     fifo               instead of sockets, for transport::fifo
///     listening/<k>.<n>  an instance of process k which a client may claim, by taking its lock
///     connected/<k>.<n>  an instance which cannot be claimed: connected, or disconnected
///     closed/<k>.<n>     the server's end is closed, the client's is still open
///
/// An instance exists while its server lives or its file is locked; the client's descriptor of the
/// file travels with its hello, so a client that left before the server looked still counts. Names
/// are made and removed by their own user only, under the namespace_lock; clients only take locks.
///
/// Functions that fail leave errno set.
class pipe_directory {
public:
    pipe_directory() = default;

    /// Opens `user`'s directory of this name; converts to false, with ENOENT, if there is none.
    static pipe_directory open(uid_t user, const std::string& encoded);
    /// Opens or makes the calling user's. Needs the namespace_lock.
    static pipe_directory open_or_create(const std::string& encoded);

    explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
    int fd() const noexcept { return fd_.get(); }
    uid_t user() const noexcept { return user_; }
    const std::string& encoded() const noexcept { return encoded_; }

    struct shape {
        std::string key; ///< the name itself: a long one is but a hash in `encoded`
        detail::pipe_properties properties;
        transport carrier = transport::automatic;
        access who = access::owner;
        buffer_sizes buffers;
    };
    std::optional<shape> read_shape() const;
    bool write_shape(const shape& what) const;

    /// Counts the instances and removes what the dead have left. Needs the namespace_lock and the
    /// own user's directory. Nothing if it cannot be found out.
    std::optional<unsigned> count_and_reap() const { return count_instances(true); }

    /// Only counts them, which needs neither.
    std::optional<unsigned> count() const { return count_instances(false); }

    /// The numbers of servers that live or have left instances behind; nothing if that cannot be
    /// found out. Needs the namespace_lock.
    std::optional<std::set<std::string>> numbers_in_use() const;

    /// Removes the whole directory if count_and_reap() finds neither instance nor server. Needs the
    /// namespace_lock. False if something lives.
    bool remove_if_dead() const;

    /// Whether any instance exists; nothing if it cannot be found out. Needs no lock, changes
    /// nothing.
    std::optional<bool> alive() const;

    /// Whether an instance listens that nobody has claimed; nothing if it cannot be found out.
    std::optional<bool> available() const;

    struct claim {
        descriptor lock;
        fork_guard guard;
        std::string file;         ///< `<k>.<n>`
        std::string server;       ///< `<k>`
        std::uint64_t number = 0; ///< `<n>`
    };
    /// Claims a listening instance whose name is not in `tried`. To be called under a fork_delay.
    /// Without result: EAGAIN if there is none to be had, EACCES if there is one that the caller
    /// may not have.
    std::optional<claim> claim_instance(const std::vector<std::string>& tried) const;

    /// Whether process `k` still serves.
    std::optional<bool> server_alive(std::string_view server) const;

    /// A process that serves; empty if there is none, or it cannot be found out.
    std::string living_server() const;

    /// Whether somebody holds the lock of a file in it; false if there is no such file.
    std::optional<bool> file_locked(const std::string& path) const;

    /// The path of a node in it that fits into a socket address; empty with ENAMETOOLONG.
    std::string short_path(const std::string& node) const;

private:
    std::optional<unsigned> count_instances(bool reap) const;
    std::optional<std::vector<std::string>> list(const char* sub_directory) const;

    descriptor fd_;
    uid_t user_ = 0;
    std::string encoded_;
};

/// Waits for something that a dying process is about to do: a quarter of a second at most.
template <class Condition>
void wait_shortly(Condition condition) noexcept {
    constexpr timespec step{.tv_sec = 0, .tv_nsec = 100'000};
    for (int i = 0; i < 2500 && !condition(); ++i)
        ::nanosleep(&step, nullptr);
}

/// Removes what dead processes of the calling user have left of any channel; once per process (and
/// runtime directory).
void reap_dead_channels_once();

/// The mode of files that `who` may open for reading and writing.
constexpr mode_t mode_for(access who) noexcept {
    switch (who) {
    case access::owner:
        return 0600;
    case access::group:
        return 0660;
    case access::everyone:
        return 0666;
    }
    return 0600;
}

} // namespace isthmus::posix
