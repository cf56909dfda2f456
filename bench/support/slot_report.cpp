#include "support/slot_report.hpp"

#include "support/summary.hpp"
#include "support/text.hpp"

#include <iomanip>
#include <ostream>

namespace isthmus::bench {
namespace {

constexpr auto raw = static_cast<std::size_t>(slot_mechanism::raw);
constexpr auto ours = static_cast<std::size_t>(slot_mechanism::isthmus);

// How many times as many messages a second as the raw mechanism a local slot must carry.
constexpr double local_limit = 3;

template <class Value>
double median_of(const slot_scenario& scenario, std::size_t row, Value value) {
    std::vector<double> values;
    for (const auto& round : scenario.rounds) {
        values.push_back(value(round[row]));
    }
    return median(std::move(values));
}

double rate_of(const slot_scenario& scenario, std::size_t row, std::size_t how) {
    return median_of(scenario, row, [&](const slot_pair& each) { return each[how].per_second(); });
}

double ratio_of(const slot_scenario& scenario, std::size_t row) {
    return median_of(scenario, row, [](const slot_pair& each) {
        return each[ours].per_second() / each[raw].per_second();
    });
}

// As the ratio of the rates: more is better.
double cpu_ratio_of(const slot_scenario& scenario, std::size_t row) {
    return median_of(scenario, row, [](const slot_pair& each) {
        return each[raw].cpu_nanoseconds_each() / each[ours].cpu_nanoseconds_each();
    });
}

double sleeps_of(const slot_scenario& scenario, std::size_t row, std::size_t how) {
    return median_of(scenario, row, [&](const slot_pair& each) {
        return static_cast<double>(each[how].writer_sleeps + each[how].reader_sleeps) * 1000 /
               static_cast<double>(each[how].sent);
    });
}

std::uint64_t lost_of(const slot_scenario& scenario, std::size_t row, std::size_t how) {
    std::uint64_t all = 0;
    for (const auto& round : scenario.rounds) {
        all += round[row][how].lost;
    }
    return all;
}

std::string rate_text(double rate) {
    return number(rate / 1e3, rate < 1e5 ? 1 : 0) + " k/s";
}

} // namespace

void print_table(std::ostream& out, const slot_scenario& scenario) {
    out << "\n" << scenario.title << ", " << scenario.rounds.size() << " rounds, medians\n";
    out << std::left << std::setw(30) << "" << std::right << std::setw(11) << "raw" << std::setw(12)
        << "isthmus" << std::setw(19) << "ratio (CPU)" << std::setw(18) << "sleeps" << std::setw(10)
        << "lost\n";
    for (std::size_t row = 0; row < scenario.rows.size(); ++row) {
        out << std::left << std::setw(30) << scenario.rows[row].title() << std::right
            << std::setw(11) << rate_text(rate_of(scenario, row, raw)) << std::setw(12)
            << rate_text(rate_of(scenario, row, ours)) << std::setw(19)
            << number(ratio_of(scenario, row), 2) + "x (" + number(cpu_ratio_of(scenario, row), 2) +
                   "x)"
            << std::setw(18)
            << number(sleeps_of(scenario, row, raw), 1) + " " +
                   number(sleeps_of(scenario, row, ours), 1)
            << std::setw(9)
            << std::to_string(lost_of(scenario, row, raw)) + " " +
                   std::to_string(lost_of(scenario, row, ours))
            << "\n";
    }
    out << "raw: a Unix datagram socket; for broadcasts UDP multicast on the loopback interface\n"
        << "ratio: isthmus to raw, of the messages a second that every reader had;\n"
        << "        in brackets: of the messages for as much CPU time of all processes\n"
        << "sleeps: of all processes for 1000 messages, raw and isthmus\n"
        << "lost: messages in all rounds, raw and isthmus\n"
        << std::flush;
}

nlohmann::json to_json(const slot_scenario& scenario) {
    const auto figures = [](const slot_figures& found) {
        return nlohmann::json{{"sent", found.sent},
                              {"lost", found.lost},
                              {"seconds", found.seconds},
                              {"cpu_seconds", found.cpu_seconds},
                              {"writer_sleeps", found.writer_sleeps},
                              {"reader_sleeps", found.reader_sleeps}};
    };
    nlohmann::json results = nlohmann::json::array();
    for (std::size_t row = 0; row < scenario.rows.size(); ++row) {
        nlohmann::json rounds = nlohmann::json::array();
        for (const auto& round : scenario.rounds) {
            rounds.push_back(
                {{"raw", figures(round[row][raw])}, {"isthmus", figures(round[row][ours])}});
        }
        results.push_back({{"row", scenario.rows[row].key()},
                           {"raw_per_second", rate_of(scenario, row, raw)},
                           {"isthmus_per_second", rate_of(scenario, row, ours)},
                           {"ratio", ratio_of(scenario, row)},
                           {"cpu_ratio", cpu_ratio_of(scenario, row)},
                           {"rounds", rounds}});
    }
    return {{"scenario", scenario.key}, {"results", results}};
}

bool check_limits(std::ostream& out, const slot_scenario& scenario) {
    bool all = true;
    for (std::size_t row = 0; row < scenario.rows.size(); ++row) {
        if (scenario.rows[row].what != slot_row::kind::local) {
            continue;
        }
        const double found = ratio_of(scenario, row);
        const bool holds = found >= local_limit;
        out << (holds ? "ok      " : "MISSED  ") << scenario.key << ", "
            << scenario.rows[row].title() << ": " << number(found, 3) << "x (CPU time "
            << number(cpu_ratio_of(scenario, row), 3) << "x), at least " << number(local_limit, 2)
            << "x is wanted\n";
        all = all && holds;
    }
    out << std::flush;
    return all;
}

} // namespace isthmus::bench
