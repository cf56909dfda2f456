#include "support/slot_rows.hpp"

#include "support/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace isthmus::bench {

std::string slot_row::key() const {
    return what == kind::local
               ? "local_" + std::to_string(size) + "_" + std::to_string(writers)
               : "broadcast_" + std::to_string(size) + "_" + std::to_string(readers);
}

std::string slot_row::title() const {
    const auto counted = [](unsigned count, const std::string& word) {
        return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
    };
    return (what == kind::local ? "local, " : "broadcast, ") + size_text(size) + ", " +
           (what == kind::local ? counted(writers, "writer") : counted(readers, "reader"));
}

const std::vector<slot_row>& slot_rows() {
    using enum slot_row::kind;
    static const std::vector<slot_row> all{
        {local, 64, 1, 1},     {local, 256, 1, 1},    {local, 64, 4, 1},     {local, 256, 4, 1},
        {broadcast, 64, 1, 1}, {broadcast, 64, 1, 4}, {broadcast, 64, 1, 16}};
    return all;
}

const slot_row& find_slot_row(const std::string& key) {
    const auto found = std::ranges::find(slot_rows(), key, &slot_row::key);
    if (found == slot_rows().end()) {
        throw std::invalid_argument("no row " + key);
    }
    return *found;
}

slot_figures combine(const std::vector<slot_share>& writers,
                     const std::vector<slot_share>& readers) {
    slot_figures all;
    for (const slot_share& each : writers) {
        all.sent += each.messages;
        all.cpu_seconds += each.used.cpu_seconds;
        all.writer_sleeps += each.used.sleeps;
    }
    for (const slot_share& each : readers) {
        if (each.messages > all.sent) {
            throw std::runtime_error("a reader has more messages than were sent");
        }
        all.lost += all.sent - each.messages;
        all.cpu_seconds += each.used.cpu_seconds;
        all.reader_sleeps += each.used.sleeps;
    }
    const auto start = std::ranges::min(writers, {}, &slot_share::start).start;
    const auto end = std::ranges::max(readers, {}, &slot_share::end).end;
    all.seconds = static_cast<double>(end - start) * 1e-9;
    return all;
}

} // namespace isthmus::bench
