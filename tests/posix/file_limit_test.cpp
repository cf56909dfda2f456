#include "slot_testing.hpp"
#include "support/support.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>
#include <isthmus/event.hpp>
#include <isthmus/region.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <string>
#include <system_error>
#include <vector>

/// \file
/// In a process that may not make large files a call fails: the signal that the system has for that
/// ends no program of ours.

namespace isthmus::test {
namespace {

std::string result_of(const std::error_code& ec) {
    return !ec ? "ok" : ec == errc::no_space ? "no space" : ec.message();
}

/// Arguments: the limit, in bytes.
const child_role limited("limited", [](const std::vector<std::string>& arguments) {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::stoul(arguments.at(0));
    setrlimit(RLIMIT_FSIZE, &limit);
    std::error_code ec;
    const auto region = shared_region::create(unique_name("limit"), 1 << 20, {}, ec);
    tell_test("region: " + result_of(ec));
    const auto unnamed = shared_region::create_unnamed(1 << 20, {}, ec);
    tell_test("unnamed region: " + result_of(ec));
    const auto bell = event::create(unique_name("limit"), {}, ec);
    tell_test("event: " + result_of(ec));
    const auto slot = slot_reader::create(unique_name("limit"), {}, ec);
    tell_test("slot: " + result_of(ec));
    const auto listener = channel_listener::create(unique_name("limit"), {}, ec);
    tell_test("channel: " + std::string(ec ? "refused" : "ok"));
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto again = slot_reader::create(unique_name("limit"), {}, ec);
    tell_test("slot, without the limit: " + result_of(ec));
    return 0;
});

std::vector<std::string> with_limit(const std::string& size) {
    auto child = child_process::start("limited", {size});
    std::vector<std::string> lines;
    while (auto line = child.read_line())
        lines.push_back(*line);
    EXPECT_EQ(child.wait(), 0);
    return lines;
}

using lines = std::vector<std::string>;

TEST(FileLimit, IsNoSpace) {
    EXPECT_EQ(with_limit("65536"),
              (lines{"region: no space", "unnamed region: no space", "event: no space",
                     "slot: no space", "channel: ok", "slot, without the limit: ok"}));
}

TEST(FileLimit, OfNothingAtAll) {
    EXPECT_EQ(with_limit("0"),
              (lines{"region: no space", "unnamed region: no space", "event: no space",
                     "slot: no space", "channel: refused", "slot, without the limit: ok"}));
}

} // namespace
} // namespace isthmus::test
