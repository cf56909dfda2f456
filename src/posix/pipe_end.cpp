#include "pipe_end.hpp"

#include "descriptor.hpp"
#include "native_error.hpp"
#include "quiet_write.hpp"
#include "syscalls.hpp"
#include "waiting.hpp"

#include <climits>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace isthmus::detail {

using posix::descriptor;
using posix::retry;
using posix::wait_result;
using posix::would_block;

struct pipe_end::impl {
    descriptor fd;
    bool broken = false; ///< a write was given up half-way
    posix::cancellation waits;
    posix::turn turn;
};

namespace {

std::unique_ptr<pipe_end::impl> own(descriptor fd) {
    auto state = std::make_unique<pipe_end::impl>();
    state->fd = std::move(fd);
    return state;
}

/// Of a failed wait.
std::error_code error_of(wait_result how, operation what) {
    switch (how) {
    case wait_result::timed_out:
        return win32_error(what, win32_code::wait_timeout);
    case wait_result::canceled:
        return win32_error(what, win32_code::operation_aborted);
    default:
        return posix_error(what, errno);
    }
}

bool is_pipe_end(int fd, pipe_end::role expected) noexcept {
    struct ::stat status {};
    const int flags = posix::os.get_flags(fd);
    if (flags < 0 || posix::os.fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode))
        return false;
    return (flags & O_ACCMODE) == (expected == pipe_end::role::reader ? O_RDONLY : O_WRONLY);
}

} // namespace

pipe_end::pipe_end(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
pipe_end::~pipe_end() = default;

std::pair<std::unique_ptr<pipe_end>, std::unique_ptr<pipe_end>> pipe_end::create(
    std::size_t buffer_size, std::error_code& ec) {
    std::array<int, 2> ends{};
    ec.clear();
    if (posix::os.pipe(ends.data()) != 0) {
        ec = posix_error(operation::create_pipe, errno);
        return {};
    }
    descriptor reader(ends[0]);
    descriptor writer(ends[1]);
    // A hint: an unprivileged process may not have as much as it likes.
    if (buffer_size > 0 && buffer_size <= INT_MAX) {
        posix::os.set_pipe_size(writer.get(), static_cast<int>(buffer_size));
    }
    return {std::unique_ptr<pipe_end>(new pipe_end(own(std::move(reader)))),
            std::unique_ptr<pipe_end>(new pipe_end(own(std::move(writer))))};
}

std::unique_ptr<pipe_end> pipe_end::from_token(std::string_view token,
                                               role expected,
                                               std::error_code& ec) {
    int fd = -1;
    const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), fd);
    if (problem != std::errc() || end != token.data() + token.size() || fd < 0) {
        ec = win32_error(operation::open_pipe, win32_code::invalid_parameter);
        return nullptr;
    }
    if (!is_pipe_end(fd, expected)) {
        ec = win32_error(operation::open_pipe, win32_code::invalid_handle);
        return nullptr;
    }
    // It was inherited on purpose, once; this process's children shall not have it.
    if (posix::os.set_cloexec(fd, true) != 0) {
        ec = posix_error(operation::open_pipe, errno);
        return nullptr;
    }
    ec.clear();
    return std::unique_ptr<pipe_end>(new pipe_end(own(descriptor(fd))));
}

std::size_t pipe_end::read(std::span<std::byte> buffer,
                           const deadline& until,
                           std::error_code& ec) {
    constexpr auto what = operation::read_pipe;
    ec.clear();
    if (buffer.empty())
        return 0;
    const auto generation = impl_->waits.generation();
    auto how = impl_->turn.take(impl_->waits, &generation, until, generation);
    std::size_t received = 0;
    // The descriptor stays blocking, because its other holders (children) expect that of a pipe: so
    // wait first. Only this turn's holder reads, so what is there stays there.
    if (how == wait_result::ready) {
        how = impl_->waits.wait(impl_->fd.get(), POLLIN, until, generation);
    }
    if (how == wait_result::ready) {
        const auto size =
            retry([&] { return posix::os.read(impl_->fd.get(), buffer.data(), buffer.size()); });
        if (size >= 0) {
            received = static_cast<std::size_t>(size);
        } else {
            ec = posix_error(what, errno);
        }
    } else {
        ec = error_of(how, what);
    }
    impl_->turn.give_back(impl_->waits, &generation);
    return received;
}

void pipe_end::write(std::span<const std::byte> data, const deadline& until, std::error_code& ec) {
    constexpr auto what = operation::write_pipe;
    ec.clear();
    const auto generation = impl_->waits.generation();
    auto how = impl_->turn.take(impl_->waits, &generation, until, generation);
    std::size_t sent = 0;
    if (how == wait_result::ready && impl_->broken) {
        ec = win32_error(what, win32_code::no_data);
    }
    while (how == wait_result::ready && !ec && sent < data.size()) {
        how = impl_->waits.wait(impl_->fd.get(), POLLOUT, until, generation);
        if (how != wait_result::ready)
            break;
        // Writable means room for PIPE_BUF bytes: not more, or a blocking write would not come
        // back.
        const auto part = data.subspan(sent, std::min<std::size_t>(data.size() - sent, PIPE_BUF));
        const auto size = posix::quiet_write(impl_->fd.get(), part.data(), part.size());
        if (size >= 0) {
            sent += static_cast<std::size_t>(size);
        } else if (errno == EPIPE) {
            ec = win32_error(what, win32_code::no_data);
        } else if (!would_block()) {
            ec = posix_error(what, errno);
        }
    }
    if (how != wait_result::ready)
        ec = error_of(how, what);
    if (ec && sent > 0)
        impl_->broken = true;
    impl_->turn.give_back(impl_->waits, &generation);
}

std::unique_ptr<pipe_end> pipe_end::duplicate_inheritable(std::error_code& ec) const {
    descriptor copy(retry([&] { return posix::os.dup_cloexec(impl_->fd.get()); }));
    if (!copy || posix::os.set_cloexec(copy.get(), false) != 0) {
        ec = posix_error(operation::share_pipe, errno);
        return nullptr;
    }
    ec.clear();
    return std::unique_ptr<pipe_end>(new pipe_end(own(std::move(copy))));
}

std::string pipe_end::token() const {
    return std::to_string(impl_->fd.get());
}

void pipe_end::cancel() noexcept {
    impl_->waits.cancel_all();
}

} // namespace isthmus::detail
