#include "../process.hpp"

#include <signal.h>
#include <unistd.h>

std::uint32_t current_process_id() {
    return static_cast<std::uint32_t>(getpid());
}

bool kill_process(std::uint32_t id) {
    return kill(static_cast<pid_t>(id), SIGKILL) == 0;
}
