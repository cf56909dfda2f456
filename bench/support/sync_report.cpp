#include "support/sync_report.hpp"

#include "support/summary.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>

namespace isthmus::bench {
namespace {

constexpr auto raw = static_cast<std::size_t>(mechanism::raw);
constexpr auto ours = static_cast<std::size_t>(mechanism::isthmus);

// What a row may cost, as a multiple of the raw mechanism's time in the same round.
struct limit {
    const char* row;
    double ratio;
};
constexpr std::array<limit, 6> row_limits{{{"mutex", 1.3},
                                           {"event", 1.25},
                                           {"wait_any_64", 1 / 2.5},
                                           {"region_4096", 1.5},
                                           {"region_65536", 1.5},
                                           {"region_1048576", 1.5}}};
// "Nearly flat": what a wait for 64 objects may cost, as a multiple of one for 2.
constexpr double flat = 1.5;

// Of the waits in a row (one in each process and operation), the share in which it really slept.
double slept(const sync_figures& found) {
    return static_cast<double>(found.leader.sleeps + found.follower.sleeps) / 2 /
           static_cast<double>(found.count);
}

double slept(const sync_scenario& scenario, std::size_t row, std::size_t how) {
    std::vector<double> values;
    for (const auto& round : scenario.rounds) {
        values.push_back(slept(round[row][how]));
    }
    return median(std::move(values));
}

// When others use the CPU as well, the scheduler sometimes lets a waiter find its work without
// sleeping: then it is not waiting that was measured. Such rounds do not count in the pinned
// scenario, where both are meant to sleep every time.
bool counts(const sync_scenario& scenario, std::size_t row, const sync_pair& found) {
    return scenario.key != "pinned" || !sync_rows()[row].has_two_processes() ||
           std::ranges::all_of(
               found, [](const auto& each) { return each.count == 0 || slept(each) >= 0.9; });
}

std::size_t counted_rounds(const sync_scenario& scenario, std::size_t row) {
    return static_cast<std::size_t>(
        std::ranges::count_if(scenario.rounds, [&](const std::vector<sync_pair>& round) {
            return counts(scenario, row, round[row]);
        }));
}

// Over the rounds that count; 0 if there is none.
template <class Value>
double median_of(const sync_scenario& scenario, std::size_t row, Value value) {
    std::vector<double> values;
    for (const auto& round : scenario.rounds) {
        if (counts(scenario, row, round[row])) {
            values.push_back(value(round));
        }
    }
    return median(std::move(values));
}

double time_of(const sync_scenario& scenario, std::size_t row, std::size_t how) {
    return median_of(scenario, row,
                     [&](const auto& round) { return round[row][how].nanoseconds_each(); });
}

double ratio_of(const sync_scenario& scenario, std::size_t row) {
    return median_of(scenario, row, [&](const auto& round) {
        return round[row][ours].nanoseconds_each() / round[row][raw].nanoseconds_each();
    });
}

double cpu_ratio_of(const sync_scenario& scenario, std::size_t row) {
    return median_of(scenario, row, [&](const auto& round) {
        return round[row][ours].cpu_nanoseconds_each() / round[row][raw].cpu_nanoseconds_each();
    });
}

bool has_raw(const sync_scenario& scenario, std::size_t row) {
    return std::ranges::all_of(scenario.rounds,
                               [&](const auto& round) { return round[row][raw].count > 0; });
}

std::string time_text(double nanoseconds) {
    return nanoseconds < 1000 ? number(nanoseconds, 1) + " ns"
                              : number(nanoseconds / 1e3, 2) + " us";
}

std::string percent(double share) {
    return number(share * 100, 0) + "%";
}

std::size_t find_row(const std::string& key) {
    const auto found = std::ranges::find(sync_rows(), key, &sync_row::key);
    return static_cast<std::size_t>(found - sync_rows().begin());
}

double width_ratio(const sync_scenario& scenario) {
    const auto narrow = find_row("wait_any_2");
    const auto wide = find_row("wait_any_64");
    return median_of(scenario, wide, [&](const auto& round) {
        return round[wide][ours].nanoseconds_each() / round[narrow][ours].nanoseconds_each();
    });
}

} // namespace

void print_table(std::ostream& out, const sync_scenario& scenario) {
    out << "\n" << scenario.title << ", " << scenario.rounds.size() << " rounds, medians\n";
    out << std::left << std::setw(34) << "" << std::right << std::setw(11) << "raw" << std::setw(12)
        << "isthmus" << std::setw(17) << "ratio (CPU)" << std::setw(14) << "slept"
        << "\n";
    for (std::size_t row = 0; row < sync_rows().size(); ++row) {
        const bool compared = has_raw(scenario, row);
        out << std::left << std::setw(34) << sync_rows()[row].title() << std::right << std::setw(11)
            << (compared ? time_text(time_of(scenario, row, raw)) : "-") << std::setw(12)
            << time_text(time_of(scenario, row, ours)) << std::setw(17)
            << (compared ? number(ratio_of(scenario, row), 2) + "x (" +
                               number(cpu_ratio_of(scenario, row), 2) + "x)"
                         : "-");
        if (sync_rows()[row].has_two_processes()) {
            out << std::setw(14)
                << (compared ? percent(slept(scenario, row, raw)) + " " : "") +
                       percent(slept(scenario, row, ours));
            const auto left_out = scenario.rounds.size() - counted_rounds(scenario, row);
            if (left_out > 0) {
                out << "  (" << left_out << " rounds do not count)";
            }
        }
        out << "\n";
    }
    out << "ratio: isthmus to raw; in brackets: of the CPU time that both processes used\n"
        << "slept: the share of waits, raw and isthmus, in which a process went to sleep\n"
        << "        (pinned: a round with less than 90 % for either does not count)\n"
        << std::flush;
}

void print_calls(std::ostream& out, const std::vector<call_count>& calls) {
    out << "\nSystem calls while nobody waits\n";
    for (const call_count& each : calls) {
        out << std::left << std::setw(34) << each.of.title() << std::right << std::setw(11)
            << (each.calls ? std::to_string(*each.calls) : "unknown") << " in " << each.operations
            << " rounds\n";
    }
    out << std::flush;
}

nlohmann::json to_json(const sync_scenario& scenario) {
    const auto figures = [](const sync_figures& found) {
        const auto used = [](const usage& by) {
            return nlohmann::json{{"sleeps", by.sleeps}, {"cpu_seconds", by.cpu_seconds}};
        };
        return nlohmann::json{{"count", found.count},
                              {"seconds", found.seconds},
                              {"leader", used(found.leader)},
                              {"follower", used(found.follower)}};
    };
    nlohmann::json results = nlohmann::json::array();
    for (std::size_t row = 0; row < sync_rows().size(); ++row) {
        nlohmann::json rounds = nlohmann::json::array();
        for (const auto& round : scenario.rounds) {
            rounds.push_back(
                {{"raw", figures(round[row][raw])}, {"isthmus", figures(round[row][ours])}});
        }
        nlohmann::json one{{"row", sync_rows()[row].key()},
                           {"isthmus_ns", time_of(scenario, row, ours)},
                           {"rounds", rounds}};
        if (has_raw(scenario, row)) {
            one["raw_ns"] = time_of(scenario, row, raw);
            one["ratio"] = ratio_of(scenario, row);
            one["cpu_ratio"] = cpu_ratio_of(scenario, row);
        }
        if (sync_rows()[row].has_two_processes()) {
            one["isthmus_slept"] = slept(scenario, row, ours);
            if (has_raw(scenario, row)) {
                one["raw_slept"] = slept(scenario, row, raw);
            }
        }
        results.push_back(one);
    }
    return {{"scenario", scenario.key}, {"results", results}};
}

nlohmann::json to_json(const std::vector<call_count>& calls) {
    nlohmann::json list = nlohmann::json::array();
    for (const call_count& each : calls) {
        nlohmann::json one{{"row", each.of.key()}, {"operations", each.operations}};
        if (each.calls) {
            one["system_calls"] = *each.calls;
        }
        list.push_back(one);
    }
    return list;
}

bool check_limits(std::ostream& out,
                  const sync_scenario& scenario,
                  const std::vector<call_count>& calls) {
    bool all = true;
    const auto verdict = [&](bool holds, const std::string& text) {
        out << (holds ? "ok      " : "MISSED  ") << scenario.key << ", " << text << "\n";
        all = all && holds;
    };
    for (const limit& each : row_limits) {
        const auto row = find_row(each.row);
        const std::string title = sync_rows()[row].title();
        if (!has_raw(scenario, row)) {
            out << "-       " << scenario.key << ", " << title << ": nothing to compare with\n";
            continue;
        }
        if (counted_rounds(scenario, row) == 0) {
            verdict(false,
                    title + ": cannot be judged, the CPU is too busy for the waits to sleep");
            continue;
        }
        const double found = ratio_of(scenario, row);
        verdict(found <= each.ratio, title + ": " + number(found, 3) + "x (CPU time " +
                                         number(cpu_ratio_of(scenario, row), 3) +
                                         "x), allowed at most " + number(each.ratio, 2) + "x");
    }
    const double found = width_ratio(scenario);
    verdict(found <= flat, "wait_any over 64, against 2: " + number(found, 3) +
                               "x, allowed at most " + number(flat, 2) + "x");
    for (const call_count& each : calls) {
        if (!each.calls) {
            out << "-       " << each.of.title() << ": system calls cannot be counted here\n";
            continue;
        }
        verdict(*each.calls == 0, each.of.title() + ": " + std::to_string(*each.calls) +
                                      " system calls in " + std::to_string(each.operations) +
                                      " rounds, allowed none");
    }
    out << std::flush;
    return all;
}

} // namespace isthmus::bench
