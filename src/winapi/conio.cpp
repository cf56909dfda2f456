#include <isthmus/winapi/conio.h>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

/// \file
/// A key at a time.

namespace {

constexpr int none = EOF;

int pushed_back = none;

/// The console shows what was written before the program looks for a key.
void show_output() noexcept {
    std::fflush(stdout);
}

/// While it lives, the terminal gives each key at once. Nothing, if standard input is none.
class key_mode {
public:
    explicit key_mode(bool echoes) noexcept
        : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_terminal_) {
            return;
        }
        termios keys = before_;
        keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        keys.c_lflag |= echoes ? static_cast<tcflag_t>(ECHO) : 0;
        keys.c_cc[VMIN] = 1;
        keys.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    }
    key_mode(const key_mode&) = delete;
    key_mode& operator=(const key_mode&) = delete;
    ~key_mode() {
        if (is_terminal_) {
            ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
        }
    }

    bool is_terminal() const noexcept { return is_terminal_; }

private:
    termios before_{};
    bool is_terminal_;
};

int next_key(bool echoes) noexcept {
    if (pushed_back != none) {
        const int key = pushed_back;
        pushed_back = none;
        return key;
    }
    show_output();
    const key_mode mode(echoes);
    if (!mode.is_terminal()) {
        return std::getchar(); // with what the program reads otherwise, in order
    }
    unsigned char key = 0;
    ssize_t got = 0;
    do {
        got = ::read(STDIN_FILENO, &key, 1);
    } while (got < 0 && errno == EINTR);
    if (got != 1) {
        return EOF;
    }
    return key == '\n' ? '\r' : key;
}

} // namespace

int _getch() {
    return next_key(false);
}

int _getche() {
    return next_key(true);
}

int _kbhit() {
    if (pushed_back != none) {
        return 1;
    }
    show_output();
    const key_mode mode(false);
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    // (At its end _getch does not wait either.)
    return ::poll(&input, 1, 0) == 1 && (input.revents & (POLLIN | POLLHUP)) != 0 ? 1 : 0;
}

int _putch(int character) {
    const int written = std::putchar(character);
    std::fflush(stdout);
    return written;
}

int _ungetch(int character) {
    if (pushed_back != none || character == EOF) {
        return EOF;
    }
    return pushed_back = character;
}

int _cputs(const char* text) {
    const int written = std::fputs(text, stdout);
    std::fflush(stdout);
    return written < 0 ? -1 : 0;
}
