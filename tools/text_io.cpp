#include "text_io.hpp"

#include <iostream>
#include <stdexcept>

namespace isthmus::tool {
namespace {

void put(std::span<const std::byte> bytes) {
    for (const std::byte each : bytes) {
        std::cout.put(static_cast<char>(each));
    }
}

void flush() {
    if (!std::cout.flush()) {
        throw std::runtime_error("cannot write to standard output");
    }
}

} // namespace

std::vector<std::byte> read_input(std::size_t limit) {
    std::vector<std::byte> bytes;
    if (std::cin.peek() == std::istream::traits_type::eof()) {
        return bytes;
    }
    // What peek() had to fetch to see one character is there now; no call below blocks for more.
    const auto waiting = std::cin.rdbuf()->in_avail();
    const std::size_t count = waiting > 1 ? static_cast<std::size_t>(waiting) : 1;
    while (bytes.size() < count && bytes.size() < limit) {
        bytes.push_back(static_cast<std::byte>(std::cin.get()));
    }
    return bytes;
}

std::optional<std::string> read_input_line() {
    std::string line;
    if (!std::getline(std::cin, line)) {
        return std::nullopt;
    }
    return line;
}

void print(std::span<const std::byte> bytes) {
    put(bytes);
    flush();
}

void print_line(std::span<const std::byte> bytes) {
    put(bytes);
    std::cout.put('\n');
    flush();
}

void note(std::string_view text) {
    std::cerr << "isthmus: " << text << std::endl;
}

} // namespace isthmus::tool
