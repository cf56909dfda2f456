#pragma once

#include "commands.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// \file
/// The commands about slots; as those in commands.hpp.

namespace isthmus::tool {

/// What is said about the network; nothing: it is not used.
struct slot_network {
    std::vector<std::string> interfaces;
    std::string domain;
    std::string key_file; ///< not the key: others see what a program is started with
};

struct read_slot_options {
    std::string name;
    bool broadcasts = false;       ///< as a broadcast_reader
    std::uint64_t count = 0;       ///< messages; 0: without end
    std::optional<double> timeout; ///< seconds in all
    access who = access::owner;
    slot_network network;
};

struct write_slot_options {
    std::string name;
    std::optional<std::string> text; ///< else each line of the input
    slot_network network;
};

int read_slot(const read_slot_options& options);
int write_slot(const write_slot_options& options);

} // namespace isthmus::tool
