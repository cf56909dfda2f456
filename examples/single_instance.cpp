// An application that runs only once for each user: the second start finds the first, and leaves.
//
//     single_instance [NAME]          default: isthmus-single-instance
//
// The name of a mutex says it all. Nobody needs to own it: it exists as long as the first instance
// holds a handle of it, and goes with it even if that one crashes. There is no lock file that could
// be left behind. (`Local\`, the default, is this user's; a name in `Global\` would be one for the
// whole machine.)

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <system_error>

int main(int argc, char** argv) try {
    const std::string name = argc > 1 ? argv[1] : "isthmus-single-instance";

    const auto instance = isthmus::mutex::open_or_create(name);
    const auto poke_name = name + ".poke";
    if (!instance.created) {
        // What such applications do here: tell the first one, which may come to the front. It may
        // not have come to its event yet, or may be about to leave; both are all right.
        std::error_code error;
        auto poke = isthmus::event::open(poke_name, isthmus::sync_rights::modify, error);
        if (!error) {
            poke.set(error);
        }
        std::cout << "Already running" << std::endl;
        return 3;
    }

    const auto poke = isthmus::event::open_or_create(poke_name).object;
    std::cout << "Running; press Enter to end" << std::endl;
    std::string line;
    std::getline(std::cin, line);
    if (poke.wait_for(std::chrono::seconds(0)) != isthmus::wait_status::timed_out) {
        std::cout << "Meanwhile somebody tried to start another one" << std::endl;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "single_instance: " << error.what() << std::endl;
    return 1;
}
