// The operating system's own mechanisms, used in the plainest way that is good: blocking calls,
// default buffer sizes, no framing (the receiver knows the size).

#include "support/link.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace isthmus::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

#if !defined(MSG_NOSIGNAL)
constexpr int MSG_NOSIGNAL = 0;
#endif

class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    int get() const { return fd_; }

private:
    int fd_;
};

class socket_link : public link {
public:
    explicit socket_link(descriptor socket) : socket_(std::move(socket)) {}

    void send(std::span<const std::byte> data) override {
        while (!data.empty()) {
            const ssize_t sent = ::send(socket_.get(), data.data(), data.size(), MSG_NOSIGNAL);
            if (sent < 0) {
                fail("send");
            }
            data = data.subspan(static_cast<std::size_t>(sent));
        }
    }

    void receive(std::span<std::byte> buffer) override {
        while (!buffer.empty()) {
            const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                fail("recv");
            }
            buffer = buffer.subspan(static_cast<std::size_t>(got));
        }
    }

private:
    descriptor socket_;
};

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw std::invalid_argument("path too long for a Unix socket: " + path);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

std::unique_ptr<link> serve_socket(const std::string& path) {
    const descriptor listener(socket(AF_UNIX, SOCK_STREAM, 0));
    // Bound under another name first: a path that exists has somebody who listens.
    const std::string hidden = path + "~";
    const sockaddr_un address = unix_address(hidden);
    if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener.get(), 1) != 0 || rename(hidden.c_str(), path.c_str()) != 0) {
        fail("bind");
    }
    descriptor accepted(accept(listener.get(), nullptr, nullptr));
    if (accepted.get() < 0) {
        fail("accept");
    }
    return std::make_unique<socket_link>(std::move(accepted));
}

std::unique_ptr<link> connect_socket(const std::string& path) {
    return retry(
        [&]() -> std::unique_ptr<link> {
            descriptor end(socket(AF_UNIX, SOCK_STREAM, 0));
            const sockaddr_un address = unix_address(path);
            if (connect(end.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
                0) {
                return nullptr;
            }
            return std::make_unique<socket_link>(std::move(end));
        },
        "connect socket " + path);
}

class fifo_link : public link {
public:
    fifo_link(descriptor in, descriptor out) : in_(std::move(in)), out_(std::move(out)) {}

    void send(std::span<const std::byte> data) override {
        while (!data.empty()) {
            const ssize_t sent = ::write(out_.get(), data.data(), data.size());
            if (sent < 0) {
                fail("write");
            }
            data = data.subspan(static_cast<std::size_t>(sent));
        }
    }

    void receive(std::span<std::byte> buffer) override {
        while (!buffer.empty()) {
            const ssize_t got = ::read(in_.get(), buffer.data(), buffer.size());
            if (got <= 0) {
                fail("read");
            }
            buffer = buffer.subspan(static_cast<std::size_t>(got));
        }
    }

private:
    descriptor in_;
    descriptor out_;
};

descriptor open_fifo(const std::string& path, int flags) {
    descriptor end(open(path.c_str(), flags | O_CLOEXEC));
    if (end.get() < 0) {
        fail("open FIFO");
    }
    return end;
}

// Each open waits for the other side's, so both sides open in the same order.
std::unique_ptr<link> serve_fifo(const std::string& path) {
    if (mkfifo((path + ".reply").c_str(), 0600) != 0 || mkfifo(path.c_str(), 0600) != 0) {
        fail("mkfifo");
    }
    descriptor in = open_fifo(path, O_RDONLY);
    return std::make_unique<fifo_link>(std::move(in), open_fifo(path + ".reply", O_WRONLY));
}

std::unique_ptr<link> connect_fifo(const std::string& path) {
    return retry(
        [&]() -> std::unique_ptr<link> {
            if (access(path.c_str(), F_OK) != 0) {
                return nullptr;
            }
            descriptor out = open_fifo(path, O_WRONLY);
            return std::make_unique<fifo_link>(open_fifo(path + ".reply", O_RDONLY),
                                               std::move(out));
        },
        "open FIFO " + path);
}

} // namespace

std::vector<candidate> raw_candidates() {
    return {{.key = "unix",
             .title = "raw Unix stream socket",
             .is_raw = true,
             .serve = serve_socket,
             .connect = connect_socket},
            {.key = "fifo",
             .title = "raw FIFO pair",
             .is_raw = true,
             .serve = serve_fifo,
             .connect = connect_fifo}};
}

} // namespace isthmus::bench
