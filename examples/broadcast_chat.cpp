// Everybody hears what anybody types: a broadcast to all readers of one name.
//
//     broadcast_chat NAME [INTERFACE...]
//
// NAME is how you are called. Without interfaces the chat stays on this machine; with some (eth0,
// or one of this machine's addresses) it goes through those networks, to Windows and Linux alike.
// The end of the input leaves.

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <thread>

namespace {

constexpr const char* slot_name = "isthmus-chat";

std::string to_text(std::span<const std::byte> bytes) {
    std::string text(bytes.size(), '\0');
    std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
    return text;
}

// It looks: cancel() would only end a read that waits at that moment, not the one that begins next.
void listen(isthmus::broadcast_reader& reader, const std::atomic<bool>& leaving) {
    while (!leaving) {
        std::error_code error;
        const auto message = reader.read_message_for(std::chrono::milliseconds(200), error);
        if (error && error != isthmus::errc::timed_out) {
            std::cout << error.message() << std::endl;
        } else if (message) {
            std::cout << to_text(*message) << std::endl;
        }
    }
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 2) {
        std::cerr << "usage: broadcast_chat NAME [INTERFACE...]" << std::endl;
        return 2;
    }
    const std::string me = argv[1];
    std::optional<isthmus::network_options> network;
    if (argc > 2) {
        network.emplace().interfaces.assign(argv + 2, argv + argc);
    }
    auto reader = isthmus::broadcast_reader::create(slot_name, {.network = network});
    auto writer = isthmus::slot_writer::open(R"(\\*\mailslot\)" + std::string(slot_name),
                                             {.network = network});
    const auto say = [&](const std::string& text) { writer.write(std::as_bytes(std::span(text))); };
    std::atomic<bool> leaving = false;
    std::thread listener([&] { listen(reader, leaving); });
    say(me + " is here");
    std::error_code too_long;
    for (std::string line; std::getline(std::cin, line);) {
        line.insert(0, me + ": ");
        writer.write(std::as_bytes(std::span(line)), too_long);
        if (too_long) {
            std::cout << "(not sent: " << too_long.message() << ")" << std::endl;
        }
    }
    say(me + " has left");
    leaving = true;
    listener.join();
    return 0;
} catch (const std::exception& error) {
    std::cerr << "broadcast_chat: " << error.what() << std::endl;
    return 1;
}
