#include "hello.hpp"

#include "syscalls.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace isthmus::posix {

namespace {

constexpr std::byte hello_version{1};
constexpr std::size_t most_descriptors = 2;

// Room for more than a hello carries: what does not fit is closed by the kernel, but some kernels
// leave cut messages with descriptors that nobody closes.
constexpr std::size_t control_room = CMSG_SPACE(sizeof(int) * 16);

#ifdef MSG_CMSG_CLOEXEC
constexpr int receive_flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
#else
constexpr int receive_flags = MSG_DONTWAIT;
#endif

std::vector<descriptor> descriptors_in(msghdr& message) {
    std::vector<descriptor> found;
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(each) + i * sizeof(int), sizeof fd);
            found.emplace_back(fd);
        }
    }
    return found;
}

/// Descriptors that find no place in the receiver are lost, and a hello without its own would pass
/// for an ordinary program's first byte. False with errno if there is nothing to receive, or no
/// room; the next try has lost nothing.
bool room_for_descriptors(int socket) {
    std::byte first{};
    if (retry([&] { return os.recv(socket, &first, 1, MSG_PEEK | MSG_DONTWAIT); }) < 0)
        return false;
    for (std::array<descriptor, most_descriptors> room; auto& each : room) {
        each = descriptor(os.dup_cloexec(socket));
        if (!each)
            return false;
    }
    return true;
}

} // namespace

bool send_hello(int socket, int instance_file, int link_memory) {
    const std::array<int, most_descriptors> fds = {instance_file, link_memory};
    const std::size_t count = link_memory >= 0 ? 2 : 1;
    std::byte version = hello_version;
    iovec data{.iov_base = &version, .iov_len = 1};
    alignas(cmsghdr) std::array<char, control_room> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen =
        static_cast<decltype(message.msg_controllen)>(CMSG_SPACE(count * sizeof(int)));
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = static_cast<decltype(header->cmsg_len)>(CMSG_LEN(count * sizeof(int)));
    std::memcpy(CMSG_DATA(header), fds.data(), count * sizeof(int));
    return retry([&] { return os.sendmsg(socket, &message, no_signal | MSG_DONTWAIT); }) == 1;
}

first_receive receive_first(int socket, std::span<std::byte> buffer) {
    first_receive result;
    iovec data{.iov_base = buffer.data(), .iov_len = buffer.size()};
    alignas(cmsghdr) std::array<char, control_room> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size());
    const fork_delay forks; // what is received is guarded when this returns
    if (!room_for_descriptors(socket)) {
        result.size = -1;
        return result;
    }
    result.size = retry([&] { return os.recvmsg(socket, &message, receive_flags); });
    if (result.size < 0)
        return result;
    auto received = descriptors_in(message);
    if (received.empty() && (message.msg_flags & MSG_CTRUNC) == 0)
        return result; // an ordinary program

    const auto refuse = [&] {
        result.size = -1;
        errno = EPROTO;
    };
    if (result.size != 1 || buffer[0] != hello_version || received.size() > most_descriptors ||
        (message.msg_flags & MSG_CTRUNC) != 0) {
        refuse();
        return result;
    }
    const bool with_memory = received.size() == 2;
    const bool linked = with_memory ? result.shared.adopt_memory(std::move(received[1]))
                                    : result.shared.adopt_file(std::move(received[0]));
    if (!linked) {
        if (errno != ENOMEM)
            errno = EPROTO;
        result.size = -1;
        return result;
    }
    if (with_memory) {
        result.claim = std::move(received[0]);
        result.claim_guard = fork_guard(result.claim.get());
    }
    result.size = 0;
    result.is_hello = true;
    return result;
}

} // namespace isthmus::posix
