#pragma once

#include "text.hpp"

#include <cstdarg>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// \file
/// printf as Microsoft means it: `l` says nothing about a number's size, there is I64, and in a
/// format of `wchar_t` %s is a text of `wchar_t`.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// Where the values come from, one after the other.
class format_values {
public:
    virtual ~format_values() = default;
    virtual std::int32_t next_int() = 0;
    /// A width or a precision.
    virtual std::int32_t next_extent() { return next_int(); }
    virtual std::int64_t next_int64() = 0;
    virtual const void* next_pointer() = 0;
    virtual double next_double() = 0;
    virtual long double next_long_double() = 0;
};

/// The arguments of a C function.
class passed_values final : public format_values {
public:
    explicit passed_values(std::va_list arguments) noexcept { va_copy(arguments_, arguments); }
    passed_values(const passed_values&) = delete;
    passed_values& operator=(const passed_values&) = delete;
    ~passed_values() override { va_end(arguments_); }

    // (The analyzer does not follow arguments_ from the constructor.)
    // NOLINTBEGIN(clang-analyzer-valist.Uninitialized)
    std::int32_t next_int() override { return va_arg(arguments_, std::int32_t); }
    std::int64_t next_int64() override { return va_arg(arguments_, std::int64_t); }
    const void* next_pointer() override { return va_arg(arguments_, const void*); }
    double next_double() override { return va_arg(arguments_, double); }
    long double next_long_double() override { return va_arg(arguments_, long double); }
    // NOLINTEND(clang-analyzer-valist.Uninitialized)

private:
    std::va_list arguments_{};
};

struct format_style {
    bool wide = false; ///< the format and the result are of `wchar_t`: %s is, lengths count them
    bool user = false; ///< wsprintf, which knows fewer conversions
};

/// The result, as UTF-8; nothing if the format has %n, which Microsoft refuses as well.
std::optional<std::string> format_text(format_style style,
                                       std::string_view format,
                                       format_values& values);

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
