#include "scan.hpp"

#include "convert.hpp"
#include "format.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

bool is_space(char32_t character) noexcept {
    return character == ' ' || (character >= '\t' && character <= '\r');
}

bool is_digit(char32_t character, int base) noexcept {
    const char32_t lower = character | 0x20U;
    const int value = character >= '0' && character <= '9' ? static_cast<int>(character - '0')
                      : lower >= 'a' && lower <= 'f'       ? static_cast<int>(lower - 'a') + 10
                                                           : 99;
    return value < base;
}

char32_t take_byte(std::string_view& text) noexcept {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return byte;
}

/// Takes the first of what a source of that kind gives: a character, or a byte.
char32_t take_unit(std::string_view& text, bool wide) noexcept {
    return wide ? take_utf8(text) : take_byte(text);
}

/// The characters, or bytes, of a `%[`.
class character_set {
public:
    /// Takes it off the format, whose `[` is taken already.
    character_set(std::string_view& format, bool wide) {
        if (format.starts_with('^')) {
            others_ = true;
            format.remove_prefix(1);
        }
        for (bool first = true; !format.empty(); first = false) {
            const char32_t from = take_unit(format, wide);
            if (from == ']' && !first) {
                break;
            }
            char32_t to = from;
            if (format.size() > 1 && format[0] == '-' && format[1] != ']') {
                format.remove_prefix(1);
                to = take_unit(format, wide);
            }
            ranges_.emplace_back(std::min(from, to), std::max(from, to));
        }
    }

    bool holds(char32_t character) const noexcept {
        return others_ != std::any_of(ranges_.begin(), ranges_.end(), [&](const auto& range) {
                   return character >= range.first && character <= range.second;
               });
    }

private:
    std::vector<std::pair<char32_t, char32_t>> ranges_;
    bool others_ = false;
};

/// One `%...`.
struct request {
    bool assigns = true;
    std::size_t width = std::numeric_limits<std::size_t>::max(); ///< none
    std::string_view size;
    char letter = 0;
};

request take_request(std::string_view& format) noexcept {
    request the;
    if (format.starts_with('*')) {
        the.assigns = false;
        format.remove_prefix(1);
    }
    std::size_t width = 0;
    while (!format.empty() && format.front() >= '0' && format.front() <= '9') {
        width = std::min<std::size_t>(width * 10 + static_cast<unsigned>(format.front() - '0'),
                                      0x7FFFFFF);
        format.remove_prefix(1);
    }
    the.width = width != 0 ? width : the.width;
    for (const std::string_view size :
         {"I64", "I32", "I", "hh", "h", "ll", "l", "w", "L", "j", "z", "t"}) {
        if (format.starts_with(size)) {
            the.size = size;
            format.remove_prefix(size.size());
            break;
        }
    }
    if (!format.empty()) {
        the.letter = format.front();
        format.remove_prefix(1);
    }
    return the;
}

/// One run of scanf.
class scanner {
public:
    scanner(scan_style style, scan_source& source, std::va_list arguments) noexcept
        : style_(style), source_(source), arguments_(arguments) {}

    int run(std::string_view format) {
        while (!format.empty()) {
            const char32_t character = take_unit(format, style_.wide);
            const bool goes_on = is_space(character) ? skip_space()
                                 : character == '%'  ? convert(format)
                                                     : match(character);
            if (!goes_on) {
                break;
            }
        }
        return at_end_ && assigned_ == 0 ? EOF : assigned_;
    }

private:
    void* next_target() {
        return const_cast<void*>(arguments_.next_pointer()); // NOLINT: as scanf has it
    }

    bool skip_space() {
        while (source_.peek() && is_space(*source_.peek())) {
            source_.take();
        }
        return true;
    }

    bool match(char32_t character) {
        const auto next = source_.peek();
        at_end_ = !next;
        if (next == character) {
            source_.take();
        }
        return next == character;
    }

    /// False ends it.
    bool convert(std::string_view& format) {
        const request the = take_request(format);
        switch (the.letter) {
        case '%':
            skip_space();
            return match('%');
        case 'n':
            if (the.assigns) {
                store_integer(the, source_.taken());
            }
            return true;
        case 'c':
        case 'C':
            return text(the, [](char32_t) { return true; });
        case 's':
        case 'S':
            skip_space();
            return text(the, [](char32_t each) { return !is_space(each); });
        case '[': {
            const character_set set(format, style_.wide);
            return text(the, [&](char32_t each) { return set.holds(each); });
        }
        case 'd':
        case 'u':
            return integer(the, 10);
        case 'i':
            return integer(the, 0);
        case 'x':
        case 'X':
        case 'p':
            return integer(the, 16);
        case 'o':
            return integer(the, 8);
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
        case 'a':
        case 'A':
            return floating(the);
        default:
            errno = EINVAL;
            return false;
        }
    }

    /// Appends the next character to `token_` if it is a wanted one and the width allows it.
    template <class Wanted>
    bool collect(const request& the, Wanted wanted) {
        const auto next = source_.peek();
        if (length_ == the.width || !next || !wanted(*next)) {
            return false;
        }
        if (style_.wide) {
            detail::put_character(token_, *next);
        } else {
            token_ += static_cast<char>(*next);
        }
        ++length_;
        source_.take();
        return true;
    }

    void start_token() {
        token_.clear();
        length_ = 0;
        at_end_ = !source_.peek();
    }

    template <class Wanted>
    bool text(request the, Wanted wanted) {
        const bool one = the.letter == 'c' || the.letter == 'C';
        if (one && the.width == std::numeric_limits<std::size_t>::max()) {
            the.width = 1;
        }
        start_token();
        while (collect(the, wanted)) {}
        if (length_ == 0 || (one && length_ != the.width)) {
            return false;
        }
        if (!the.assigns) {
            return true;
        }
        const bool other = the.letter == 'C' || the.letter == 'S';
        const bool wide = the.size == "h"                      ? false
                          : the.size == "l" || the.size == "w" ? true
                                                               : style_.wide != other;
        void* const to = next_target();
        const std::size_t room =
            style_.sized ? static_cast<unsigned>(arguments_.next_int()) : ~std::size_t{0};
        const wide_text units = wide ? widened(token_) : wide_text();
        const std::size_t length = wide ? units.size() : token_.size();
        const std::size_t unit = wide ? sizeof(wchar_t) : 1;
        const std::size_t ended = one ? 0 : 1;
        if (length + ended > room) {
            if (room != 0) {
                std::memset(to, 0, unit);
            }
            errno = ERANGE;
            return false;
        }
        std::memcpy(to, wide ? static_cast<const void*>(units.data()) : token_.data(),
                    length * unit);
        std::memset(static_cast<char*>(to) + length * unit, 0, ended * unit);
        ++assigned_;
        return true;
    }

    bool integer(const request& the, int base) {
        skip_space();
        start_token();
        const auto is = [](char32_t wanted) {
            return [wanted](char32_t each) { return each == wanted || each == (wanted ^ 0x20U); };
        };
        const bool negative = source_.peek() == U'-';
        if (negative || source_.peek() == U'+') {
            collect(the, [](char32_t) { return true; });
        }
        const bool zero = collect(the, [](char32_t each) { return each == '0'; });
        if (zero && (base == 0 || base == 16) && collect(the, is('x'))) {
            base = 16;
        } else if (base == 0) {
            base = zero ? 8 : 10;
        }
        bool any = zero;
        while (collect(the, [&](char32_t each) { return is_digit(each, base); })) {
            any = true;
        }
        if (!any) {
            return false;
        }
        if (the.assigns) {
            const std::uint64_t value = std::strtoull(token_.c_str(), nullptr, base);
            store_integer(the, static_cast<std::int64_t>(value));
            ++assigned_;
        }
        return true;
    }

    bool floating(const request& the) {
        skip_space();
        start_token();
        bool any = false;
        const auto digits = [&] {
            while (collect(the, [](char32_t each) { return is_digit(each, 10); })) {
                any = true;
            }
        };
        const auto sign = [](char32_t each) { return each == '-' || each == '+'; };
        collect(the, sign);
        digits();
        if (collect(the, [](char32_t each) { return each == '.'; })) {
            digits();
        }
        if (!any) {
            return false;
        }
        if (collect(the, [](char32_t each) { return each == 'e' || each == 'E'; })) {
            collect(the, sign);
            digits();
        }
        if (the.assigns) {
            void* const to = next_target();
            if (the.size == "L") {
                put(to, std::strtold(token_.c_str(), nullptr));
            } else if (the.size == "l") {
                put(to, std::strtod(token_.c_str(), nullptr));
            } else {
                put(to, std::strtof(token_.c_str(), nullptr));
            }
            ++assigned_;
        }
        return true;
    }

    template <class Number>
    static void put(void* to, Number number) noexcept {
        std::memcpy(to, &number, sizeof(number));
    }

    void store_integer(const request& the, std::int64_t value) {
        void* const to = next_target();
        const std::string_view size = the.letter == 'p' ? "z" : the.size;
        if (size == "hh") {
            put(to, static_cast<std::int8_t>(value));
        } else if (size == "h") {
            put(to, static_cast<std::int16_t>(value));
        } else if (size == "ll" || size == "I64" || size == "j") {
            put(to, value);
        } else if (size == "I" || size == "z" || size == "t") {
            put(to, static_cast<std::intptr_t>(value));
        } else {
            put(to, static_cast<std::int32_t>(value));
        }
    }

    scan_style style_;
    scan_source& source_;
    passed_values arguments_;
    std::string token_;
    std::size_t length_ = 0; ///< of it, in what the source gives
    int assigned_ = 0;
    bool at_end_ = false; ///< when the last one looked
};

} // namespace

int scan(scan_style style, std::string_view format, scan_source& source, std::va_list arguments) {
    return scanner(style, source, arguments).run(format);
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
