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

candidate channel_candidate(std::string key, std::string title, channel_mode mode) {
    return {.key = std::move(key),
            .title = std::move(title),
            .is_raw = false,
            .serve =
                [mode](const std::string& address) {
                    auto listener = channel_listener::create(channel_name(address), {.mode = mode});
                    return std::make_unique<channel_link>(listener.accept());
                },
            .connect =
                [mode](const std::string& address) {
                    return retry(
                        [&]() -> std::unique_ptr<link> {
                            std::error_code error;
                            auto end =
                                channel::connect(channel_name(address), {.mode = mode}, error);
                            if (error == errc::not_found || error == errc::busy) {
                                return nullptr;
                            }
                            if (error) {
                                throw isthmus::error(error, "connect", channel_name(address));
                            }
                            return std::make_unique<channel_link>(std::move(end));
                        },
                        "connect channel " + channel_name(address));
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
