#include "case_fold.hpp"

#include "case_fold_table.hpp"
#include "utf8.hpp"

#include <algorithm>

namespace isthmus::detail {

namespace {

char32_t upper_case(char32_t character) noexcept {
    if (character < 0x80) {
        return character >= U'a' && character <= U'z' ? character - (U'a' - U'A') : character;
    }
    const auto* const found = std::lower_bound(
        case_ranges.begin(), case_ranges.end(), character,
        [](const case_range& each, char32_t wanted) { return each.last < wanted; });
    if (found == case_ranges.end() || character < found->first ||
        (character - found->first) % found->step != 0) {
        return character;
    }
    return static_cast<char32_t>(static_cast<std::int32_t>(character) + found->distance);
}

} // namespace

std::string fold_case(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    while (const auto character = take_character(text)) {
        put_character(folded, upper_case(*character));
    }
    return folded;
}

} // namespace isthmus::detail
