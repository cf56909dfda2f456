// The classic named-pipe server: one client at a time over \\.\pipe\MyNamedPipe in message mode.
//
//     named_pipe_server           serves one client after the other
//     named_pipe_server --once    serves one client and ends

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

constexpr std::string_view channel_name = R"(\\.\pipe\MyNamedPipe)";
constexpr std::string_view reply = "Message received successfully";

std::string to_text(std::span<const std::byte> bytes) {
    std::string text(bytes.size(), '\0');
    std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
    return text;
}

// Until the client closes its end.
void serve(isthmus::channel& client) {
    for (;;) {
        std::error_code error;
        const std::vector<std::byte> message = client.read_message(error);
        if (error == isthmus::errc::broken) {
            return;
        }
        if (error) {
            throw isthmus::error(error, "read", std::string(channel_name));
        }
        std::cout << "Received: " << to_text(message) << std::endl;
        client.write(std::as_bytes(std::span(reply)), error);
        if (error == isthmus::errc::broken) {
            return; // it did not wait for the answer
        }
        if (error) {
            throw isthmus::error(error, "write", std::string(channel_name));
        }
    }
}

} // namespace

int main(int argc, char** argv) try {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const bool once = arguments.size() == 1 && arguments[0] == "--once";
    if (!arguments.empty() && !once) {
        std::cerr << "usage: named_pipe_server [--once]" << std::endl;
        return 2;
    }

    auto listener = isthmus::channel_listener::create(
        channel_name, {.mode = isthmus::channel_mode::message, .first_instance_only = true});
    for (;;) {
        std::cout << "Waiting for a client on " << channel_name << std::endl;
        isthmus::channel client = listener.accept();
        std::cout << "Client connected (process " << client.peer().process_id << ")" << std::endl;
        serve(client);
        std::cout << "Client left" << std::endl;
        if (once) {
            return 0;
        }
    }
} catch (const std::exception& error) {
    std::cerr << "named_pipe_server: " << error.what() << std::endl;
    return 1;
}
