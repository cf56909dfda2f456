#include "immortal.hpp"
#include "last_error.hpp"

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

extern "C" void isthmus_note_signal(int signal) {
    const int error = errno;
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
        handlers_.push_back(handler);
        if (!started_) {
            start();
            started_ = true;
        }
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
        if (::pipe(ends.data()) != 0) {
            throw std::system_error(errno, std::generic_category());
        }
        for (const int end : ends) {
            ::fcntl(end, F_SETFD, FD_CLOEXEC);
        }
        ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
        wake_descriptor = ends[1];
        start_thread([this, from = ends[0]] { dispatch(from); });
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
        sigset_t all;
        sigset_t before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        try {
            std::thread(body).detach();
        } catch (...) {
            ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
            throw;
        }
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
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
