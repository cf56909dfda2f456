#include "convert.hpp"
#include "format.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/winuser.h>

#include <algorithm>
#include <cstdarg>
#include <cstring>

/// \file
/// wsprintf. (That for `char` is here because it prints texts of `wchar_t`, too.)

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

constexpr std::size_t most = 1023;

template <class Char, class Text>
int put(Char* to, const Text& text) noexcept {
    const std::size_t length = std::min(text.size(), most);
    std::memcpy(to, text.data(), length * sizeof(Char));
    to[length] = 0;
    return static_cast<int>(length);
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

int WINAPI wvsprintfA(LPSTR unnamedParam1, LPCSTR unnamedParam2, va_list arglist) {
    int length = 0;
    report(no_throw([&]() -> DWORD {
        passed_values values(arglist);
        length = put(unnamedParam1, *format_text({.user = true}, unnamedParam2, values));
        return ERROR_SUCCESS;
    }));
    return length;
}

int WINAPI wvsprintfW(LPWSTR unnamedParam1, LPCWSTR unnamedParam2, va_list arglist) {
    int length = 0;
    report(no_throw([&]() -> DWORD {
        passed_values values(arglist);
        const auto format = narrowed(unnamedParam2, length_of(unnamedParam2));
        length =
            put(unnamedParam1, widened(*format_text({.wide = true, .user = true}, format, values)));
        return ERROR_SUCCESS;
    }));
    return length;
}

int WINAPIV wsprintfA(LPSTR unnamedParam1, LPCSTR unnamedParam2, ...) {
    va_list arguments;
    va_start(arguments, unnamedParam2);
    const int length = wvsprintfA(unnamedParam1, unnamedParam2, arguments);
    va_end(arguments);
    return length;
}

int WINAPIV wsprintfW(LPWSTR unnamedParam1, LPCWSTR unnamedParam2, ...) {
    va_list arguments;
    va_start(arguments, unnamedParam2);
    const int length = wvsprintfW(unnamedParam1, unnamedParam2, arguments);
    va_end(arguments);
    return length;
}
