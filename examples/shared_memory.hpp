#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

/// \file
/// What shared_memory_writer and shared_memory_reader agree on.

/// Both map it, perhaps at different addresses, perhaps compiled by different compilers: members of
/// fixed size, and no pointers. It begins as zeros, as every region does.
struct bulletin {
    std::uint64_t version; ///< one more for every change
    std::uint32_t length;
    std::array<char, 1000> text;
};

/// The objects of one name; a prefix such as `Global\` stays in front of all of them.
struct bulletin_names {
    explicit bulletin_names(const std::string& name)
        : region(name),
          guard(name + ".guard"),
          changed(name + ".changed"),
          closed(name + ".closed") {}

    std::string region;
    std::string guard;   ///< mutex: held while the bulletin is read or changed
    std::string changed; ///< event, automatic: one change, one reader woken
    std::string closed;  ///< event, manual: nothing more will come
};
