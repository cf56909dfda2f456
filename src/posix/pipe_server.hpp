#pragma once

#include "early_clients.hpp"
#include "fork_guard.hpp"
#include "pipe_directory.hpp"
#include "waiting.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::posix {

/// This process as a server of one channel name: its life file, the socket it accepts on, and its
/// instances' files. Shared by all instances of the name in this process; the last one removes it.
/// Thread-safe.
class pipe_server : public std::enable_shared_from_this<pipe_server> {
public:
    /// Where an instance's file is: what others may conclude about it.
    enum class place { none, listening, connected };

    /// One instance's place in the registry. Owned by a pipe; known to its server.
    struct instance {
        std::shared_ptr<pipe_server> server;
        std::string file;
        std::uint64_t number = 0; ///< from 1, never given twice
        place where = place::none;
        cancellation* waits = nullptr; ///< of its pipe; for those who wait for a client
    };

    /// Creates an instance, which listens. On failure `made.server` is empty and `ec` tells.
    static void create_instance(const std::string& key,
                                const listener_options& options,
                                const buffer_sizes& buffers,
                                instance& made,
                                std::error_code& ec);

    pipe_server(const pipe_server&) = delete;
    pipe_server& operator=(const pipe_server&) = delete;
    ~pipe_server();

    const pipe_directory::shape& shape() const noexcept { return shape_; }
    int listening_socket() const noexcept { return socket_.get(); }
    const pipe_directory& directory() const noexcept { return directory_; }

    /// `who` has accepted a connection: its file is no longer to be claimed. `claimed` is the
    /// number of the instance that the client claimed, 0 if not known (yet). Since all instances
    /// accept on one socket it may be another instance's: then the two exchange their files.
    void connected(instance& who, std::uint64_t claimed);

    /// A client that was taken out of the socket's queue already; such a one comes before those
    /// that are still in there. Whoever waits for a client must look here, too, and is told to.
    std::optional<early_clients::client> take_early(const instance& who);
    /// Takes in whoever has come, and hands out who claimed `who`.
    std::optional<early_clients::client> take_own(const instance& who);
    bool has_early();

    /// `who` has disconnected its client and does not listen: it gets a file that its former client
    /// has no hold on. False with errno.
    bool idle(instance& who);

    /// `who` listens again. False with errno.
    bool listening(instance& who);

    /// Gives the instance up; the last one gives up the server. `client_gone`: the connection has
    /// ended at the other side, so that the client's claim is about to go as well.
    static void close(instance& who, bool client_gone) noexcept;

private:
    pipe_server() = default;

    static std::shared_ptr<pipe_server> start(pipe_directory directory,
                                              const pipe_directory::shape& shape);
    bool open_socket(const std::string& number);
    bool make_file(instance& who);
    bool move(instance& who, place to);
    bool claimed_by_client(const instance& who) const;
    void exchange(instance& connected, instance& other);
    void turn_away(instance& who) noexcept;
    void await_release(const instance& who) const noexcept;
    void remove_nodes() const noexcept;
    void renew_link(const std::string& server) const;

    std::mutex mutex_;
    std::uint64_t process_ = 0; ///< a forked child must not clean up for its parent
    pipe_directory directory_;
    pipe_directory::shape shape_;
    std::string number_;
    std::uint64_t last_ = 0;
    descriptor life_;
    descriptor socket_;
    fork_guard life_guard_;
    fork_guard socket_guard_;
    std::vector<instance*> instances_;
    early_clients early_;
};

} // namespace isthmus::posix
