#include "region_size.hpp"

#include "native.hpp"

#include <windows.h>

#include <array>
#include <cstddef>
#include <memory>

namespace isthmus::win32 {

namespace {

// S-1-9-...: the authority under which programs other than the system name principals of their own.
constexpr SID_IDENTIFIER_AUTHORITY resource_manager{{0, 0, 0, 0, 0, 9}};
// The rest: "isth", "mus", "size", and the size.
constexpr std::array<DWORD, 3> our_mark{0x69737468, 0x6D757300, 0x73697A65};
constexpr std::size_t parts = our_mark.size() + 2;

std::optional<std::uint64_t> size_in(PSID sid) noexcept {
    const auto& authority = *GetSidIdentifierAuthority(sid);
    for (std::size_t i = 0; i < sizeof authority.Value; ++i) {
        if (authority.Value[i] != resource_manager.Value[i]) {
            return std::nullopt;
        }
    }
    if (*GetSidSubAuthorityCount(sid) != parts) {
        return std::nullopt;
    }
    for (DWORD i = 0; i < our_mark.size(); ++i) {
        if (*GetSidSubAuthority(sid, i) != our_mark[i]) {
            return std::nullopt;
        }
    }
    constexpr DWORD at = our_mark.size();
    return (std::uint64_t{*GetSidSubAuthority(sid, at)} << 32U) | *GetSidSubAuthority(sid, at + 1);
}

SYSTEM_INFO system_information() noexcept {
    SYSTEM_INFO result = {};
    GetSystemInfo(&result);
    return result;
}

} // namespace

std::wstring size_remark(std::uint64_t size) {
    std::wstring text = L"(A;;0x20000;;;S-1-9"; // READ_CONTROL
    static_assert(READ_CONTROL == 0x20000);
    for (const DWORD each : our_mark) {
        text += L'-' + std::to_wstring(each);
    }
    return text + L'-' + std::to_wstring(size >> 32U) + L'-' + std::to_wstring(size & 0xFFFFFFFFU) +
           L')';
}

std::optional<std::uint64_t> remarked_size(HANDLE section, std::uint64_t pages) {
    DWORD size = 0;
    GetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, nullptr, 0, &size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER) {
        return std::nullopt;
    }
    const auto descriptor = std::make_unique<std::byte[]>(size);
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    PACL list = nullptr;
    if (GetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, descriptor.get(), size,
                                &size) == 0 ||
        GetSecurityDescriptorDacl(descriptor.get(), &present, &list, &defaulted) == 0 ||
        present == FALSE || list == nullptr) {
        return std::nullopt;
    }
    for (DWORD i = 0; i < list->AceCount; ++i) {
        void* entry = nullptr;
        if (GetAce(list, i, &entry) == 0 ||
            static_cast<ACE_HEADER*>(entry)->AceType != ACCESS_ALLOWED_ACE_TYPE) {
            continue;
        }
        const auto found = size_in(&static_cast<ACCESS_ALLOWED_ACE*>(entry)->SidStart);
        // Whoever may change the descriptor could write anything there.
        if (found && *found > 0 && *found <= pages) {
            return found;
        }
    }
    return std::nullopt;
}

std::uint64_t size_in_pages(HANDLE section) noexcept {
    if (const auto size = section_size(section)) {
        return round_up(*size, page_size());
    }
    // A handle without SECTION_QUERY. A view of the whole tells too.
    void* const view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    if (view == nullptr) {
        return 0;
    }
    MEMORY_BASIC_INFORMATION information = {};
    VirtualQuery(view, &information, sizeof information);
    UnmapViewOfFile(view);
    return information.RegionSize;
}

std::uint64_t page_size() noexcept {
    static const std::uint64_t size = system_information().dwPageSize;
    return size;
}

std::uint64_t view_granularity() noexcept {
    static const std::uint64_t size = system_information().dwAllocationGranularity;
    return size;
}

} // namespace isthmus::win32
