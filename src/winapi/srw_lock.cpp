#include "address_wait.hpp"

#include <isthmus/winapi/synchapi.h>

#include <cstdint>

/// \file
/// Slim reader/writer locks. Who comes while others wait waits as well, so that readers who take
/// turns do not keep a writer out for ever.

namespace isthmus::winapi {

namespace {

/// What the pointer says.
constexpr std::uintptr_t exclusive = 1;
constexpr std::uintptr_t waited_for = 2; ///< somebody may be asleep
constexpr std::uintptr_t one_reader = 4;

std::atomic<std::uintptr_t>& state_of(PSRWLOCK lock) noexcept {
    static_assert(sizeof(std::uintptr_t) == sizeof(lock->Ptr));
    return atomic(reinterpret_cast<std::uintptr_t&>(lock->Ptr));
}

/// `held`: what stands in the way; `change`: what is added.
bool try_acquire(PSRWLOCK lock, std::uintptr_t held, std::uintptr_t change) noexcept {
    auto& state = state_of(lock);
    auto seen = state.load(std::memory_order_relaxed);
    while ((seen & held) == 0) {
        if (state.compare_exchange_weak(seen, seen + change)) {
            return true;
        }
    }
    return false;
}

void acquire(PSRWLOCK lock, std::uintptr_t held, std::uintptr_t change) {
    while (!try_acquire(lock, held, change)) {
        sleeper here(lock);
        const bool waits = here.lie_down([&] {
            auto& state = state_of(lock);
            auto seen = state.load();
            while ((seen & held) != 0) {
                if (state.compare_exchange_weak(seen, seen | waited_for)) {
                    return true;
                }
            }
            return false;
        });
        if (waits) {
            here.sleep(deadline::never());
        }
    }
}

/// The last one wakes all who wait.
void release(PSRWLOCK lock, std::uintptr_t change) {
    auto& state = state_of(lock);
    auto seen = state.load(std::memory_order_relaxed);
    std::uintptr_t left = 0;
    do {
        left = seen - change;
        if (left == waited_for) {
            left = 0;
        }
    } while (!state.compare_exchange_weak(seen, left));
    if (left == 0 && (seen & waited_for) != 0) {
        sleeper::wake_all(lock);
    }
}

constexpr auto anybody = ~waited_for;
constexpr auto writer_or_waiting = exclusive | waited_for;

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::acquire;
using isthmus::winapi::anybody;
using isthmus::winapi::exclusive;
using isthmus::winapi::one_reader;
using isthmus::winapi::release;
using isthmus::winapi::try_acquire;
using isthmus::winapi::writer_or_waiting;

VOID WINAPI InitializeSRWLock(PSRWLOCK SRWLock) {
    *SRWLock = SRWLOCK_INIT;
}

VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock) {
    acquire(SRWLock, anybody, exclusive);
}

VOID WINAPI AcquireSRWLockShared(PSRWLOCK SRWLock) {
    acquire(SRWLock, writer_or_waiting, one_reader);
}

BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock) {
    return try_acquire(SRWLock, anybody, exclusive) ? TRUE : FALSE;
}

BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock) {
    return try_acquire(SRWLock, writer_or_waiting, one_reader) ? TRUE : FALSE;
}

VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock) {
    release(SRWLock, exclusive);
}

VOID WINAPI ReleaseSRWLockShared(PSRWLOCK SRWLock) {
    release(SRWLock, one_reader);
}
