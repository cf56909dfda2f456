#pragma once

#include "support/object_child.hpp"
#include "support/runtime_directory.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// \file
/// POSIX only. Programs of several users, who share a runtime directory.

namespace isthmus::test {

namespace fs = std::filesystem;

/// No accounts need to exist for them.
struct somebody {
    unsigned user;
    unsigned group;
};
inline constexpr somebody alice{54321, 54331};
inline constexpr somebody bob{54322, 54332};
inline constexpr somebody carol{54323, 54333};

class OtherUsers : public testing::Test {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "needs root, to become other users";
        }
        ASSERT_EQ(chmod(directory_.path().c_str(), 01777), 0);
    }

    static object_child become(const somebody& who, const std::vector<unsigned>& groups = {}) {
        return object_child(child_process::start(
            "object_child", {},
            {.user = run_as{.user = who.user, .group = who.group, .further_groups = groups}}));
    }

    /// One who creates with this access.
    static object_child become(const somebody& who, const char* access) {
        auto child = become(who);
        EXPECT_EQ(child.ask(std::string("access ") + access), "ok");
        return child;
    }

    std::size_t files() const {
        std::size_t count = 0;
        for (const auto& each : fs::recursive_directory_iterator(directory_.path())) {
            count += each.is_directory() ? 0 : 1;
        }
        return count;
    }

    /// After the next use by all of them.
    void expect_nothing_left() const {
        for (const auto& who : {alice, bob, carol}) {
            auto child = become(who);
            EXPECT_EQ(child.ask("mutex nobody"), "created");
            EXPECT_EQ(child.ask("open region Global\\nobody"), "not found");
            child.process().close_input();
            EXPECT_EQ(child.process().wait(), 0);
        }
        EXPECT_EQ(files(), 0U);
    }

    temporary_runtime_directory directory_{fs::is_directory("/dev/shm") ? "/dev/shm" : "/tmp"};
};

} // namespace isthmus::test
