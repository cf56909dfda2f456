// The classic mailslot server: reads \\.\mailslot\alerts and prints what comes.
//
//     mailslot_server [NAME [COUNT]]    ends after COUNT messages; default: alerts, no end

#include <isthmus/slot.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <span>
#include <string>

namespace {

std::string to_text(std::span<const std::byte> bytes) {
    std::string text(bytes.size(), '\0');
    std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
    return text;
}

} // namespace

int main(int argc, char** argv) try {
    const std::string name = argc > 1 ? argv[1] : "alerts";
    const unsigned long count = argc > 2 ? std::stoul(argv[2]) : 0;
    auto slot = isthmus::slot_reader::create(R"(\\.\mailslot\)" + name);
    std::cout << "Reading " << slot.name() << std::endl;
    for (unsigned long read = 0; count == 0 || read < count; ++read) {
        std::cout << "Message: " << to_text(slot.read_message()) << std::endl;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "mailslot_server: " << error.what() << std::endl;
    return 1;
}
