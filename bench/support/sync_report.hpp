#pragma once

#include "support/sync_rows.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

/// \file
/// From the rounds of sync_compare to medians, ratios, a table and a verdict.

namespace isthmus::bench {

struct sync_scenario {
    std::string key;   ///< "pinned" or "free"
    std::string title; ///< for people
    /// rounds[r][w] is row w of round r.
    std::vector<std::vector<sync_pair>> rounds;
};

/// How many system calls this library made in a row that needs none.
struct call_count {
    sync_row of;
    std::uint64_t operations = 0;       ///< pairs of calls of the library
    std::optional<std::uint64_t> calls; ///< none if the system cannot count them
};

void print_table(std::ostream& out, const sync_scenario& scenario);
void print_calls(std::ostream& out, const std::vector<call_count>& calls);
nlohmann::json to_json(const sync_scenario& scenario);
nlohmann::json to_json(const std::vector<call_count>& calls);

/// Prints every limit with the figure found; true if all hold. What the system has nothing to
/// compare with is said, and does not count.
bool check_limits(std::ostream& out,
                  const sync_scenario& scenario,
                  const std::vector<call_count>& calls);

} // namespace isthmus::bench
