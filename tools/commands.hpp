#pragma once

#include <isthmus/access.hpp>

#include <optional>
#include <string>

/// \file
/// The commands of the `isthmus` program. Each returns its exit status; errors are exceptions.

namespace isthmus::tool {

enum exit_status : int {
    success = 0,
    failure = 1,
    wrong_usage = 2,
    no_such_channel = 3,
    out_of_time = 4,
    channel_busy = 5,
    no_access = 6,
};

struct path_options {
    std::string name;
};

struct listen_options {
    std::string name;
    bool message = false;
    bool once = false;
    bool echo = false;
    std::optional<std::string> reply;
    access who = access::owner;
};

struct connect_command_options {
    std::string name;
    bool message = false;
    double wait = 0;     ///< seconds
    double linger = 0.5; ///< seconds
};

struct call_options {
    std::string name;
    std::string text;
    double timeout = 5; ///< seconds
};

struct wait_options {
    std::string name;
    std::optional<double> timeout; ///< seconds
};

int print_path(const path_options& options);
int listen(const listen_options& options);
int connect(const connect_command_options& options);
int call(const call_options& options);
int wait(const wait_options& options);

} // namespace isthmus::tool
