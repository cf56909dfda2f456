#pragma once

#include "sync_testing.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// \file
/// What processes do that create, open and close the same names at the same time, and what they
/// must never see.

namespace isthmus::test {

/// What is wrong, or nothing.
using complaint = std::string;

constexpr std::uint64_t region_size = 70'001;

// While one handle is held, the name leads to the same object. So a second one, opened while the
// first is held, must be there and share what the first sees.

inline complaint try_region(const std::string& name, access who, std::uint64_t mark) {
    const auto held = shared_region::open_or_create(name, region_size, {.who = who});
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

inline complaint try_mutex(const std::string& name, access who) {
    auto first = mutex::open_or_create(name, {.who = who});
    auto second = mutex::open(name);
    if (first.object.wait_for(in_good_time) != wait_status::signaled) {
        return "a mutex that is not to be had, or was abandoned";
    }
    std::error_code ec;
    second.unlock(ec); // fails unless it is the same
    return ec ? "unlock: " + ec.message() : "";
}

inline complaint try_semaphore(const std::string& name, access who) {
    const auto first = semaphore::open_or_create(name, {.initial = 0, .maximum = 1000, .who = who});
    auto second = semaphore::open(name);
    second.release();
    // Somebody's token, be it another's: there are never fewer than who waits for one.
    return first.object.wait_for(in_good_time) == wait_status::signaled ? "" : "a token was lost";
}

inline complaint try_event(const std::string& name, access who) {
    const auto first = event::open_or_create(name, {.reset = event_reset::manual, .who = who});
    auto second = event::open(name);
    second.set();
    return first.object.wait_for(std::chrono::milliseconds(0)) == wait_status::signaled
               ? ""
               : "two events of one name";
}

/// Exclusive creation: of those who hold it, one made it.
inline complaint try_exclusive(const std::string& name, access who) {
    std::error_code ec;
    const auto made = event::create(name, {.who = who}, ec);
    if (ec && ec != errc::already_exists) {
        return "create: " + ec.message();
    }
    if (!made.is_open()) {
        return "";
    }
    event::create(name, {.who = who}, ec);
    return ec == errc::already_exists ? "" : "created twice";
}

/// A name now of this kind, now of that.
inline complaint try_changing(const std::string& name, access who, std::uint64_t round) {
    std::error_code ec;
    if (round % 2 == 0) {
        const auto held = mutex::open_or_create(name, {.who = who}, ec);
    } else {
        const auto held = shared_region::open_or_create(name, region_size, {.who = who}, ec);
        if (!ec && held.object.size() != region_size) {
            return "a size of " + std::to_string(held.object.size());
        }
    }
    return !ec || ec == errc::wrong_kind ? "" : "open_or_create: " + ec.message();
}

/// Arguments: the beginning of the names, how many rounds, the number of the process, of which
/// kinds (r, m, s, e, x, c), and for whom: "owner" or "everyone".
inline const child_role racer("racer", [](const std::vector<std::string>& arguments) {
    const auto& name = arguments.at(0);
    const auto rounds = std::stoul(arguments.at(1));
    const auto own = std::stoul(arguments.at(2));
    const auto& kinds = arguments.at(3);
    const auto who = arguments.at(4) == "everyone" ? access::everyone : access::owner;
    std::minstd_rand random(static_cast<unsigned>(own + 1));
    tell_test("ready");
    hear_test();
    for (std::uint64_t i = 0; i < rounds; ++i) {
        complaint found;
        const char kind = kinds[random() % kinds.size()];
        const auto each = name + kind;
        try {
            switch (kind) {
            case 'r':
                found = try_region(each, who, i * 8 + own);
                break;
            case 'm':
                found = try_mutex(each, who);
                break;
            case 's':
                found = try_semaphore(each, who);
                break;
            case 'e':
                found = try_event(each, who);
                break;
            case 'x':
                found = try_exclusive(each, who);
                break;
            default:
                found = try_changing(each, who, random());
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

} // namespace isthmus::test
