#include "last_error.hpp"

#include <isthmus/winapi/processthreadsapi.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

/// \file
/// TlsAlloc and so on.

namespace isthmus::winapi {

namespace {

constexpr std::size_t most_indexes = 256;

/// Odd while it is in use: what a thread has stored belongs to one use of the index.
constinit std::array<std::atomic<std::uint32_t>, most_indexes> uses{};

struct stored_value {
    std::uint32_t use = 0;
    LPVOID value = nullptr;
};
constinit thread_local std::array<stored_value, most_indexes> values{};

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::fail;
using isthmus::winapi::most_indexes;
using isthmus::winapi::uses;
using isthmus::winapi::values;

DWORD WINAPI TlsAlloc() {
    for (std::size_t i = 0; i < most_indexes; ++i) {
        auto use = uses[i].load();
        if (use % 2 == 0 && uses[i].compare_exchange_strong(use, use + 1)) {
            return static_cast<DWORD>(i);
        }
    }
    return fail(ERROR_NO_MORE_ITEMS, TLS_OUT_OF_INDEXES);
}

LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex) {
    if (dwTlsIndex >= most_indexes) {
        return fail(ERROR_INVALID_PARAMETER, LPVOID());
    }
    SetLastError(ERROR_SUCCESS); // null may be a value
    const auto& stored = values[dwTlsIndex];
    return stored.use == uses[dwTlsIndex].load() ? stored.value : nullptr;
}

BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue) {
    if (dwTlsIndex >= most_indexes) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    values[dwTlsIndex] = {.use = uses[dwTlsIndex].load(), .value = lpTlsValue};
    return TRUE;
}

BOOL WINAPI TlsFree(DWORD dwTlsIndex) {
    if (dwTlsIndex >= most_indexes) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    auto use = uses[dwTlsIndex].load();
    if (use % 2 == 0 || !uses[dwTlsIndex].compare_exchange_strong(use, use + 1)) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    return TRUE;
}
