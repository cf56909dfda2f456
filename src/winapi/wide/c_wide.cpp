#include "convert.hpp"
#include "text_functions.hpp"

#include <isthmus/winapi/crt_string.h>

#include <climits>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

/// \file
/// The standard's functions on texts of `wchar_t`, for both sizes of it.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

/// A number at the start of a text, by the function for `char`.
template <class Number, class Read>
Number read_number(const wchar_t* text, wchar_t** end, Read read) {
    // No number has other characters than these, so each is a byte.
    std::string digits;
    for (const wchar_t* at = text; *at > 0 && *at < 0x80; ++at) {
        digits += static_cast<char>(*at);
    }
    char* stop = nullptr;
    const Number number = read(digits.c_str(), &stop);
    if (end != nullptr) {
        *end =
            const_cast<wchar_t*>(text) + (stop - digits.c_str()); // NOLINT: as the standard has it
    }
    return number;
}

wchar_t* writable(const wchar_t* text) noexcept {
    return const_cast<wchar_t*>(text); // NOLINT: as the standard has it
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

size_t isthmus_wcslen(const wchar_t* text) {
    return text_length(text);
}

wchar_t* isthmus_wcscpy(wchar_t* to, const wchar_t* from) {
    std::memcpy(to, from, (text_length(from) + 1) * sizeof(wchar_t));
    return to;
}

wchar_t* isthmus_wcsncpy(wchar_t* to, const wchar_t* from, size_t count) {
    const std::size_t length = text_length(from, count);
    std::memcpy(to, from, length * sizeof(wchar_t));
    std::memset(to + length, 0, (count - length) * sizeof(wchar_t));
    return to;
}

wchar_t* isthmus_wcscat(wchar_t* to, const wchar_t* from) {
    isthmus_wcscpy(to + text_length(to), from);
    return to;
}

wchar_t* isthmus_wcsncat(wchar_t* to, const wchar_t* from, size_t count) {
    wchar_t* const end = to + text_length(to);
    const std::size_t length = text_length(from, count);
    std::memcpy(end, from, length * sizeof(wchar_t));
    end[length] = 0;
    return to;
}

int isthmus_wcscmp(const wchar_t* left, const wchar_t* right) {
    return compare(left, right, endless, false);
}

int isthmus_wcsncmp(const wchar_t* left, const wchar_t* right, size_t count) {
    return compare(left, right, count, false);
}

wchar_t* isthmus_wcschr(const wchar_t* text, wchar_t character) {
    while (*text != character) {
        if (*text++ == 0) {
            return nullptr;
        }
    }
    return writable(text);
}

wchar_t* isthmus_wcsrchr(const wchar_t* text, wchar_t character) {
    for (std::size_t at = text_length(text) + 1; at != 0; --at) {
        if (text[at - 1] == character) {
            return writable(text + at - 1);
        }
    }
    return nullptr;
}

wchar_t* isthmus_wcsstr(const wchar_t* text, const wchar_t* part) {
    for (const std::size_t length = text_length(part);; ++text) {
        if (compare(text, part, length, false) == 0) {
            return writable(text);
        }
        if (*text == 0) {
            return nullptr;
        }
    }
}

wchar_t* isthmus_wcspbrk(const wchar_t* text, const wchar_t* set) {
    const wchar_t* const found = find_any(text, set);
    return *found != 0 ? writable(found) : nullptr;
}

size_t isthmus_wcsspn(const wchar_t* text, const wchar_t* set) {
    return span_of(text, set);
}

size_t isthmus_wcscspn(const wchar_t* text, const wchar_t* set) {
    return static_cast<size_t>(find_any(text, set) - text);
}

wchar_t* isthmus_wmemset(wchar_t* to, wchar_t character, size_t count) {
    std::fill_n(to, count, character);
    return to;
}

wchar_t* isthmus_wmemcpy(wchar_t* to, const wchar_t* from, size_t count) {
    return isthmus_wmemmove(to, from, count);
}

wchar_t* isthmus_wmemmove(wchar_t* to, const wchar_t* from, size_t count) {
    if (count != 0) { // (else it may be null)
        std::memmove(to, from, count * sizeof(wchar_t));
    }
    return to;
}

int isthmus_wmemcmp(const wchar_t* left, const wchar_t* right, size_t count) {
    for (std::size_t at = 0; at != count; ++at) {
        if (left[at] != right[at]) {
            return code_of(left[at]) < code_of(right[at]) ? -1 : 1;
        }
    }
    return 0;
}

wchar_t* isthmus_wmemchr(const wchar_t* text, wchar_t character, size_t count) {
    const wchar_t* const end = text + count;
    const wchar_t* const found = std::find(text, end, character);
    return found != end ? writable(found) : nullptr;
}

wchar_t* isthmus_wcstok(wchar_t* text, const wchar_t* delimiters) {
    static thread_local wchar_t* context = nullptr;
    return next_token(text, delimiters, &context);
}

long isthmus_wcstol(const wchar_t* text, wchar_t** end, int base) {
    return read_number<long>(text, end, [base](const char* digits, char** stop) {
        return std::strtol(digits, stop, base);
    });
}

unsigned long isthmus_wcstoul(const wchar_t* text, wchar_t** end, int base) {
    return read_number<unsigned long>(text, end, [base](const char* digits, char** stop) {
        return std::strtoul(digits, stop, base);
    });
}

long long isthmus_wcstoll(const wchar_t* text, wchar_t** end, int base) {
    return read_number<long long>(text, end, [base](const char* digits, char** stop) {
        return std::strtoll(digits, stop, base);
    });
}

unsigned long long isthmus_wcstoull(const wchar_t* text, wchar_t** end, int base) {
    return read_number<unsigned long long>(text, end, [base](const char* digits, char** stop) {
        return std::strtoull(digits, stop, base);
    });
}

double isthmus_wcstod(const wchar_t* text, wchar_t** end) {
    return read_number<double>(
        text, end, [](const char* digits, char** stop) { return std::strtod(digits, stop); });
}

int _wtoi(const wchar_t* text) {
    const long long number = isthmus_wcstoll(text, nullptr, 10);
    const auto nearest = std::clamp<long long>(number, INT_MIN, INT_MAX);
    if (nearest != number) {
        errno = ERANGE;
    }
    return static_cast<int>(nearest);
}

long _wtol(const wchar_t* text) {
    return _wtoi(text); // of 32 bits, as on Windows
}

__int64 _wtoi64(const wchar_t* text) {
    return isthmus_wcstoll(text, nullptr, 10);
}

double _wtof(const wchar_t* text) {
    return isthmus_wcstod(text, nullptr);
}
