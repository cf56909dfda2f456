#include "absence.hpp"
#include "support/fault.hpp"
#include "support/runtime_directory.hpp"
#include "support/support.hpp"

#include <isthmus/region.hpp>
#include <isthmus/slot.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

/// \file
/// What is certainly not there: whatever comes is seen at once, and what does not come costs
/// little.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using detail::absence;

/// Argument: the name of its slot.
const child_role wait_with_slot{"wait_with_slot", [](const auto& arguments) {
                                    const auto slot = slot_reader::create(arguments.at(0));
                                    tell_test("ready");
                                    wait_for_test_to_end();
                                    return 0;
                                }};

class Absence : public testing::Test {
protected:
    /// Until no directory is listed any more.
    static bool is_known_without_a_look(absence& none) {
        return eventually([&] {
            const fault<&posix::system_calls::readdir> listings(0, 0);
            return none.is_certain() && listings.count() == 0;
        });
    }

    const temporary_runtime_directory directory_;
    const std::string name_ = unique_name("absent");
    absence no_slot_{slot_address::parse(name_)};
    absence no_object_{object_name::parse("Global\\" + name_)};
};

TEST_F(Absence, IsKnownWithoutALook) {
    EXPECT_TRUE(no_slot_.is_certain()) << "there is no directory yet";
    const auto other = slot_reader::create(unique_name("other"));
    EXPECT_TRUE(is_known_without_a_look(no_slot_));
    EXPECT_TRUE(is_known_without_a_look(no_object_));
}

TEST_F(Absence, EndsWithTheFirstOfAUser) {
    EXPECT_TRUE(is_known_without_a_look(no_slot_));
    const auto slot = slot_reader::create(name_);
    EXPECT_FALSE(no_slot_.is_certain());
    EXPECT_TRUE(is_known_without_a_look(no_object_));
    const auto object = shared_region::create("Global\\" + name_, 1);
    EXPECT_FALSE(no_object_.is_certain());
}

TEST_F(Absence, EndsThoughTheDirectoryIsAnotherOne) {
    const auto other = slot_reader::create(unique_name("other"));
    EXPECT_TRUE(is_known_without_a_look(no_slot_));
    std::filesystem::remove_all(directory_.path() / ("isthmus-" + std::to_string(::geteuid())));
    EXPECT_TRUE(is_known_without_a_look(no_slot_));
    const auto slot = slot_reader::create(name_);
    EXPECT_FALSE(no_slot_.is_certain());
}

TEST_F(Absence, EndsAtOnceHoweverOldItIs) {
    std::minstd_rand random(2811);
    const auto other = slot_reader::create(unique_name("other"));
    for (std::size_t i = 0; i < scaled(200); ++i) {
        // Before and after the directories' stamps have settled.
        const auto pause = std::chrono::microseconds(random() % 4 == 0 ? 0 : random() % 40'000);
        std::this_thread::sleep_for(pause);
        ASSERT_TRUE(no_slot_.is_certain()) << i;
        ASSERT_TRUE(no_object_.is_certain()) << i;
        std::this_thread::sleep_for(pause / 10);
        auto slot = slot_reader::create(name_);
        auto object = shared_region::create("Global\\" + name_, 1);
        ASSERT_FALSE(no_slot_.is_certain()) << i;
        ASSERT_FALSE(no_object_.is_certain()) << i;
    }
}

TEST_F(Absence, IsNotCertainWhereAnythingHasTheName) {
    const auto other = slot_reader::create(unique_name("other"));
    EXPECT_TRUE(is_known_without_a_look(no_slot_));
    auto child = child_process::start("wait_with_slot", {name_});
    ASSERT_EQ(child.read_line(), "ready");
    EXPECT_FALSE(no_slot_.is_certain());
    child.kill_and_wait();
    // Until somebody removes it, what a dead process has left is there.
    std::error_code ec;
    slot_writer::open(name_, ec);
    EXPECT_TRUE(no_slot_.is_certain());
}

} // namespace
} // namespace isthmus::test
