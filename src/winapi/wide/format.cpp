#include "format.hpp"

#include "convert.hpp"
#include "format_number.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

enum class argument_size {
    normal,
    char_size,
    short_size,
    long_size,
    int64_size,
    pointer_size,
    long_double_size
};

/// One `%...`.
struct conversion {
    format_field field;
    argument_size size = argument_size::normal;
    char letter = 0;
};

bool take(std::string_view& text, std::string_view start) noexcept {
    const bool found = text.starts_with(start);
    text.remove_prefix(found ? start.size() : 0);
    return found;
}

argument_size take_size(std::string_view& format, bool user) noexcept {
    if (take(format, "I64")) {
        return argument_size::int64_size;
    }
    if (take(format, "I32")) {
        return argument_size::normal;
    }
    if (take(format, "I")) {
        return argument_size::pointer_size;
    }
    if (!user && (take(format, "ll") || take(format, "j"))) {
        return argument_size::int64_size;
    }
    if (!user && (take(format, "z") || take(format, "t"))) {
        return argument_size::pointer_size;
    }
    if (!user && take(format, "hh")) {
        return argument_size::char_size;
    }
    if (take(format, "h")) {
        return argument_size::short_size;
    }
    if (take(format, "l") || take(format, "w")) {
        return argument_size::long_size;
    }
    return !user && take(format, "L") ? argument_size::long_double_size : argument_size::normal;
}

/// A width or a precision.
int take_number(std::string_view& format, format_values& values) {
    if (take(format, "*")) {
        return values.next_extent();
    }
    constexpr int largest = 0x7FFFFFF;
    int number = 0;
    while (!format.empty() && format.front() >= '0' && format.front() <= '9') {
        number = std::min(largest, number * 10 + (format.front() - '0'));
        format.remove_prefix(1);
    }
    return number;
}

/// What comes after the `%`.
conversion take_conversion(std::string_view& format, bool user, format_values& values) {
    conversion result;
    auto& field = result.field;
    const std::string_view flags = user ? "-#0" : "-+ #0";
    while (!format.empty() && flags.find(format.front()) != std::string_view::npos) {
        field.flags += format.front();
        format.remove_prefix(1);
    }
    field.width = take_number(format, values);
    if (field.width < 0) {
        field.flags += '-';
        field.width = field.width == INT32_MIN ? 0 : -field.width;
    }
    if (take(format, ".")) {
        field.precision = std::max(-1, take_number(format, values));
    }
    if (user && field.precision == 0) {
        field.precision = 1; // zero is a digit
    }
    result.size = take_size(format, user);
    if (!format.empty()) {
        result.letter = format.front();
        format.remove_prefix(1);
    }
    return result;
}

std::int64_t next_integer(const conversion& the, format_values& values) {
    const bool is_signed = the.letter == 'd' || the.letter == 'i';
    switch (the.size) {
    case argument_size::int64_size:
        return values.next_int64();
    case argument_size::pointer_size:
        if (sizeof(void*) == sizeof(std::int64_t)) {
            return values.next_int64();
        }
        break;
    case argument_size::char_size: {
        const std::int32_t value = values.next_int();
        return is_signed ? std::int64_t{static_cast<std::int8_t>(value)}
                         : std::int64_t{static_cast<std::uint8_t>(value)};
    }
    case argument_size::short_size: {
        const std::int32_t value = values.next_int();
        return is_signed ? std::int64_t{static_cast<std::int16_t>(value)}
                         : std::int64_t{static_cast<std::uint16_t>(value)};
    }
    default:
        break;
    }
    const std::int32_t value = values.next_int();
    return is_signed ? std::int64_t{value} : std::int64_t{static_cast<std::uint32_t>(value)};
}

/// Cuts UTF-8 to so many bytes or `wchar_t`, and never within a character of `wchar_t`.
void cut(std::string& text, std::size_t limit, bool wide, bool whole_characters) {
    if (!wide && !whole_characters) {
        text.resize(std::min(text.size(), limit));
        return;
    }
    std::string_view rest = text;
    std::size_t taken = 0;
    while (!rest.empty()) {
        std::string_view next = rest;
        const char32_t character = take_utf8(next);
        taken += wide ? wide_length(character) : rest.size() - next.size();
        if (taken > limit) {
            break;
        }
        rest = next;
    }
    text.resize(text.size() - rest.size());
}

/// A text of `char`: as much of it as the limit, of bytes or `wchar_t`, can need. What is behind
/// that is not read: the text may end there with its memory, and has no terminator then.
std::string narrow_text(const char* bytes, std::size_t limit, bool wide) {
    std::string result;
    for (std::size_t taken = 0; taken < limit && *bytes != 0;) {
        const char* const start = bytes++;
        if (wide) {
            const char* const most = start + utf8_size(static_cast<unsigned char>(*start));
            while (bytes != most && (static_cast<unsigned char>(*bytes) & 0xC0U) == 0x80) {
                ++bytes;
            }
        }
        const std::string_view character(start, static_cast<std::size_t>(bytes - start));
        taken += wide ? wide_units(character) : 1;
        result += character;
    }
    return result;
}

/// Characters and texts; `wide`: of `wchar_t`.
std::string next_text(const conversion& the, bool wide, format_style style, format_values& values) {
    const bool one = the.letter == 'c' || the.letter == 'C';
    if (one) {
        const std::int32_t value = values.next_int();
        if (!wide) {
            return std::string(1, static_cast<char>(value));
        }
        const auto character = static_cast<wchar_t>(value);
        return narrowed(&character, 1);
    }
    const std::size_t limit =
        the.field.precision < 0 ? std::string::npos : static_cast<std::size_t>(the.field.precision);
    const void* const text = values.next_pointer();
    std::string result;
    if (text == nullptr) {
        result = "(null)";
    } else if (wide) {
        const auto* const units = static_cast<const wchar_t*>(text);
        result = narrowed(units, length_of(units, limit));
    } else {
        result = narrow_text(static_cast<const char*>(text), limit, style.wide);
    }
    cut(result, limit, style.wide, wide);
    return result;
}

void append_padded(std::string& to, const std::string& text, const format_field& field, bool wide) {
    const std::size_t units = wide ? wide_units(text) : text.size();
    const auto width = static_cast<std::size_t>(field.width);
    const std::size_t missing = width > units ? width - units : 0;
    const bool left = field.flags.find('-') != std::string::npos;
    const bool zeros = !left && field.flags.find('0') != std::string::npos;
    to.append(left ? 0 : missing, zeros ? '0' : ' ');
    to += text;
    to.append(left ? missing : 0, ' ');
}

/// False: %n.
bool append_converted(std::string& to,
                      const conversion& the,
                      format_style style,
                      format_values& values) {
    switch (the.letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
        to += format_integer(the.field, the.letter, next_integer(the, values));
        return true;
    case 'c':
    case 's':
    case 'C':
    case 'S': {
        const bool other = the.letter == 'C' || the.letter == 'S';
        const bool wide = the.size == argument_size::short_size  ? false
                          : the.size == argument_size::long_size ? true
                                                                 : style.wide != other;
        append_padded(to, next_text(the, wide, style, values), the.field, style.wide);
        return true;
    }
    case 'p':
        to += format_pointer(the.field, values.next_pointer());
        return true;
    case 'o':
        if (!style.user) {
            to += format_integer(the.field, the.letter, next_integer(the, values));
            return true;
        }
        break;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        if (!style.user) {
            to += the.size == argument_size::long_double_size
                      ? format_floating(the.field, the.letter, values.next_long_double())
                      : format_floating(the.field, the.letter, values.next_double());
            return true;
        }
        break;
    case 'n':
        if (!style.user) {
            return false;
        }
        break;
    case 0:
        return true;
    default:
        break;
    }
    to += the.letter; // no conversion: the character itself
    return true;
}

} // namespace

std::optional<std::string> format_text(format_style style,
                                       std::string_view format,
                                       format_values& values) {
    std::string result;
    while (!format.empty()) {
        const auto percent = std::min(format.find('%'), format.size());
        result += format.substr(0, percent);
        format.remove_prefix(percent);
        if (take(format, "%")) {
            const conversion the = take_conversion(format, style.user, values);
            if (!append_converted(result, the, style, values)) {
                return std::nullopt;
            }
        }
    }
    return result;
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
