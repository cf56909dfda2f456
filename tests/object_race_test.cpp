#include "sync_testing.hpp"

#include <array>
#include <random>

/// \file
/// Processes that create, open and close the same names at the same time: nobody ever sees an
/// object that is half made, or one that is dead while its name lives on.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// What is wrong, or nothing.
using complaint = std::string;

constexpr std::uint64_t region_size = 70'001;

// While one handle is held, the name leads to the same object. So a second one, opened while the
// first is held, must be there and share what the first sees.

complaint try_region(const std::string& name, std::uint64_t mark) {
    const auto held = shared_region::open_or_create(name, region_size);
    if (held.object.size() != region_size) {
        return "a size of " + std::to_string(held.object.size());
    }
    const auto view = held.object.map();
    auto& last = view.bytes()[region_size - 1];
    if (last != std::byte{0} && last != std::byte{0x5A}) {
        return "content that nobody wrote";
    }
    last = std::byte{0x5A};
    const auto second = shared_region::open(name);
    const auto other = second.map();
    // A slot of each process's own.
    const auto slot = 8 * (mark % 8);
    view.as<volatile std::uint64_t>(slot) = mark;
    if (other.as<volatile std::uint64_t>(slot) != mark) {
        return "two regions of one name";
    }
    return second.size() == region_size ? "" : "the second handle sees another size";
}

complaint try_mutex(const std::string& name) {
    auto first = mutex::open_or_create(name);
    auto second = mutex::open(name);
    if (first.object.wait_for(in_good_time) != wait_status::signaled) {
        return "a mutex that is not to be had, or was abandoned";
    }
    std::error_code ec;
    second.unlock(ec); // fails unless it is the same
    return ec ? "unlock: " + ec.message() : "";
}

complaint try_semaphore(const std::string& name) {
    const auto first = semaphore::open_or_create(name, {.initial = 0, .maximum = 1000});
    auto second = semaphore::open(name);
    second.release();
    // Somebody's token, be it another's: there are never fewer than who waits for one.
    return first.object.wait_for(in_good_time) == wait_status::signaled ? "" : "a token was lost";
}

complaint try_event(const std::string& name) {
    const auto first = event::open_or_create(name, {.reset = event_reset::manual});
    auto second = event::open(name);
    second.set();
    return first.object.wait_for(0ms) == wait_status::signaled ? "" : "two events of one name";
}

/// Exclusive creation: of those who hold it, one made it.
complaint try_exclusive(const std::string& name) {
    std::error_code ec;
    const auto made = event::create(name, {}, ec);
    if (ec && ec != errc::already_exists) {
        return "create: " + ec.message();
    }
    if (!made.is_open()) {
        return "";
    }
    event::create(name, {}, ec);
    return ec == errc::already_exists ? "" : "created twice";
}

/// A name now of this kind, now of that.
complaint try_changing(const std::string& name, std::uint64_t round) {
    std::error_code ec;
    if (round % 2 == 0) {
        const auto held = mutex::open_or_create(name, {}, ec);
    } else {
        const auto held = shared_region::open_or_create(name, region_size, {}, ec);
        if (!ec && held.object.size() != region_size) {
            return "a size of " + std::to_string(held.object.size());
        }
    }
    return !ec || ec == errc::wrong_kind ? "" : "open_or_create: " + ec.message();
}

/// Arguments: the beginning of the names, how many rounds, the number of the process.
const child_role racer("racer", [](const std::vector<std::string>& arguments) {
    const auto& name = arguments.at(0);
    const auto rounds = std::stoul(arguments.at(1));
    const auto own = std::stoul(arguments.at(2));
    std::minstd_rand random(static_cast<unsigned>(own + 1));
    tell_test("ready");
    hear_test();
    for (std::uint64_t i = 0; i < rounds; ++i) {
        complaint found;
        try {
            switch (random() % 6) {
            case 0:
                found = try_region(name + "r", i * 8 + own);
                break;
            case 1:
                found = try_mutex(name + "m");
                break;
            case 2:
                found = try_semaphore(name + "s");
                break;
            case 3:
                found = try_event(name + "e");
                break;
            case 4:
                found = try_exclusive(name + "x");
                break;
            default:
                found = try_changing(name + "c", random());
                break;
            }
        } catch (const error& failure) {
            found = failure.what();
        }
        if (!found.empty()) {
            tell_test("round " + std::to_string(i) + ": " + found);
            return 1;
        }
    }
    tell_test("done");
    return 0;
});

TEST(ObjectRace, NobodySeesAHalfMadeOrDeadObject) {
    const auto name = unique_name("race");
    constexpr std::size_t processes = 8;
    const auto rounds = scaled(10'000) / processes + 1;
    std::vector<child_process> children;
    for (std::size_t i = 0; i < processes; ++i) {
        children.push_back(
            child_process::start("racer", {name, std::to_string(rounds), std::to_string(i)}));
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
