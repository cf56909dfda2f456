#include "overlapped_reads.hpp"

#include "timeout.hpp"

#include <windows.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace isthmus::win32 {

DWORD overlapped_reads::read(HANDLE file,
                             std::span<std::byte> buffer,
                             const deadline& until,
                             std::size_t& size) {
    handle event = take_event();
    if (!event) {
        return GetLastError();
    }
    waiting_read self;
    self.overlapped.hEvent = event.get();
    DWORD code = start(file, buffer, self);
    if (code == ERROR_IO_PENDING) {
        code = finish(file, until, self);
    }
    size = self.overlapped.InternalHigh;
    give_back(std::move(event));
    return code;
}

void overlapped_reads::cancel(HANDLE file) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto* each = first_; each != nullptr; each = each->next) {
        each->canceled = true;
        CancelIoEx(file, &each->overlapped);
    }
}

/// Under the mutex, so that whoever cancels sees the read as soon as the system has it.
DWORD overlapped_reads::start(HANDLE file,
                              std::span<std::byte> buffer,
                              waiting_read& self) noexcept {
    constexpr std::size_t longest = std::numeric_limits<DWORD>::max();
    const auto size = static_cast<DWORD>(std::min(buffer.size(), longest));
    const std::lock_guard lock(mutex_);
    if (ReadFile(file, buffer.data(), size, nullptr, &self.overlapped) != 0) {
        return ERROR_SUCCESS;
    }
    const DWORD code = GetLastError();
    if (code == ERROR_IO_PENDING) {
        self.next = first_;
        first_ = &self;
    }
    return code;
}

DWORD overlapped_reads::finish(HANDLE file, const deadline& until, waiting_read& self) noexcept {
    DWORD woke = WAIT_TIMEOUT;
    do {
        woke = WaitForSingleObject(self.overlapped.hEvent, wait_slice(until));
    } while (woke == WAIT_TIMEOUT && !until.expired());
    if (woke != WAIT_OBJECT_0) {
        CancelIoEx(file, &self.overlapped);
    }
    // The system uses `self` and the buffer until it says that it is done.
    DWORD size = 0;
    const DWORD code = GetOverlappedResult(file, &self.overlapped, &size, TRUE) != 0
                           ? ERROR_SUCCESS
                           : GetLastError();
    const std::lock_guard lock(mutex_);
    auto** link = &first_;
    while (*link != &self) {
        link = &(*link)->next;
    }
    *link = self.next;
    const bool out_of_time = code == ERROR_OPERATION_ABORTED && !self.canceled;
    return out_of_time && woke == WAIT_TIMEOUT ? ERROR_SEM_TIMEOUT : code;
}

handle overlapped_reads::take_event() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!spare_events_.empty()) {
            handle event = std::move(spare_events_.back());
            spare_events_.pop_back();
            return event;
        }
    }
    return handle(CreateEventW(nullptr, TRUE, FALSE, nullptr));
}

void overlapped_reads::give_back(handle event) noexcept {
    const std::lock_guard lock(mutex_);
    try {
        spare_events_.push_back(std::move(event));
    } catch (const std::bad_alloc&) {
        // Then it is closed, and the next read makes another.
    }
}

} // namespace isthmus::win32
