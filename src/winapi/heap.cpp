#include "heap.hpp"

#include "immortal.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/heapapi.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace isthmus::winapi {

namespace {

/// More than this is no size: malloc's own limit.
constexpr std::size_t largest = PTRDIFF_MAX;

} // namespace

heap::~heap() {
    for (const auto& [block, size] : blocks_) {
        std::free(const_cast<void*>(block)); // NOLINT: the key is const for size_of alone
    }
}

void* heap::allocate(std::size_t size, bool zeroed) noexcept {
    const std::lock_guard lock(mutex_);
    if (size > largest || !has_room(size)) {
        return nullptr;
    }
    const std::size_t asked = size == 0 ? 1 : size; // an empty block is a block
    void* const block = zeroed ? std::calloc(1, asked) : std::malloc(asked);
    if (block != nullptr) {
        try {
            blocks_.emplace(block, size);
        } catch (const std::bad_alloc&) {
            std::free(block);
            return nullptr;
        }
        used_ += size;
    }
    return block;
}

void* heap::resize(void* block, std::size_t size, bool zeroed, bool in_place) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.find(block);
    if (found == blocks_.end() || size > largest) {
        return nullptr;
    }
    const std::size_t before = found->second;
    if (size > before && (in_place || !has_room(size - before))) {
        return nullptr;
    }
    void* moved = block;
    if (!in_place) {
        // The entry moves with the block, without memory of its own: nothing fails afterwards.
        auto node = blocks_.extract(found);
        moved = std::realloc(block, size == 0 ? 1 : size);
        if (moved == nullptr) {
            blocks_.insert(std::move(node));
            return nullptr;
        }
        node.key() = moved;
        node.mapped() = size;
        blocks_.insert(std::move(node));
    } else {
        found->second = size;
    }
    if (zeroed && size > before) {
        std::memset(static_cast<char*>(moved) + before, 0, size - before);
    }
    used_ = used_ - before + size;
    return moved;
}

bool heap::free(void* block) noexcept {
    {
        const std::lock_guard lock(mutex_);
        const auto found = blocks_.find(block);
        if (found == blocks_.end()) {
            return false;
        }
        used_ -= found->second;
        blocks_.erase(found);
    }
    std::free(block);
    return true;
}

std::optional<std::size_t> heap::size_of(const void* block) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.find(block);
    return found != blocks_.end() ? std::optional(found->second) : std::nullopt;
}

namespace {

struct process_heap_holder {
    std::shared_ptr<heap> value = std::make_shared<heap>(0);
};

const std::shared_ptr<heap>& shared_process_heap() noexcept {
    return detail::immortal<process_heap_holder>().value;
}

/// Those that HeapCreate made, by their handles. A call keeps the heap that it works on.
struct heap_table {
    std::mutex mutex;
    std::unordered_map<HANDLE, std::shared_ptr<heap>> heaps;
};

heap_table& table() noexcept {
    return detail::immortal<heap_table>();
}

/// Null, with ERROR_INVALID_HANDLE as last error, if it is none.
std::shared_ptr<heap> heap_of(HANDLE handle) noexcept {
    if (handle == shared_process_heap().get()) {
        return shared_process_heap();
    }
    auto& all = table();
    const std::lock_guard lock(all.mutex);
    const auto found = all.heaps.find(handle);
    return found != all.heaps.end() ? found->second : fail(ERROR_INVALID_HANDLE, nullptr);
}

} // namespace

heap& process_heap() noexcept {
    return *shared_process_heap();
}

} // namespace isthmus::winapi

using isthmus::winapi::fail;
using isthmus::winapi::heap_of;

HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize) {
    if ((flOptions & HEAP_GENERATE_EXCEPTIONS) != 0) {
        return fail(ERROR_CALL_NOT_IMPLEMENTED, HANDLE());
    }
    if (dwMaximumSize != 0 && dwInitialSize > dwMaximumSize) {
        return fail(ERROR_INVALID_PARAMETER, HANDLE());
    }
    try {
        auto made = std::make_shared<isthmus::winapi::heap>(dwMaximumSize);
        const HANDLE handle = made.get();
        auto& all = isthmus::winapi::table();
        const std::lock_guard lock(all.mutex);
        all.heaps.emplace(handle, std::move(made));
        return handle;
    } catch (const std::bad_alloc&) {
        return fail(ERROR_NOT_ENOUGH_MEMORY, HANDLE());
    }
}

BOOL WINAPI HeapDestroy(HANDLE hHeap) {
    std::shared_ptr<isthmus::winapi::heap> ends; // outside the lock
    auto& all = isthmus::winapi::table();
    const std::lock_guard lock(all.mutex);
    const auto found = all.heaps.find(hHeap);
    if (found == all.heaps.end()) { // the process's stays, too
        return fail(ERROR_INVALID_HANDLE, FALSE);
    }
    ends = std::move(found->second);
    all.heaps.erase(found);
    return TRUE;
}

HANDLE WINAPI GetProcessHeap() {
    return isthmus::winapi::shared_process_heap().get();
}

LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes) {
    const auto heap = heap_of(hHeap);
    if (!heap) {
        return nullptr;
    }
    void* const block = heap->allocate(dwBytes, (dwFlags & HEAP_ZERO_MEMORY) != 0);
    return block != nullptr ? block : fail(ERROR_NOT_ENOUGH_MEMORY, nullptr);
}

LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes) {
    const auto heap = heap_of(hHeap);
    if (!heap) {
        return nullptr;
    }
    void* const block = heap->resize(lpMem, dwBytes, (dwFlags & HEAP_ZERO_MEMORY) != 0,
                                     (dwFlags & HEAP_REALLOC_IN_PLACE_ONLY) != 0);
    if (block == nullptr) {
        SetLastError(heap->size_of(lpMem) ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
    }
    return block;
}

BOOL WINAPI HeapFree(HANDLE hHeap, DWORD /*dwFlags*/, LPVOID lpMem) {
    const auto heap = heap_of(hHeap);
    if (!heap) {
        return FALSE;
    }
    if (lpMem != nullptr && !heap->free(lpMem)) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    return TRUE;
}

SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD /*dwFlags*/, LPCVOID lpMem) {
    constexpr auto none = static_cast<SIZE_T>(-1);
    const auto heap = heap_of(hHeap);
    if (!heap) {
        return none;
    }
    const auto size = heap->size_of(lpMem);
    return size ? *size : fail(ERROR_INVALID_PARAMETER, none);
}

BOOL WINAPI HeapValidate(HANDLE hHeap, DWORD /*dwFlags*/, LPCVOID lpMem) {
    const auto heap = heap_of(hHeap);
    return heap != nullptr && (lpMem == nullptr || heap->size_of(lpMem).has_value());
}
