#include "support/acknowledgements.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace isthmus::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

acknowledgements::acknowledgements(const std::string& path) {
    if (mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) {
        fail("mkfifo");
    }
    // For both, by both sides: so nobody has to wait for the other one to open it.
    fd_ = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) {
        fail("open a FIFO");
    }
}

acknowledgements::~acknowledgements() {
    close(fd_);
}

void acknowledgements::post(const acknowledgement& what) {
    // Never full: there is at most one batch of each writer on its way.
    if (write(fd_, &what, sizeof what) != sizeof what) {
        fail("acknowledge");
    }
}

std::vector<acknowledgement> acknowledgements::take(std::chrono::milliseconds timeout) {
    std::array<acknowledgement, 64> found;
    for (;;) {
        const ssize_t got = read(fd_, found.data(), sizeof found);
        if (got > 0) {
            const auto count = static_cast<std::size_t>(got) / sizeof(acknowledgement);
            return {found.data(), found.data() + count};
        }
        if (got == 0 || errno != EAGAIN) {
            fail("read a FIFO");
        }
        pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
        const int ready = poll(&readable, 1, static_cast<int>(timeout.count()));
        if (ready == 0) {
            return {};
        }
        if (ready < 0) {
            fail("poll");
        }
    }
}

} // namespace isthmus::bench
