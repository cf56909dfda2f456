#include "address_wait.hpp"

#include <isthmus/winapi/processthreadsapi.h>
#include <isthmus/winapi/synchapi.h>
#include <isthmus/winapi/winbase.h>

#include <cstdint>
#include <thread>

/// \file
/// Critical sections. `LockCount` tells all: nobody is in the section, somebody is, somebody is and
/// others may be asleep.

namespace isthmus::winapi {

namespace {

constexpr LONG nobody = -1;
constexpr LONG somebody = 0;
constexpr LONG contended = 1;

HANDLE self() noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): Windows keeps the id there
    return reinterpret_cast<HANDLE>(std::uintptr_t{GetCurrentThreadId()});
}

bool take(CRITICAL_SECTION& section) noexcept {
    LONG expected = nobody;
    return atomic(section.LockCount).compare_exchange_strong(expected, somebody);
}

/// It is the calling thread's now.
void own(CRITICAL_SECTION& section, HANDLE who) noexcept {
    atomic(section.OwningThread).store(who, std::memory_order_relaxed);
    section.RecursionCount = 1;
}

/// Once more.
bool enter_again(CRITICAL_SECTION& section, HANDLE who) noexcept {
    if (atomic(section.OwningThread).load(std::memory_order_relaxed) != who) {
        return false;
    }
    ++section.RecursionCount;
    return true;
}

bool take_soon(CRITICAL_SECTION& section) noexcept {
    for (auto left = section.SpinCount; left != 0; --left) {
        if (atomic(section.LockCount).load(std::memory_order_relaxed) == nobody && take(section)) {
            return true;
        }
    }
    return false;
}

void take_at_last(CRITICAL_SECTION& section) {
    auto& count = atomic(section.LockCount);
    while (count.exchange(contended) != nobody) {
        sleeper here(&section);
        if (here.lie_down([&] { return count.load() == contended; })) {
            here.sleep(deadline::never());
        }
    }
}

/// Its upper bits are flags; and who spins on a single processor only keeps others from it.
DWORD spins(DWORD wanted) noexcept {
    return std::thread::hardware_concurrency() > 1 ? wanted & 0x00FFFFFFU : 0;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::atomic;

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
    InitializeCriticalSectionEx(lpCriticalSection, 0, 0);
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection,
                                                  DWORD dwSpinCount) {
    return InitializeCriticalSectionEx(lpCriticalSection, dwSpinCount, 0);
}

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection,
                                        DWORD dwSpinCount,
                                        DWORD /*Flags*/) {
    *lpCriticalSection = {.DebugInfo = nullptr,
                          .LockCount = isthmus::winapi::nobody,
                          .RecursionCount = 0,
                          .OwningThread = nullptr,
                          .LockSemaphore = nullptr,
                          .SpinCount = isthmus::winapi::spins(dwSpinCount)};
    return TRUE;
}

DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount) {
    return static_cast<DWORD>(
        atomic(lpCriticalSection->SpinCount).exchange(isthmus::winapi::spins(dwSpinCount)));
}

VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
    auto& section = *lpCriticalSection;
    const auto who = isthmus::winapi::self();
    if (isthmus::winapi::enter_again(section, who)) {
        return;
    }
    if (!isthmus::winapi::take(section) && !isthmus::winapi::take_soon(section)) {
        isthmus::winapi::take_at_last(section);
    }
    isthmus::winapi::own(section, who);
}

BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
    auto& section = *lpCriticalSection;
    const auto who = isthmus::winapi::self();
    if (isthmus::winapi::enter_again(section, who)) {
        return TRUE;
    }
    if (!isthmus::winapi::take(section)) {
        return FALSE;
    }
    isthmus::winapi::own(section, who);
    return TRUE;
}

VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
    auto& section = *lpCriticalSection;
    auto& owner = atomic(section.OwningThread);
    if (owner.load(std::memory_order_relaxed) != isthmus::winapi::self()) {
        return; // a mistake of the program's, which is not to break what another thread does
    }
    if (--section.RecursionCount != 0) {
        return;
    }
    owner.store(nullptr, std::memory_order_relaxed);
    if (atomic(section.LockCount).exchange(isthmus::winapi::nobody) == isthmus::winapi::contended) {
        isthmus::winapi::sleeper::wake_one(lpCriticalSection);
    }
}

VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection) {
    *lpCriticalSection = {};
}
