// Channels between two processes, next to the operating system's own mechanisms in the same run.
//
// Every round starts a fresh pair of processes for each candidate; the candidates take turns, so
// that whatever else the machine does meets them all. See docs/benchmarks.md.

#include "support/conversation.hpp"
#include "support/link.hpp"
#include "support/process.hpp"
#include "support/scratch_directory.hpp"
#include "support/summary.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace isthmus::bench;

struct settings {
    std::vector<std::string> keys;
    std::string scenario = "both";
    int cpu = 0;
    unsigned rounds = 7;
    double seconds = 0.2;
    bool quick = false;
    bool check = false;
    std::string json;
};

struct worker_settings {
    std::string role;
    std::string key;
    std::string address;
    double seconds = 0.2;
    int cpu = -1;
    bool batch = false;
};

std::vector<task> tasks() {
    return {{task::kind::round_trip, 64},
            {task::kind::one_way, 64 * 1024},
            {task::kind::one_way, 1024 * 1024}};
}

nlohmann::json encode(const std::vector<figures>& found) {
    nlohmann::json list = nlohmann::json::array();
    for (const figures& one : found) {
        list.push_back({one.count, one.seconds, one.client_sleeps, one.server_sleeps,
                        one.client_cpu, one.server_cpu});
    }
    return list;
}

std::vector<figures> decode(const std::string& text) {
    const auto list = nlohmann::json::parse(text);
    const std::vector<task> all = tasks();
    std::vector<figures> found;
    for (std::size_t t = 0; t < all.size(); ++t) {
        const auto& one = list.at(t);
        found.push_back({.of = all[t],
                         .count = one.at(0),
                         .seconds = one.at(1),
                         .client_sleeps = one.at(2),
                         .server_sleeps = one.at(3),
                         .client_cpu = one.at(4),
                         .server_cpu = one.at(5)});
    }
    return found;
}

// One of the two processes of a pair. The client prints the figures.
void work(const worker_settings& mine) {
    if (mine.cpu >= 0 && !pin_to_cpu(mine.cpu)) {
        throw std::runtime_error("cannot stay on CPU " + std::to_string(mine.cpu));
    }
    if (mine.batch && !become_batch()) {
        throw std::runtime_error("cannot become a batch process");
    }
    const candidate& mechanism = find_candidate(mine.key);
    if (mine.role == "server") {
        serve(*mechanism.serve(mine.address));
    } else {
        std::cout << encode(lead(*mechanism.connect(mine.address), tasks(), mine.seconds))
                  << std::endl;
    }
}

class comparison {
public:
    comparison(std::string program, settings wanted)
        : program_(std::move(program)), wanted_(std::move(wanted)) {}

    std::vector<scenario_result> run() {
        std::vector<scenario_result> results;
        if (wanted_.scenario != "free") {
            results.push_back({.key = "pinned",
                               .title = "Pinned: both processes on CPU " +
                                        std::to_string(wanted_.cpu) + ", SCHED_BATCH",
                               .candidate_keys = wanted_.keys,
                               .rounds = {}});
        }
        if (wanted_.scenario != "pinned") {
            results.push_back({.key = "free",
                               .title = "Free: the scheduler places both processes",
                               .candidate_keys = wanted_.keys,
                               .rounds = {}});
        }
        for (unsigned round = 0; round < wanted_.rounds; ++round) {
            for (scenario_result& scenario : results) {
                scenario.rounds.push_back(run_round(round, scenario.key == "pinned"));
            }
            std::cerr << '.' << std::flush;
        }
        std::cerr << '\n';
        return results;
    }

private:
    std::vector<std::vector<figures>> run_round(unsigned round, bool pinned) {
        std::vector<std::vector<figures>> found(wanted_.keys.size());
        for (std::size_t i = 0; i < wanted_.keys.size(); ++i) {
            // Each round begins with another one, so that none always follows the same neighbour.
            const std::size_t which = (i + round) % wanted_.keys.size();
            found[which] = run_pair(wanted_.keys[which], pinned);
        }
        return found;
    }

    std::vector<figures> run_pair(const std::string& key, bool pinned) {
        const std::string address = directory_.file(std::to_string(++pairs_));
        std::vector<std::string> common{"worker",
                                        "--candidate",
                                        key,
                                        "--address",
                                        address,
                                        "--seconds",
                                        std::to_string(wanted_.seconds)};
        if (pinned) {
            common.insert(common.end(), {"--pin", std::to_string(wanted_.cpu), "--batch"});
        }
        auto server_arguments = common;
        server_arguments.insert(server_arguments.end(), {"--role", "server"});
        common.insert(common.end(), {"--role", "client"});

        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        child server(program_, server_arguments);
        child client(program_, common);
        const std::string text = client.finish(until);
        server.finish(until);
        return decode(text);
    }

    std::string program_;
    settings wanted_;
    scratch_directory directory_;
    unsigned pairs_ = 0;
};

int compare(const std::string& program, settings wanted) {
    if (wanted.keys.empty()) {
        for (const candidate& each : candidates()) {
            wanted.keys.push_back(each.key);
        }
    } else if (wanted.keys.front() != candidates().front().key) {
        wanted.keys.insert(wanted.keys.begin(), candidates().front().key);
    }
    if (wanted.quick) {
        wanted.rounds = 3;
        wanted.seconds = 0.08;
    }

    // With --json - the standard output is the JSON's.
    std::ostream& report = wanted.json == "-" ? std::cerr : std::cout;
    const auto results = comparison(program, wanted).run();
    nlohmann::json all = nlohmann::json::array();
    for (const scenario_result& scenario : results) {
        print_table(report, scenario);
        all.push_back(to_json(scenario));
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
        return check_limits(report, results.front(), {}) ? 0 : 1;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    CLI::App app("Channels between two processes, compared with a raw Unix socket and a FIFO pair");
    settings wanted;
    app.add_option(
        "--candidate", wanted.keys,
        "Only this one (repeatable): fifo, message, byte, isthmus-fifo; always with unix");
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
    app.add_flag("--quick", wanted.quick, "3 rounds of 0.08 s");
    app.add_flag(
        "--check", wanted.check,
        "Fail (status 1) if a channel misses the limits in the first scenario: round trip at "
        "most 1.15x the raw Unix socket's, one way at least 0.9x");
    app.add_option("--json", wanted.json, "Also write JSON to this file, or - for standard output");

    worker_settings mine;
    CLI::App* const worker = app.add_subcommand("worker", "One process of a pair")->group("");
    worker->add_option("--role", mine.role)->required()->check(CLI::IsMember({"server", "client"}));
    worker->add_option("--candidate", mine.key)->required();
    worker->add_option("--address", mine.address)->required();
    worker->add_option("--seconds", mine.seconds);
    worker->add_option("--pin", mine.cpu);
    worker->add_flag("--batch", mine.batch);

    CLI11_PARSE(app, argc, argv);
    if (worker->parsed()) {
        work(mine);
        return 0;
    }
    return compare(argv[0], wanted);
} catch (const std::exception& error) {
    std::cerr << "channel_compare: " << error.what() << std::endl;
    return 2;
}
