#include <isthmus/channel.hpp>
#include <isthmus/event.hpp>
#include <isthmus/slot.hpp>

#include <exception>
#include <iostream>
#include <string>

/// The next program of the user that uses each mechanism: it removes what crashed ones have left.
int main() {
    try {
        isthmus::event::create("next-comer");
        isthmus::event::create(R"(Global\next-comer)");
        isthmus::channel_listener::create("next-comer");
        isthmus::slot_reader::create("next-comer");
        return 0;
    } catch (const std::exception& failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
}
