#include "logging.hpp"
#include "slot_queue.hpp"

#include <bitset>

/// \file
/// What the reader of a slot does to its messages.

namespace isthmus::posix {

using namespace std::chrono_literals;

slot_queue_reader::finding slot_queue_reader::find(position& where,
                                                   std::size_t& size) const noexcept {
    const auto& geometry = memory_.geometry();
    for (std::uint32_t hops = 0; hops <= geometry.count(); ++hops) {
        const auto& ring = memory_.ring(where.ring);
        const std::uint64_t waiting = ring.tail.load() - where.at;
        if (waiting != 0) {
            message_header header{};
            memory_.copy_out(where.ring, where.at, &header, sizeof header);
            size = header.size;
            const bool whole = waiting <= geometry.size(where.ring) && waiting % 8 == 0 &&
                               header.check == ~header.size &&
                               slot_geometry::room_for(header.size) <= waiting;
            return whole ? finding::message : finding::spoiled;
        }
        const std::uint32_t next = ring.next.load();
        if (next == slot_ring::none)
            return finding::end;
        // The link comes after the last message of the ring: so that one would be seen by now.
        if (ring.tail.load() != where.at)
            continue;
        if (next > geometry.count() || next - 1 == here_.ring)
            return finding::spoiled;
        where = {.ring = next - 1, .at = heads_[next - 1]};
    }
    return finding::spoiled;
}

void slot_queue_reader::move_to(const position& where) noexcept {
    heads_[where.ring] = where.at;
    memory_.ring(where.ring).head.store(where.at, std::memory_order_release);
    if (where.ring != here_.ring) {
        memory_.control().reading.store(where.ring, std::memory_order_release);
        grown_ = true;
    }
    here_ = where;
    found_.reset();
}

/// Whoever wrote nonsense may write; what was there cannot be told from it.
void slot_queue_reader::drop_what_is_spoiled() noexcept {
    detail::log(spdlog::level::warn,
                "slot: a writer has spoiled the queue; what waited is dropped");
    move_to({.ring = here_.ring, .at = memory_.ring(here_.ring).tail.load()});
    memory_.ring(here_.ring).next.store(slot_ring::none);
    counted_up_to_ = here_;
    counted_ = 0;
}

std::optional<std::size_t> slot_queue_reader::next() noexcept {
    if (found_)
        return found_;
    position where = here_;
    std::size_t size = 0;
    switch (find(where, size)) {
    case finding::message:
        if (where.ring != here_.ring)
            move_to(where);
        idle_since_.reset();
        found_ = size;
        break;
    case finding::end:
        break;
    case finding::spoiled:
        drop_what_is_spoiled();
        break;
    }
    return found_;
}

void slot_queue_reader::take(std::byte* buffer) noexcept {
    memory_.copy_out(here_.ring, here_.at + sizeof(message_header), buffer, *found_);
    const bool counted = counted_ > 0;
    move_to({.ring = here_.ring, .at = here_.at + slot_geometry::room_for(*found_)});
    if (counted) {
        --counted_;
    } else {
        counted_up_to_ = here_;
    }
}

std::size_t slot_queue_reader::count() noexcept {
    // From where the last count ended: asking after each message costs no more than asking once.
    if (!next())
        return 0;
    if (counted_ == 0)
        counted_up_to_ = here_;
    std::size_t size = 0;
    std::uint64_t walked = 0;
    finding found{};
    while ((found = find(counted_up_to_, size)) == finding::message) {
        walked += slot_geometry::room_for(size);
        if (walked > memory_.geometry().quota()) { // rings that lead around in a circle
            counted_ = 0;
            found = finding::spoiled;
            break;
        }
        counted_up_to_.at += slot_geometry::room_for(size);
        ++counted_;
    }
    if (found == finding::spoiled && counted_ == 0)
        drop_what_is_spoiled();
    return counted_;
}

void slot_queue_reader::repair() noexcept {
    const auto say = [](auto& word, auto value) {
        if (word.load(std::memory_order_relaxed) != value)
            word.store(value);
    };
    auto& control = memory_.control();
    say(control.closed, 0U);
    say(control.max_message, max_message_);
    say(control.reading, here_.ring);
    for (std::uint32_t i = 0; i < memory_.geometry().count(); ++i)
        say(memory_.ring(i).head, heads_[i]);
}

void slot_queue_reader::tidy_when_idle() noexcept {
    if (!grown_)
        return;
    const auto now = std::chrono::steady_clock::now();
    if (!idle_since_) {
        idle_since_ = now;
    } else if (now - *idle_since_ >= 50ms && lock_.try_lock()) {
        tidy();
        lock_.unlock();
    }
}

/// With the lock: the first ring is used again, and the others give their memory back.
void slot_queue_reader::tidy() noexcept {
    auto& last = memory_.ring(here_.ring);
    if (last.tail.load() != here_.at || last.next.load() != slot_ring::none)
        return;
    if (here_.ring != 0) {
        auto& first = memory_.ring(0);
        first.next.store(slot_ring::none, std::memory_order_relaxed);
        first.tail.store(heads_[0], std::memory_order_relaxed);
        first.head.store(heads_[0], std::memory_order_relaxed);
        last.next.store(1);
        move_to({.ring = 0, .at = heads_[0]});
    }
    for (std::uint32_t i = 1; i < memory_.geometry().count(); ++i)
        memory_.give_back(i);
    grown_ = false;
}

} // namespace isthmus::posix
