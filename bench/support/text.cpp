#include "support/text.hpp"

#include <iomanip>
#include <sstream>

namespace isthmus::bench {

std::string size_text(std::size_t size) {
    if (size >= 1024 * 1024 && size % (1024 * 1024) == 0) {
        return std::to_string(size / (1024 * 1024)) + " MiB";
    }
    if (size >= 1024 && size % 1024 == 0) {
        return std::to_string(size / 1024) + " KiB";
    }
    return std::to_string(size) + " B";
}

std::string number(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

} // namespace isthmus::bench
