#include "case_fold.hpp"
#include "case_fold_table.hpp"
#include "utf8.hpp"

#include <gtest/gtest.h>

namespace isthmus::detail {
namespace {

std::string utf8(char32_t character) {
    std::string text;
    put_character(text, character);
    return text;
}

char32_t folded(char32_t character) {
    const auto text = fold_case(utf8(character));
    std::string_view view(text);
    const auto result = take_character(view);
    EXPECT_TRUE(view.empty());
    return result.value_or(0);
}

TEST(CaseFold, Ascii) {
    EXPECT_EQ(fold_case(""), "");
    EXPECT_EQ(fold_case("az AZ 09 @[`{ \\_-."), "AZ AZ 09 @[`{ \\_-.");
}

TEST(CaseFold, LettersOfSeveralScripts) {
    EXPECT_EQ(folded(0xE9), 0xC9U);     // e with acute
    EXPECT_EQ(folded(0xFF), 0x178U);    // y with diaeresis: far away
    EXPECT_EQ(folded(0x101), 0x100U);   // every second one
    EXPECT_EQ(folded(0x100), 0x100U);   // already upper case
    EXPECT_EQ(folded(0x3B1), 0x391U);   // alpha
    EXPECT_EQ(folded(0x44F), 0x42FU);   // ya
    EXPECT_EQ(folded(0x561), 0x531U);   // Armenian ayb
    EXPECT_EQ(folded(0x1F80), 0x1F88U); // alpha with iota subscript: the simple mapping
    EXPECT_EQ(folded(0x24D0), 0x24B6U); // circled a
    EXPECT_EQ(folded(0xFF41), 0xFF21U); // full-width a
}

TEST(CaseFold, WhatWindowsLeavesAlone) {
    for (const char32_t each : {U'\u00B5', U'\u00DF', U'\u0130', U'\u0131', U'\u0149', U'\u017F',
                                U'\u01C5', U'\u03C2', U'\u03D0', U'\u1E9E', U'\uFB01', U'\u4E2D'}) {
        EXPECT_EQ(folded(each), each) << std::hex << static_cast<unsigned>(each);
    }
}

TEST(CaseFold, NothingBeyondTheBasicPlane) {
    EXPECT_EQ(folded(0x10428), 0x10428U); // Deseret long i, which has an upper case
    EXPECT_EQ(folded(0x1F600), 0x1F600U);
}

TEST(CaseFold, FoldingTwiceChangesNothing) {
    for (char32_t each = 1; each < 0x10000; ++each) {
        if (each < 0xD800 || each >= 0xE000) {
            ASSERT_EQ(folded(folded(each)), folded(each))
                << std::hex << static_cast<unsigned>(each);
        }
    }
}

TEST(CaseFold, TableIsSorted) {
    for (std::size_t i = 1; i < case_ranges.size(); ++i) {
        ASSERT_LT(case_ranges[i - 1].last, case_ranges[i].last);
    }
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
    for (const char* each :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF",
          "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
          "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "a\xFF"}) {
        EXPECT_FALSE(is_utf8(each)) << testing::PrintToString(each);
    }
}

TEST(Utf8, RoundTrips) {
    for (const char32_t each :
         {0x1U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
        const auto text = utf8(each);
        EXPECT_TRUE(is_utf8(text));
        std::string_view view(text);
        EXPECT_EQ(take_character(view), each);
        EXPECT_TRUE(view.empty());
    }
}

TEST(Utf8, CountsUtf16Units) {
    EXPECT_EQ(utf16_length(""), 0U);
    EXPECT_EQ(utf16_length("abc"), 3U);
    EXPECT_EQ(utf16_length("\xC3\xA9\xE2\x82\xAC"), 2U);
    EXPECT_EQ(utf16_length("\xF0\x9F\x98\x80"), 2U);
}

} // namespace
} // namespace isthmus::detail
