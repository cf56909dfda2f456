#pragma once

#include <cstddef>
#include <string>

/// \file
/// Numbers for people.

namespace isthmus::bench {

/// "64 B", "4 KiB", "1 MiB".
std::string size_text(std::size_t size);
/// With so many digits after the point.
std::string number(double value, int digits);

} // namespace isthmus::bench
