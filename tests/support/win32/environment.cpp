#include "support/environment.hpp"

#include <windows.h>
#include <psapi.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace isthmus::test {

namespace {

/// Wine's GetProcessHandleCount always says 0; its list of all handles of the system is right.
std::size_t count_in_system_list() {
    using query_function = LONG(WINAPI*)(ULONG, void*, ULONG, ULONG*);
    constexpr ULONG extended_handle_information = 64;
    constexpr LONG length_mismatch = static_cast<LONG>(0xC0000004);
    struct entry {
        void* object;
        ULONG_PTR process;
        ULONG_PTR handle;
        ULONG access;
        USHORT creator;
        USHORT type;
        ULONG attributes;
        ULONG reserved;
    };
    const auto address = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    query_function query = nullptr;
    static_assert(sizeof query == sizeof address);
    std::memcpy(&query, &address, sizeof query);

    std::vector<ULONG_PTR> buffer(4096);
    LONG status = length_mismatch;
    while ((status = query(extended_handle_information, buffer.data(),
                           static_cast<ULONG>(buffer.size() * sizeof(ULONG_PTR)), nullptr)) ==
           length_mismatch) {
        buffer.resize(buffer.size() * 2);
    }
    if (status != 0) {
        return 0;
    }
    std::vector<entry> entries(buffer[0]); // a count, a reserved word, the entries
    std::memcpy(entries.data(), &buffer[2], entries.size() * sizeof(entry));
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(),
                      [](const entry& each) { return each.process == GetCurrentProcessId(); }));
}

} // namespace

bool under_wine() noexcept {
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll != nullptr && GetProcAddress(ntdll, "wine_get_version") != nullptr;
}

bool slots_have_quotas() noexcept {
    return false;
}

std::size_t descriptor_count() {
    DWORD count = 0;
    GetProcessHandleCount(GetCurrentProcess(), &count);
    return count != 0 ? count : count_in_system_list();
}

void raise_descriptor_limit() {}

std::uint32_t own_process_id() noexcept {
    return GetCurrentProcessId();
}

bool names_a_user(std::string_view text) noexcept {
    return text.starts_with("S-1-");
}

std::size_t resident_memory() {
    PROCESS_MEMORY_COUNTERS counters{};
    counters.cb = sizeof counters;
    K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return counters.WorkingSetSize;
}

} // namespace isthmus::test
