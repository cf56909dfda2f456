// The command-line program `isthmus`: channels and slots for the shell.

#include "commands.hpp"
#include "slot_commands.hpp"
#include "text_io.hpp"

#include <isthmus/error.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <system_error>

namespace {

using namespace isthmus::tool;

constexpr const char* footer = R"(NAME is `orders` or `\\.\pipe\orders`.

Exit status: 0 success; 1 failure; 2 wrong usage or name; 3 no such channel or slot; 4 out of time;
5 the channel is busy; 6 access denied.)";

constexpr const char* slot_footer =
    R"(To read, NAME is `alerts` or `\\.\mailslot\alerts`. To write it may also be
`\\HOST\mailslot\alerts`, or `\\*\mailslot\alerts`: every reader of the name in the domain.)";

int status_of(const std::error_code& code) {
    using isthmus::errc;
    if (code == errc::not_found) {
        return no_such_channel;
    }
    if (code == errc::timed_out) {
        return out_of_time;
    }
    if (code == errc::busy) {
        return channel_busy;
    }
    if (code == errc::access_denied) {
        return no_access;
    }
    if (code == errc::invalid_name || code == errc::name_too_long ||
        code == errc::invalid_argument) {
        return wrong_usage;
    }
    return failure;
}

CLI::Option* add_name(CLI::App* command, std::string& name) {
    return command->add_option("NAME", name, "The channel")->required();
}

void add_access(CLI::App* command, isthmus::access& who, const char* description) {
    command->add_option("--access", who, description)
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, isthmus::access>{{"owner", isthmus::access::owner},
                                                   {"group", isthmus::access::group},
                                                   {"everyone", isthmus::access::everyone}}));
}

void add_network(CLI::App* command, slot_network& network) {
    command
        ->add_option("--interface", network.interfaces,
                     "A name or an address: also what goes through the network there; may be "
                     "repeated")
        ->allow_extra_args(false);
    command->add_option("--domain", network.domain, "This machine's (default: WORKGROUP)");
    command->add_option("--key-file", network.key_file,
                        "A file with the key that all have who are to hear each other");
}

struct slot_arguments {
    read_slot_options reading;
    double timeout = 0;
    write_slot_options writing;
    std::string text;
};

// `found` has to stay: the command is run when all arguments have been read.
void add_slot_commands(CLI::App& app, slot_arguments& found, std::function<int()>& command) {
    CLI::App* const slots =
        app.add_subcommand("slot", "Mailslots, and broadcasts to all of a name");
    slots->require_subcommand(1);
    slots->footer(slot_footer);

    auto& reading = found.reading;
    CLI::App* const read = slots->add_subcommand("read", "Prints each message as a line");
    read->add_option("NAME", reading.name, "The slot")->required();
    read->add_flag("--broadcasts", reading.broadcasts,
                   "Only what is sent to all of the name; others may read the same");
    read->add_option("--count", reading.count, "Ends after so many messages");
    auto* const timeout_option = read->add_option("--timeout", found.timeout, "Seconds in all")
                                     ->check(CLI::NonNegativeNumber);
    add_access(read, reading.who, "Who may write: owner (default), group, everyone");
    add_network(read, reading.network);
    read->callback([&command, &found, timeout_option] {
        if (*timeout_option) {
            found.reading.timeout = found.timeout;
        }
        command = [&found] { return read_slot(found.reading); };
    });

    auto& writing = found.writing;
    CLI::App* const write =
        slots->add_subcommand("write", "Sends one message, or each line of standard input");
    write->add_option("NAME", writing.name, "The slot, or the slots")->required();
    auto* const text_option = write->add_option("TEXT", found.text, "The message");
    add_network(write, writing.network);
    write->callback([&command, &found, text_option] {
        if (*text_option) {
            found.writing.text = found.text;
        }
        command = [&found] { return write_slot(found.writing); };
    });
}

int run(int argc, char** argv) {
    CLI::App app("Windows named pipes and mailslots, on every system");
    app.footer(footer);
    app.set_version_flag("--version", ISTHMUS_VERSION);
    app.require_subcommand(1);
    std::function<int()> command;

    path_options path;
    CLI::App* const path_command = app.add_subcommand(
        "path", "Prints where a program that does not use Isthmus finds the channel");
    add_name(path_command, path.name);
    path_command->callback([&] { command = [&] { return print_path(path); }; });

    listen_options listening;
    std::string reply;
    CLI::App* const listen_command = app.add_subcommand(
        "listen", "Serves the channel, one client at a time, and prints what they send");
    add_name(listen_command, listening.name);
    listen_command->add_flag("--message", listening.message,
                             "Message mode; each message is printed as a line");
    listen_command->add_flag("--once", listening.once, "Serve one client, then end");
    auto* const echo =
        listen_command->add_flag("--echo", listening.echo, "Send back what was received");
    auto* const reply_option =
        listen_command->add_option("--reply", reply, "Send this after each message or piece");
    reply_option->excludes(echo);
    add_access(listen_command, listening.who, "Who may connect: owner (default), group, everyone");
    listen_command->callback([&] {
        if (*reply_option) {
            listening.reply = reply;
        }
        command = [&] { return listen(listening); };
    });

    connect_command_options connecting;
    CLI::App* const connect_command = app.add_subcommand(
        "connect", "Copies standard input to the channel and the channel to standard output");
    add_name(connect_command, connecting.name);
    connect_command->add_flag("--message", connecting.message,
                              "Message mode: each line is a message, each message a line");
    connect_command
        ->add_option("--wait", connecting.wait,
                     "Seconds to wait for the channel to exist and have room")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    connect_command
        ->add_option("--linger", connecting.linger,
                     "Ends when this many seconds after the end of input nothing has come")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    connect_command->callback([&] { command = [&] { return connect(connecting); }; });

    call_options calling;
    CLI::App* const call_command =
        app.add_subcommand("call", "Sends one message and prints the reply");
    add_name(call_command, calling.name);
    call_command->add_option("TEXT", calling.text, "The message")->required();
    call_command->add_option("--timeout", calling.timeout, "Seconds in all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    call_command->callback([&] { command = [&] { return call(calling); }; });

    wait_options waiting;
    double timeout = 0;
    CLI::App* const wait_command =
        app.add_subcommand("wait", "Waits until a server listens and is not busy");
    add_name(wait_command, waiting.name);
    auto* const timeout_option =
        wait_command
            ->add_option("--timeout", timeout,
                         "Seconds, also for the channel to appear; without it the channel must "
                         "exist and its own default holds")
            ->check(CLI::NonNegativeNumber);
    wait_command->callback([&] {
        if (*timeout_option) {
            waiting.timeout = timeout;
        }
        command = [&] { return wait(waiting); };
    });

    slot_arguments slot;
    add_slot_commands(app, slot, command);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? success : wrong_usage;
    }
    return command();
}

} // namespace

int main(int argc, char** argv) try {
    // Input is read in pieces, and in another thread than the one that writes the output.
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    return run(argc, argv);
} catch (const std::system_error& problem) {
    note(problem.what());
    return status_of(problem.code());
} catch (const std::exception& problem) {
    note(problem.what());
    return failure;
}
