#include "handle_table.hpp"
#include "immortal.hpp"
#include "last_error.hpp"
#include "section.hpp"

#include <isthmus/winapi/memoryapi.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

/// \file
/// Views of mappings. Each begins exactly where its offset says, at a multiple of 64 KiB, as
/// programs that share pointers or offsets count on.

namespace isthmus::winapi {

namespace {

struct view {
    std::size_t size = 0; ///< whole pages of the system
    std::shared_ptr<const void> mapped_file;
};

struct view_table {
    std::mutex mutex;
    std::map<std::uintptr_t, view> views; ///< by address

    /// The view that the address lies in.
    auto find(const void* address) {
        const auto where = reinterpret_cast<std::uintptr_t>(address);
        auto after = views.upper_bound(where);
        if (after == views.begin()) {
            return views.end();
        }
        const auto before = std::prev(after);
        return where - before->first < before->second.size ? before : views.end();
    }
};

view_table& all_views() noexcept {
    return detail::immortal<view_table>();
}

std::size_t page_size() noexcept {
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t in_whole_pages(std::size_t size) noexcept {
    return (size + page_size() - 1) / page_size() * page_size();
}

bool is_aligned(std::uint64_t value) noexcept {
    return value % allocation_granularity == 0;
}

/// What is to be mapped, and how.
struct mapping_request {
    int fd = -1;
    std::uint64_t offset = 0;
    std::size_t size = 0;
    int protection = PROT_NONE;
    int sharing = MAP_SHARED;

    void* map(void* where, int flags) const noexcept {
        void* const address =
            ::mmap(where, size, protection, sharing | flags, fd, static_cast<off_t>(offset));
        return address == MAP_FAILED ? nullptr : address;
    }
};

DWORD map_there(const mapping_request& request, void* where, void*& mapped) noexcept {
#ifdef MAP_FIXED_NOREPLACE
    constexpr int there_or_nowhere = MAP_FIXED_NOREPLACE;
#else
    constexpr int there_or_nowhere = 0; // it is a hint, and what comes of it is looked at
#endif
    mapped = request.map(where, there_or_nowhere);
    if (mapped == nullptr) {
        return errno == EEXIST || errno == EINVAL ? DWORD{ERROR_INVALID_ADDRESS}
                                                  : win32_code_of_errno(errno);
    }
    if (mapped != where) {
        ::munmap(mapped, request.size);
        return ERROR_INVALID_ADDRESS;
    }
    return ERROR_SUCCESS;
}

/// At any multiple of the granularity: reserves that much more, and gives back what is too much.
DWORD map_anywhere(const mapping_request& request, void*& mapped) noexcept {
    const std::size_t more = request.size + allocation_granularity;
    if (more < request.size) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    void* const reserved = ::mmap(nullptr, more, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (reserved == MAP_FAILED) {
        return win32_code_of_errno(errno);
    }
    auto* const begin = static_cast<std::byte*>(reserved);
    const auto odd = reinterpret_cast<std::uintptr_t>(reserved) % allocation_granularity;
    const std::size_t before = odd == 0 ? 0 : allocation_granularity - odd;
    mapped = request.map(begin + before, MAP_FIXED);
    const DWORD code = mapped != nullptr ? ERROR_SUCCESS : win32_code_of_errno(errno);
    if (mapped == nullptr) {
        ::munmap(reserved, more);
        return code;
    }
    if (before != 0) {
        ::munmap(begin, before);
    }
    if (const std::size_t behind = more - before - request.size; behind != 0) {
        ::munmap(begin + before + request.size, behind);
    }
    return code;
}

/// What a view is to let its user do, by the rights that are asked for.
DWORD page_protection(DWORD access) noexcept {
    access &= FILE_MAP_COPY | FILE_MAP_READ | FILE_MAP_WRITE;
    return (access & FILE_MAP_WRITE) != 0  ? PAGE_READWRITE
           : (access & FILE_MAP_COPY) != 0 ? PAGE_WRITECOPY
           : (access & FILE_MAP_READ) != 0 ? PAGE_READONLY
                                           : PAGE_NOACCESS;
}

DWORD map_section(HANDLE handle,
                  DWORD access,
                  std::uint64_t offset,
                  std::size_t size,
                  void* where,
                  void*& mapped) {
    constexpr DWORD not_offered = FILE_MAP_LARGE_PAGES | FILE_MAP_TARGETS_INVALID;
    const DWORD protection = page_protection(access);
    const bool writes = protection == PAGE_READWRITE;
    DWORD code = ERROR_SUCCESS;
    const auto section =
        reference<section_object>(handle, writes ? SECTION_MAP_WRITE : SECTION_MAP_READ, code);
    if (code != ERROR_SUCCESS) {
        return code;
    }
    if ((access & not_offered) != 0) {
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
    if ((access & FILE_MAP_EXECUTE) != 0) {
        return ERROR_ACCESS_DENIED; // no mapping gives that right
    }
    if (writes && !section->writable()) {
        return ERROR_INVALID_PARAMETER;
    }
    if (!is_aligned(offset) || !is_aligned(reinterpret_cast<std::uintptr_t>(where))) {
        return ERROR_MAPPED_ALIGNMENT;
    }
    if (offset >= section->size() || size > section->size() - offset) {
        return ERROR_ACCESS_DENIED;
    }
    const std::uint64_t length = size != 0 ? size : section->size() - offset;
    if (length > std::numeric_limits<std::size_t>::max() / 2) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    posix::descriptor own;
    mapping_request request{.offset = offset,
                            .size = in_whole_pages(static_cast<std::size_t>(length)),
                            .protection = protection == PAGE_NOACCESS   ? PROT_NONE
                                          : protection == PAGE_READONLY ? PROT_READ
                                                                        : PROT_READ | PROT_WRITE,
                            .sharing = protection == PAGE_WRITECOPY ? MAP_PRIVATE : MAP_SHARED};
    request.fd = section->to_map(writes, request.offset, own);
    if (request.fd < 0) {
        return win32_code_of_errno(errno);
    }
    code = where != nullptr ? map_there(request, where, mapped) : map_anywhere(request, mapped);
    if (code != ERROR_SUCCESS) {
        return code;
    }
    try {
        auto& table = all_views();
        const std::lock_guard lock(table.mutex);
        table.views[reinterpret_cast<std::uintptr_t>(mapped)] = {
            .size = request.size, .mapped_file = section->mapped_file()};
    } catch (const std::bad_alloc&) {
        ::munmap(mapped, request.size);
        throw;
    }
    return ERROR_SUCCESS;
}

DWORD unmap(const void* address) {
    void* begin = nullptr;
    view gone{};
    {
        auto& table = all_views();
        const std::lock_guard lock(table.mutex);
        const auto found = table.find(address);
        if (found == table.views.end()) {
            return ERROR_INVALID_ADDRESS;
        }
        begin = reinterpret_cast<void*>(found->first); // NOLINT(performance-no-int-to-ptr)
        gone = std::move(found->second);
        table.views.erase(found);
    }
    return ::munmap(begin, gone.size) == 0 ? ERROR_SUCCESS : win32_code_of_errno(errno);
}

DWORD flush(const void* address, std::size_t size) {
    auto& table = all_views();
    std::byte* begin = nullptr;
    {
        const std::lock_guard lock(table.mutex);
        const auto found = table.find(address);
        if (found == table.views.end()) {
            return ERROR_INVALID_ADDRESS;
        }
        // From the beginning of the page.
        const auto where = reinterpret_cast<std::uintptr_t>(address);
        const std::size_t before = where % page_size();
        const std::size_t rest = found->second.size - (where - found->first);
        if (size > rest) {
            return ERROR_INVALID_PARAMETER;
        }
        size = (size != 0 ? size : rest) + before;
        begin = reinterpret_cast<std::byte*>(where - before); // NOLINT(performance-no-int-to-ptr)
    }
    return ::msync(begin, size, MS_SYNC) == 0 ? ERROR_SUCCESS
           : errno == ENOMEM                  ? ERROR_INVALID_ADDRESS // unmapped meanwhile
                                              : win32_code_of_errno(errno);
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::no_throw;
using isthmus::winapi::report;

LPVOID WINAPI MapViewOfFile(HANDLE hFileMappingObject,
                            DWORD dwDesiredAccess,
                            DWORD dwFileOffsetHigh,
                            DWORD dwFileOffsetLow,
                            SIZE_T dwNumberOfBytesToMap) {
    return MapViewOfFileEx(hFileMappingObject, dwDesiredAccess, dwFileOffsetHigh, dwFileOffsetLow,
                           dwNumberOfBytesToMap, nullptr);
}

LPVOID WINAPI MapViewOfFileEx(HANDLE hFileMappingObject,
                              DWORD dwDesiredAccess,
                              DWORD dwFileOffsetHigh,
                              DWORD dwFileOffsetLow,
                              SIZE_T dwNumberOfBytesToMap,
                              LPVOID lpBaseAddress) {
    void* mapped = nullptr;
    const DWORD code = no_throw([&] {
        return isthmus::winapi::map_section(hFileMappingObject, dwDesiredAccess,
                                            std::uint64_t{dwFileOffsetHigh} << 32U |
                                                dwFileOffsetLow,
                                            dwNumberOfBytesToMap, lpBaseAddress, mapped);
    });
    return report(code) != FALSE ? mapped : nullptr;
}

BOOL WINAPI UnmapViewOfFile(LPCVOID lpBaseAddress) {
    return report(no_throw([&] { return isthmus::winapi::unmap(lpBaseAddress); }));
}

BOOL WINAPI FlushViewOfFile(LPCVOID lpBaseAddress, SIZE_T dwNumberOfBytesToFlush) {
    return report(
        no_throw([&] { return isthmus::winapi::flush(lpBaseAddress, dwNumberOfBytesToFlush); }));
}
