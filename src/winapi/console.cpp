#include "immortal.hpp"
#include "last_error.hpp"
#include "net/worker_thread.hpp"
#include "posix/descriptor.hpp"
#include "posix/fork_guard.hpp"
#include "posix/syscalls.hpp"

#include <isthmus/winapi/consoleapi.h>
#include <isthmus/winapi/consoleapi2.h>
#include <isthmus/winapi/winnls.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

/// \file
/// Control events, and what else there is of a console.

namespace isthmus::winapi {

namespace {

struct signal_event {
    int signal;
    DWORD event;
};

constexpr std::array<signal_event, 4> events = {{{SIGINT, CTRL_C_EVENT},
                                                 {SIGQUIT, CTRL_BREAK_EVENT},
                                                 {SIGHUP, CTRL_CLOSE_EVENT},
                                                 {SIGTERM, CTRL_CLOSE_EVENT}}};

/// What the signal handler may use: a pipe whose other end a thread reads.
std::atomic<int> wake_descriptor = -1;
std::atomic<std::uint64_t> process = 0; ///< whose they are

extern "C" void isthmus_note_signal(int signal) {
    const int error = errno;
    if (posix::process_stamp() != process) {
        // A child that has not started its program yet: the pipe and the thread are its parent's.
        ::signal(signal, SIG_DFL);
        ::raise(signal);
        return;
    }
    const auto byte = static_cast<char>(signal);
    // (A full pipe: so many signals wait already that one more says nothing.)
    static_cast<void>(::write(wake_descriptor.load(), &byte, 1) == 1);
    errno = error;
}

class control_handlers {
public:
    static control_handlers& instance() noexcept { return detail::immortal<control_handlers>(); }

    DWORD add(PHANDLER_ROUTINE handler) {
        const std::lock_guard lock(mutex_);
        handlers_.reserve(handlers_.size() + 1);
        if (!started_) {
            start();
            started_ = true;
        }
        handlers_.push_back(handler);
        return ERROR_SUCCESS;
    }

    DWORD remove(PHANDLER_ROUTINE handler) {
        const std::lock_guard lock(mutex_);
        const auto found = std::find(handlers_.rbegin(), handlers_.rend(), handler);
        if (found == handlers_.rend()) {
            return ERROR_INVALID_PARAMETER;
        }
        handlers_.erase(std::next(found).base());
        return ERROR_SUCCESS;
    }

    /// Ctrl+C; as on Windows this is inherited by programs that the process starts.
    DWORD ignore_interrupts(bool ignore) {
        const std::lock_guard lock(mutex_);
        ::signal(SIGINT, ignore ? SIG_IGN : started_ ? isthmus_note_signal : SIG_DFL);
        ignores_interrupts_ = ignore;
        return ERROR_SUCCESS;
    }

private:
    /// May throw std::system_error.
    void start() {
        std::array<int, 2> ends{};
        if (posix::os.pipe(ends.data()) != 0) {
            throw std::system_error(errno, std::generic_category());
        }
        posix::descriptor from(ends[0]);
        posix::descriptor to(ends[1]);
        ::fcntl(to.get(), F_SETFL, O_NONBLOCK);
        start_thread([this, fd = from.get()] { dispatch(fd); });
        from.release(); // from here on it is there as long as the process
        wake_descriptor = to.release();
        process = posix::process_stamp();
        for (const auto& each : events) {
            if (each.signal == SIGINT && ignores_interrupts_) {
                continue;
            }
            struct sigaction action {};
            action.sa_handler = isthmus_note_signal;
            action.sa_flags = SA_RESTART;
            ::sigaction(each.signal, &action, nullptr);
        }
    }

    /// A thread that takes no signals: it could be the one that has to act on them.
    template <class Body>
    static void start_thread(Body body) {
        net::start_worker(body).detach();
    }

    void dispatch(int from) noexcept {
        for (;;) {
            char byte = 0;
            const ssize_t got = ::read(from, &byte, 1);
            if (got == 1) {
                try {
                    start_thread(
                        [this, signal = int{static_cast<unsigned char>(byte)}] { act_on(signal); });
                } catch (const std::system_error&) {
                    act_on(byte); // no thread to be had: this one does it
                }
            } else if (got == 0 || errno != EINTR) {
                return;
            }
        }
    }

    void act_on(int signal) noexcept {
        const auto* const found = std::find_if(
            events.begin(), events.end(), [&](const auto& each) { return each.signal == signal; });
        if (found == events.end()) {
            return;
        }
        std::vector<PHANDLER_ROUTINE> handlers;
        {
            const std::lock_guard lock(mutex_);
            handlers = handlers_;
        }
        const bool handled = std::any_of(handlers.rbegin(), handlers.rend(), [&](auto handler) {
            return handler(found->event) != FALSE;
        });
        if (!handled || found->event == CTRL_CLOSE_EVENT) {
            end_by(signal);
        }
    }

    static void end_by(int signal) noexcept {
        ::signal(signal, SIG_DFL);
        ::kill(::getpid(), signal);
    }

    std::mutex mutex_;
    std::vector<PHANDLER_ROUTINE> handlers_;
    bool started_ = false;
    bool ignores_interrupts_ = false;
};

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::control_handlers;
using isthmus::winapi::fail;
using isthmus::winapi::no_throw;
using isthmus::winapi::report;

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add) {
    return report(no_throw([&]() -> DWORD {
        auto& handlers = control_handlers::instance();
        if (HandlerRoutine == nullptr) {
            return handlers.ignore_interrupts(Add != FALSE);
        }
        return Add != FALSE ? handlers.add(HandlerRoutine) : handlers.remove(HandlerRoutine);
    }));
}

UINT WINAPI GetConsoleCP() {
    return CP_UTF8;
}

UINT WINAPI GetConsoleOutputCP() {
    return CP_UTF8;
}

BOOL WINAPI SetConsoleCP(UINT wCodePageID) {
    return wCodePageID == CP_UTF8 ? TRUE : fail(ERROR_INVALID_PARAMETER, FALSE);
}

BOOL WINAPI SetConsoleOutputCP(UINT wCodePageID) {
    return wCodePageID == CP_UTF8 ? TRUE : fail(ERROR_INVALID_PARAMETER, FALSE);
}

BOOL WINAPI SetConsoleTitleA(LPCSTR lpConsoleTitle) {
    if (lpConsoleTitle == nullptr) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    if (::isatty(STDOUT_FILENO) == 0) {
        return fail(ERROR_INVALID_HANDLE, FALSE);
    }
    std::string title;
    for (const char* each = lpConsoleTitle; *each != 0; ++each) {
        title += static_cast<unsigned char>(*each) >= ' ' ? *each : ' ';
    }
    std::fflush(stdout);
    std::printf("\033]0;%s\a", title.c_str());
    std::fflush(stdout);
    return TRUE;
}
