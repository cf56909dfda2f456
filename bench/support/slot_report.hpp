#pragma once

#include "support/slot_rows.hpp"

#include <nlohmann/json.hpp>

#include <iosfwd>
#include <string>
#include <vector>

/// \file
/// From the rounds of slot_compare to medians, ratios, a table and a verdict.

namespace isthmus::bench {

struct slot_scenario {
    std::string key;   ///< "pinned" or "free"
    std::string title; ///< for people
    std::vector<slot_row> rows;
    /// rounds[r][w] is row w of round r.
    std::vector<std::vector<slot_pair>> rounds;
};

void print_table(std::ostream& out, const slot_scenario& scenario);
nlohmann::json to_json(const slot_scenario& scenario);

/// Prints every limit with the figure found; true if all hold.
bool check_limits(std::ostream& out, const slot_scenario& scenario);

} // namespace isthmus::bench
