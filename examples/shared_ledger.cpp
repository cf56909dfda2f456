// Several processes keep one ledger in shared memory, and one of them is killed in the middle.
//
//     shared_ledger open WRITERS READERS     creates the ledger, starts the others, kills one of
//                                            them, and checks the books at the end
//     shared_ledger write                    a writer
//     shared_ledger read                     a reader
//     shared_ledger die                      a writer that is killed while it holds the mutex
//
// A mutex guards the ledger, a semaphore counts the entries nobody has read yet, and an event
// starts everybody at the same moment. `ci/demo` runs the whole scene.

#include "process.hpp"

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

// Nothing here takes that long; a demonstration that cannot go on should say so and end.
constexpr auto patience = 60s;
constexpr std::uint32_t entries_of_a_writer = 10;

struct entry {
    std::uint32_t writer;
    std::uint32_t amount;
};

// Every process may map it elsewhere and be compiled otherwise: fixed sizes, no pointers.
struct ledger {
    std::uint32_t written;
    std::uint32_t read;
    std::uint32_t total; // of all amounts written: always, except while somebody changes it
    std::uint32_t repairs;
    std::uint32_t doomed; // the process to be killed
    std::array<entry, 1000> entries;
};

// What all of them hold. An object lives as long as one of them does.
struct office {
    isthmus::shared_region region;
    isthmus::mutex guard;
    isthmus::semaphore unread; // counts entries
    isthmus::semaphore ready;  // counts processes
    isthmus::event start;      // manual: it stays set, and releases everybody
    isthmus::event stuck;
    isthmus::event finished;
    isthmus::region_view view;

    ledger& book() const { return view.as<ledger>(); }
};

// `create`, not `open_or_create`: two scenes at once would spoil each other.
office found_office() {
    constexpr isthmus::event_options manual{.reset = isthmus::event_reset::manual};
    office made{.region = isthmus::shared_region::create("ledger", sizeof(ledger)),
                .guard = isthmus::mutex::create("ledger.guard"),
                .unread = isthmus::semaphore::create("ledger.unread"),
                .ready = isthmus::semaphore::create("ledger.ready"),
                .start = isthmus::event::create("ledger.start", manual),
                .stuck = isthmus::event::create("ledger.stuck"),
                .finished = isthmus::event::create("ledger.finished", manual),
                .view = {}};
    made.view = made.region.map();
    return made;
}

office enter_office() {
    office found{.region = isthmus::shared_region::open("ledger"),
                 .guard = isthmus::mutex::open("ledger.guard"),
                 .unread = isthmus::semaphore::open("ledger.unread"),
                 .ready = isthmus::semaphore::open("ledger.ready"),
                 .start = isthmus::event::open("ledger.start"),
                 .stuck = isthmus::event::open("ledger.stuck"),
                 .finished = isthmus::event::open("ledger.finished"),
                 .view = {}};
    found.view = found.region.map();
    return found;
}

void await(const isthmus::waitable& object, std::string_view what) {
    if (object.wait_for(patience) == isthmus::wait_status::timed_out) {
        throw std::runtime_error("waited in vain for " + std::string(what));
    }
}

// The mutex can be had even if its owner died. What it guards may then be half-changed, and who
// gets it is told, once: it must look after that before anything else.
std::unique_lock<isthmus::mutex> lock(office& in) {
    std::unique_lock held(in.guard, patience);
    if (!held) {
        throw std::runtime_error("waited in vain for the mutex");
    }
    if (in.guard.abandoned()) {
        ledger& book = in.book();
        std::uint32_t total = 0;
        for (std::uint32_t i = 0; i < book.written; ++i) {
            total += book.entries[i].amount;
        }
        std::cout << "got the mutex abandoned: its owner died. The ledger says " << book.total
                  << ", its entries make " << total << ": corrected, going on" << std::endl;
        book.total = total;
        ++book.repairs;
    }
    return held;
}

void write_entry(office& in, std::uint32_t amount) {
    {
        [[maybe_unused]] const auto held = lock(in);
        ledger& book = in.book();
        book.total += amount;
        book.entries.at(book.written) = {.writer = current_process_id(), .amount = amount};
        ++book.written;
    }
    in.unread.release();
}

void write(office& in) {
    for (std::uint32_t i = 1; i <= entries_of_a_writer; ++i) {
        write_entry(in, i);
        std::this_thread::sleep_for(10ms);
    }
    std::cout << "wrote " << entries_of_a_writer << " entries" << std::endl;
}

void read(office& in) {
    std::uint32_t count = 0;
    // The lower index wins: no entry is left unread when `finished` is set.
    for (;;) {
        const auto woke = isthmus::wait_any_for({in.unread, in.finished}, patience);
        if (woke.timed_out()) {
            throw std::runtime_error("waited in vain for an entry");
        }
        if (woke.index == 1) {
            break;
        }
        [[maybe_unused]] const auto held = lock(in);
        ++in.book().read;
        ++count;
    }
    std::cout << "read " << count << " entries" << std::endl;
}

// It has changed the total, and not yet written the entry, when it is killed.
void die(office& in) {
    [[maybe_unused]] const auto held = lock(in);
    in.book().total += 1'000'000;
    in.book().doomed = current_process_id();
    std::cout << "holding the mutex, in the middle of a change" << std::endl;
    in.stuck.set();
    std::this_thread::sleep_for(patience);
    throw std::runtime_error("nobody killed this process");
}

// One more than the writers and readers it is told of: the one that dies.
int open(std::uint32_t writers, std::uint32_t readers) {
    office mine = found_office();
    std::cout << "opened; waiting for " << writers << " writers, " << readers
              << " readers and a victim" << std::endl;
    for (std::uint32_t i = 0; i < writers + readers + 1; ++i) {
        await(mine.ready, "the others");
    }
    std::cout << "all are here: start" << std::endl;
    mine.start.set();

    await(mine.stuck, "the victim");
    const std::uint32_t victim = mine.book().doomed;
    if (!kill_process(victim)) {
        throw std::runtime_error("cannot kill process " + std::to_string(victim));
    }
    std::cout << "killed process " << victim << ", which holds the mutex" << std::endl;

    // Everything is written once, and read once, although one of them is gone.
    const std::uint32_t expected = writers * entries_of_a_writer;
    const auto until = isthmus::deadline::after(patience);
    for (bool done = false; !done;) {
        std::this_thread::sleep_for(20ms);
        [[maybe_unused]] const auto held = lock(mine);
        done = mine.book().read == expected || until.expired();
    }
    mine.finished.set();
    [[maybe_unused]] const auto held = lock(mine);
    const ledger& book = mine.book();
    const std::uint32_t total = writers * entries_of_a_writer * (entries_of_a_writer + 1) / 2;
    const bool right = book.written == expected && book.read == expected && book.total == total &&
                       book.repairs == 1;
    std::cout << book.written << " entries written, " << book.read << " read, total " << book.total
              << (right ? ": the books are right" : ": the books are WRONG") << std::endl;
    return right ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string role = arguments.empty() ? "" : arguments.front();
    if (role == "open" && arguments.size() == 3) {
        return open(static_cast<std::uint32_t>(std::stoul(arguments[1])),
                    static_cast<std::uint32_t>(std::stoul(arguments[2])));
    }
    if (arguments.size() != 1 || (role != "write" && role != "read" && role != "die")) {
        std::cerr << "usage: shared_ledger open WRITERS READERS | write | read | die" << std::endl;
        return 2;
    }
    office in = enter_office();
    in.ready.release();
    await(in.start, "the start");
    if (role == "write") {
        write(in);
    } else if (role == "read") {
        read(in);
    } else {
        die(in);
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "shared_ledger: " << error.what() << std::endl;
    return 1;
}
