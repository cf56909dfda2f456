#pragma once

#include <sys/wait.h>
#include <unistd.h>

/// \file
/// A child that is forked and does not exec.

namespace isthmus::test {

/// Whether such a child can allocate memory although another thread of its parent was allocating at
/// the fork. Every C library sees to that; AddressSanitizer's allocator does not (clang 14: the
/// child sleeps for ever in a lock that nobody holds any more).
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool allocator_survives_fork = false;
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
inline constexpr bool allocator_survives_fork = false;
#    else
inline constexpr bool allocator_survives_fork = true;
#    endif
#else
inline constexpr bool allocator_survives_fork = true;
#endif

/// The exit code of a forked child that does `body`, which has 20 seconds; -1 if a signal ended it.
template <class Body>
int in_forked_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        ::_exit(body());
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace isthmus::test
