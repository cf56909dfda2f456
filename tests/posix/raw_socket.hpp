#pragma once

#include <isthmus/name.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace isthmus::test {

/// A Unix socket as programs use it that know nothing of this library.
class raw_socket {
public:
    raw_socket() = default;
    explicit raw_socket(int fd) : fd_(fd) {}
    raw_socket(raw_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    raw_socket& operator=(raw_socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~raw_socket() { close(); }

    static sockaddr_un address_of(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path)
            throw std::length_error(path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        return address;
    }

    /// Connects to a channel by its name. Throws std::system_error.
    static raw_socket connect(std::string_view channel) {
        raw_socket result(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = address_of(channel_address::parse(channel).native_path());
        if (result.fd_ < 0 || ::connect(result.fd_, reinterpret_cast<const sockaddr*>(&address),
                                        sizeof address) != 0) {
            throw std::system_error(errno, std::generic_category(), "connect");
        }
        return result;
    }

    int fd() const { return fd_; }

    void close() {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

    /// False if the other end does not want it (any more).
    bool send(std::span<const std::byte> data) const {
        while (!data.empty()) {
            const auto sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent < 0)
                return false;
            data = data.subspan(static_cast<std::size_t>(sent));
        }
        return true;
    }
    bool send(std::string_view text) const {
        return send(std::as_bytes(std::span(text.data(), text.size())));
    }

    /// With descriptors.
    bool send_with(std::span<const std::byte> data, const std::vector<int>& fds) const {
        iovec part{const_cast<std::byte*>(data.data()), data.size()};
        std::vector<char> control(CMSG_SPACE(fds.size() * sizeof(int)));
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size());
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len =
            static_cast<decltype(header->cmsg_len)>(CMSG_LEN(fds.size() * sizeof(int)));
        std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
        return ::sendmsg(fd_, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(data.size());
    }

    /// What there is, at most 64 KiB; empty at the end; nothing if none comes in time.
    std::optional<std::string> receive(
        std::chrono::milliseconds timeout = std::chrono::seconds(60)) const {
        pollfd state{fd_, POLLIN, 0};
        if (::poll(&state, 1, static_cast<int>(timeout.count())) <= 0)
            return std::nullopt;
        std::array<char, 65536> buffer{};
        const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
        if (size <= 0)
            return std::string(); // a reset is an end too
        return std::string(buffer.data(), static_cast<std::size_t>(size));
    }

    std::string receive_to_end() const {
        std::string all;
        for (;;) {
            const auto part = receive();
            if (!part)
                return all + "(no end)";
            if (part->empty())
                return all;
            all += *part;
        }
    }

private:
    int fd_ = -1;
};

} // namespace isthmus::test
