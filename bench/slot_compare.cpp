// Local slots and broadcasts on one machine, next to the operating system's own datagrams in the
// same run.
//
// Every round does each row with both mechanisms, one right after the other, each with writers and
// readers that are fresh processes: so whatever else the machine does meets both. See
// docs/benchmarks.md.

#include "support/process.hpp"
#include "support/scratch_directory.hpp"
#include "support/slot_report.hpp"
#include "support/slot_rows.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
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
    unsigned local_batch = 1024;
    unsigned broadcast_batch = 128;
    std::vector<std::string> rows;
    bool quick = false;
    bool check = false;
    std::string json;
};

struct worker_settings {
    std::string role;
    std::string row;
    bool raw = false;
    unsigned index = 0;
    std::string address;
    double seconds = 0.1;
    unsigned window = 1;
    int cpu = -1;
    bool batch = false;
};

nlohmann::json encode(const slot_share& found) {
    return {found.start, found.end, found.messages, found.used.sleeps, found.used.cpu_seconds};
}

slot_share decode(const nlohmann::json& list) {
    return {.start = list.at(0),
            .end = list.at(1),
            .messages = list.at(2),
            .used = {.sleeps = list.at(3), .cpu_seconds = list.at(4)}};
}

// One writer or reader. Prints its share.
void work(const worker_settings& mine) {
    if (mine.cpu >= 0 && !pin_to_cpu(mine.cpu)) {
        throw std::runtime_error("cannot stay on CPU " + std::to_string(mine.cpu));
    }
    if (mine.batch && !become_batch()) {
        throw std::runtime_error("cannot become a batch process");
    }
    const slot_place place{.row = find_slot_row(mine.row),
                           .how = mine.raw ? slot_mechanism::raw : slot_mechanism::isthmus,
                           .index = mine.index,
                           .address = mine.address};
    const slot_share found =
        mine.role == "writer" ? write_slot(place, mine.seconds, mine.window) : read_slot(place);
    std::cout << encode(found) << std::endl;
}

class comparison {
public:
    comparison(std::string program, settings wanted)
        : program_(std::move(program)), wanted_(std::move(wanted)) {
        set_environment("ISTHMUS_RUNTIME_DIR", runtime_.path());
    }

    std::vector<slot_scenario> run() {
        std::vector<slot_scenario> results;
        if (wanted_.scenario != "free") {
            results.push_back({.key = "pinned",
                               .title = "Pinned: all processes on CPU " +
                                        std::to_string(wanted_.cpu) + ", SCHED_BATCH",
                               .rows = rows(),
                               .rounds = {}});
        }
        if (wanted_.scenario != "pinned") {
            results.push_back({.key = "free",
                               .title = "Free: the scheduler places the processes",
                               .rows = rows(),
                               .rounds = {}});
        }
        for (unsigned round = 0; round < wanted_.rounds; ++round) {
            for (slot_scenario& scenario : results) {
                std::vector<slot_pair> found;
                for (const slot_row& row : scenario.rows) {
                    found.push_back(run_both(row, scenario.key == "pinned", round % 2 == 0));
                }
                scenario.rounds.push_back(std::move(found));
            }
            std::cerr << '.' << std::flush;
        }
        std::cerr << '\n';
        return results;
    }

private:
    std::vector<slot_row> rows() const {
        if (wanted_.rows.empty()) {
            return slot_rows();
        }
        std::vector<slot_row> chosen;
        for (const std::string& key : wanted_.rows) {
            chosen.push_back(find_slot_row(key));
        }
        return chosen;
    }

    slot_pair run_both(const slot_row& row, bool pinned, bool raw_first) {
        slot_pair found;
        for (std::size_t i = 0; i < slot_mechanism_count; ++i) {
            const std::size_t how = raw_first ? i : slot_mechanism_count - 1 - i;
            found[how] = run_one(row, static_cast<slot_mechanism>(how), pinned);
        }
        return found;
    }

    slot_figures run_one(const slot_row& row, slot_mechanism how, bool pinned) {
        // So many messages are on their way at most, however many writers share them.
        const unsigned batch =
            row.what == slot_row::kind::local ? wanted_.local_batch : wanted_.broadcast_batch;
        std::vector<std::string> common{"worker",
                                        "--row",
                                        row.key(),
                                        "--raw",
                                        how == slot_mechanism::raw ? "1" : "0",
                                        "--address",
                                        directory_.file(std::to_string(++runs_)),
                                        "--seconds",
                                        std::to_string(wanted_.seconds),
                                        "--window",
                                        std::to_string(std::max(batch / row.writers, 1U))};
        if (pinned) {
            common.insert(common.end(), {"--pin", std::to_string(wanted_.cpu), "--batch"});
        }
        using children = std::vector<std::unique_ptr<child>>;
        const auto start = [&](const std::string& role, unsigned count) {
            children all;
            for (unsigned i = 0; i < count; ++i) {
                auto arguments = common;
                arguments.insert(arguments.end(), {"--role", role, "--index", std::to_string(i)});
                all.push_back(std::make_unique<child>(program_, arguments));
            }
            return all;
        };
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        const auto finish = [&](const children& all) {
            std::vector<slot_share> found;
            for (const auto& each : all) {
                found.push_back(decode(nlohmann::json::parse(each->finish(until))));
            }
            return found;
        };
        const children readers = start("reader", row.readers);
        const children writers = start("writer", row.writers);
        const auto sent = finish(writers);
        return combine(sent, finish(readers));
    }

    std::string program_;
    settings wanted_;
    scratch_directory directory_;
    // Nothing of a run meets, or stays among, what other programs use; in memory, where the library
    // would have it. Not the directory above: what else is in it costs time (docs/benchmarks.md).
    scratch_directory runtime_{std::filesystem::is_directory("/dev/shm")
                                   ? std::filesystem::path("/dev/shm")
                                   : std::filesystem::temp_directory_path()};
    unsigned runs_ = 0;
};

int compare(const std::string& program, settings wanted) {
    if (wanted.quick) {
        wanted.rounds = 3;
        wanted.seconds = 0.04;
    }
    // With --json - the standard output is the JSON's.
    std::ostream& report = wanted.json == "-" ? std::cerr : std::cout;
    const auto results = comparison(program, wanted).run();
    nlohmann::json all{{"local_batch", wanted.local_batch},
                       {"broadcast_batch", wanted.broadcast_batch},
                       {"scenarios", nlohmann::json::array()}};
    for (const slot_scenario& scenario : results) {
        print_table(report, scenario);
        all["scenarios"].push_back(to_json(scenario));
    }
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
        return check_limits(report, results.front()) ? 0 : 1;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    CLI::App app("Slots, compared with raw Unix datagram sockets and UDP multicast");
    settings wanted;
    app.add_option("--scenario", wanted.scenario,
                   "pinned: all processes on one CPU under SCHED_BATCH; free; both")
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
    app.add_option("--local-batch", wanted.local_batch,
                   "How many messages the writers of a local row send before they wait until all "
                   "are read")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--broadcast-batch", wanted.broadcast_batch,
                   "The same for broadcasts; UDP loses messages if a socket has no room for them")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--row", wanted.rows, "Only this row, such as local_64_1 (repeat it)");
    app.add_flag("--quick", wanted.quick, "3 rounds of 0.04 s");
    app.add_flag("--check", wanted.check,
                 "Fail (status 1) if the first scenario misses a limit; docs/benchmarks.md has "
                 "them");
    app.add_option("--json", wanted.json, "Also write JSON to this file, or - for standard output");

    worker_settings mine;
    CLI::App* const worker = app.add_subcommand("worker", "One writer or reader")->group("");
    worker->add_option("--role", mine.role)->required()->check(CLI::IsMember({"writer", "reader"}));
    worker->add_option("--row", mine.row)->required();
    worker->add_option("--raw", mine.raw);
    worker->add_option("--index", mine.index);
    worker->add_option("--address", mine.address)->required();
    worker->add_option("--seconds", mine.seconds);
    worker->add_option("--window", mine.window)->check(CLI::PositiveNumber);
    worker->add_option("--pin", mine.cpu);
    worker->add_flag("--batch", mine.batch);

    CLI11_PARSE(app, argc, argv);
    if (worker->parsed()) {
        work(mine);
        return 0;
    }
    return compare(argv[0], wanted);
} catch (const std::exception& error) {
    std::cerr << "slot_compare: " << error.what() << std::endl;
    return 2;
}
