#pragma once

#include "kernel_object.hpp"
#include "last_error.hpp"
#include "posix/fork_guard.hpp"

#include <isthmus/winapi/handleapi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

/// \file
/// The process's handles.

namespace isthmus::winapi {

/// What a handle gave: the object, kept alive as long as this, and what the handle may.
struct opened_object {
    std::shared_ptr<kernel_object> object;
    ACCESS_MASK granted = 0;

    explicit operator bool() const noexcept { return object != nullptr; }
};

/// Thread-safe. A handle is an index, times 4; the low two bits do not count. Zero is none, and the
/// pseudo-handles of the current process (-1) and thread (-2) are far beyond the largest index.
class handle_table {
public:
    /// The process's. Never destroyed: threads may run on while the process exits.
    static handle_table& instance() noexcept;

    /// Generic rights in `wanted` become specific ones. `flags`: HANDLE_FLAG_*. Null, with
    /// std::bad_alloc or ERROR_TOO_MANY_OPEN_FILES as last error, if there is no room.
    HANDLE insert(std::shared_ptr<kernel_object> object, ACCESS_MASK wanted, DWORD flags = 0);

    /// Nothing if it is no handle. Knows the pseudo-handles.
    opened_object find(HANDLE handle);

    /// A Win32 code.
    DWORD close(HANDLE handle) noexcept;
    DWORD flags_of(HANDLE handle, DWORD& flags) noexcept;
    DWORD change_flags(HANDLE handle, DWORD mask, DWORD flags) noexcept;

    std::size_t open_handles() noexcept;

    /// As Windows does when a process ends: or their files would stay until somebody finds them
    /// dead. Threads that still run, which Windows would have ended by then, come no further than
    /// to their next use of a handle; what this thread still does (destructor functions of
    /// libraries) finds no handle any more.
    void close_all_at_exit() noexcept;

private:
    struct entry {
        std::shared_ptr<kernel_object> object;
        ACCESS_MASK granted = 0;
        DWORD flags = 0;
        std::uint32_t next_free = 0; ///< one more than the index; 0: none
    };

    entry* entry_of(HANDLE handle) noexcept;

    const std::uint64_t process_ = posix::process_stamp();
    std::recursive_mutex mutex_;
    std::vector<entry> entries_;
    std::uint32_t first_free_ = 0; ///< one more than the index; 0: none
    std::size_t open_ = 0;
};

/// The objects behind the pseudo-handles (thread.cpp).
std::shared_ptr<kernel_object> current_process_object();
std::shared_ptr<kernel_object> current_thread_object();

/// The object of type `Object` behind the handle. Null with a Win32 code in `code`:
/// ERROR_INVALID_HANDLE if there is none or it is another type's, ERROR_ACCESS_DENIED if the handle
/// does not have all of the rights `needed`.
template <class Object>
std::shared_ptr<Object> reference(HANDLE handle, ACCESS_MASK needed, DWORD& code) {
    const auto found = handle_table::instance().find(handle);
    auto object = std::dynamic_pointer_cast<Object>(found.object);
    code = !object                              ? ERROR_INVALID_HANDLE
           : (found.granted & needed) != needed ? ERROR_ACCESS_DENIED
                                                : ERROR_SUCCESS;
    return code == ERROR_SUCCESS ? std::move(object) : nullptr;
}

/// A handle for a new object; null with the last error set if there is no room.
inline HANDLE new_handle(std::shared_ptr<kernel_object> object,
                         ACCESS_MASK wanted,
                         const SECURITY_ATTRIBUTES* attributes = nullptr) {
    const bool inherit = attributes != nullptr && attributes->bInheritHandle != FALSE;
    return handle_table::instance().insert(std::move(object), wanted,
                                           inherit ? HANDLE_FLAG_INHERIT : 0);
}

} // namespace isthmus::winapi
