#pragma once

#include <windows.h>

#include <utility>

namespace isthmus::win32 {

/// Owns a kernel handle. CreateFile says "none" by INVALID_HANDLE_VALUE and everything else by
/// null; here both are empty.
class handle {
public:
    handle() noexcept = default;
    explicit handle(HANDLE value) noexcept
        : value_(value == INVALID_HANDLE_VALUE ? nullptr : value) {}
    handle(handle&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
    handle& operator=(handle&& other) noexcept {
        if (this != &other) {
            reset();
            value_ = std::exchange(other.value_, nullptr);
        }
        return *this;
    }
    ~handle() { reset(); }

    HANDLE get() const noexcept { return value_; }
    explicit operator bool() const noexcept { return value_ != nullptr; }
    HANDLE release() noexcept { return std::exchange(value_, nullptr); }
    /// For calls that return a handle through a pointer. Must be empty.
    HANDLE* out() noexcept { return &value_; }

    /// Keeps the last error: this runs on error paths, before GetLastError.
    void reset() noexcept {
        if (value_ == nullptr) {
            return;
        }
        const DWORD reason = GetLastError();
        CloseHandle(std::exchange(value_, nullptr));
        SetLastError(reason);
    }

private:
    HANDLE value_ = nullptr;
};

/// Owns what a system call allocated with LocalAlloc.
template <class T>
class local_memory {
public:
    local_memory() noexcept = default;
    local_memory(const local_memory&) = delete;
    local_memory& operator=(const local_memory&) = delete;
    ~local_memory() {
        if (value_ != nullptr) {
            LocalFree(value_);
        }
    }

    T* get() const noexcept { return value_; }
    T** out() noexcept { return &value_; }

private:
    T* value_ = nullptr;
};

} // namespace isthmus::win32
