#include "address_wait.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/synchapi.h>

#include <cstdint>

/// \file
/// One-time initialization. The low two bits of the pointer tell how far it is; the rest is the
/// context that was given when it was done.

namespace isthmus::winapi {

namespace {

constexpr std::uintptr_t not_begun = 0;
constexpr std::uintptr_t under_way = 1; ///< by one thread: others wait
constexpr std::uintptr_t done = 2;
constexpr std::uintptr_t attempted = 3; ///< by any number of threads: the first to be ready counts
constexpr std::uintptr_t progress = 3;

std::atomic<std::uintptr_t>& state_of(PINIT_ONCE once) noexcept {
    return atomic(reinterpret_cast<std::uintptr_t&>(once->Ptr));
}

DWORD tell_context(std::uintptr_t state, LPVOID* context) noexcept {
    if (context != nullptr) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
        *context = reinterpret_cast<LPVOID>(state & ~progress);
    }
    return ERROR_SUCCESS;
}

DWORD begin(PINIT_ONCE once, DWORD flags, bool& pending, LPVOID* context) {
    auto& state = state_of(once);
    const bool async = (flags & INIT_ONCE_ASYNC) != 0;
    pending = false;
    if ((flags & INIT_ONCE_CHECK_ONLY) != 0) {
        const auto seen = state.load();
        return async                       ? ERROR_INVALID_PARAMETER
               : (seen & progress) != done ? ERROR_GEN_FAILURE
                                           : tell_context(seen, context);
    }
    for (;;) {
        auto seen = state.load();
        switch (seen & progress) {
        case not_begun:
            if (state.compare_exchange_strong(seen, async ? attempted : under_way)) {
                pending = true;
                return ERROR_SUCCESS;
            }
            break;
        case under_way: {
            if (async) {
                return ERROR_INVALID_PARAMETER;
            }
            sleeper here(once);
            if (here.lie_down([&] { return state.load() == under_way; })) {
                here.sleep(deadline::never());
            }
            break;
        }
        case attempted:
            pending = async;
            return async ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
        default:
            return tell_context(seen, context);
        }
    }
}

DWORD complete(PINIT_ONCE once, DWORD flags, LPVOID context) {
    const auto value = reinterpret_cast<std::uintptr_t>(context);
    const bool async = (flags & INIT_ONCE_ASYNC) != 0;
    const bool failed = (flags & INIT_ONCE_INIT_FAILED) != 0;
    if ((value & progress) != 0 || (failed && (value != 0 || async))) {
        return ERROR_INVALID_PARAMETER;
    }
    auto& state = state_of(once);
    auto seen = state.load();
    if ((seen & progress) == under_way && !async) {
        state.store(failed ? not_begun : value | done);
        sleeper::wake_all(once);
        return ERROR_SUCCESS;
    }
    if ((seen & progress) == attempted && !async) {
        return ERROR_INVALID_PARAMETER;
    }
    const bool first = (seen & progress) == attempted && async &&
                       state.compare_exchange_strong(seen, value | done);
    return first ? ERROR_SUCCESS : ERROR_GEN_FAILURE;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::report;

VOID WINAPI InitOnceInitialize(PINIT_ONCE InitOnce) {
    *InitOnce = INIT_ONCE_STATIC_INIT;
}

BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE lpInitOnce,
                                    DWORD dwFlags,
                                    PBOOL fPending,
                                    LPVOID* lpContext) {
    bool pending = false;
    const DWORD code = isthmus::winapi::begin(lpInitOnce, dwFlags, pending, lpContext);
    if (code == ERROR_SUCCESS) {
        *fPending = pending ? TRUE : FALSE;
    }
    return report(code);
}

BOOL WINAPI InitOnceComplete(LPINIT_ONCE lpInitOnce, DWORD dwFlags, LPVOID lpContext) {
    return report(isthmus::winapi::complete(lpInitOnce, dwFlags, lpContext));
}

BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce,
                                PINIT_ONCE_FN InitFn,
                                PVOID Parameter,
                                LPVOID* Context) {
    BOOL pending = FALSE;
    if (InitOnceBeginInitialize(InitOnce, 0, &pending, Context) == FALSE) {
        return FALSE;
    }
    if (pending == FALSE) {
        return TRUE;
    }
    if (InitFn(InitOnce, Parameter, Context) == FALSE) {
        isthmus::winapi::complete(InitOnce, INIT_ONCE_INIT_FAILED, nullptr);
        return FALSE;
    }
    return InitOnceComplete(InitOnce, 0, Context != nullptr ? *Context : nullptr);
}
