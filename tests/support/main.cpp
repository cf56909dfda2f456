#include "support/child_role.hpp"
#include "support/native_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
    const auto arguments = isthmus::test::native_arguments(argc, argv);
    isthmus::test::remember_executable(arguments.empty() ? std::string() : arguments.front());
    if (const auto code = isthmus::test::run_child_role(arguments)) {
        return *code;
    }
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
