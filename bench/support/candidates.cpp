#include "support/link.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace isthmus::bench {
namespace {

class channel_link : public link {
public:
    explicit channel_link(channel end) : end_(std::move(end)) {}

    void send(std::span<const std::byte> data) override { end_.write(data); }

    void receive(std::span<std::byte> buffer) override {
        while (!buffer.empty()) {
            buffer = buffer.subspan(end_.read(buffer).size);
        }
    }

private:
    channel end_;
};

std::string channel_name(const std::string& address) {
    const std::filesystem::path path(address);
    return path.parent_path().filename().string() + "-" + path.filename().string();
}

channel serve_channel(const std::string& name, const listener_options& options) {
    auto listener = channel_listener::create(name, options);
    return listener.accept();
}

// Empty until there is a listener.
channel connect_channel(const std::string& name, const connect_options& options) {
    std::error_code error;
    auto end = channel::connect(name, options, error);
    if (error && error != errc::not_found && error != errc::busy) {
        throw isthmus::error(error, "connect", name);
    }
    return end;
}

candidate channel_candidate(std::string key, std::string title, channel_mode mode) {
    return {.key = std::move(key),
            .title = std::move(title),
            .is_raw = false,
            .serve =
                [mode](const std::string& address) {
                    return std::make_unique<channel_link>(
                        serve_channel(channel_name(address), {.mode = mode}));
                },
            .connect =
                [mode](const std::string& address) {
                    const std::string name = channel_name(address);
                    return retry(
                        [&]() -> std::unique_ptr<link> {
                            auto end = connect_channel(name, {.mode = mode});
                            return end.is_open() ? std::make_unique<channel_link>(std::move(end))
                                                 : nullptr;
                        },
                        "connect channel " + name);
                }};
}

// A channel over a FIFO goes one way: like the raw candidate this is a pair of them.
class fifo_pair_link : public link {
public:
    fifo_pair_link(channel in, channel out) : in_(std::move(in)), out_(std::move(out)) {}

    void send(std::span<const std::byte> data) override { out_.write(data); }

    void receive(std::span<std::byte> buffer) override {
        while (!buffer.empty()) {
            buffer = buffer.subspan(in_.read(buffer).size);
        }
    }

private:
    channel in_;
    channel out_;
};

candidate fifo_candidate() {
    return {.key = "isthmus-fifo",
            .title = "isthmus FIFO pair",
            .is_raw = false,
            .has_limits = false,
            .serve =
                [](const std::string& address) {
                    // An outbound one is connected when the client has opened it, an inbound one
                    // not before the client has written.
                    const std::string name = channel_name(address);
                    auto requests =
                        channel_listener::create(name, {.direction = channel_direction::inbound,
                                                        .carrier = transport::fifo});
                    auto replies =
                        serve_channel(name + "-reply", {.direction = channel_direction::outbound,
                                                        .carrier = transport::fifo});
                    return std::make_unique<fifo_pair_link>(requests.accept(), std::move(replies));
                },
            .connect =
                [](const std::string& address) {
                    const std::string name = channel_name(address);
                    channel replies;
                    channel requests;
                    return retry(
                        [&]() -> std::unique_ptr<link> {
                            if (!requests.is_open()) {
                                requests = connect_channel(name, {});
                            }
                            if (requests.is_open()) {
                                replies = connect_channel(name + "-reply", {});
                            }
                            return replies.is_open() ? std::make_unique<fifo_pair_link>(
                                                           std::move(replies), std::move(requests))
                                                     : nullptr;
                        },
                        "connect FIFO pair " + name);
                }};
}

} // namespace

std::unique_ptr<link> retry(const std::function<std::unique_ptr<link>()>& attempt,
                            const std::string& what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
        if (auto made = attempt()) {
            return made;
        }
        if (std::chrono::steady_clock::now() > until) {
            throw std::runtime_error(what + ": no server within 5 s");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

const std::vector<candidate>& candidates() {
    static const std::vector<candidate> all = [] {
        std::vector<candidate> list = raw_candidates();
        list.push_back(
            channel_candidate("message", "isthmus channel, messages", channel_mode::message));
        list.push_back(channel_candidate("byte", "isthmus channel, bytes", channel_mode::byte));
        list.push_back(fifo_candidate());
        return list;
    }();
    return all;
}

const candidate& find_candidate(const std::string& key) {
    const auto found = std::ranges::find(candidates(), key, &candidate::key);
    if (found == candidates().end()) {
        throw std::invalid_argument("no candidate " + key);
    }
    return *found;
}

} // namespace isthmus::bench
