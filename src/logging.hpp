#pragma once

#include <spdlog/spdlog.h>

#include <memory>

/// \file
/// The library's own side of log.hpp.

namespace isthmus::detail {

/// The current logger; null if logging is off. Cheap enough for every call that may fail.
std::shared_ptr<spdlog::logger> logger() noexcept;

/// Logs if logging is on. A logger that throws is not allowed to disturb the caller.
template <class... Args>
void log(spdlog::level::level_enum level,
         spdlog::format_string_t<Args...> format,
         Args&&... args) noexcept {
    try {
        if (const auto sink = logger(); sink && sink->should_log(level)) {
            sink->log(level, format, std::forward<Args>(args)...);
        }
    } catch (...) { // NOLINT(bugprone-empty-catch): logging must never make a call fail
    }
}

} // namespace isthmus::detail
