#pragma once

#include "text.hpp"

#include <cstdarg>
#include <optional>
#include <string_view>

/// \file
/// scanf as Microsoft means it: `l` says nothing about an integer's size, there is I64, and in a
/// format of `wchar_t` %s is a text of `wchar_t`.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// What is scanned: characters, or bytes, one after the other.
class scan_source {
public:
    virtual ~scan_source() = default;

    /// The next, which stays; nothing at the end.
    std::optional<char32_t> peek() {
        if (!next_) {
            next_ = read();
        }
        return next_;
    }
    void take() noexcept {
        next_.reset();
        ++taken_;
    }
    int taken() const noexcept { return taken_; }

protected:
    virtual std::optional<char32_t> read() = 0;
    std::optional<char32_t> next_;

private:
    int taken_ = 0;
};

struct scan_style {
    bool wide = false;  ///< format and source are of `wchar_t`
    bool sized = false; ///< scanf_s: after the pointer to a text comes its size
};

/// What scanf returns.
int scan(scan_style style, std::string_view format, scan_source& source, std::va_list arguments);

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
