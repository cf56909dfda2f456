// The classic mailslot client: sends each line of its input, or its arguments, as one message.
//
//     mailslot_client NAME [MESSAGE...]
//
// NAME: `alerts` is this machine's slot, `\\*\mailslot\alerts` every one of the name that this
// program may write to (docs/slots.md).

#include <isthmus/slot.hpp>

#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

int main(int argc, char** argv) try {
    if (argc < 2) {
        std::cerr << "usage: mailslot_client NAME [MESSAGE...]" << std::endl;
        return 2;
    }
    auto slot = isthmus::slot_writer::open(argv[1]);
    const auto send = [&](std::string_view message) {
        slot.write(std::as_bytes(std::span(message)));
        std::cout << "Sent: " << message << std::endl;
    };
    for (int i = 2; i < argc; ++i) {
        send(argv[i]);
    }
    std::string line;
    while (argc == 2 && std::getline(std::cin, line)) {
        send(line);
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "mailslot_client: " << error.what() << std::endl;
    return 1;
}
