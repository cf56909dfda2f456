// Mutexes, events, semaphores, waits and regions, next to the operating system's own mechanisms in
// the same run.
//
// Every round starts a fresh pair of processes, which do each row with both mechanisms, one right
// after the other, so that whatever else the machine does meets both. See docs/benchmarks.md.

#include "support/call_count.hpp"
#include "support/link.hpp"
#include "support/process.hpp"
#include "support/scratch_directory.hpp"
#include "support/sync_report.hpp"
#include "support/sync_rows.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace isthmus::bench;

struct settings {
    std::string scenario = "both";
    int cpu = 0;
    unsigned rounds = 9;
    double seconds = 0.1;
    bool quick = false;
    bool check = false;
    std::string json;
};

struct worker_settings {
    std::string role;
    std::string address;
    std::string row;
    double seconds = 0.1;
    bool raw_first = true;
    int cpu = -1;
    bool batch = false;
};

constexpr std::uint64_t counted_operations = 10'000;

nlohmann::json encode(const sync_figures& found) {
    return {found.count,           found.seconds,
            found.leader.sleeps,   found.leader.cpu_seconds,
            found.follower.sleeps, found.follower.cpu_seconds};
}

sync_figures decode(const nlohmann::json& list) {
    return {.count = list.at(0),
            .seconds = list.at(1),
            .leader = {.sleeps = list.at(2), .cpu_seconds = list.at(3)},
            .follower = {.sleeps = list.at(4), .cpu_seconds = list.at(5)}};
}

const sync_row& find_row(const std::string& key) {
    const auto found = std::ranges::find(sync_rows(), key, &sync_row::key);
    if (found == sync_rows().end()) {
        throw std::invalid_argument("no row " + key);
    }
    return *found;
}

// One process of a pair, or the one whose system calls are counted. The leader prints the figures.
void work(const worker_settings& mine) {
    if (mine.cpu >= 0 && !pin_to_cpu(mine.cpu)) {
        throw std::runtime_error("cannot stay on CPU " + std::to_string(mine.cpu));
    }
    if (mine.batch && !become_batch()) {
        throw std::runtime_error("cannot become a batch process");
    }
    if (mine.role == "counted") {
        const auto part = isthmus_part(find_row(mine.row), sync_role::leader, mine.address);
        part(1); // what only the first call does, such as making the thread known
        report_system_calls([&] { part(counted_operations); });
    }
    // They agree on what to do over a socket; nothing goes over it while they are measured.
    const candidate& control = candidates().front();
    if (mine.role == "follower") {
        follow_rows(*control.serve(mine.address), mine.address);
        return;
    }
    const auto found = lead_rows(*control.connect(mine.address), mine.address, mine.seconds,
                                 mine.raw_first ? mechanism::raw : mechanism::isthmus);
    nlohmann::json list = nlohmann::json::array();
    for (const sync_pair& row : found) {
        list.push_back({encode(row[0]), encode(row[1])});
    }
    std::cout << list << std::endl;
}

class comparison {
public:
    comparison(std::string program, settings wanted)
        : program_(std::move(program)), wanted_(std::move(wanted)) {}

    std::vector<sync_scenario> run() {
        std::vector<sync_scenario> results;
        if (wanted_.scenario != "free") {
            results.push_back({.key = "pinned",
                               .title = "Pinned: both processes on CPU " +
                                        std::to_string(wanted_.cpu) + ", SCHED_BATCH",
                               .rounds = {}});
        }
        if (wanted_.scenario != "pinned") {
            results.push_back({.key = "free",
                               .title = "Free: the scheduler places both processes",
                               .rounds = {}});
        }
        for (unsigned round = 0; round < wanted_.rounds; ++round) {
            for (sync_scenario& scenario : results) {
                scenario.rounds.push_back(run_pair(scenario.key == "pinned", round % 2 == 0));
            }
            std::cerr << '.' << std::flush;
        }
        std::cerr << '\n';
        return results;
    }

    std::vector<call_count> count_calls() {
        std::vector<call_count> results;
        for (const char* const key : {"mutex", "idle_event", "idle_semaphore"}) {
            child process(program_, {"worker", "--role", "counted", "--row", key, "--address",
                                     directory_.file(std::to_string(++pairs_))});
            const std::string text = process.finish(patience());
            call_count found{.of = find_row(key), .operations = counted_operations, .calls = {}};
            if (text != "unknown") {
                found.calls = std::stoull(text);
            }
            results.push_back(found);
        }
        return results;
    }

private:
    static std::chrono::steady_clock::time_point patience() {
        return std::chrono::steady_clock::now() + std::chrono::seconds(60);
    }

    std::vector<sync_pair> run_pair(bool pinned, bool raw_first) {
        std::vector<std::string> common{"worker", "--address",
                                        directory_.file(std::to_string(++pairs_)), "--seconds",
                                        std::to_string(wanted_.seconds)};
        if (pinned) {
            common.insert(common.end(), {"--pin", std::to_string(wanted_.cpu), "--batch"});
        }
        auto leader_arguments = common;
        leader_arguments.insert(leader_arguments.end(),
                                {"--role", "leader", "--raw-first", raw_first ? "1" : "0"});
        common.insert(common.end(), {"--role", "follower"});

        const auto until = patience();
        child follower(program_, common);
        child leader(program_, leader_arguments);
        const auto list = nlohmann::json::parse(leader.finish(until));
        follower.finish(until);
        std::vector<sync_pair> found;
        for (const auto& row : list) {
            found.push_back({decode(row.at(0)), decode(row.at(1))});
        }
        return found;
    }

    std::string program_;
    settings wanted_;
    scratch_directory directory_;
    unsigned pairs_ = 0;
};

int compare(const std::string& program, settings wanted) {
    if (wanted.quick) {
        wanted.rounds = 3;
        wanted.seconds = 0.04;
    }
    // With --json - the standard output is the JSON's.
    std::ostream& report = wanted.json == "-" ? std::cerr : std::cout;
    comparison both(program, wanted);
    const auto calls = both.count_calls();
    const auto results = both.run();
    nlohmann::json all{{"scenarios", nlohmann::json::array()}, {"system_calls", to_json(calls)}};
    for (const sync_scenario& scenario : results) {
        print_table(report, scenario);
        all["scenarios"].push_back(to_json(scenario));
    }
    print_calls(report, calls);
    if (wanted.json == "-") {
        std::cout << all.dump(2) << std::endl;
    } else if (!wanted.json.empty()) {
        std::ofstream file(wanted.json);
        file << all.dump(2) << '\n';
        if (!file.flush()) {
            throw std::runtime_error("cannot write " + wanted.json);
        }
    }
    if (wanted.check) {
        report << '\n';
        return check_limits(report, results.front(), calls) ? 0 : 1;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    CLI::App app("Synchronization and regions, compared with raw futexes, pthread mutexes, POSIX "
                 "semaphores and POSIX shared memory");
    settings wanted;
    app.add_option("--scenario", wanted.scenario,
                   "pinned: both processes on one CPU under SCHED_BATCH; free; both")
        ->check(CLI::IsMember({"pinned", "free", "both"}))
        ->capture_default_str();
    app.add_option("--pin", wanted.cpu, "The CPU of the pinned scenario")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--rounds", wanted.rounds, "Rounds, each with new processes")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--seconds", wanted.seconds, "How long each figure is measured in a round")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--quick", wanted.quick, "3 rounds of 0.04 s");
    app.add_flag("--check", wanted.check,
                 "Fail (status 1) if the first scenario misses a limit; docs/benchmarks.md has "
                 "them");
    app.add_option("--json", wanted.json, "Also write JSON to this file, or - for standard output");

    worker_settings mine;
    CLI::App* const worker = app.add_subcommand("worker", "One process of a pair")->group("");
    worker->add_option("--role", mine.role)
        ->required()
        ->check(CLI::IsMember({"leader", "follower", "counted"}));
    worker->add_option("--address", mine.address)->required();
    worker->add_option("--row", mine.row);
    worker->add_option("--seconds", mine.seconds);
    worker->add_option("--raw-first", mine.raw_first);
    worker->add_option("--pin", mine.cpu);
    worker->add_flag("--batch", mine.batch);

    CLI11_PARSE(app, argc, argv);
    if (worker->parsed()) {
        work(mine);
        return 0;
    }
    return compare(argv[0], wanted);
} catch (const std::exception& error) {
    std::cerr << "sync_compare: " << error.what() << std::endl;
    return 2;
}
