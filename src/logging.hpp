#pragma once

#include <isthmus/log.hpp>

#include <spdlog/common.h>

#include <memory>

/// \file
/// The library's own side of log.hpp.

namespace isthmus::detail {

/// The current logger; null if logging is off. Cheap enough for every call that may fail.
std::shared_ptr<spdlog::logger> logger() noexcept;

/// Logs if logging is on. A logger that throws is not allowed to disturb the caller.
void log_formatted(spdlog::level::level_enum level,
                   spdlog::string_view_t format,
                   spdlog::fmt_lib::format_args args) noexcept;

/// The same. What formats and logs is compiled once, not with every call.
template <class... Args>
void log(spdlog::level::level_enum level,
         spdlog::format_string_t<Args...> format,
         Args&&... args) noexcept {
    log_formatted(level, format, spdlog::fmt_lib::make_format_args(args...));
}

} // namespace isthmus::detail
