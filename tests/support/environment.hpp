#pragma once

#include <isthmus/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

/// \file
/// The circumstances that a test runs in.

namespace isthmus::test {

/// A short name that no other call and no other run gives.
std::string unique_name(std::string_view prefix = "t");

/// `count` times $ISTHMUS_TEST_SCALE, at least 1: the counts of stress tests follow the leg.
std::size_t scaled(std::size_t count);

/// Wine departs from Windows in places (tests/wine-gaps.md).
bool under_wine() noexcept;

/// What waits in a slot has a quota; on Windows it has the system's memory.
bool slots_have_quotas() noexcept;

/// Open descriptors or handles of this process.
std::size_t descriptor_count();

/// Lets this process have as many descriptors as the system allows it. Windows has no such limit.
void raise_descriptor_limit();

std::uint32_t own_process_id() noexcept;

/// True for what names a user on this system: a number, or a SID as text on Windows.
bool names_a_user(std::string_view text) noexcept;

/// Bytes of memory this process has in RAM.
std::size_t resident_memory();

/// Asks until the answer is yes; false if it never was.
template <class Predicate>
bool eventually(Predicate predicate, std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    const auto until = deadline::after(timeout);
    for (;;) {
        if (predicate()) {
            return true;
        }
        if (until.expired()) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

} // namespace isthmus::test
