#include "heap.hpp"
#include "immortal.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/winbase.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

/// \file
/// GlobalAlloc, LocalAlloc: one thing under two names. A fixed block is one of the process's heap,
/// and a pointer; a moveable one has a handle, and moves only when it is resized.

namespace isthmus::winapi {

namespace {

constexpr UINT moveable = GMEM_MOVEABLE;
constexpr UINT most_locks = GMEM_LOCKCOUNT;

struct moveable_block {
    void* memory = nullptr; ///< none: the block is discarded, or was never more than a handle
    UINT locks = 0;
};

/// The moveable blocks. Their handles are addresses of their entries, so no other block's.
class moveable_blocks {
public:
    static moveable_blocks& instance() noexcept { return detail::immortal<moveable_blocks>(); }

    std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

    /// Null if the handle is none of a moveable block.
    moveable_block* find(const void* handle) noexcept {
        const auto found = blocks_.find(handle);
        return found != blocks_.end() ? found->second.get() : nullptr;
    }

    HANDLE insert(void* memory) {
        auto block = std::make_unique<moveable_block>(moveable_block{.memory = memory});
        moveable_block* const handle = block.get();
        blocks_.emplace(handle, std::move(block));
        return handle;
    }

    void erase(const void* handle) noexcept { blocks_.erase(handle); }

    /// The handle of the block at that address; null if it is none's.
    HANDLE handle_of(const void* memory) const noexcept {
        for (const auto& [handle, block] : blocks_) {
            if (block->memory == memory) {
                return block.get();
            }
        }
        return nullptr;
    }

private:
    std::mutex mutex_;
    std::unordered_map<const void*, std::unique_ptr<moveable_block>> blocks_;
};

bool is_fixed(const void* memory) noexcept {
    return process_heap().size_of(memory).has_value();
}

bool zeroed(UINT flags) noexcept {
    return (flags & GMEM_ZEROINIT) != 0;
}

HANDLE allocate(UINT flags, std::size_t size) noexcept {
    const bool only_handle = (flags & moveable) != 0 && size == 0;
    void* const memory = only_handle ? nullptr : process_heap().allocate(size, zeroed(flags));
    if (memory == nullptr && !only_handle) {
        return fail(ERROR_NOT_ENOUGH_MEMORY, HANDLE());
    }
    if ((flags & moveable) == 0) {
        return memory;
    }
    try {
        auto& blocks = moveable_blocks::instance();
        const auto lock = blocks.lock();
        return blocks.insert(memory);
    } catch (const std::bad_alloc&) {
        process_heap().free(memory);
        return fail(ERROR_NOT_ENOUGH_MEMORY, HANDLE());
    }
}

HANDLE resize(HANDLE handle, std::size_t size, UINT flags) noexcept {
    if ((flags & GMEM_MODIFY) != 0) {
        return fail(ERROR_CALL_NOT_IMPLEMENTED, HANDLE());
    }
    const bool may_move = (flags & moveable) != 0;
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    moveable_block* const block = blocks.find(handle);
    if (block == nullptr) {
        if (!is_fixed(handle)) {
            return fail(ERROR_INVALID_HANDLE, HANDLE());
        }
        void* const moved = process_heap().resize(handle, size, zeroed(flags), !may_move);
        return moved != nullptr ? moved : fail(ERROR_NOT_ENOUGH_MEMORY, HANDLE());
    }
    if (size == 0 && block->locks == 0) {
        process_heap().free(block->memory);
        block->memory = nullptr;
        return handle;
    }
    void* const moved = block->memory == nullptr
                            ? process_heap().allocate(size, zeroed(flags))
                            : process_heap().resize(block->memory, size, zeroed(flags),
                                                    block->locks != 0 && !may_move);
    if (moved == nullptr) {
        return fail(ERROR_NOT_ENOUGH_MEMORY, HANDLE());
    }
    block->memory = moved;
    return handle;
}

/// Null, or the handle if it is none.
HANDLE release(HANDLE handle) noexcept {
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    if (moveable_block* const block = blocks.find(handle)) {
        if (block->memory != nullptr) {
            process_heap().free(block->memory);
        }
        blocks.erase(handle);
        return nullptr;
    }
    if (handle != nullptr && !is_fixed(handle)) {
        return fail(ERROR_INVALID_HANDLE, handle);
    }
    process_heap().free(handle);
    return nullptr;
}

void* lock_block(HANDLE handle) noexcept {
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    if (moveable_block* const block = blocks.find(handle)) {
        if (block->memory == nullptr) {
            return fail(ERROR_DISCARDED, nullptr);
        }
        block->locks += block->locks < most_locks ? 1 : 0;
        return block->memory;
    }
    return is_fixed(handle) ? handle : fail(ERROR_INVALID_HANDLE, nullptr);
}

/// `of_fixed`: what there is to say about a block that needs no lock.
BOOL unlock_block(HANDLE handle, BOOL of_fixed) noexcept {
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    if (moveable_block* const block = blocks.find(handle)) {
        if (block->locks == 0) {
            return fail(ERROR_NOT_LOCKED, FALSE);
        }
        --block->locks;
        return block->locks != 0 ? TRUE : fail(ERROR_SUCCESS, FALSE);
    }
    if (!is_fixed(handle)) {
        return fail(ERROR_INVALID_HANDLE, FALSE);
    }
    return of_fixed != FALSE ? TRUE : fail(ERROR_NOT_LOCKED, FALSE);
}

std::size_t size_of_block(HANDLE handle) noexcept {
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    const moveable_block* const block = blocks.find(handle);
    if (block != nullptr && block->memory == nullptr) {
        return 0;
    }
    const auto size = process_heap().size_of(block != nullptr ? block->memory : handle);
    return size ? *size : fail(ERROR_INVALID_HANDLE, std::size_t{0});
}

UINT flags_of_block(HANDLE handle) noexcept {
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    if (const moveable_block* const block = blocks.find(handle)) {
        return block->locks | (block->memory == nullptr ? GMEM_DISCARDED : 0U);
    }
    return is_fixed(handle) ? 0U : fail(ERROR_INVALID_HANDLE, UINT{GMEM_INVALID_HANDLE});
}

HANDLE handle_of_memory(const void* memory) noexcept {
    if (memory == nullptr) {
        return fail(ERROR_INVALID_PARAMETER, HANDLE());
    }
    auto& blocks = moveable_blocks::instance();
    const auto lock = blocks.lock();
    if (const HANDLE handle = blocks.handle_of(memory)) {
        return handle;
    }
    return is_fixed(memory) ? const_cast<void*>(memory) // NOLINT: a fixed block's handle
                            : fail(ERROR_INVALID_HANDLE, HANDLE());
}

} // namespace

} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes) {
    return allocate(uFlags, dwBytes);
}

HGLOBAL WINAPI GlobalReAlloc(HGLOBAL hMem, SIZE_T dwBytes, UINT uFlags) {
    return resize(hMem, dwBytes, uFlags);
}

HGLOBAL WINAPI GlobalFree(HGLOBAL hMem) {
    return release(hMem);
}

LPVOID WINAPI GlobalLock(HGLOBAL hMem) {
    return lock_block(hMem);
}

BOOL WINAPI GlobalUnlock(HGLOBAL hMem) {
    return unlock_block(hMem, TRUE);
}

SIZE_T WINAPI GlobalSize(HGLOBAL hMem) {
    return size_of_block(hMem);
}

UINT WINAPI GlobalFlags(HGLOBAL hMem) {
    return flags_of_block(hMem);
}

HGLOBAL WINAPI GlobalHandle(LPCVOID pMem) {
    return handle_of_memory(pMem);
}

HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes) {
    return allocate(uFlags, uBytes);
}

HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags) {
    return resize(hMem, uBytes, uFlags);
}

HLOCAL WINAPI LocalFree(HLOCAL hMem) {
    return release(hMem);
}

LPVOID WINAPI LocalLock(HLOCAL hMem) {
    return lock_block(hMem);
}

BOOL WINAPI LocalUnlock(HLOCAL hMem) {
    return unlock_block(hMem, FALSE);
}

SIZE_T WINAPI LocalSize(HLOCAL hMem) {
    return size_of_block(hMem);
}

UINT WINAPI LocalFlags(HLOCAL hMem) {
    return flags_of_block(hMem);
}

HLOCAL WINAPI LocalHandle(LPCVOID pMem) {
    return handle_of_memory(pMem);
}
