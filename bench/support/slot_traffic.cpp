// What the writers and readers of slot_compare do, over whichever mechanism.

#include "support/acknowledgements.hpp"
#include "support/slot_rows.hpp"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace isthmus::bench {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// How every message begins.
struct message_start {
    std::uint32_t writer = 0;
    std::uint32_t batch = 0;
    std::uint64_t number = 0; ///< of this writer's messages
    std::uint32_t ends_batch = 0;
    std::uint32_t ends_all = 0;
    std::uint32_t again = 0; ///< sent before: does not count
};

// What is acknowledged before there is a message.
constexpr std::uint32_t readiness = 0;

std::string box_of(const slot_place& place, const char* whose, unsigned index) {
    return place.address + "-" + whose + "-" + std::to_string(index);
}

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now().time_since_epoch())
        .count();
}

usage since(const usage& before) {
    const usage after = usage_now();
    return {.sleeps = after.sleeps - before.sleeps,
            .cpu_seconds = after.cpu_seconds - before.cpu_seconds,
            .system_seconds = after.system_seconds - before.system_seconds};
}

// Who of `count` others has acknowledged a batch.
class roll_call {
public:
    roll_call(acknowledgements& box, unsigned count) : box_(box), count_(count) {}

    // False if some have not, and nothing has come for so long.
    bool complete(std::uint32_t batch, std::chrono::milliseconds patience) {
        if (batch_ != batch) {
            batch_ = batch;
            present_.assign(count_, false);
            missing_ = count_;
        }
        while (missing_ > 0) {
            const auto come = box_.take(patience);
            if (come.empty()) {
                return false;
            }
            for (const acknowledgement& each : come) {
                // Others: of an earlier batch, of which the end was sent twice.
                if (each.batch == batch && !present_.at(each.from)) {
                    present_[each.from] = true;
                    --missing_;
                }
            }
        }
        return true;
    }

private:
    acknowledgements& box_;
    unsigned count_;
    std::uint32_t batch_ = ~0U;
    std::vector<bool> present_;
    unsigned missing_ = 0;
};

} // namespace

slot_share write_slot(const slot_place& place, double seconds, unsigned window) {
    const auto to = place.how == slot_mechanism::raw
                        ? raw_slot_writer(place.row, place.address)
                        : isthmus_slot_writer(place.row, place.address);
    std::vector<std::byte> message(place.row.size);
    const auto send = [&](const message_start& start) {
        std::memcpy(message.data(), &start, sizeof start);
        to->send(message);
    };

    acknowledgements box(box_of(place, "writer", place.index));
    roll_call readers(box, place.row.readers);
    // All writers begin at the same time: when the first reader has heard of each of them.
    // (Kept open: what waits in a FIFO is gone when nobody has it open.)
    acknowledgements first_reader(box_of(place, "reader", 0));
    first_reader.post({.batch = readiness, .from = place.index});
    if (!readers.complete(readiness, 10s)) {
        throw std::runtime_error("the readers do not come");
    }

    slot_share mine;
    const usage before = usage_now();
    mine.start = now();
    const auto until = mine.start + static_cast<std::int64_t>(seconds * 1e9);
    for (message_start next{.writer = place.index, .batch = readiness + 1}; !next.ends_all;
         ++next.batch) {
        const bool is_last = now() >= until;
        next.ends_batch = 0;
        for (unsigned i = 1; i <= window; ++i) {
            next.ends_batch = i == window;
            next.ends_all = i == window && is_last;
            send(next);
            ++next.number;
            ++mine.messages;
        }
        // Datagrams may be lost, and the one that ends a batch with them.
        for (int tries = 0; !readers.complete(next.batch, 100ms); ++tries) {
            if (tries == 50) {
                throw std::runtime_error("a reader does not get the end of a batch");
            }
            message_start again = next;
            again.again = 1;
            send(again);
        }
    }
    mine.used = since(before);
    return mine;
}

slot_share read_slot(const slot_place& place) {
    const auto from = place.how == slot_mechanism::raw
                          ? raw_slot_reader(place.row, place.address)
                          : isthmus_slot_reader(place.row, place.address);
    acknowledgements box(box_of(place, "reader", place.index));
    if (place.index == 0) {
        roll_call writers(box, place.row.writers);
        if (!writers.complete(readiness, 10s)) {
            throw std::runtime_error("the writers do not come");
        }
    }
    struct writer_state {
        std::unique_ptr<acknowledgements> box;
        std::uint64_t next = 0;
        bool ended = false;
    };
    std::vector<writer_state> writers(place.row.writers);
    for (unsigned i = 0; i < place.row.writers; ++i) {
        writers[i].box = std::make_unique<acknowledgements>(box_of(place, "writer", i));
    }

    slot_share mine;
    const usage before = usage_now();
    for (writer_state& each : writers) {
        each.box->post({.batch = readiness, .from = place.index});
    }
    std::vector<std::byte> message(place.row.size);
    for (unsigned left = place.row.writers; left > 0;) {
        from->receive(message);
        message_start start;
        std::memcpy(&start, message.data(), sizeof start);
        writer_state& writer = writers.at(start.writer);
        if (!start.again) {
            if (start.number < writer.next) {
                throw std::runtime_error("a message came twice, or too late");
            }
            writer.next = start.number + 1;
            ++mine.messages;
        }
        if (start.ends_all && !writer.ended) {
            writer.ended = true;
            --left;
            mine.end = now();
        }
        if (start.ends_batch) {
            writer.box->post({.batch = start.batch, .from = place.index});
        }
    }
    mine.used = since(before);
    return mine;
}

} // namespace isthmus::bench
