#pragma once

#include "sync_object.hpp"

#include <isthmus/winapi/minwindef.h>
#include <isthmus/winapi/winnt.h>

#include <atomic>
#include <cstdint>
#include <memory>

/// \file
/// What handles refer to. As in the Windows kernel an object is held by its handles and, beside
/// them, by whoever is using it at the moment: closing a handle in one thread takes nothing from
/// under a call in another.

namespace isthmus::winapi {

/// What the generic rights mean for one type of object.
struct rights_mapping {
    ACCESS_MASK read;
    ACCESS_MASK write;
    ACCESS_MASK execute;
    ACCESS_MASK all;
};

/// The specific rights that `wanted` asks for.
constexpr ACCESS_MASK specific_rights(ACCESS_MASK wanted, const rights_mapping& mapping) noexcept {
    constexpr ACCESS_MASK generic =
        GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL | MAXIMUM_ALLOWED;
    ACCESS_MASK rights = wanted & ~generic;
    rights |= (wanted & GENERIC_READ) != 0 ? mapping.read : 0;
    rights |= (wanted & GENERIC_WRITE) != 0 ? mapping.write : 0;
    rights |= (wanted & GENERIC_EXECUTE) != 0 ? mapping.execute : 0;
    rights |= (wanted & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0 ? mapping.all : 0;
    return rights;
}

class kernel_object {
public:
    kernel_object() = default;
    kernel_object(const kernel_object&) = delete;
    kernel_object& operator=(const kernel_object&) = delete;
    virtual ~kernel_object() = default;

    virtual const rights_mapping& mapping() const noexcept = 0;

    /// Whether DuplicateHandle may give more rights than the handle has that it duplicates.
    virtual bool rights_may_grow() const noexcept { return true; }

    /// What a wait for the object waits for; null if it cannot be waited for. Everything that can
    /// is in the end a mutex, semaphore or event of the library, so that one wait takes any mix.
    /// May throw std::bad_alloc, and std::system_error if it has to be made first.
    virtual detail::sync_object* signal() { return nullptr; }

    /// Called after a wait for the object has succeeded.
    virtual void after_wait() noexcept {}

    /// Whether it ends when its last handle is closed, though calls that are under way still use
    /// it.
    virtual bool ends_with_its_last_handle() const noexcept { return false; }
    /// Called then, once: ends those calls.
    virtual void last_handle_closed() noexcept {}

    // For the handle table.

    /// False if it has ended: somebody has it who found it before its last handle was closed.
    bool handle_opened() noexcept {
        auto handles = handles_.load(std::memory_order_relaxed);
        while (handles != ended &&
               !handles_.compare_exchange_weak(handles, handles + 1, std::memory_order_acq_rel)) {}
        return handles != ended;
    }
    /// True if it has ended by that.
    bool handle_closed() noexcept {
        std::uint32_t none = 0;
        if (handles_.fetch_sub(1, std::memory_order_acq_rel) != 1 || !ends_with_its_last_handle() ||
            !handles_.compare_exchange_strong(none, ended, std::memory_order_acq_rel)) {
            return false;
        }
        last_handle_closed();
        return true;
    }

private:
    static constexpr std::uint32_t ended = ~std::uint32_t{0};

    std::atomic<std::uint32_t> handles_ = 0;
};

} // namespace isthmus::winapi
