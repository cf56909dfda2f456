#include "native_error.hpp"
#include "posix/named_object.hpp"
#include "posix/region_file.hpp"
#include "support/data.hpp"
#include "support/environment.hpp"

#include <isthmus/error.hpp>
#include <isthmus/name.hpp>
#include <isthmus/region.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

/// \file
/// Named regions that are files (the layer for Windows programs makes them), as those who open them
/// by name see them.

namespace isthmus::test {
namespace {

class RegionNamedFile : public testing::Test {
protected:
    ~RegionNamedFile() override {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
        std::filesystem::remove(other_path_, ignored);
    }

    static void put(const std::string& path, const std::string& content) {
        std::ofstream(path, std::ios::binary) << content;
    }

    /// As long as the result lives the name does.
    posix::object_file make(std::uint32_t special = 0) {
        struct ::stat status {};
        EXPECT_EQ(::stat(path_.c_str(), &status), 0);
        const auto name = object_name::parse(name_);
        std::error_code ec;
        bool created = false;
        auto made = posix::make_object(
            {.name = &name,
             .how = detail::creation::create,
             .kind = detail::object_kind::region,
             .size = static_cast<std::uint64_t>(status.st_size),
             .create = detail::operation::create_region,
             .open = detail::operation::open_region},
            [&](int fd, posix::object_header& header) {
                header.slot = special;
                return posix::refer_to_file(fd, header, path_, status);
            },
            created, ec);
        EXPECT_FALSE(ec) << ec.message();
        EXPECT_TRUE(created);
        return made;
    }

    std::error_code failure_of_open(rights wanted = rights::read_write) const {
        std::error_code ec;
        const auto region = shared_region::open(name_, wanted, ec);
        return ec;
    }

    const std::string name_ = unique_name("named_file");
    const std::string path_ = (std::filesystem::temp_directory_path() / name_).string();
    const std::string other_path_ = path_ + ".moved";
};

TEST_F(RegionNamedFile, IsOpenedByItsName) {
    put(path_, "content");
    const auto made = make();
    const auto region = shared_region::open(name_);
    EXPECT_EQ(region.size(), 7U);
    const auto view = region.map();
    EXPECT_EQ(text(view.bytes()), "content");
    view.bytes()[0] = std::byte{'C'};
    view.flush();
    std::string content;
    std::ifstream(path_) >> content;
    EXPECT_EQ(content, "Content");
}

TEST_F(RegionNamedFile, ItsNameLastsAsLongAsSomebodyHasIt) {
    put(path_, "content");
    auto made = make();
    auto region = shared_region::open(name_);
    made.close();
    EXPECT_FALSE(failure_of_open());
    region.close();
    EXPECT_EQ(failure_of_open(), errc::not_found);
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(RegionNamedFile, OneThatIsOnlyToBeReadCannotBeWrittenTo) {
    put(path_, "content");
    const auto made = make(posix::region_is_read_only);
    EXPECT_EQ(failure_of_open(), errc::access_denied);
    EXPECT_FALSE(failure_of_open(rights::read_only));
}

TEST_F(RegionNamedFile, AnotherFileInItsPlaceIsNotIt) {
    put(path_, "content");
    const auto made = make();
    std::filesystem::rename(path_, other_path_);
    EXPECT_EQ(failure_of_open().value(), ESTALE);
    put(path_, "another");
    EXPECT_EQ(failure_of_open().value(), ESTALE);
    std::filesystem::remove(path_);
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    EXPECT_TRUE(failure_of_open());
    std::filesystem::remove(path_);
    std::filesystem::rename(other_path_, path_);
    EXPECT_FALSE(failure_of_open());
}

TEST_F(RegionNamedFile, AFileThatHasBecomeShorterIsRefused) {
    put(path_, "content");
    const auto made = make();
    std::filesystem::resize_file(path_, 6);
    EXPECT_EQ(failure_of_open().value(), ESTALE);
}

TEST_F(RegionNamedFile, ARecordThatIsNoneIsRefused) {
    put(path_, "content");
    const auto made = make();
    const std::string rubbish(4112, 'x');
    ASSERT_EQ(::pwrite(made.fd(), rubbish.data(), rubbish.size(),
                       static_cast<off_t>(posix::content_offset)),
              static_cast<ssize_t>(rubbish.size()));
    EXPECT_EQ(failure_of_open().value(), EPROTO);
}

} // namespace
} // namespace isthmus::test
