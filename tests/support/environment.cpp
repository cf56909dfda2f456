#include "support/environment.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace isthmus::test {

namespace {

std::string base36(std::uint64_t number) {
    std::string digits;
    do {
        digits += "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
        number /= 36;
    } while (number != 0);
    return digits;
}

double scale() {
    const char* text = std::getenv("ISTHMUS_TEST_SCALE");
    const double factor = text != nullptr ? std::strtod(text, nullptr) : 1.0;
    return factor > 0 ? factor : 1.0;
}

} // namespace

std::string unique_name(std::string_view prefix) {
    static const std::uint64_t run = [] {
        std::random_device random;
        return (std::uint64_t{random()} << 16) ^ random();
    }();
    static std::atomic<unsigned> calls{0};
    return std::string(prefix) + '-' + base36(run) + '-' + base36(calls++);
}

std::size_t scaled(std::size_t count) {
    static const double factor = scale();
    return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(count) * factor));
}

} // namespace isthmus::test
