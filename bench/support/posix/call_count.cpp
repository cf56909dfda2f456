#include "support/call_count.hpp"

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>

#if __has_include(<linux/seccomp.h>)
#    include <linux/filter.h>
#    include <linux/seccomp.h>
#    include <sys/prctl.h>
#    include <sys/syscall.h>
#    include <sys/ucontext.h>
#endif

namespace isthmus::bench {
namespace {

volatile sig_atomic_t calls = 0;

#if __has_include(<linux/seccomp.h>)

void count_call(int, siginfo_t*, void*) {
    calls = calls + 1;
}

// From here on every call but those that end the process is not made, but counted by a signal
// handler. No tracer is needed, which a container might forbid.
bool count_calls() {
    struct sigaction action {};
    action.sa_sigaction = count_call;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(SIGSYS, &action, nullptr) != 0) {
        return false;
    }
    const auto pass_if = [](unsigned call) {
        return sock_filter{.code = BPF_JMP | BPF_JEQ | BPF_K, .jt = 0, .jf = 1, .k = call};
    };
    constexpr sock_filter load_number{.code = BPF_LD | BPF_W | BPF_ABS, .jt = 0, .jf = 0, .k = 0};
    constexpr sock_filter pass{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = SECCOMP_RET_ALLOW};
    constexpr sock_filter trap{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = SECCOMP_RET_TRAP};
    sock_filter program[] = {load_number, pass_if(SYS_write),        pass, pass_if(SYS_exit_group),
                             pass,        pass_if(SYS_rt_sigreturn), pass, trap};
    const sock_fprog filter{.len = sizeof program / sizeof program[0], .filter = program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

#else

bool count_calls() {
    return false;
}

#endif

[[noreturn]] void end_with(const char* text, std::size_t size) {
    _exit(write(STDOUT_FILENO, text, size) == static_cast<ssize_t>(size) ? 0 : 2);
}

} // namespace

void report_system_calls(const std::function<void()>& work) {
    if (count_calls()) {
        const auto before = calls;
        static_cast<void>(getppid());
        if (calls == before + 1) { // a count that misses this one is worth nothing
            work();
            char text[32];
            const auto end = std::to_chars(text, text + sizeof text, calls - before - 1).ptr;
            end_with(text, static_cast<std::size_t>(end - text));
        }
    }
    constexpr char unknown[] = "unknown";
    end_with(unknown, sizeof unknown - 1);
}

} // namespace isthmus::bench
