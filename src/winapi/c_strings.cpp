#include "wide/text_functions.hpp"

#include <isthmus/winapi/crt_string.h>

#include <cstdlib>
#include <ctime>

/// \file
/// What Microsoft's C library has for texts of `char` beside the standard's.

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

namespace {

/// A time by localtime_r or gmtime_r; all parts are -1 if there is none.
errno_t time_parts(struct tm* to, const time_t* time, struct tm* split(const time_t*, struct tm*)) {
    if (to == nullptr) {
        return errno = EINVAL;
    }
    if (time == nullptr || split(time, to) == nullptr) {
        *to = {};
        for (int* const part : {&to->tm_sec, &to->tm_min, &to->tm_hour, &to->tm_mday, &to->tm_mon,
                                &to->tm_year, &to->tm_wday, &to->tm_yday, &to->tm_isdst}) {
            *part = -1;
        }
        return errno = EINVAL;
    }
    return 0;
}

} // namespace

int _stricmp(const char* left, const char* right) {
    return compare(left, right, endless, true);
}

int _strnicmp(const char* left, const char* right, size_t count) {
    return compare(left, right, count, true);
}

char* _strdup(const char* text) {
    const std::size_t size = (text_length(text) + 1) * sizeof(char);
    void* const copy = std::malloc(size); // NOLINT: its owner frees it
    return static_cast<char*>(copy != nullptr ? std::memcpy(copy, text, size) : nullptr);
}

char* _strlwr(char* text) {
    return change_each(text, lower<char>);
}

char* _strupr(char* text) {
    return change_each(text, upper<char>);
}

char* _strrev(char* text) {
    return reverse(text);
}

errno_t strcpy_s(char* to, size_t size, const char* from) {
    return append_bounded(to, size, 0, from, endless - 1);
}

errno_t strncpy_s(char* to, size_t size, const char* from, size_t count) {
    return append_bounded(to, size, 0, from, count);
}

errno_t strcat_s(char* to, size_t size, const char* from) {
    return append_to_text(to, size, from, endless - 1);
}

errno_t strncat_s(char* to, size_t size, const char* from, size_t count) {
    return append_to_text(to, size, from, count);
}

char* strtok_s(char* text, const char* delimiters, char** context) {
    return next_token(text, delimiters, context);
}

size_t strnlen_s(const char* text, size_t size) {
    return text != nullptr ? text_length(text, size) : 0;
}

char* _itoa(int value, char* text, int radix) {
    write_signed(value, text, endless, radix);
    return text;
}

errno_t _itoa_s(int value, char* text, size_t size, int radix) {
    return write_signed(value, text, size, radix);
}

char* _ultoa(ULONG value, char* text, int radix) {
    write_number(value, false, text, endless, radix);
    return text;
}

errno_t _ultoa_s(ULONG value, char* text, size_t size, int radix) {
    return write_number(value, false, text, size, radix);
}

char* _i64toa(__int64 value, char* text, int radix) {
    write_signed(value, text, endless, radix);
    return text;
}

char* _ui64toa(unsigned __int64 value, char* text, int radix) {
    write_number(value, false, text, endless, radix);
    return text;
}

int _memicmp(const void* left, const void* right, size_t size) {
    const auto* const a = static_cast<const char*>(left);
    const auto* const b = static_cast<const char*>(right);
    for (std::size_t at = 0; at != size; ++at) {
        if (lower(a[at]) != lower(b[at])) {
            return code_of(lower(a[at])) < code_of(lower(b[at])) ? -1 : 1;
        }
    }
    return 0;
}

__int64 _atoi64(const char* text) {
    return std::strtoll(text, nullptr, 10);
}

errno_t memcpy_s(void* to, size_t size, const void* from, size_t count) {
    if (count == 0) {
        return 0;
    }
    if (to == nullptr || from == nullptr || size < count) {
        if (to != nullptr) {
            std::memset(to, 0, size);
        }
        return errno = to == nullptr || from == nullptr ? EINVAL : ERANGE;
    }
    std::memcpy(to, from, count);
    return 0;
}

errno_t memmove_s(void* to, size_t size, const void* from, size_t count) {
    if (count == 0) {
        return 0;
    }
    if (to == nullptr || from == nullptr || size < count) {
        return errno = to == nullptr || from == nullptr ? EINVAL : ERANGE;
    }
    std::memmove(to, from, count);
    return 0;
}

errno_t strerror_s(char* to, size_t size, int error) {
    return append_bounded(to, size, 0, std::strerror(error), _TRUNCATE) == EINVAL ? EINVAL : 0;
}

errno_t localtime_s(struct tm* to, const time_t* time) {
    return time_parts(to, time, ::localtime_r);
}

errno_t gmtime_s(struct tm* to, const time_t* time) {
    return time_parts(to, time, ::gmtime_r);
}

errno_t ctime_s(char* to, size_t size, const time_t* time) {
    constexpr std::size_t needed = 26;
    if (to == nullptr || size == 0) {
        return errno = EINVAL;
    }
    // Years of four digits alone, or there would be more text.
    constexpr int first_year = 1000 - 1900;
    constexpr int last_year = 9999 - 1900;
    std::tm parts{};
    if (time == nullptr || size < needed || ::localtime_r(time, &parts) == nullptr ||
        parts.tm_year < first_year || parts.tm_year > last_year ||
        ::asctime_r(&parts, to) == nullptr) {
        *to = 0;
        return errno = EINVAL;
    }
    char& tens_of_day = to[8];
    if (tens_of_day == ' ') {
        tens_of_day = '0'; // Microsoft's has two digits
    }
    return 0;
}
