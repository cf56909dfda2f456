#include <isthmus/channel.hpp>

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    constexpr auto name = R"(\\.\pipe\orders)";

    if (argc > 1) { // client: one request, one reply
        const std::string_view request = argv[1];
        const auto reply = isthmus::channel::call(name, std::as_bytes(std::span(request)));
        std::cout << "got " << reply.size() << " bytes back\n";
        return 0;
    }

    auto listener = isthmus::channel_listener::create(
        name, {.mode = isthmus::channel_mode::message, .max_instances = 8});
    for (;;) { // server: sends each request back
        isthmus::channel client = listener.accept();
        std::error_code error; // set when the client went away: on to the next one
        if (const auto request = client.read_message(error); !error) {
            client.write(request, error);
        }
    }
}
