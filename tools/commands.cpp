#include "commands.hpp"

#include "text_io.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/error.hpp>
#include <isthmus/name.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace isthmus::tool {
namespace {

using seconds = std::chrono::duration<double>;

constexpr std::size_t piece = 64 * 1024;

channel_mode mode_of(bool message) {
    return message ? channel_mode::message : channel_mode::byte;
}

// The next message or piece of bytes; none when the other side has closed its end.
std::optional<std::vector<std::byte>> receive(channel& from,
                                              const deadline& until,
                                              std::error_code& error) {
    std::vector<std::byte> bytes;
    if (from.read_mode() == channel_mode::message) {
        auto message = from.read_message_until(until, error);
        if (!error && message) {
            return message;
        }
    } else {
        bytes.resize(piece);
        const auto got = from.read_until(bytes, until, error);
        if (!error && got) {
            bytes.resize(got->size);
            return bytes;
        }
    }
    return std::nullopt;
}

void show(const channel& from, std::span<const std::byte> bytes) {
    if (from.read_mode() == channel_mode::message) {
        print_line(bytes);
    } else {
        print(bytes);
    }
}

[[noreturn]] void fail(const std::error_code& error,
                       const char* operation,
                       const std::string& name) {
    throw isthmus::error(error, operation, name);
}

channel open_channel(const std::string& name, bool message, double patience) {
    const auto until = deadline::after(seconds(patience));
    for (;;) {
        std::error_code error;
        auto opened =
            channel::connect(name, {.mode = mode_of(message), .wait = until.remaining()}, error);
        if (!error) {
            return opened;
        }
        if (error != errc::not_found || until.expired()) {
            fail(error, "connect channel", name);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void serve(channel& client, const listen_options& options) {
    for (;;) {
        std::error_code error;
        const auto got = receive(client, deadline::never(), error);
        if (!got) {
            if (error == errc::broken) {
                return;
            }
            fail(error, "read channel", options.name);
        }
        show(client, *got);
        if (options.echo) {
            client.write(*got, error);
        } else if (options.reply) {
            client.write(bytes_of(*options.reply), error);
        }
        if (error == errc::broken) {
            return;
        }
        if (error) {
            fail(error, "write channel", options.name);
        }
    }
}

// Standard input to the channel, in a thread of its own.
class sender {
public:
    explicit sender(channel& to) : to_(to) {}

    void run() {
        try {
            copy();
        } catch (...) {
            problem_ = std::current_exception();
        }
        done_ = true;
    }

    bool is_done() const { return done_; }
    std::exception_ptr problem() const { return problem_; }

private:
    void copy() {
        std::error_code error;
        while (!error) {
            if (to_.read_mode() == channel_mode::message) {
                const auto line = read_input_line();
                if (!line) {
                    return;
                }
                to_.write(bytes_of(*line), error);
            } else {
                const auto bytes = read_input(piece);
                if (bytes.empty()) {
                    return;
                }
                to_.write(bytes, error);
            }
        }
        if (error != errc::broken && error != errc::canceled) {
            throw std::system_error(error, "write channel");
        }
    }

    channel& to_;
    std::exception_ptr problem_;
    std::atomic<bool> done_ = false; // written last: problem_ can be read after it
};

} // namespace

int print_path(const path_options& options) {
    const std::string path = channel_address::parse(options.name).native_path();
    print_line(bytes_of(path));
    return success;
}

int listen(const listen_options& options) {
    auto listener = channel_listener::create(
        options.name, {.mode = mode_of(options.message), .who = options.who});
    note("listening on " + channel_address::parse(options.name).text());
    do {
        channel client = listener.accept();
        if (options.once) {
            listener.close(); // whoever comes now finds it busy instead of being turned away later
        }
        serve(client, options);
    } while (!options.once);
    return success;
}

int connect(const connect_command_options& options) {
    channel server = open_channel(options.name, options.message, options.wait);
    sender outgoing(server);
    std::thread thread([&outgoing] { outgoing.run(); });

    // Without the end of input to wait for, the other side decides when it is over. After it,
    // whoever answers has to begin within the time given: a pipe cannot be closed in one direction
    // only.
    constexpr auto glance = std::chrono::milliseconds(100);
    std::error_code error;
    try {
        for (auto last = std::chrono::steady_clock::now();;) {
            const bool finished = outgoing.is_done();
            const auto got = receive(server, deadline::after(glance), error);
            const auto now = std::chrono::steady_clock::now();
            if (got) {
                show(server, *got);
            } else if (error && error != errc::timed_out) {
                break;
            }
            if (got || !finished) {
                last = now;
            } else if (now - last >= seconds(options.linger)) {
                error.clear();
                break;
            }
        }
    } catch (const std::exception& problem) {
        note(problem.what());
        std::_Exit(failure);
    }
    const bool closed = error == errc::broken || error == errc::not_connected;
    if (!outgoing.is_done()) {
        // The thread may be waiting for standard input, which nothing portable can interrupt.
        server.cancel();
        if (!closed) {
            note("read channel: " + error.message());
        }
        std::_Exit(closed ? success : failure);
    }
    thread.join();
    if (outgoing.problem()) {
        std::rethrow_exception(outgoing.problem());
    }
    if (error && !closed) {
        fail(error, "read channel", options.name);
    }
    return success;
}

int call(const call_options& options) {
    std::error_code error;
    const auto reply =
        channel::call_for(options.name, bytes_of(options.text), seconds(options.timeout), error);
    if (!reply) {
        fail(error, "call channel", options.name);
    }
    print_line(*reply);
    return success;
}

int wait(const wait_options& options) {
    if (!options.timeout) {
        wait_for_channel(options.name);
        return success;
    }
    // The name may not exist yet: that, too, is waited for.
    const auto until = deadline::after(seconds(*options.timeout));
    for (;;) {
        std::error_code error;
        if (wait_for_channel_until(options.name, until, error)) {
            return success;
        }
        if (error != errc::not_found) {
            fail(error, "wait for channel", options.name);
        }
        if (until.expired()) {
            fail(error, "wait for channel", options.name);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

} // namespace isthmus::tool
