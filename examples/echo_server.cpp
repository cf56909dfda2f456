// A byte-mode channel that sends back whatever comes, to any number of clients.
//
//     echo_server [NAME]          default: \\.\pipe\echo
//
// On POSIX every program that speaks Unix sockets is a client (`nc -U PATH`, net.connect(PATH) in
// Node, socket.connect(PATH) in Python); on Windows every program that can open \\.\pipe\NAME.

#include <isthmus/channel.hpp>
#include <isthmus/name.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <iostream>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

namespace {

void echo(isthmus::channel client) {
    std::array<std::byte, 4096> buffer{};
    std::error_code left; // set when the client has closed its end
    while (!left) {
        const auto got = client.read(buffer, left);
        if (!left) {
            client.write(std::span(buffer).first(got.size), left);
        }
    }
}

} // namespace

int main(int argc, char** argv) try {
    const auto address = isthmus::channel_address::parse(argc > 1 ? argv[1] : "echo");
    auto listener = isthmus::channel_listener::create(address.text());
    std::cout << "Echo server on " << address.text() << ", path " << address.native_path()
              << std::endl;
    for (;;) {
        std::thread(echo, listener.accept()).detach();
    }
} catch (const std::exception& error) {
    std::cerr << "echo_server: " << error.what() << std::endl;
    return 1;
}
