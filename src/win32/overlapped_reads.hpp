#pragma once

#include "handle.hpp"

#include <isthmus/deadline.hpp>

#include <windows.h>

#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

namespace isthmus::win32 {

/// Reads of many threads from one overlapped handle that keeps messages apart (a mailslot, a pipe
/// in message mode), each with a deadline, and all of them cancellable.
///
/// No read that ends early has taken anything: CancelIoEx withdraws it, or comes too late, and then
/// what it has read is its result.
class overlapped_reads {
public:
    /// Gives a Win32 code: ERROR_SEM_TIMEOUT at the deadline, ERROR_OPERATION_ABORTED if cancelled,
    /// or what the system says. A deadline that has passed takes only what is there.
    DWORD read(HANDLE file, std::span<std::byte> buffer, const deadline& until, std::size_t& size);

    /// Withdraws the reads that wait at this moment.
    void cancel(HANDLE file) noexcept;

private:
    /// One read that waits; lives on its thread's stack.
    struct waiting_read {
        OVERLAPPED overlapped = {};
        waiting_read* next = nullptr;
        bool canceled = false;
    };

    DWORD start(HANDLE file, std::span<std::byte> buffer, waiting_read& self) noexcept;
    DWORD finish(HANDLE file, const deadline& until, waiting_read& self) noexcept;
    handle take_event() noexcept;
    void give_back(handle event) noexcept;

    std::mutex mutex_;
    waiting_read* first_ = nullptr;
    std::vector<handle> spare_events_;
};

} // namespace isthmus::win32
