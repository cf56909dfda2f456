#include "case_fold.hpp"
#include "utf8.hpp"

#include <gtest/gtest.h>

#include <windows.h>

namespace isthmus::detail {
namespace {

// Versions of Windows differ in scripts that got their case late (Georgian, Cherokee); the letters
// that people use in names do not.
TEST(CaseFold, AgreesWithTheSystem) {
    for (wchar_t each = 0x20; each < 0x0590; ++each) {
        wchar_t mapped[2] = {each, 0};
        CharUpperBuffW(mapped, 1);
        std::string text;
        put_character(text, each);
        std::string expected;
        put_character(expected, mapped[0]);
        EXPECT_EQ(fold_case(text), expected) << std::hex << unsigned{each};
    }
}

} // namespace
} // namespace isthmus::detail
