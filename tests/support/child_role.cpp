#include "support/child_role.hpp"

#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <string_view>
#include <utility>

namespace isthmus::test {

namespace {

std::map<std::string, role_function>& roles() {
    static std::map<std::string, role_function> all; // made when the first role registers
    return all;
}

} // namespace

child_role::child_role(std::string name, role_function run) {
    roles().emplace(std::move(name), std::move(run));
}

void tell_test(const std::string& line) {
    std::cout << line << '\n' << std::flush;
}

std::optional<std::string> hear_test() {
    std::string line;
    if (!std::getline(std::cin, line)) {
        return std::nullopt;
    }
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    return line;
}

void wait_for_test_to_end() {
    while (hear_test()) {}
}

std::optional<int> run_child_role(const std::vector<std::string>& arguments) {
    constexpr std::string_view option = "--child=";
    if (arguments.size() < 2 || !arguments[1].starts_with(option)) {
        return std::nullopt;
    }
    const auto name = arguments[1].substr(option.size());
    const auto found = roles().find(name);
    if (found == roles().end()) {
        std::cerr << "no such child role: " << name << '\n';
        return exit_code_of_exception;
    }
    try {
        return found->second({arguments.begin() + 2, arguments.end()});
    } catch (const std::exception& failure) {
        std::cerr << "child role " << name << ": " << failure.what() << '\n';
        return exit_code_of_exception;
    }
}

} // namespace isthmus::test
