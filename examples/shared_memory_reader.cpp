// Shows what shared_memory_writer shares, whenever it changes, until the writer is done.
//
//     shared_memory_reader [NAME]          default: isthmus-bulletin

#include "shared_memory.hpp"

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/wait.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <string>

int main(int argc, char** argv) try {
    const bulletin_names names(argc > 1 ? argv[1] : "isthmus-bulletin");

    auto guard = isthmus::mutex::open_or_create(names.guard).object;
    auto changed = isthmus::event::open_or_create(names.changed).object;
    auto closed =
        isthmus::event::open_or_create(names.closed, {.reset = isthmus::event_reset::manual})
            .object;
    const auto region =
        isthmus::shared_region::open_or_create(names.region, sizeof(bulletin)).object;
    // The reader does not write: mapped this way it cannot, even by mistake.
    const auto view = region.map(isthmus::view_mode::read_only);
    const auto& board = view.as<const bulletin>();
    std::cout << "Reading from " << names.region << ", " << region.size() << " bytes" << std::endl;

    std::uint64_t seen = 0;
    for (bool more = true; more;) {
        // Of several objects that are set the first counts: a last change is seen before the end.
        more = isthmus::wait_any({changed, closed}).index == 0;
        std::string text;
        std::uint64_t version = 0;
        {
            // Copied under the mutex and shown without it: output may block, and then nobody
            // should have to wait for this process.
            const std::scoped_lock hold(guard);
            version = board.version;
            // Another program wrote this number; it must not lead out of the array.
            const auto length = std::min<std::size_t>(board.length, board.text.size());
            text.assign(board.text.data(), length);
        }
        if (version != seen) {
            std::cout << "Version " << version << ": " << text << std::endl;
            seen = version;
        }
    }
    std::cout << "The writer is done" << std::endl;
    return 0;
} catch (const std::exception& error) {
    std::cerr << "shared_memory_reader: " << error.what() << std::endl;
    return 1;
}
