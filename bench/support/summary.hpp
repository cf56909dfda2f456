#pragma once

#include "support/conversation.hpp"

#include <nlohmann/json.hpp>

#include <iosfwd>
#include <string>
#include <vector>

/// \file
/// From the rounds of a comparison to medians, ratios, a table and a verdict.

namespace isthmus::bench {

/// Everything measured in one scenario: rounds[r][c][t] is round r, candidate c, task t.
struct scenario_result {
    std::string key;   ///< "pinned" or "free"
    std::string title; ///< for people
    std::vector<std::string> candidate_keys;
    std::vector<std::vector<std::vector<figures>>> rounds;
};

/// One candidate, one task, one scenario.
struct summary {
    task of;
    double value = 0;  ///< median: microseconds for a round trip, megabytes a second one way
    double lowest = 0; ///< of the rounds
    double highest = 0;
    double ratio = 0; ///< to the first candidate: the median of the ratios of the rounds
    double client_slept = 0;
    double server_slept = 0;
    double cpu_microseconds = 0; ///< both processes, for each round trip or message
    double cpu_ratio = 0;        ///< as ratio
};

double median(std::vector<double> values);

summary summarize(const scenario_result& scenario, std::size_t candidate, std::size_t task);

void print_table(std::ostream& out, const scenario_result& scenario);
nlohmann::json to_json(const scenario_result& scenario);

/// What a channel may cost, against the raw Unix socket.
struct limits {
    double round_trip = 1.15;
    double one_way = 0.9;
};

/// Prints every limit with the figure found; true if all hold.
bool check_limits(std::ostream& out, const scenario_result& scenario, const limits& allowed);

} // namespace isthmus::bench
