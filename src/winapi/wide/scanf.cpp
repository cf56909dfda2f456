#include "convert.hpp"
#include "scan.hpp"
#include "stream.hpp"

#include <isthmus/winapi/crt_stdio.h>

#include <cerrno>
#include <new>

/// \file
/// The scanf family.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

class text_source final : public scan_source {
public:
    text_source(std::string_view text, bool wide) noexcept : text_(text), wide_(wide) {}

private:
    std::optional<char32_t> read() override {
        if (text_.empty()) {
            return std::nullopt;
        }
        if (wide_) {
            return take_utf8(text_);
        }
        const auto byte = static_cast<unsigned char>(text_.front());
        text_.remove_prefix(1);
        return byte;
    }

    std::string_view text_;
    bool wide_;
};

class stream_source final : public scan_source {
public:
    stream_source(std::FILE* stream, bool wide) noexcept : stream_(stream), wide_(wide) {}
    stream_source(const stream_source&) = delete;
    stream_source& operator=(const stream_source&) = delete;
    ~stream_source() override {
        if (next_) { // looked at only
            wide_ ? unread_character(*next_, stream_)
                  : static_cast<void>(std::ungetc(static_cast<int>(*next_), stream_));
        }
    }

private:
    std::optional<char32_t> read() override {
        if (wide_) {
            return read_character(stream_);
        }
        const int byte = std::getc(stream_);
        return byte == EOF ? std::nullopt : std::optional(static_cast<char32_t>(byte));
    }

    std::FILE* stream_;
    bool wide_;
};

template <class Source>
int scan_text(scan_style style,
              std::string_view format,
              Source& source,
              std::va_list arguments) noexcept {
    try {
        return scan(style, format, source, arguments);
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return EOF;
    }
}

int scan_stream(std::FILE* stream,
                const char* format,
                bool sized,
                std::va_list arguments) noexcept {
    stream_source source(stream, false);
    return scan_text({.sized = sized}, format, source, arguments);
}

int scan_stream(std::FILE* stream,
                const wchar_t* format,
                bool sized,
                std::va_list arguments) noexcept {
    stream_source source(stream, true);
    return scan_text({.wide = true, .sized = sized}, narrowed(format, length_of(format)), source,
                     arguments);
}

int scan_string(const char* text, const char* format, bool sized, std::va_list arguments) noexcept {
    text_source source(text, false);
    return scan_text({.sized = sized}, format, source, arguments);
}

int scan_string(const wchar_t* text,
                const wchar_t* format,
                bool sized,
                std::va_list arguments) noexcept {
    const auto narrow_text = narrowed(text, length_of(text));
    text_source source(narrow_text, true);
    return scan_text({.wide = true, .sized = sized}, narrowed(format, length_of(format)), source,
                     arguments);
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

// What comes after `format` is the arguments of `call`.
#define ISTHMUS_VARIADIC(call)                                                                     \
    std::va_list arguments;                                                                        \
    va_start(arguments, format);                                                                   \
    const int result = call;                                                                       \
    va_end(arguments);                                                                             \
    return result

int isthmus_scanf(const char* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stdin, format, false, arguments));
}

int isthmus_fscanf(FILE* stream, const char* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stream, format, false, arguments));
}

int isthmus_sscanf(const char* text, const char* format, ...) {
    ISTHMUS_VARIADIC(scan_string(text, format, false, arguments));
}

int scanf_s(const char* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stdin, format, true, arguments));
}

int fscanf_s(FILE* stream, const char* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stream, format, true, arguments));
}

int sscanf_s(const char* text, const char* format, ...) {
    ISTHMUS_VARIADIC(scan_string(text, format, true, arguments));
}

int isthmus_wscanf(const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stdin, format, false, arguments));
}

int isthmus_fwscanf(FILE* stream, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stream, format, false, arguments));
}

int isthmus_swscanf(const wchar_t* text, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(scan_string(text, format, false, arguments));
}

int wscanf_s(const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stdin, format, true, arguments));
}

int fwscanf_s(FILE* stream, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(scan_stream(stream, format, true, arguments));
}

int swscanf_s(const wchar_t* text, const wchar_t* format, ...) {
    ISTHMUS_VARIADIC(scan_string(text, format, true, arguments));
}

#undef ISTHMUS_VARIADIC
