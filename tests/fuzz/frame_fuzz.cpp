// What a peer sends on a message channel's socket, cut into pieces at will and read with buffers of
// any size, gives exactly the messages that a plain parser finds in it, then `broken` or
// `protocol_error`.

#include "posix/data_path.hpp"
#include "posix/descriptor.hpp"
#include "posix/frame.hpp"
#include "posix/hello.hpp"

#include <isthmus/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

namespace {

using isthmus::channel_mode;
using isthmus::errc;
using isthmus::detail::pipe_operation;
using namespace isthmus::posix;

void require(bool condition) {
    if (!condition)
        std::abort();
}

/// The messages that are whole, and whether the stream then goes wrong (or just ends).
struct expectation {
    std::vector<std::vector<std::byte>> messages;
    bool malformed = false;
};

expectation parse(std::span<const std::byte> stream) {
    expectation result;
    while (stream.size() >= frame_header_size) {
        const auto length = decode_frame_header(stream.first<frame_header_size>());
        if (!length) {
            result.malformed = true;
            break;
        }
        stream = stream.subspan(frame_header_size);
        if (stream.size() < *length)
            break;
        result.messages.emplace_back(stream.begin(), stream.begin() + *length);
        stream = stream.subspan(*length);
    }
    return result;
}

/// A regular file stands in for the instance's.
int instance_file() {
    static const int fd = ::memfd_create("instance", MFD_CLOEXEC);
    return fd;
}

struct ends {
    descriptor peer;
    data_path path;
};

ends connect(channel_mode read_mode) {
    std::array<int, 2> pair{};
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) == 0);
    descriptor peer(pair[0]);
    require(send_hello(peer.get(), instance_file(), -1));
    return {std::move(peer), data_path({.fd = descriptor(pair[1]),
                                        .type = channel_mode::message,
                                        .read_mode = read_mode,
                                        .server = true})};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > 64 * 1024)
        return 0;
    const std::size_t piece = 1 + data[0] % 97 * (1 + data[0] / 97 * 50);
    const std::size_t low = data[1] & 0x7fU;
    // Large enough, too, for data that is received straight into it.
    const std::size_t buffer_size = low < 64 ? low : (low - 63) * 512;
    const bool peeks = (data[1] & 0x80U) != 0;
    const std::span stream(reinterpret_cast<const std::byte*>(data + 2), size - 2);
    const auto expected = parse(stream);
    auto [peer, path] = connect(channel_mode::message);

    std::vector<std::vector<std::byte>> messages(1);
    std::vector<std::byte> buffer(buffer_size);
    std::error_code end;
    std::size_t stalled = 0;
    for (auto rest = stream; !end;) {
        if (!rest.empty()) {
            const auto part = rest.first(std::min(piece, rest.size()));
            require(::send(peer.get(), part.data(), part.size(), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(part.size()));
            rest = rest.subspan(part.size());
        } else {
            peer.reset();
        }
        for (;;) {
            pipe_operation op;
            op.what = pipe_operation::kind::read;
            op.in = buffer;
            if (peeks) {
                std::error_code ignored;
                const auto seen = path.peek(buffer, ignored);
                require(seen.size <= seen.available && seen.size <= buffer.size());
            }
            if (!path.step_read(op)) {
                path.undo_read(op);
                break;
            }
            end = op.error;
            if (end)
                break;
            require(op.transferred <= buffer.size());
            messages.back().insert(messages.back().end(), buffer.begin(),
                                   buffer.begin() + static_cast<std::ptrdiff_t>(op.transferred));
            if (!op.more_data)
                messages.emplace_back();
            // An empty buffer takes nothing of a message that is not empty.
            if (op.more_data && buffer.empty() && ++stalled > 2)
                return 0;
        }
    }
    messages.pop_back(); // not complete
    require(messages == expected.messages);
    require(end == (expected.malformed ? errc::protocol_error : errc::broken));
    return 0;
}
