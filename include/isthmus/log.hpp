#pragma once

#include <isthmus/export.hpp>

#include <memory>

namespace spdlog {
class logger;
}

/// \file
/// Logging: off by default.

namespace isthmus {

/// Hands the library a logger; null turns logging off. The environment variable `ISTHMUS_LOG`
/// (trace, debug, info, warn, error) turns on a logger of the library's own, which writes to
/// standard error, unless the program has set one. Thread-safe; takes effect for messages logged
/// from then on.
ISTHMUS_EXPORT void set_logger(std::shared_ptr<spdlog::logger> logger);

} // namespace isthmus
