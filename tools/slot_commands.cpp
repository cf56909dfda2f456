#include "slot_commands.hpp"

#include "text_io.hpp"

#include <isthmus/deadline.hpp>
#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace isthmus::tool {
namespace {

std::vector<std::byte> read_key(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
        throw std::runtime_error("cannot read the key: " + path);
    }
    const auto bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

// None if nothing was said about it.
std::optional<network_options> network_of(const slot_network& wanted) {
    if (wanted.interfaces.empty() && wanted.domain.empty() && wanted.key_file.empty()) {
        return std::nullopt;
    }
    network_options options;
    options.interfaces = wanted.interfaces;
    if (!wanted.domain.empty()) {
        options.domain = wanted.domain;
    }
    if (!wanted.key_file.empty()) {
        options.key = read_key(wanted.key_file);
    }
    return options;
}

int print_messages(message_source& source, const read_slot_options& options) {
    const auto until = options.timeout
                           ? deadline::after(std::chrono::duration<double>(*options.timeout))
                           : deadline::never();
    note("reading " + options.name);
    for (std::uint64_t got = 0; options.count == 0 || got < options.count; ++got) {
        std::error_code error;
        const auto message = source.read_message_until(until, error);
        if (!message) {
            throw isthmus::error(error, "read slot", options.name);
        }
        print_line(*message);
    }
    return success;
}

} // namespace

int read_slot(const read_slot_options& options) {
    const slot_options how{.who = options.who, .network = network_of(options.network)};
    if (options.broadcasts) {
        auto reader = broadcast_reader::create(options.name, how);
        return print_messages(reader, options);
    }
    auto reader = slot_reader::create(options.name, how);
    return print_messages(reader, options);
}

int write_slot(const write_slot_options& options) {
    auto writer = slot_writer::open(options.name, {.network = network_of(options.network)});
    if (options.text) {
        writer.write(bytes_of(*options.text));
        return success;
    }
    while (const auto line = read_input_line()) {
        writer.write(bytes_of(*line));
    }
    return success;
}

} // namespace isthmus::tool
