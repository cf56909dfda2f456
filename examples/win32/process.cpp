#include "../process.hpp"

#include <windows.h>

std::uint32_t current_process_id() {
    return GetCurrentProcessId();
}

bool kill_process(std::uint32_t id) {
    const HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, id);
    if (process == nullptr) {
        return false;
    }
    const bool killed = TerminateProcess(process, 9) != 0;
    CloseHandle(process);
    return killed;
}
