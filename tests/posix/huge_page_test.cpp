#include "support/runtime_directory.hpp"
#include "support/support.hpp"

#include <isthmus/region.hpp>

#include <gtest/gtest.h>

#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <string>

/// \file
/// Huge pages, on a file system that has them.

namespace isthmus::test {
namespace {

/// A tmpfs over a directory, while it lives.
class mounted_tmpfs {
public:
    explicit mounted_tmpfs(std::string place) : place_(std::move(place)) {
        mounted_ = ::mount("isthmus-test", place_.c_str(), "tmpfs", 0,
                           "mode=1777,size=64m,huge=advise") == 0;
    }
    mounted_tmpfs(const mounted_tmpfs&) = delete;
    mounted_tmpfs& operator=(const mounted_tmpfs&) = delete;
    ~mounted_tmpfs() {
        if (mounted_)
            ::umount2(place_.c_str(), MNT_DETACH);
    }
    explicit operator bool() const noexcept { return mounted_; }

private:
    std::string place_;
    bool mounted_ = false;
};

/// Memory of this process that is mapped from files by huge pages, in KiB.
long mapped_by_huge_pages() {
    std::ifstream smaps("/proc/self/smaps_rollup");
    for (std::string line; std::getline(smaps, line);) {
        if (line.starts_with("ShmemPmdMapped:"))
            return std::stol(line.substr(15));
    }
    return -1;
}

TEST(HugePages, AreUsedWhereTheFileSystemHasThem) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root may mount";
    const temporary_runtime_directory directory;
    const mounted_tmpfs memory(directory.path());
    if (!memory || mapped_by_huge_pages() < 0)
        GTEST_SKIP() << "the system has no huge pages for shared memory";
    constexpr std::size_t size = 16 * 1024 * 1024;
    const auto region = shared_region::create(unique_name("huge"), size, {.huge_pages = true});
    const auto view = region.map();
    for (std::size_t i = 0; i < size; i += 4096) {
        ASSERT_EQ(view.bytes()[i], std::byte{0});
        view.bytes()[i] = std::byte{1};
    }
    if (mapped_by_huge_pages() == 0)
        GTEST_SKIP() << "no huge page was free";
    EXPECT_GE(mapped_by_huge_pages(), 2048);
}

} // namespace
} // namespace isthmus::test
