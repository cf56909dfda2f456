#include "thread.hpp"

#include "handle_table.hpp"

#include <isthmus/winapi/processthreadsapi.h>

#include <unistd.h>

#include <cstdint>

namespace isthmus::winapi {

const rights_mapping& process_object::mapping() const noexcept {
    static constexpr rights_mapping rights{.read = STANDARD_RIGHTS_READ | PROCESS_QUERY_INFORMATION,
                                           .write = STANDARD_RIGHTS_WRITE | PROCESS_DUP_HANDLE,
                                           .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                           .all = PROCESS_ALL_ACCESS};
    return rights;
}

const rights_mapping& thread_object::mapping() const noexcept {
    static constexpr rights_mapping rights{.read = STANDARD_RIGHTS_READ | THREAD_QUERY_INFORMATION,
                                           .write = STANDARD_RIGHTS_WRITE | THREAD_TERMINATE,
                                           .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                           .all = THREAD_ALL_ACCESS};
    return rights;
}

std::shared_ptr<kernel_object> current_process_object() {
    static const auto process = std::make_shared<process_object>();
    return process;
}

std::shared_ptr<kernel_object> current_thread_object() {
    static thread_local const auto thread = std::make_shared<thread_object>();
    return thread;
}

} // namespace isthmus::winapi

HANDLE WINAPI GetCurrentProcess() {
    return reinterpret_cast<HANDLE>(~std::uintptr_t{0}); // NOLINT(performance-no-int-to-ptr)
}

HANDLE WINAPI GetCurrentThread() {
    return reinterpret_cast<HANDLE>(~std::uintptr_t{1}); // NOLINT(performance-no-int-to-ptr)
}

DWORD WINAPI GetCurrentProcessId() {
    return static_cast<DWORD>(::getpid());
}
