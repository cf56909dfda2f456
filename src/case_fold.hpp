#pragma once

#include <string>
#include <string_view>

namespace isthmus::detail {

/// Folds case as Windows does when it compares names: each character's simple upper-case mapping
/// (Unicode, basic multilingual plane), the same on every machine and in every locale. `text` is
/// valid UTF-8.
std::string fold_case(std::string_view text);

} // namespace isthmus::detail
