#include "address_wait.hpp"
#include "last_error.hpp"
#include "wait.hpp"

#include <isthmus/winapi/synchapi.h>

#include <cstdint>
#include <limits>

/// \file
/// Condition variables. The pointer is the number of those who sleep, which changes only while
/// nobody can be woken: a program may free the variable as soon as it has woken all.

namespace isthmus::winapi {

namespace {

std::atomic<std::uintptr_t>& count_of(PCONDITION_VARIABLE variable) noexcept {
    return atomic(reinterpret_cast<std::uintptr_t&>(variable->Ptr));
}

template <class Release, class Acquire>
BOOL sleep(PCONDITION_VARIABLE variable, DWORD milliseconds, Release release, Acquire acquire) {
    const auto until = deadline_of(milliseconds);
    auto& count = count_of(variable);
    sleeper here(variable);
    here.lie_down([&] {
        ++count;
        return true;
    });
    release();
    const bool woken = here.sleep(until, [&] { --count; });
    acquire();
    return report(woken ? ERROR_SUCCESS : ERROR_TIMEOUT);
}

void wake(PCONDITION_VARIABLE variable, std::size_t most) {
    auto& count = count_of(variable);
    if (count.load() != 0) {
        sleeper::wake(variable, most, [&] { --count; });
    }
}

} // namespace

} // namespace isthmus::winapi

VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
    *ConditionVariable = CONDITION_VARIABLE_INIT;
}

BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable,
                                     PCRITICAL_SECTION CriticalSection,
                                     DWORD dwMilliseconds) {
    return isthmus::winapi::sleep(
        ConditionVariable, dwMilliseconds, [&] { LeaveCriticalSection(CriticalSection); },
        [&] { EnterCriticalSection(CriticalSection); });
}

BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable,
                                      PSRWLOCK SRWLock,
                                      DWORD dwMilliseconds,
                                      ULONG Flags) {
    if ((Flags & ~ULONG{CONDITION_VARIABLE_LOCKMODE_SHARED}) != 0) {
        return isthmus::winapi::fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    const bool shared = (Flags & CONDITION_VARIABLE_LOCKMODE_SHARED) != 0;
    return isthmus::winapi::sleep(
        ConditionVariable, dwMilliseconds,
        [&] { shared ? ReleaseSRWLockShared(SRWLock) : ReleaseSRWLockExclusive(SRWLock); },
        [&] { shared ? AcquireSRWLockShared(SRWLock) : AcquireSRWLockExclusive(SRWLock); });
}

VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
    isthmus::winapi::wake(ConditionVariable, 1);
}

VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable) {
    isthmus::winapi::wake(ConditionVariable, std::numeric_limits<std::size_t>::max());
}
