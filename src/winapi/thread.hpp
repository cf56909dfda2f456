#pragma once

#include "kernel_object.hpp"

#include <isthmus/winapi/processthreadsapi.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace isthmus::winapi {

/// The calling process: the only one that there are handles of.
class process_object final : public kernel_object {
public:
    const rights_mapping& mapping() const noexcept override;
    /// Which is never set.
    detail::sync_object* signal() override;

private:
    std::mutex mutex_;
    std::unique_ptr<detail::sync_object> end_;
};

/// A thread, of whoever has made it. It is signaled when it has ended and what it owned is
/// abandoned.
class thread_object final : public kernel_object {
public:
    /// One that runs already: the calling thread.
    explicit thread_object(DWORD id) noexcept : id_(id) {}
    /// One that is about to be made. It begins with begin().
    explicit thread_object(bool suspended) noexcept : suspended_(suspended) {}

    const rights_mapping& mapping() const noexcept override;
    detail::sync_object* signal() override;

    DWORD id() const;
    /// STILL_ACTIVE as long as it has not ended.
    DWORD exit_code() const;

    /// ResumeThread: how often it was suspended.
    DWORD resume();

    /// _beginthread: the handle that the thread closes when it ends.
    void keep_handle(HANDLE handle);

    // For the thread itself.
    void begin(DWORD id); ///< waits until it is not suspended any more
    void set_exit_code(DWORD code);
    void end() noexcept;

    /// For its maker: waits for begin().
    void wait_for_begin();

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    DWORD id_ = 0;
    DWORD exit_code_ = 0;
    bool suspended_ = false;
    bool ended_ = false;
    HANDLE kept_ = nullptr;
    std::unique_ptr<detail::sync_object> end_; ///< made for who waits first
};

/// Makes the calling thread known as this one. False if there is no memory.
bool become(const std::shared_ptr<thread_object>& thread) noexcept;

std::shared_ptr<thread_object> current_thread();

/// Who starts a thread: `routine` returns its exit code. A Win32 code, and a handle with all
/// rights.
DWORD start_thread(const SECURITY_ATTRIBUTES* attributes,
                   SIZE_T stack_size,
                   DWORD flags,
                   std::function<DWORD()> routine,
                   HANDLE& handle,
                   DWORD& id);

} // namespace isthmus::winapi
