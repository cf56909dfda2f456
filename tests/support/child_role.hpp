#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// \file
/// What a test executable does when child_process::start() starts it again.

namespace isthmus::test {

using role_function = std::function<int(const std::vector<std::string>& arguments)>;

/// Registers a role: `inline const child_role r{"name", [](const auto& arguments) -> int {...}};`
/// at namespace scope. The result is the child's exit code; an exception is printed and gives 99.
class child_role {
public:
    child_role(std::string name, role_function run);
};

inline constexpr int exit_code_of_exception = 99;

/// The child's side of the line-based conversation with the test: one line to it.
void tell_test(const std::string& line);
/// One line from it; nothing when the test has closed its end or is gone.
std::optional<std::string> hear_test();
/// Sleeps until the test has closed its end or is gone: how a role ends that only holds something.
void wait_for_test_to_end();

/// Runs the role if the arguments ask for one (`--child=ROLE [argument...]`); its exit code.
std::optional<int> run_child_role(const std::vector<std::string>& arguments);

} // namespace isthmus::test
