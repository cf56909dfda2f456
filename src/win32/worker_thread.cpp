#include "net/worker_thread.hpp"

#include <utility>

namespace isthmus::net {

std::thread start_worker(std::function<void()> work) {
    return std::thread(std::move(work));
}

} // namespace isthmus::net
