// Shares text with shared_memory_reader: each line of the standard input replaces the one before.
//
//     shared_memory_writer [NAME]          default: isthmus-bulletin
//
// Shared memory is a state, not a queue: a reader that is slow sees the latest text, not every one.
// (A channel keeps them all.)

#include "shared_memory.hpp"

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <mutex>
#include <string>

int main(int argc, char** argv) try {
    const bulletin_names names(argc > 1 ? argv[1] : "isthmus-bulletin");

    // Whoever comes first creates them, writer or reader. They live as long as one of the two does,
    // so the last text can still be read when the writer has gone, but not when both have.
    auto guard = isthmus::mutex::open_or_create(names.guard).object;
    auto changed = isthmus::event::open_or_create(names.changed).object;
    auto closed =
        isthmus::event::open_or_create(names.closed, {.reset = isthmus::event_reset::manual})
            .object;
    const auto region =
        isthmus::shared_region::open_or_create(names.region, sizeof(bulletin)).object;
    const auto view = region.map();
    auto& board = view.as<bulletin>();
    closed.reset(); // a writer before this one may have set it
    std::cout << "Writing to " << names.region << ", " << region.size() << " bytes" << std::endl;

    for (std::string line; std::getline(std::cin, line);) {
        {
            const std::scoped_lock hold(guard);
            // A writer that died while it held the mutex may have left half a text. Here that
            // needs no repair: this one replaces all of it.
            if (guard.abandoned()) {
                std::cout << "A writer died in the middle of a change" << std::endl;
            }
            board.length = static_cast<std::uint32_t>(std::min(line.size(), board.text.size()));
            std::copy_n(line.begin(), board.length, board.text.begin());
            ++board.version;
        }
        // After the mutex is released: the reader would only wake up to wait for it.
        changed.set();
    }
    closed.set();
    return 0;
} catch (const std::exception& error) {
    std::cerr << "shared_memory_writer: " << error.what() << std::endl;
    return 1;
}
