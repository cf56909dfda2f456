#include "thread_id.hpp"

#include "capabilities.hpp"

#include <unistd.h>

#include <atomic>

namespace isthmus::posix {

namespace {

std::uint32_t ask() noexcept {
#if ISTHMUS_LINUX_FAST_PATHS
    return static_cast<std::uint32_t>(::gettid());
#else
    static std::atomic<std::uint32_t> next = static_cast<std::uint32_t>(::getpid());
    return next.fetch_add(1, std::memory_order_relaxed);
#endif
}

} // namespace

std::uint32_t thread_id() noexcept {
    static thread_local std::uint32_t known = 0;
    if (known == 0) {
        known = ask();
    }
    return known;
}

} // namespace isthmus::posix
