// A program of someone else, built against an installed copy: headers, library, dependencies.

#include <isthmus/isthmus.hpp>

#include <cstddef>
#include <iostream>
#include <random>
#include <span>
#include <string>

int main() {
    try {
        const std::string name = "consumer-" + std::to_string(std::random_device()());
        auto listener =
            isthmus::channel_listener::create(name, {.mode = isthmus::channel_mode::message});
        auto client = isthmus::channel::connect(name, {.mode = isthmus::channel_mode::message});
        auto server = listener.accept();
        const std::string text = "hello";
        client.write(std::as_bytes(std::span(text)));
        if (server.read_message().size() != text.size()) {
            std::cerr << "the message has not arrived as it was sent\n";
            return 1;
        }
        // Errors carry the library's own categories over its border.
        std::error_code error;
        isthmus::channel::connect(name + "-unknown", {}, error);
        return error == isthmus::errc::not_found ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
