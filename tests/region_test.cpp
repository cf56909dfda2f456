#include "sync_testing.hpp"

#include <cstring>
#include <limits>

namespace isthmus::test {
namespace {

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

bool all_zero(std::span<const std::byte> data) {
    return std::all_of(data.begin(), data.end(), [](auto each) { return each == std::byte{0}; });
}

void fill(const region_view& view, const std::vector<std::byte>& data) {
    ASSERT_EQ(view.size(), data.size());
    std::copy(data.begin(), data.end(), view.bytes().begin());
}

bool holds(const region_view& view, std::span<const std::byte> data) {
    return std::equal(view.bytes().begin(), view.bytes().end(), data.begin(), data.end());
}

// --- size, content

TEST(Region, IsZeroFilled) {
    const auto region = shared_region::create_unnamed(100'000);
    EXPECT_TRUE(region.is_open());
    const auto view = region.map();
    EXPECT_EQ(view.size(), 100'000U);
    EXPECT_EQ(view.mode(), view_mode::read_write);
    EXPECT_TRUE(all_zero(view.bytes()));
}

TEST(Region, HasTheSizeThatWasAskedFor) {
    for (const std::uint64_t size : {1, 2, 4095, 4096, 4097, 65535, 65536, 65537, 1'000'003}) {
        const auto name = unique_name("region");
        const auto created = shared_region::create(name, size);
        EXPECT_EQ(created.size(), size);
        const auto opened = shared_region::open(name);
        EXPECT_EQ(opened.size(), size);
        EXPECT_EQ(shared_region::open(name, rights::read_only).size(), size);
        const auto again = shared_region::open_or_create(name, size + 5000);
        EXPECT_FALSE(again.created);
        EXPECT_EQ(again.object.size(), size);
        const auto view = opened.map();
        EXPECT_EQ(view.size(), size);
        // All of it can be used.
        fill(view, pattern(size));
        EXPECT_TRUE(holds(created.map(), pattern(size)));
        EXPECT_EQ(opened.size(), size);
    }
}

TEST(Region, RefusesSizesThatCannotBe) {
    const auto name = unique_name("region");
    const auto none = error_of([&](auto& ec) { shared_region::create(name, 0, {}, ec); });
    EXPECT_EQ(none, errc::invalid_argument);
    EXPECT_EQ(none.value(), 87);
    EXPECT_EQ(error_of([&](auto& ec) { shared_region::open_or_create(name, 0, {}, ec); }),
              errc::invalid_argument);
    EXPECT_EQ(error_of([&](auto& ec) { shared_region::create_unnamed(0, {}, ec); }),
              errc::invalid_argument);
    for (const std::uint64_t size : {largest, largest / 2 + 1, std::uint64_t{1} << 60}) {
        const auto ec = error_of([&](auto& code) { shared_region::create(name, size, {}, code); });
        EXPECT_TRUE(ec == errc::out_of_memory || ec == errc::no_space) << size << ec.message();
    }
    // Nothing is left of the attempts.
    EXPECT_TRUE(shared_region::open_or_create(name, 10).created);
}

TEST(Region, IsSharedByItsHandlesAndViews) {
    const auto name = unique_name("region");
    const auto first = shared_region::create(name, 10'000);
    const auto second = shared_region::open(name);
    const auto one = first.map();
    const auto two = second.map();
    const auto three = second.map();
    one.bytes()[9'999] = std::byte{1};
    two.bytes()[0] = std::byte{2};
    EXPECT_EQ(three.bytes()[9'999], std::byte{1});
    EXPECT_EQ(one.bytes()[0], std::byte{2});
}

TEST(Region, LivesWhileAHandleIsOpen) {
    const auto name = unique_name("region");
    auto first = shared_region::create(name, 100);
    auto second = shared_region::open(name);
    first.map().as<int>() = 42;
    first.close();
    EXPECT_FALSE(first.is_open());
    EXPECT_EQ(first.size(), 0U);
    EXPECT_EQ(shared_region::open(name).map().as<int>(), 42);
    second.close();
    EXPECT_EQ(error_of([&](auto& ec) { shared_region::open(name, rights::read_only, ec); }),
              errc::not_found);
    const auto fresh = shared_region::create(name, 200);
    EXPECT_TRUE(all_zero(fresh.map().bytes()));
}

// --- views

TEST(RegionView, BeginsAnywhere) {
    constexpr std::size_t size = 300'000;
    const auto data = pattern(size);
    const auto region = shared_region::create_unnamed(size);
    fill(region.map(), data);
    for (const std::size_t offset : {0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 299'999}) {
        for (const std::size_t length : {1, 2, 100, 4096, 70'000}) {
            if (offset + length > size) {
                continue;
            }
            for (const auto mode :
                 {view_mode::read_only, view_mode::read_write, view_mode::copy_on_write}) {
                const auto view = region.map(mode, offset, length);
                EXPECT_EQ(view.mode(), mode);
                EXPECT_TRUE(holds(view, std::span(data).subspan(offset, length)))
                    << offset << ' ' << length;
            }
        }
        const auto rest = region.map(view_mode::read_only, offset);
        EXPECT_TRUE(holds(rest, std::span(data).subspan(offset)));
    }
}

TEST(RegionView, NeverReachesBeyondTheSize) {
    const auto region = shared_region::create_unnamed(10'000);
    const std::pair<std::uint64_t, std::size_t> all[] = {
        {0, 10'001},       {10'000, 0},  {10'000, 1},
        {9'999, 2},        {1, 10'000},  {20'000, 1},
        {largest, 1},      {largest, 0}, {1, std::numeric_limits<std::size_t>::max()},
        {largest - 5, 10},
    };
    for (const auto& [offset, length] : all) {
        const auto ec = error_of([&, at = offset, size = length](auto& code) {
            region.map(view_mode::read_only, at, size, code);
        });
        EXPECT_EQ(ec, errc::invalid_argument) << offset << ' ' << length;
        EXPECT_EQ(ec.value(), 87);
    }
    EXPECT_THROW(region.map(view_mode::read_only, 10'000), error);
    EXPECT_EQ(region.map(view_mode::read_only, 9'999).size(), 1U);
}

TEST(RegionView, CopiesOnWrite) {
    const auto name = unique_name("region");
    const auto region = shared_region::create(name, 10'000);
    const auto shared = region.map();
    shared.bytes()[1] = std::byte{1};
    for (const auto wanted : {rights::read_only, rights::read_write}) {
        const auto own = shared_region::open(name, wanted).map(view_mode::copy_on_write);
        EXPECT_EQ(own.bytes()[1], std::byte{1});
        own.bytes()[1] = std::byte{9};
        own.bytes()[5000] = std::byte{9};
        EXPECT_EQ(shared.bytes()[1], std::byte{1});
        EXPECT_EQ(shared.bytes()[5000], std::byte{0});
        EXPECT_EQ(own.bytes()[1], std::byte{9});
        own.flush();
        EXPECT_EQ(shared.bytes()[1], std::byte{1});
    }
}

TEST(RegionView, OutlivesTheHandleWhileTheNameGoes) {
    const auto name = unique_name("region");
    auto region = shared_region::create(name, 100);
    auto view = region.map();
    region.close();
    EXPECT_EQ(error_of([&](auto& ec) { shared_region::open(name, rights::read_only, ec); }),
              errc::not_found);
    view.as<int>() = 7;
    const auto other = shared_region::create(name, 100);
    EXPECT_EQ(other.map().as<int>(), 0);
    EXPECT_EQ(view.as<int>(), 7);
    EXPECT_TRUE(view.is_open());
    view.close();
    EXPECT_FALSE(view.is_open());
    EXPECT_EQ(view.size(), 0U);
    EXPECT_EQ(error_of([&](auto& ec) { view.flush(ec); }), errc::invalid_handle);
}

TEST(RegionView, GivesObjectsWithinItOnly) {
    struct table {
        std::uint64_t version;
        std::uint32_t rows[3];
    };
    const auto region = shared_region::create_unnamed(100);
    const auto view = region.map();
    view.as<table>().version = 5;
    view.as<table>(24).rows[2] = 6;
    EXPECT_EQ(view.as<std::uint64_t>(), 5U);
    EXPECT_EQ(view.as<std::uint32_t>(24 + 16), 6U);
    EXPECT_NO_THROW(view.as<char>(99));
    EXPECT_THROW(view.as<char>(100), error);
    EXPECT_THROW(view.as<table>(80), error);
    EXPECT_THROW(view.as<table>(4), error); // not aligned
    EXPECT_THROW(view.as<char>(std::numeric_limits<std::size_t>::max()), error);
    EXPECT_THROW(view.as<std::uint64_t>(std::numeric_limits<std::size_t>::max() - 7), error);
    try {
        view.as<char>(100);
        FAIL();
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::invalid_argument);
    }
    // A view that begins at an odd place aligns nothing.
    EXPECT_THROW(region.map(view_mode::read_only, 1).as<std::uint64_t>(), error);
    EXPECT_NO_THROW(region.map(view_mode::read_only, 1).as<std::uint64_t>(7));
}

TEST(RegionView, MovesAndCloses) {
    const auto region = shared_region::create_unnamed(100);
    auto view = region.map();
    view.as<int>() = 3;
    region_view moved = std::move(view);
    EXPECT_FALSE(view.is_open());
    EXPECT_EQ(view.size(), 0U);
    EXPECT_EQ(moved.as<int>(), 3);
    moved = region.map(view_mode::read_only, 4, 8);
    EXPECT_EQ(moved.size(), 8U);
    EXPECT_EQ(moved.mode(), view_mode::read_only);
    moved = region_view();
    EXPECT_FALSE(moved.is_open());
}

TEST(RegionView, FlushingMemoryIsNothing) {
    const auto region = shared_region::create_unnamed(70'000);
    EXPECT_NO_THROW(region.map().flush());
    EXPECT_NO_THROW(region.map(view_mode::read_write, 66'000, 10).flush());
    EXPECT_NO_THROW(region.map(view_mode::read_only).flush());
}

// --- rights

TEST(RegionRights, ReadOnlyIsReadOnly) {
    const auto name = unique_name("region");
    const auto region = shared_region::create(name, 100);
    region.map().as<int>() = 5;
    const auto reader = shared_region::open(name, rights::read_only);
    const auto view = reader.map();
    EXPECT_EQ(view.mode(), view_mode::read_only);
    EXPECT_EQ(view.as<int>(), 5);
    const auto ec = error_of([&](auto& code) { reader.map(view_mode::read_write, 0, 0, code); });
    EXPECT_EQ(ec, errc::access_denied);
    EXPECT_EQ(ec.value(), 5);
    EXPECT_THROW(reader.map(view_mode::read_write), error);
    EXPECT_EQ(shared_region::open(name, rights::write_only).map().as<int>(), 5);
}

TEST(RegionRights, AreForOthersOnly) {
    const auto name = unique_name("region");
    const auto region =
        shared_region::create(name, 100, {.who = access::everyone, .others = rights::read_only});
    region.map().as<int>() = 5;
    EXPECT_NO_THROW(shared_region::open(name).map().as<int>() = 6);
    EXPECT_FALSE(shared_region::open_or_create(name, 100).created);
}

/// Writes to a view that was mapped for reading. Argument: the name.
const child_role trespasser("trespasser", [](const std::vector<std::string>& arguments) {
    const auto view = shared_region::open(arguments.at(0), rights::read_only).map();
    tell_test("mapped");
    hear_test();
    view.bytes()[0] = std::byte{1};
    tell_test("written");
    return 0;
});

TEST(RegionRights, WritingThroughAReadOnlyViewIsAFault) {
    const auto name = unique_name("region");
    const auto region = shared_region::create(name, 100);
    auto child = child_process::start("trespasser", {name});
    ASSERT_EQ(child.read_line(), "mapped");
    child.write_line("write");
    EXPECT_EQ(child.read_line().value_or("(nothing)").find("written"), std::string::npos);
    EXPECT_NE(child.wait(), 0);
    EXPECT_EQ(region.map().bytes()[0], std::byte{0});
}

// --- huge pages

TEST(RegionHugePages, FallBackIfThereAreNone) {
    const auto name = unique_name("region");
    const auto region = shared_region::create(name, 3'000'000, {.huge_pages = true});
    EXPECT_EQ(region.size(), 3'000'000U);
    EXPECT_EQ(shared_region::open(name).size(), 3'000'000U);
    const auto data = pattern(3'000'000);
    fill(region.map(), data);
    EXPECT_TRUE(holds(shared_region::open(name).map(), data));
    EXPECT_TRUE(holds(region.map(view_mode::read_write, 2'500'001, 7),
                      std::span(data).subspan(2'500'001, 7)));
}

// --- handles

TEST(RegionHandle, AClosedOneIsInvalid) {
    shared_region none;
    auto closed = shared_region::create_unnamed(10);
    closed.close();
    auto moved = shared_region::create_unnamed(10);
    const auto taken = std::move(moved);
    EXPECT_EQ(taken.size(), 10U);
    for (auto* each : {&none, &closed, &moved}) {
        EXPECT_FALSE(each->is_open());
        EXPECT_EQ(each->size(), 0U);
        EXPECT_EQ(error_of([&](auto& ec) { each->map(ec); }), errc::invalid_handle);
        EXPECT_EQ(error_of([&](auto& ec) { each->share_with_child(ec); }), errc::invalid_handle);
        EXPECT_THROW(each->map(), error);
        EXPECT_THROW(each->map(view_mode::read_only), error);
    }
}

TEST(RegionHandle, LeavesNothingOpen) {
    const auto name = unique_name("region");
    const auto use = [&] {
        const auto one = shared_region::create(name, 100'000);
        const auto two = shared_region::open(name);
        const auto view = two.map(view_mode::copy_on_write, 70'000, 10);
        const auto shared = one.share_with_child();
        EXPECT_THROW(shared_region::create(name, 100), error);
        EXPECT_THROW(one.map(view_mode::read_only, 100'000), error);
    };
    use();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        use();
    }
    EXPECT_EQ(descriptor_count(), before);
}

// --- processes

/// Opens the region, changes each byte by one, and tells the size.
const child_role incrementer("incrementer", [](const std::vector<std::string>& arguments) {
    const auto region = shared_region::open(arguments.at(0));
    const auto view = region.map();
    for (auto& each : view.bytes()) {
        each = static_cast<std::byte>(std::to_integer<unsigned>(each) + 1);
    }
    tell_test(std::to_string(region.size()));
    return 0;
});

TEST(RegionProcess, SharesMemory) {
    const auto name = unique_name("region");
    const auto region = shared_region::create(name, 70'001);
    auto child = child_process::start("incrementer", {name});
    EXPECT_EQ(child.read_line(), "70001");
    EXPECT_EQ(child.wait(), 0);
    const auto view = region.map();
    EXPECT_TRUE(std::all_of(view.bytes().begin(), view.bytes().end(),
                            [](auto each) { return each == std::byte{1}; }));
}

/// Tells what it may do with the region that it inherits. Argument: the token.
const child_role heir("region_heir", [](const std::vector<std::string>& arguments) {
    const auto region = shared_region::from_token(arguments.at(0));
    const auto view = region.map();
    tell_test(std::to_string(region.size()) +
              (view.mode() == view_mode::read_write ? " read_write " : " read_only ") +
              std::to_string(view.as<int>()));
    return 0;
});

TEST(RegionProcess, AChildInheritsTheRightsToo) {
    const auto name = unique_name("region");
    const auto region = shared_region::create(name, 70'001);
    region.map().as<int>() = 5;
    for (const auto wanted : {rights::read_only, rights::read_write}) {
        const auto shared = shared_region::open(name, wanted).share_with_child();
        auto child = child_process::start("region_heir", {shared.token()}, {.inherit = true});
        EXPECT_EQ(child.read_line(),
                  wanted == rights::read_only ? "70001 read_only 5" : "70001 read_write 5");
        EXPECT_EQ(child.wait(), 0);
    }
}

} // namespace
} // namespace isthmus::test
