#include "support/child_role.hpp"

#include <string>
#include <vector>

/// \file
/// The tests' child roles as a 32-bit program.

static_assert(sizeof(void*) == 4);

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv, argv + argc);
    return isthmus::test::run_child_role(arguments).value_or(2);
}
