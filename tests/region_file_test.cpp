#include "sync_testing.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

/// \file
/// Regions of which a file is the content.

namespace isthmus::test {
namespace {

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

bool all_zero(std::span<const std::byte> data) {
    return std::all_of(data.begin(), data.end(), [](auto each) { return each == std::byte{0}; });
}

bool holds(const region_view& view, std::span<const std::byte> data) {
    return std::equal(view.bytes().begin(), view.bytes().end(), data.begin(), data.end());
}

/// A file of the test's own, with a name that is not ASCII.
class temporary_file {
public:
    explicit temporary_file(const std::vector<std::byte>& content = {})
        : path_(std::filesystem::temp_directory_path() /
                std::filesystem::path(u8"isthmus-\u00E4\u20AC-")) {
        path_ += unique_name("file");
        std::ofstream out(path_, std::ios::binary);
        out.write(reinterpret_cast<const char*>(content.data()),
                  static_cast<std::streamsize>(content.size()));
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    std::string path() const {
        const auto text = path_.u8string();
        return {text.begin(), text.end()};
    }
    std::string content() const {
        std::ifstream in(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    std::filesystem::path path_;
};

TEST(RegionFile, IsTheFilesContent) {
    const auto data = pattern(100'003);
    const temporary_file file(data);
    const auto region = shared_region::from_file(file.path());
    EXPECT_EQ(region.size(), data.size());
    const auto view = region.map();
    EXPECT_TRUE(holds(view, data));
    view.bytes()[100'002] = ~data[100'002];
    view.bytes()[0] = ~data[0];
    view.flush();
    const auto content = file.content();
    ASSERT_EQ(content.size(), data.size());
    EXPECT_EQ(static_cast<std::byte>(content[100'002]), ~data[100'002]);
    EXPECT_EQ(static_cast<std::byte>(content[0]), ~data[0]);
    EXPECT_TRUE(std::equal(data.begin() + 1, data.end() - 1, bytes(content).begin() + 1));
}

TEST(RegionFile, IsSharedByAllWhoMapIt) {
    const temporary_file file(bytes("hello"));
    const auto one = shared_region::from_file(file.path()).map();
    const auto two = shared_region::from_file(file.path(), 0, rights::read_only).map();
    one.bytes()[0] = std::byte{'J'};
    EXPECT_EQ(text(two.bytes()), "Jello");
    const auto own = shared_region::from_file(file.path()).map(view_mode::copy_on_write);
    own.bytes()[0] = std::byte{'C'};
    EXPECT_EQ(text(one.bytes()), "Jello");
}

TEST(RegionFile, Grows) {
    const temporary_file file(bytes("start"));
    {
        const auto region = shared_region::from_file(file.path(), 10'000);
        EXPECT_EQ(region.size(), 10'000U);
        const auto view = region.map();
        EXPECT_EQ(text(view.bytes().first(5)), "start");
        EXPECT_TRUE(all_zero(view.bytes().subspan(5)));
        view.bytes()[9'999] = std::byte{'!'};
        view.flush();
    }
    EXPECT_EQ(file.content().size(), 10'000U);
    EXPECT_EQ(file.content().back(), '!');
    const temporary_file empty;
    EXPECT_EQ(shared_region::from_file(empty.path(), 3).size(), 3U);
    EXPECT_EQ(empty.content(), std::string(3, '\0'));
}

TEST(RegionFile, APartOfItCanBeMapped) {
    const auto data = pattern(10'000);
    const temporary_file file(data);
    const auto region = shared_region::from_file(file.path(), 5'000);
    EXPECT_EQ(region.size(), 5'000U);
    EXPECT_TRUE(holds(region.map(), std::span(data).first(5'000)));
    EXPECT_EQ(file.content().size(), 10'000U);
    EXPECT_EQ(error_of([&](auto& ec) { region.map(view_mode::read_only, 0, 5'001, ec); }),
              errc::invalid_argument);
}

TEST(RegionFile, Refuses) {
    const temporary_file file(bytes("hello"));
    const temporary_file empty;
    const auto failure = [](const std::string& path, std::uint64_t size, rights wanted) {
        return error_of([&](auto& ec) { shared_region::from_file(path, size, wanted, ec); });
    };
    EXPECT_EQ(failure(file.path() + "-not", 0, rights::read_write), errc::not_found);
    EXPECT_EQ(failure("", 0, rights::read_write), errc::not_found);
    EXPECT_EQ(failure(empty.path(), 0, rights::read_write), errc::invalid_argument);
    EXPECT_EQ(failure(empty.path(), 0, rights::read_only), errc::invalid_argument);
    EXPECT_EQ(failure(file.path(), 6, rights::read_only), errc::access_denied);
    EXPECT_EQ(failure(file.path() + std::string("\0x", 2), 0, rights::read_only),
              errc::invalid_name);
    EXPECT_TRUE(failure(file.path(), largest, rights::read_write));
    EXPECT_EQ(file.content(), "hello");
    EXPECT_THROW(shared_region::from_file(empty.path()), error);
    const auto reader = shared_region::from_file(file.path(), 0, rights::read_only);
    EXPECT_EQ(error_of([&](auto& ec) { reader.map(view_mode::read_write, 0, 0, ec); }),
              errc::access_denied);
}

TEST(RegionFile, LeavesNothingOpen) {
    const temporary_file file(bytes("hello"));
    const auto use = [&] {
        const auto region = shared_region::from_file(file.path(), 9'000);
        const auto one = region.map();
        one.flush();
        EXPECT_THROW(shared_region::from_file(file.path() + "-not"), error);
        const auto shared = region.share_with_child();
    };
    use();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        use();
    }
    EXPECT_EQ(descriptor_count(), before);
}

/// Takes a region over, tells its size and whether it can be written, and writes if so.
const child_role heir("file_heir", [](const std::vector<std::string>& arguments) {
    const auto region = shared_region::from_token(arguments.at(0));
    const auto view = region.map();
    const bool writable = view.mode() == view_mode::read_write;
    tell_test(std::to_string(region.size()) + (writable ? " read_write" : " read_only"));
    if (writable) {
        view.bytes().back() = std::byte{'!'};
        view.flush();
    }
    return 0;
});

TEST(RegionFile, CanBeHandedToAChild) {
    const temporary_file file(bytes("hello?"));
    for (const auto wanted : {rights::read_only, rights::read_write}) {
        const auto region = shared_region::from_file(file.path(), 0, wanted);
        const auto shared = region.share_with_child();
        auto child = child_process::start("file_heir", {shared.token()}, {.inherit = true});
        EXPECT_EQ(child.read_line(), wanted == rights::read_only ? "6 read_only" : "6 read_write");
        EXPECT_EQ(child.wait(), 0);
    }
    EXPECT_EQ(file.content(), "hello!");
}

} // namespace
} // namespace isthmus::test
