#pragma once

#if !defined(_WIN32)
#    include <sys/resource.h>
#endif

namespace isthmus::test {

/// Lets this process have as many descriptors as the system allows it. Windows has no such limit.
inline void raise_descriptor_limit() {
#if !defined(_WIN32)
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
#endif
}

} // namespace isthmus::test
