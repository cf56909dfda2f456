#include "format_number.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

namespace isthmus::winapi {

namespace {

// The format is made of what a field may have, and the size that suits the number.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/// Lets the C library do it: it knows how, for all numbers alike.
template <class Number>
std::string print(const format_field& field, const char* size, char letter, Number value) {
    const std::string format = '%' + field.flags + "*.*" + size + letter;
    const auto into = [&](char* buffer, std::size_t capacity) {
        return std::snprintf(buffer, capacity, format.c_str(), field.width, field.precision, value);
    };
    std::array<char, 64> buffer{};
    const int length = into(buffer.data(), buffer.size());
    if (length < 0) {
        return {};
    }
    std::string text(static_cast<std::size_t>(length), '\0');
    if (text.size() < buffer.size()) {
        text.assign(buffer.data(), text.size());
    } else {
        into(text.data(), text.size() + 1);
    }
    return text;
}

#pragma GCC diagnostic pop

} // namespace

std::string format_integer(const format_field& field, char letter, std::int64_t value) {
    return print(field, "ll", letter, static_cast<long long>(value));
}

std::string format_floating(const format_field& field, char letter, double value) {
    return print(field, "", letter, value);
}

std::string format_floating(const format_field& field, char letter, long double value) {
    return print(field, "L", letter, value);
}

std::string format_pointer(const format_field& field, const void* value) {
    format_field digits = field;
    digits.flags.clear();
    if (field.flags.find('-') != std::string::npos) {
        digits.flags = "-";
    }
    digits.precision = 2 * sizeof(value);
    return print(digits, "ll", 'X',
                 static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(value)));
}

} // namespace isthmus::winapi
