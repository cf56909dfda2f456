#pragma once

#include <cstdint>
#include <string>

namespace isthmus::winapi {

/// What stands between `%` and the conversion's letter; without its size.
struct format_field {
    std::string flags; ///< of "-+ #0"
    int width = 0;
    int precision = -1; ///< none
};

/// A number by the conversion `letter`, one of d i u o x X: `value`, sign-extended for d and i.
std::string format_integer(const format_field& field, char letter, std::int64_t value);

/// The letter is one of f F e E g G a A.
std::string format_floating(const format_field& field, char letter, double value);
std::string format_floating(const format_field& field, char letter, long double value);

/// Microsoft's %p: all digits, in capitals.
std::string format_pointer(const format_field& field, const void* value);

} // namespace isthmus::winapi
