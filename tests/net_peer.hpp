#pragma once

#include "native_error.hpp"
#include "net/datagram_receiver.hpp"
#include "net/datagram_sender.hpp"
#include "net/mac.hpp"
#include "net/network_interface.hpp"
#include "net_testing.hpp"

#include <isthmus/name.hpp>
#include <isthmus/slot.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

/// \file
/// A child process that listens and speaks as it is told, one line a command, one line a reply:
///
///     listen ID SLOT [option=value]...      ok, or what went wrong: the network alone
///     speak ID ADDRESS [option=value]...    the same
///     read ID SLOT [option=value]...        the same, by a slot_reader
///     hear ID SLOT [option=value]...        the same, by a broadcast_reader
///     write ID ADDRESS [option=value]...    the same, by a slot_writer
///     send ID TEXT                          the same
///     burst ID COUNT                        the same; numbered messages that show damage
///     wait ID COUNT                         yes once so many were heard, no if they do not come
///     heard ID                              the messages, each with a bar before it
///     check ID                              "HEARD DISTINCT DAMAGED" of a burst
///     count ID COUNTER                      delivered, duplicate, own_host, ...
///     close ID                              ok
///
/// Options: interface (may be repeated), domain, host, port, v4, v6, limited, key, kinds.

namespace isthmus::test {

class net_peer {
public:
    std::string answer(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        std::string id;
        words >> command >> id;
        if (command == "listen")
            return listen(id, words);
        if (command == "speak")
            return speak(id, words);
        if (command == "read")
            return read_by<slot_reader>(id, words);
        if (command == "hear")
            return read_by<broadcast_reader>(id, words);
        if (command == "write")
            return write(id, words);
        if (command == "send")
            return send(id, words);
        if (command == "burst")
            return burst(id, words);
        if (command == "close") {
            ears_.erase(id);
            mouths_.erase(id);
            return "ok";
        }
        const auto found = ears_.find(id);
        if (found == ears_.end())
            return "no such command, or no such listener";
        return ask(*found->second, command, words);
    }

private:
    struct ear {
        message_box box;
        std::unique_ptr<net::datagram_receiver> receiver;

        ear() = default;
        ear(const ear&) = delete;
        ear& operator=(const ear&) = delete;
        virtual ~ear() = default;
        virtual network_statistics statistics() const { return receiver->statistics(); }
    };

    /// The public classes.
    template <class Source>
    struct reading_ear final : ear {
        explicit reading_ear(Source made) : source(std::move(made)) {
            thread = std::thread([this] {
                while (!enough) {
                    std::error_code ec;
                    const auto message = source.read_message_for(std::chrono::milliseconds(20), ec);
                    if (message)
                        box.take(*message);
                }
            });
        }
        ~reading_ear() override {
            enough = true;
            thread.join();
        }
        network_statistics statistics() const override { return source.network(); }

        Source source;
        std::atomic<bool> enough = false;
        std::thread thread;
    };

    struct mouth {
        std::unique_ptr<net::datagram_sender> sender;
        slot_writer writer;

        void send(std::string_view text, std::error_code& ec) {
            if (sender) {
                sender->send(bytes_of(text), operation, ec);
            } else {
                writer.write(bytes_of(text), ec);
            }
        }
    };

    static constexpr auto operation = detail::operation::create_channel;

    static std::string result(const std::error_code& ec) { return ec ? ec.message() : "ok"; }

    static network_options read_options(std::istringstream& words, net::interest& wanted) {
        network_options options;
        std::string word;
        while (words >> word) {
            const auto name = word.substr(0, word.find('='));
            const auto value = word.substr(word.find('=') + 1);
            if (name == "interface")
                options.interfaces.push_back(value);
            if (name == "domain")
                options.domain = value;
            if (name == "host")
                options.host = value;
            if (name == "port")
                options.port = static_cast<std::uint16_t>(std::stoi(value));
            if (name == "v4")
                options.group_v4 = value;
            if (name == "v6")
                options.group_v6 = value;
            if (name == "limited")
                options.limited_broadcast = true;
            if (name == "key")
                options.key = key_of(value);
            if (name == "kinds")
                wanted = {.broadcasts = value != "directed", .directed = value != "broadcasts"};
        }
        return options;
    }

    std::string listen(const std::string& id, std::istringstream& words) {
        std::string slot;
        words >> slot;
        net::interest wanted;
        const auto options = read_options(words, wanted);
        auto made = std::make_unique<ear>();
        std::error_code ec;
        made->receiver = net::datagram_receiver::make(
            options, slot_address::parse(slot).key(), wanted,
            [box = &made->box](auto bytes) { return box->take(bytes); }, operation, ec);
        ears_[id] = std::move(made);
        return result(ec);
    }

    std::string speak(const std::string& id, std::istringstream& words) {
        std::string address;
        words >> address;
        net::interest ignored;
        const auto options = read_options(words, ignored);
        std::error_code ec;
        mouths_[id] = {.sender = net::datagram_sender::make(options, slot_address::parse(address),
                                                            operation, ec),
                       .writer = {}};
        return result(ec);
    }

    template <class Source>
    std::string read_by(const std::string& id, std::istringstream& words) {
        std::string slot;
        words >> slot;
        net::interest ignored;
        const auto options = read_options(words, ignored);
        ears_.erase(id); // it may have the name
        std::error_code ec;
        auto source = Source::create(slot, {.network = options}, ec);
        if (!ec)
            ears_[id] = std::make_unique<reading_ear<Source>>(std::move(source));
        return result(ec);
    }

    std::string write(const std::string& id, std::istringstream& words) {
        std::string address;
        words >> address;
        net::interest ignored;
        const auto options = read_options(words, ignored);
        std::error_code ec;
        mouths_[id] = {.sender = nullptr,
                       .writer = slot_writer::open(address, {.network = options}, ec)};
        return result(ec);
    }

    std::string send(const std::string& id, std::istringstream& words) {
        std::string text;
        std::getline(words >> std::ws, text);
        std::error_code ec;
        mouths_.at(id).send(text, ec);
        return result(ec);
    }

    /// Its number, and as many letters, of its own kind, as fit.
    static std::string numbered(std::size_t number) {
        auto text = std::to_string(number) + ' ';
        const auto size = text.size() + number * 7 % (424 - text.size() + 1);
        text.resize(size, static_cast<char>('a' + number % 26));
        return text;
    }

    std::string burst(const std::string& id, std::istringstream& words) {
        std::size_t count = 0;
        words >> count;
        std::error_code ec;
        for (std::size_t i = 0; i < count && !ec; ++i) {
            mouths_.at(id).send(numbered(i), ec);
            if (i % 16 == 15) // no faster than a busy machine can follow
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return result(ec);
    }

    static std::string check(const std::vector<std::string>& messages) {
        std::map<std::string, int> distinct;
        std::size_t damaged = 0;
        for (const auto& each : messages) {
            ++distinct[each];
            if (each != numbered(static_cast<std::size_t>(std::atoll(each.c_str()))))
                ++damaged;
        }
        return std::to_string(messages.size()) + ' ' + std::to_string(distinct.size()) + ' ' +
               std::to_string(damaged);
    }

    static std::uint64_t counter(const network_statistics& all, const std::string& name) {
        const std::map<std::string, std::uint64_t> by_name = {
            {"received", all.received},
            {"delivered", all.delivered},
            {"foreign", all.foreign},
            {"other_interface", all.other_interface},
            {"own_host", all.own_host},
            {"other_slot_or_domain", all.other_slot_or_domain},
            {"unauthenticated", all.unauthenticated},
            {"replayed", all.replayed},
            {"duplicate", all.duplicate}};
        return by_name.at(name);
    }

    static std::string ask(const ear& by, const std::string& command, std::istringstream& words) {
        if (command == "wait") {
            std::size_t count = 0;
            words >> count;
            return eventually([&] { return by.box.count() >= count; }) ? "yes" : "no";
        }
        if (command == "heard") {
            std::string all;
            for (const auto& each : by.box.messages())
                all += '|' + each;
            return all;
        }
        if (command == "check")
            return check(by.box.messages());
        if (command == "count") {
            std::string name;
            words >> name;
            return std::to_string(counter(by.statistics(), name));
        }
        return "no such command";
    }

    std::map<std::string, std::unique_ptr<ear>> ears_;
    std::map<std::string, mouth> mouths_;
};

inline int run_net_peer() {
    net_peer peer;
    while (const auto line = hear_test()) {
        try {
            tell_test(peer.answer(*line));
        } catch (const std::exception& problem) {
            tell_test(problem.what());
        }
    }
    return 0;
}

inline const child_role net_peer_role("net_peer",
                                      [](const auto& /*arguments*/) { return run_net_peer(); });

/// The test's side of it.
class net_peer_process {
public:
    explicit net_peer_process(child_process process) : process_(std::move(process)) {}

    void begin(const std::string& command) { process_.write_line(command); }

    std::string reply() {
        auto line = process_.read_line().value_or("(nothing)");
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        return line;
    }

    std::string ask(const std::string& command) {
        begin(command);
        return reply();
    }

    child_process& process() noexcept { return process_; }

private:
    child_process process_;
};

} // namespace isthmus::test
