#include <isthmus/winapi/crt_stdio.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

/// \file
/// What Microsoft's stdio has for `char` beside printf and scanf.

namespace {

/// A line without its end. One that is too long is taken, and lost.
char* get_line(char* text, std::size_t capacity) noexcept {
    std::size_t length = 0;
    int next = std::getc(stdin);
    if (next == EOF) {
        return nullptr;
    }
    for (; next != EOF && next != '\n'; next = std::getc(stdin)) {
        if (length + 1 < capacity) {
            text[length] = static_cast<char>(next);
        }
        ++length;
    }
    if (length >= capacity) {
        errno = ERANGE;
        *text = 0;
        return nullptr;
    }
    text[length] = 0;
    return text;
}

} // namespace

char* isthmus_gets(char* text) {
    return get_line(text, ~std::size_t{0});
}

char* gets_s(char* text, size_t count) {
    if (text == nullptr || count == 0) {
        errno = EINVAL;
        return nullptr;
    }
    return get_line(text, count);
}

errno_t fopen_s(FILE** stream, const char* name, const char* mode) {
    if (stream == nullptr) {
        return errno = EINVAL;
    }
    *stream = nullptr;
    if (name == nullptr || mode == nullptr) {
        return errno = EINVAL;
    }
    *stream = std::fopen(name, mode);
    return *stream != nullptr ? 0 : errno;
}

errno_t freopen_s(FILE** stream, const char* name, const char* mode, FILE* old) {
    if (stream == nullptr) {
        return errno = EINVAL;
    }
    *stream = nullptr;
    if (name == nullptr || mode == nullptr || old == nullptr) {
        return errno = EINVAL;
    }
    *stream = std::freopen(name, mode, old);
    return *stream != nullptr ? 0 : errno;
}
