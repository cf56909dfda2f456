#include <isthmus/winapi/sysinfoapi.h>

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <thread>

/// \file
/// GetSystemInfo.

namespace {

struct processor {
    WORD architecture;
    DWORD type;
};

constexpr processor this_processor() noexcept {
#if defined(__x86_64__)
    return {PROCESSOR_ARCHITECTURE_AMD64, PROCESSOR_AMD_X8664};
#elif defined(__i386__)
    return {PROCESSOR_ARCHITECTURE_INTEL, PROCESSOR_INTEL_PENTIUM};
#elif defined(__aarch64__)
    return {PROCESSOR_ARCHITECTURE_ARM64, 0};
#elif defined(__arm__)
    return {PROCESSOR_ARCHITECTURE_ARM, 0};
#else
    return {PROCESSOR_ARCHITECTURE_UNKNOWN, 0};
#endif
}

void* address(std::uintptr_t number) noexcept {
    return reinterpret_cast<void*>(number); // NOLINT(performance-no-int-to-ptr)
}

} // namespace

VOID WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo) {
    constexpr DWORD granularity = 64 * 1024; // as everywhere on Windows; of views, too
    // Up to the last page, where the stack may be (Windows leaves out the last 64 KiB), of
    // addresses of 48 bits, or on x86-64 of 47.
#if defined(__x86_64__)
    constexpr std::uintptr_t highest = 0x7FFFFFFFEFFF;
#else
    constexpr std::uintptr_t highest =
        sizeof(void*) == 8 ? static_cast<std::uintptr_t>(0xFFFFFFFFEFFFULL) : 0xFFFFEFFFU;
#endif
    constexpr unsigned bits = 8 * sizeof(DWORD_PTR);
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    *lpSystemInfo = {};
    lpSystemInfo->wProcessorArchitecture = this_processor().architecture;
    lpSystemInfo->dwPageSize = static_cast<DWORD>(::sysconf(_SC_PAGESIZE));
    lpSystemInfo->lpMinimumApplicationAddress = address(granularity);
    lpSystemInfo->lpMaximumApplicationAddress = address(highest);
    lpSystemInfo->dwActiveProcessorMask =
        processors >= bits ? ~DWORD_PTR{0} : (DWORD_PTR{1} << processors) - 1;
    lpSystemInfo->dwNumberOfProcessors = processors;
    lpSystemInfo->dwProcessorType = this_processor().type;
    lpSystemInfo->dwAllocationGranularity = granularity;
}

VOID WINAPI GetNativeSystemInfo(LPSYSTEM_INFO lpSystemInfo) {
    GetSystemInfo(lpSystemInfo);
}
