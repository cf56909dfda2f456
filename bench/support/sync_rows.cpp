#include "support/sync_rows.hpp"

#include "support/envelope.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

namespace isthmus::bench {
namespace {

// A count of 0 ends the follower.
struct order {
    std::uint64_t row = 0;
    mechanism how = mechanism::raw;
    std::uint64_t count = 0;
};

sync_part make_part(const sync_row& row,
                    mechanism how,
                    sync_role role,
                    const std::string& address) {
    const std::string own = address + "-" + row.key();
    return how == mechanism::raw ? raw_part(row, role, own + "-raw") : isthmus_part(row, role, own);
}

usage difference(const usage& before, const usage& after) {
    return {.sleeps = after.sleeps - before.sleeps,
            .cpu_seconds = after.cpu_seconds - before.cpu_seconds,
            .system_seconds = after.system_seconds - before.system_seconds};
}

sync_figures run(link& control, const order& wanted, const sync_part& part) {
    const bool together = sync_rows()[wanted.row].has_two_processes();
    if (together) {
        send_content(control, wanted);
    }
    const usage before = usage_now();
    const auto start = std::chrono::steady_clock::now();
    part(wanted.count);
    const auto end = std::chrono::steady_clock::now();
    const usage mine = difference(before, usage_now());
    return {.count = wanted.count,
            .seconds = std::chrono::duration<double>(end - start).count(),
            .leader = mine,
            .follower = together ? receive_content<usage>(control) : usage{}};
}

sync_figures measure(link& control, order wanted, const sync_part& part, double seconds) {
    const double trial = std::min(seconds / 5, 0.02);
    wanted.count = 4;
    sync_figures found = run(control, wanted, part);
    while (found.seconds < trial) {
        const double factor = trial / std::max(found.seconds, 1e-7) * 1.2;
        wanted.count = static_cast<std::uint64_t>(static_cast<double>(found.count) *
                                                  std::clamp(factor, 2.0, 20.0));
        found = run(control, wanted, part);
    }
    const double count = static_cast<double>(found.count) * seconds / found.seconds;
    wanted.count = std::max<std::uint64_t>(static_cast<std::uint64_t>(count), 4);
    return run(control, wanted, part);
}

} // namespace

std::string sync_row::key() const {
    switch (what) {
    case kind::mutex:
        return "mutex";
    case kind::idle_event:
        return "idle_event";
    case kind::idle_semaphore:
        return "idle_semaphore";
    case kind::event:
        return "event";
    case kind::wait_any:
        return "wait_any_" + std::to_string(size);
    case kind::region:
        break;
    }
    return "region_" + std::to_string(size);
}

std::string sync_row::title() const {
    switch (what) {
    case kind::mutex:
        return "mutex: lock, unlock";
    case kind::idle_event:
        return "event: set, wait";
    case kind::idle_semaphore:
        return "semaphore: release, acquire";
    case kind::event:
        return "event: there and back";
    case kind::wait_any:
        return "wait_any: there and back, " + std::to_string(size);
    case kind::region:
        break;
    }
    return "region: create to close, " + size_text(size);
}

const std::vector<sync_row>& sync_rows() {
    using enum sync_row::kind;
    static const std::vector<sync_row> all{
        {mutex, 0},          {idle_event, 0},      {idle_semaphore, 0}, {event, 0},
        {wait_any, 2},       {wait_any, 8},        {wait_any, 64},      {region, 4 * 1024},
        {region, 64 * 1024}, {region, 1024 * 1024}};
    return all;
}

std::vector<sync_pair> lead_rows(link& control,
                                 const std::string& address,
                                 double seconds,
                                 mechanism first) {
    std::vector<sync_pair> results;
    for (std::size_t row = 0; row < sync_rows().size(); ++row) {
        sync_pair found;
        for (std::size_t i = 0; i < mechanism_count; ++i) {
            const auto how =
                static_cast<mechanism>((static_cast<std::size_t>(first) + i) % mechanism_count);
            // Here and not earlier: what the rows before it have left would otherwise matter.
            const auto part = make_part(sync_rows()[row], how, sync_role::leader, address);
            if (part) {
                found[static_cast<std::size_t>(how)] =
                    measure(control, {.row = row, .how = how}, part, seconds);
            }
        }
        results.push_back(found);
    }
    send_content(control, order{});
    return results;
}

void follow_rows(link& control, const std::string& address) {
    std::map<std::pair<std::uint64_t, mechanism>, sync_part> parts;
    for (;;) {
        const auto wanted = receive_content<order>(control);
        if (wanted.count == 0) {
            return;
        }
        auto& part = parts[{wanted.row, wanted.how}];
        if (!part) {
            part = make_part(sync_rows().at(wanted.row), wanted.how, sync_role::follower, address);
        }
        const usage before = usage_now();
        part(wanted.count);
        send_content(control, difference(before, usage_now()));
    }
}

} // namespace isthmus::bench
