#include "immortal.hpp"
#include "logging.hpp"

#include <isthmus/log.hpp>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <utility>

namespace isthmus {

namespace {

enum class decision : unsigned char { open, off, on };

struct state {
    /// So that a library that logs nothing pays one load a call.
    std::atomic<decision> decided{decision::open};
    std::mutex guard;
    std::shared_ptr<spdlog::logger> current;
};

state& the_state() noexcept {
    return detail::immortal<state>();
}
[[maybe_unused]] const auto& made_at_start = the_state(); // as in error.cpp

constexpr std::array<std::pair<std::string_view, spdlog::level::level_enum>, 5> level_names{{
    {"trace", spdlog::level::trace},
    {"debug", spdlog::level::debug},
    {"info", spdlog::level::info},
    {"warn", spdlog::level::warn},
    {"error", spdlog::level::err},
}};

/// The logger that ISTHMUS_LOG asks for; null if it asks for none, or for something unknown. It is
/// not registered with spdlog, whose registry belongs to the program.
std::shared_ptr<spdlog::logger> logger_from_environment() {
    const char* const value = std::getenv("ISTHMUS_LOG");
    if (value == nullptr) {
        return nullptr;
    }
    const auto* const found = std::find_if(level_names.begin(), level_names.end(),
                                           [&](const auto& each) { return each.first == value; });
    if (found == level_names.end()) {
        return nullptr;
    }
    auto logger = std::make_shared<spdlog::logger>(
        "isthmus", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(found->second);
    return logger;
}

} // namespace

void set_logger(std::shared_ptr<spdlog::logger> logger) {
    auto& all = the_state();
    // The previous one goes with the argument, after the lock: its destructor may do anything.
    const std::lock_guard hold(all.guard);
    all.current.swap(logger);
    all.decided.store(all.current ? decision::on : decision::off, std::memory_order_release);
}

namespace detail {

std::shared_ptr<spdlog::logger> logger() noexcept {
    try {
        auto& all = the_state();
        const auto decided = all.decided.load(std::memory_order_acquire);
        if (decided == decision::off) {
            return nullptr;
        }
        if (decided == decision::open) {
            auto own = logger_from_environment();
            const std::lock_guard hold(all.guard);
            if (all.decided.load(std::memory_order_relaxed) == decision::open) {
                all.current = std::move(own);
                all.decided.store(all.current ? decision::on : decision::off,
                                  std::memory_order_release);
            }
            return all.current;
        }
        const std::lock_guard hold(all.guard);
        return all.current;
    } catch (...) {
        return nullptr; // out of memory: do without a log
    }
}

void log_formatted(spdlog::level::level_enum level,
                   spdlog::string_view_t format,
                   spdlog::fmt_lib::format_args args) noexcept {
    try {
        if (const auto sink = logger(); sink && sink->should_log(level)) {
            sink->log(level, spdlog::fmt_lib::vformat(format, args));
        }
    } catch (...) { // NOLINT(bugprone-empty-catch): logging must never make a call fail
    }
}

} // namespace detail

} // namespace isthmus
