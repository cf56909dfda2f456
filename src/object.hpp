#pragma once

#include <isthmus/name.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// \file
/// What regions, mutexes, semaphores and events have in common: one namespace.

namespace isthmus::detail {

enum class object_kind : std::uint8_t { region = 1, mutex, semaphore, event };

/// What a call wants of a name.
enum class creation : std::uint8_t {
    create,         ///< it must be new
    open,           ///< it must exist
    open_or_create, ///< either
};

/// A duplicate of a handle that child processes inherit. Closes it when destroyed. Implemented by
/// src/posix/inheritable_handle.cpp and src/win32/inheritable_handle.cpp.
class inheritable_handle {
public:
    /// `note`: what the child has to know beside the handle. `companion`: what else it inherits.
    explicit inheritable_handle(std::intptr_t native,
                                std::string note = {},
                                std::unique_ptr<inheritable_handle> companion = nullptr)
        : native_(native), note_(std::move(note)), companion_(std::move(companion)) {}
    inheritable_handle(const inheritable_handle&) = delete;
    inheritable_handle& operator=(const inheritable_handle&) = delete;
    ~inheritable_handle();

    std::string token() const { return std::to_string(native_) + note_; }

private:
    std::intptr_t native_;
    std::string note_;
    std::unique_ptr<inheritable_handle> companion_;
};

} // namespace isthmus::detail
