#include "object_racing.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// \file
/// Processes that create, open and close the same names at the same time: nobody ever sees an
/// object that is half made, or one that is dead while its name lives on.

namespace isthmus::test {
namespace {

TEST(ObjectRace, NobodySeesAHalfMadeOrDeadObject) {
    const auto name = unique_name("race");
    constexpr std::size_t processes = 8;
    const auto rounds = scaled(10'000) / processes + 1;
    std::vector<child_process> children;
    for (std::size_t i = 0; i < processes; ++i) {
        children.push_back(child_process::start(
            "racer", {name, std::to_string(rounds), std::to_string(i), "rmsexc", "owner"}));
    }
    for (auto& each : children) {
        ASSERT_EQ(each.read_line(), "ready");
    }
    for (auto& each : children) {
        each.write_line("go");
    }
    for (auto& each : children) {
        EXPECT_EQ(each.read_line(), "done");
        EXPECT_EQ(each.wait(), 0);
    }
    for (const auto* kind : {"r", "m", "s", "e", "x", "c"}) {
        EXPECT_EQ(error_of([&](auto& ec) { event::open(name + kind, sync_rights::wait, ec); }),
                  errc::not_found)
            << kind;
    }
}

} // namespace
} // namespace isthmus::test
