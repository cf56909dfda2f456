// The classic named-pipe client: sends each line of its standard input over \\.\pipe\MyNamedPipe
// and prints the server's reply.
//
//     named_pipe_client [--wait SECONDS] [--interactive]
//
// --wait: how long to wait for the server to appear (default 5). --interactive: shows a prompt.

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr std::string_view channel_name = R"(\\.\pipe\MyNamedPipe)";

std::string to_text(std::span<const std::byte> bytes) {
    std::string text(bytes.size(), '\0');
    std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
    return text;
}

// A name that does not exist yet is an error at once, as on Windows: waiting for a server to start
// is the client's own affair. `.wait` covers the other case, a server that is busy with someone
// else.
isthmus::channel connect(std::chrono::duration<double> patience) {
    const auto until = isthmus::deadline::after(patience);
    for (;;) {
        std::error_code error;
        auto server = isthmus::channel::connect(
            channel_name, {.mode = isthmus::channel_mode::message, .wait = until.remaining()},
            error);
        if (!error) {
            return server;
        }
        if (error != isthmus::errc::not_found || until.expired()) {
            throw isthmus::error(error, "connect", std::string(channel_name));
        }
        std::this_thread::sleep_for(20ms);
    }
}

} // namespace

int main(int argc, char** argv) try {
    double patience = 5;
    bool interactive = false;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--wait" && i + 1 < arguments.size()) {
            patience = std::stod(arguments[++i]);
        } else if (arguments[i] == "--interactive") {
            interactive = true;
        } else {
            std::cerr << "usage: named_pipe_client [--wait SECONDS] [--interactive]" << std::endl;
            return 2;
        }
    }

    isthmus::channel server = connect(std::chrono::duration<double>(patience));
    std::cout << "Connected to " << channel_name << " (process " << server.peer().process_id << ")"
              << std::endl;
    const auto prompt = [&] {
        if (interactive) {
            std::cout << "Message: " << std::flush;
        }
    };
    std::string line;
    for (prompt(); std::getline(std::cin, line); prompt()) {
        const std::vector<std::byte> reply = server.transact(std::as_bytes(std::span(line)));
        std::cout << "Server replied: " << to_text(reply) << std::endl;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "named_pipe_client: " << error.what() << std::endl;
    return 1;
}
