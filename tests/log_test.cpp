#include "logging.hpp"
#include "support/support.hpp"

#include <isthmus/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace isthmus {
namespace {

using testing::HasSubstr;
using testing::Not;

class counting_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::atomic<int> count{0};

private:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override { ++count; }
    void flush_() override {}
};

class throwing_sink final : public spdlog::sinks::base_sink<std::mutex> {
private:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override { throw 42; }
    void flush_() override {}
};

class Log : public testing::Test {
protected:
    void TearDown() override { set_logger(nullptr); }
};

TEST_F(Log, GoesToTheProgramsLogger) {
    std::ostringstream text;
    auto logger = std::make_shared<spdlog::logger>(
        "program", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
    set_logger(logger);
    detail::log(spdlog::level::info, "hello {}", 42);
    detail::log(spdlog::level::debug, "below the logger's level");
    EXPECT_THAT(text.str(), HasSubstr("hello 42"));
    EXPECT_THAT(text.str(), Not(HasSubstr("below")));
    set_logger(nullptr);
    detail::log(spdlog::level::info, "not any more");
    EXPECT_THAT(text.str(), Not(HasSubstr("any more")));
    EXPECT_EQ(detail::logger(), nullptr);
    EXPECT_EQ(logger.use_count(), 1);
}

TEST_F(Log, LoggerThatThrowsDisturbsNobody) {
    set_logger(std::make_shared<spdlog::logger>("bad", std::make_shared<throwing_sink>()));
    detail::log(spdlog::level::info, "hello");
}

TEST_F(Log, ManyThreads) {
    auto sink = std::make_shared<counting_sink>();
    const auto logger = std::make_shared<spdlog::logger>("program", sink);
    set_logger(logger);
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            for (int n = 0; n < 200; ++n) {
                if (i == 0) {
                    set_logger(n % 2 == 0 ? nullptr : logger);
                } else {
                    detail::log(spdlog::level::info, "{}", n);
                }
            }
        });
    }
    for (auto& each : threads) {
        each.join();
    }
    EXPECT_LE(sink->count, 600);
}

// The environment is looked at once in a process, so each case has its own.
const test::child_role speaker{
    "speak", [](const auto& arguments) {
        if (!arguments.empty()) {
            set_logger(nullptr);
        }
        detail::log(spdlog::level::debug, "a detail");
        detail::log(spdlog::level::err, "a failure");
        const auto logger = detail::logger();
        test::tell_test(logger ? logger->name() : "off");
        test::tell_test(logger && logger->should_log(spdlog::level::debug) ? "debug" : "no debug");
        // The program's registry of loggers is left alone.
        test::tell_test(spdlog::get("isthmus") ? "registered" : "own");
        return 0;
    }};

std::vector<std::string> speak(const std::string& setting, bool silenced = false) {
    test::child_options options;
    options.environment = {{"ISTHMUS_LOG", setting}};
    auto child = test::child_process::start(
        "speak", silenced ? std::vector<std::string>{"silenced"} : std::vector<std::string>{},
        options);
    std::vector<std::string> lines;
    while (auto line = child.read_line()) {
        lines.push_back(*line);
    }
    EXPECT_EQ(child.wait(), 0);
    return lines;
}

using lines = std::vector<std::string>;

TEST(LogEnvironment, TurnsItOn) {
    EXPECT_EQ(speak("debug"), (lines{"isthmus", "debug", "own"}));
    EXPECT_EQ(speak("trace"), (lines{"isthmus", "debug", "own"}));
    EXPECT_EQ(speak("error"), (lines{"isthmus", "no debug", "own"}));
}

TEST(LogEnvironment, OtherValuesAreIgnored) {
    EXPECT_EQ(speak(""), (lines{"off", "no debug", "own"}));
    EXPECT_EQ(speak("loud"), (lines{"off", "no debug", "own"}));
}

TEST(LogEnvironment, TheProgramDecides) {
    EXPECT_EQ(speak("debug", true), (lines{"off", "no debug", "own"}));
}

} // namespace
} // namespace isthmus
