#include "handle_table.hpp"

#include "immortal.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

namespace isthmus::winapi {

namespace {

/// As many as Windows allows a process.
constexpr std::size_t most_handles = std::size_t{1} << 24U;

constexpr std::uintptr_t current_process = ~std::uintptr_t{0};
constexpr std::uintptr_t current_thread = ~std::uintptr_t{1};

std::uintptr_t number_of(HANDLE handle) noexcept {
    return reinterpret_cast<std::uintptr_t>(handle);
}

HANDLE handle_of(std::size_t index) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what a handle is
    return reinterpret_cast<HANDLE>(std::uintptr_t{index + 1} << 2U);
}

} // namespace

handle_table& handle_table::instance() noexcept {
    return detail::immortal<handle_table>();
}

handle_table::entry* handle_table::entry_of(HANDLE handle) noexcept {
    const std::uintptr_t index = (number_of(handle) >> 2U) - 1; // of zero: far too large
    return index < entries_.size() && entries_[index].object ? &entries_[index] : nullptr;
}

HANDLE handle_table::insert(std::shared_ptr<kernel_object> object,
                            ACCESS_MASK wanted,
                            DWORD flags) {
    const ACCESS_MASK granted = specific_rights(wanted, object->mapping());
    const std::lock_guard lock(mutex_);
    if (first_free_ == 0) {
        if (entries_.size() == most_handles) {
            return fail(ERROR_TOO_MANY_OPEN_FILES, HANDLE());
        }
        entries_.emplace_back();
        first_free_ = static_cast<std::uint32_t>(entries_.size());
    }
    if (!object->handle_opened()) {
        return fail(ERROR_INVALID_HANDLE, HANDLE());
    }
    const std::size_t index = first_free_ - 1;
    auto& place = entries_[index];
    first_free_ = place.next_free;
    place = {.object = std::move(object), .granted = granted, .flags = flags};
    ++open_;
    return handle_of(index);
}

opened_object handle_table::find(HANDLE handle) {
    if (number_of(handle) == current_process) {
        return {.object = current_process_object(), .granted = PROCESS_ALL_ACCESS};
    }
    if (number_of(handle) == current_thread) {
        return {.object = current_thread_object(), .granted = THREAD_ALL_ACCESS};
    }
    const std::lock_guard lock(mutex_);
    const auto* const found = entry_of(handle);
    return found != nullptr ? opened_object{.object = found->object, .granted = found->granted}
                            : opened_object();
}

DWORD handle_table::close(HANDLE handle) noexcept {
    std::shared_ptr<kernel_object> object; // ends outside the lock
    {
        const std::lock_guard lock(mutex_);
        auto* const found = entry_of(handle);
        if (found == nullptr) {
            // Closing a pseudo-handle does nothing, and is no error.
            return number_of(handle) >= current_thread ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
        }
        if ((found->flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0) {
            return ERROR_INVALID_HANDLE;
        }
        object = std::move(found->object);
        *found = {.next_free = first_free_};
        first_free_ = static_cast<std::uint32_t>(found - entries_.data()) + 1;
        --open_;
    }
    object->handle_closed();
    return ERROR_SUCCESS;
}

DWORD handle_table::flags_of(HANDLE handle, DWORD& flags) noexcept {
    if (number_of(handle) >= current_thread) {
        flags = 0;
        return ERROR_SUCCESS;
    }
    const std::lock_guard lock(mutex_);
    const auto* const found = entry_of(handle);
    flags = found != nullptr ? found->flags : 0;
    return found != nullptr ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

DWORD handle_table::change_flags(HANDLE handle, DWORD mask, DWORD flags) noexcept {
    if (number_of(handle) >= current_thread) {
        return ERROR_ACCESS_DENIED; // the pseudo-handles are in no table
    }
    const std::lock_guard lock(mutex_);
    auto* const found = entry_of(handle);
    if (found == nullptr) {
        return ERROR_INVALID_HANDLE;
    }
    found->flags = (found->flags & ~mask) | (flags & mask);
    return ERROR_SUCCESS;
}

void handle_table::close_all_at_exit() noexcept {
    if (posix::process_stamp() != process_) {
        return; // a child has its parent's handles, which are not its own to close
    }
    mutex_.lock(); // for ever
    end_calls_of_others();
    for (auto& each : entries_) {
        if (each.object && !each.object->handle_closed()) {
            each.object.reset();
        }
    }
    // A thread in a call has the object as well, and must have given it back before the process is
    // no more: else what it has in the file system would stay. The calls have just been ended.
    const auto is_used = [](const entry& each) { return each.object.use_count() > 1; };
    for (int i = 0; i < 100 && std::any_of(entries_.begin(), entries_.end(), is_used); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    entries_.clear();
    first_free_ = 0;
    open_ = 0;
}

namespace {

/// Before anything of the program runs, so that it is done after everything of the program has run:
/// destructors of static objects, too, find their handles open.
[[gnu::constructor(101)]] void close_handles_at_exit() {
    static_cast<void>(std::atexit([] { handle_table::instance().close_all_at_exit(); }));
}

/// Windows programs count on thousands of handles, of which each that is not a name's needs a
/// descriptor, too. The usual limit is there for who uses select(), and may be raised as far as the
/// administrator's.
[[gnu::constructor(101)]] void allow_many_handles() {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace

std::size_t handle_table::open_handles() noexcept {
    const std::lock_guard lock(mutex_);
    return open_;
}

} // namespace isthmus::winapi
