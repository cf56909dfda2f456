#include "support/summary.hpp"

#include "support/text.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace isthmus::bench {
namespace {

std::string task_text(const task& what) {
    const char* const kind = what.what == task::kind::round_trip ? "round trip " : "one way ";
    return kind + size_text(what.size);
}

double value_of(const figures& found) {
    return found.of.what == task::kind::round_trip ? found.microseconds_each()
                                                   : found.megabytes_per_second();
}

std::string value_text(const summary& found) {
    return found.of.what == task::kind::round_trip ? number(found.value, 2) + " us"
                                                   : number(found.value, 0) + " MB/s";
}

std::size_t task_count(const scenario_result& scenario) {
    return scenario.rounds.empty() ? 0 : scenario.rounds.front().front().size();
}

} // namespace

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

summary summarize(const scenario_result& scenario, std::size_t candidate, std::size_t task) {
    std::vector<double> values;
    std::vector<double> ratios;
    std::vector<double> client;
    std::vector<double> server;
    std::vector<double> cpu;
    std::vector<double> cpu_ratios;
    for (const auto& round : scenario.rounds) {
        const figures& found = round[candidate][task];
        values.push_back(value_of(found));
        ratios.push_back(value_of(found) / value_of(round[0][task]));
        client.push_back(found.client_slept());
        server.push_back(found.server_slept());
        cpu.push_back(found.cpu_microseconds_each());
        cpu_ratios.push_back(found.cpu_microseconds_each() /
                             round[0][task].cpu_microseconds_each());
    }
    const auto [lowest, highest] = std::ranges::minmax(values);
    return {.of = scenario.rounds.front()[candidate][task].of,
            .value = median(values),
            .lowest = lowest,
            .highest = highest,
            .ratio = median(ratios),
            .client_slept = median(client),
            .server_slept = median(server),
            .cpu_microseconds = median(cpu),
            .cpu_ratio = median(cpu_ratios)};
}

void print_table(std::ostream& out, const scenario_result& scenario) {
    out << "\n" << scenario.title << ", " << scenario.rounds.size() << " rounds, medians\n";
    out << std::left << std::setw(26) << "";
    for (std::size_t t = 0; t < task_count(scenario); ++t) {
        out << std::right << std::setw(26) << task_text(scenario.rounds.front().front()[t].of);
    }
    out << std::setw(14) << "slept"
        << "\n";
    for (std::size_t c = 0; c < scenario.candidate_keys.size(); ++c) {
        out << std::left << std::setw(26) << find_candidate(scenario.candidate_keys[c]).title
            << std::right;
        std::string slept;
        for (std::size_t t = 0; t < task_count(scenario); ++t) {
            const summary found = summarize(scenario, c, t);
            out << std::setw(11) << value_text(found) << std::setw(7)
                << number(found.ratio, 2) + "x" << std::setw(8)
                << "(" + number(found.cpu_ratio, 2) + "x)";
            if (found.of.what == task::kind::round_trip && slept.empty()) {
                slept = number(found.client_slept * 100, 0) + "% " +
                        number(found.server_slept * 100, 0) + "%";
            }
        }
        out << std::setw(14) << slept << "\n";
    }
    out << "x: ratio to the first line; in brackets: of the CPU time that both processes used\n"
        << std::flush;
}

nlohmann::json to_json(const scenario_result& scenario) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t c = 0; c < scenario.candidate_keys.size(); ++c) {
        for (std::size_t t = 0; t < task_count(scenario); ++t) {
            const summary found = summarize(scenario, c, t);
            const bool round_trip = found.of.what == task::kind::round_trip;
            nlohmann::json rounds = nlohmann::json::array();
            for (const auto& round : scenario.rounds) {
                const figures& one = round[c][t];
                rounds.push_back({{"count", one.count},
                                  {"seconds", one.seconds},
                                  {"client_sleeps", one.client_sleeps},
                                  {"server_sleeps", one.server_sleeps},
                                  {"client_cpu_seconds", one.client_cpu},
                                  {"server_cpu_seconds", one.server_cpu}});
            }
            list.push_back({{"candidate", scenario.candidate_keys[c]},
                            {"task", round_trip ? "round_trip" : "one_way"},
                            {"size", found.of.size},
                            {"unit", round_trip ? "us" : "MB/s"},
                            {"median", found.value},
                            {"lowest", found.lowest},
                            {"highest", found.highest},
                            {"ratio", found.ratio},
                            {"client_slept", found.client_slept},
                            {"server_slept", found.server_slept},
                            {"cpu_us", found.cpu_microseconds},
                            {"cpu_ratio", found.cpu_ratio},
                            {"rounds", rounds}});
        }
    }
    return {{"scenario", scenario.key},
            {"compared_with", scenario.candidate_keys.front()},
            {"results", list}};
}

bool check_limits(std::ostream& out, const scenario_result& scenario, const limits& allowed) {
    bool all = true;
    for (std::size_t c = 0; c < scenario.candidate_keys.size(); ++c) {
        const candidate& who = find_candidate(scenario.candidate_keys[c]);
        if (who.is_raw || !who.has_limits) {
            continue;
        }
        for (std::size_t t = 0; t < task_count(scenario); ++t) {
            const summary found = summarize(scenario, c, t);
            const bool round_trip = found.of.what == task::kind::round_trip;
            const bool holds =
                round_trip ? found.ratio <= allowed.round_trip : found.ratio >= allowed.one_way;
            out << (holds ? "ok      " : "MISSED  ") << scenario.key << ", " << who.title << ", "
                << task_text(found.of) << ": " << number(found.ratio, 3) << "x (CPU time "
                << number(found.cpu_ratio, 3) << "x), allowed "
                << (round_trip ? "at most " : "at least ")
                << number(round_trip ? allowed.round_trip : allowed.one_way, 2) << "x\n";
            all = all && holds;
        }
    }
    out << std::flush;
    return all;
}

} // namespace isthmus::bench
