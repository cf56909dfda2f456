#include "convert.hpp"
#include "format.hpp"
#include "strsafe.hpp"

#include <cstdarg>
#include <new>

/// \file
/// Printing of strsafe.h. (That for `char` is here because it prints texts of `wchar_t`, too.)

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

std::optional<std::string> print(const char* format, std::va_list arguments) {
    passed_values values(arguments);
    return format_text({}, format, values);
}

std::optional<wide_text> print(const wchar_t* format, std::va_list arguments) {
    passed_values values(arguments);
    const auto text = format_text({.wide = true}, narrowed(format, length_of(format)), values);
    return text ? std::optional(widened(*text)) : std::nullopt;
}

template <class Char>
HRESULT print_text(Char* to,
                   std::size_t size,
                   const Char* format,
                   std::va_list arguments,
                   const safe_options<Char>& options) noexcept {
    const Char* const source = source_of(format, options.flags);
    const safe_buffer<Char> buffer{.text = to, .size = size};
    const HRESULT result = check(buffer, source, endless, options);
    if (FAILED(result)) {
        return finish(buffer, result, options);
    }
    try {
        const auto text = print(source, arguments);
        if (!text) {
            return finish(buffer, STRSAFE_E_INVALID_PARAMETER, options);
        }
        return copy_text(to, size, reinterpret_cast<const Char*>(text->c_str()), endless, options);
    } catch (const std::bad_alloc&) {
        return finish(buffer, E_OUTOFMEMORY, options);
    }
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

HRESULT WINAPI StringCchVPrintfA(STRSAFE_LPSTR pszDest,
                                 size_t cchDest,
                                 STRSAFE_LPCSTR pszFormat,
                                 va_list argList) {
    return print_text<char>(pszDest, cchDest, pszFormat, argList, {});
}

HRESULT WINAPI StringCchVPrintfExA(STRSAFE_LPSTR pszDest,
                                   size_t cchDest,
                                   STRSAFE_LPSTR* ppszDestEnd,
                                   size_t* pcchRemaining,
                                   DWORD dwFlags,
                                   STRSAFE_LPCSTR pszFormat,
                                   va_list argList) {
    return print_text<char>(pszDest, cchDest, pszFormat, argList,
                            {.extended = true,
                             .end = ppszDestEnd,
                             .remaining = pcchRemaining,
                             .flags = dwFlags,
                             .unit = 1});
}

HRESULT WINAPI StringCchPrintfA(STRSAFE_LPSTR pszDest,
                                size_t cchDest,
                                STRSAFE_LPCSTR pszFormat,
                                ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result = print_text<char>(pszDest, cchDest, pszFormat, arguments, {});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCchPrintfExA(STRSAFE_LPSTR pszDest,
                                  size_t cchDest,
                                  STRSAFE_LPSTR* ppszDestEnd,
                                  size_t* pcchRemaining,
                                  DWORD dwFlags,
                                  STRSAFE_LPCSTR pszFormat,
                                  ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result = print_text<char>(pszDest, cchDest, pszFormat, arguments,
                                            {.extended = true,
                                             .end = ppszDestEnd,
                                             .remaining = pcchRemaining,
                                             .flags = dwFlags,
                                             .unit = 1});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCbVPrintfA(STRSAFE_LPSTR pszDest,
                                size_t cbDest,
                                STRSAFE_LPCSTR pszFormat,
                                va_list argList) {
    return print_text<char>(pszDest, cbDest, pszFormat, argList, {});
}

HRESULT WINAPI StringCbVPrintfExA(STRSAFE_LPSTR pszDest,
                                  size_t cbDest,
                                  STRSAFE_LPSTR* ppszDestEnd,
                                  size_t* pcbRemaining,
                                  DWORD dwFlags,
                                  STRSAFE_LPCSTR pszFormat,
                                  va_list argList) {
    return print_text<char>(pszDest, cbDest, pszFormat, argList,
                            {.extended = true,
                             .end = ppszDestEnd,
                             .remaining = pcbRemaining,
                             .flags = dwFlags,
                             .unit = 1});
}

HRESULT WINAPI StringCbPrintfA(STRSAFE_LPSTR pszDest,
                               size_t cbDest,
                               STRSAFE_LPCSTR pszFormat,
                               ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result = print_text<char>(pszDest, cbDest, pszFormat, arguments, {});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCbPrintfExA(STRSAFE_LPSTR pszDest,
                                 size_t cbDest,
                                 STRSAFE_LPSTR* ppszDestEnd,
                                 size_t* pcbRemaining,
                                 DWORD dwFlags,
                                 STRSAFE_LPCSTR pszFormat,
                                 ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result = print_text<char>(pszDest, cbDest, pszFormat, arguments,
                                            {.extended = true,
                                             .end = ppszDestEnd,
                                             .remaining = pcbRemaining,
                                             .flags = dwFlags,
                                             .unit = 1});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCchVPrintfW(STRSAFE_LPWSTR pszDest,
                                 size_t cchDest,
                                 STRSAFE_LPCWSTR pszFormat,
                                 va_list argList) {
    return print_text<wchar_t>(pszDest, cchDest, pszFormat, argList, {});
}

HRESULT WINAPI StringCchVPrintfExW(STRSAFE_LPWSTR pszDest,
                                   size_t cchDest,
                                   STRSAFE_LPWSTR* ppszDestEnd,
                                   size_t* pcchRemaining,
                                   DWORD dwFlags,
                                   STRSAFE_LPCWSTR pszFormat,
                                   va_list argList) {
    return print_text<wchar_t>(pszDest, cchDest, pszFormat, argList,
                               {.extended = true,
                                .end = ppszDestEnd,
                                .remaining = pcchRemaining,
                                .flags = dwFlags,
                                .unit = 1});
}

HRESULT WINAPI StringCchPrintfW(STRSAFE_LPWSTR pszDest,
                                size_t cchDest,
                                STRSAFE_LPCWSTR pszFormat,
                                ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result = print_text<wchar_t>(pszDest, cchDest, pszFormat, arguments, {});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCchPrintfExW(STRSAFE_LPWSTR pszDest,
                                  size_t cchDest,
                                  STRSAFE_LPWSTR* ppszDestEnd,
                                  size_t* pcchRemaining,
                                  DWORD dwFlags,
                                  STRSAFE_LPCWSTR pszFormat,
                                  ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result = print_text<wchar_t>(pszDest, cchDest, pszFormat, arguments,
                                               {.extended = true,
                                                .end = ppszDestEnd,
                                                .remaining = pcchRemaining,
                                                .flags = dwFlags,
                                                .unit = 1});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCbVPrintfW(STRSAFE_LPWSTR pszDest,
                                size_t cbDest,
                                STRSAFE_LPCWSTR pszFormat,
                                va_list argList) {
    return print_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszFormat, argList, {});
}

HRESULT WINAPI StringCbVPrintfExW(STRSAFE_LPWSTR pszDest,
                                  size_t cbDest,
                                  STRSAFE_LPWSTR* ppszDestEnd,
                                  size_t* pcbRemaining,
                                  DWORD dwFlags,
                                  STRSAFE_LPCWSTR pszFormat,
                                  va_list argList) {
    return print_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszFormat, argList,
                               {.extended = true,
                                .end = ppszDestEnd,
                                .remaining = pcbRemaining,
                                .flags = dwFlags,
                                .unit = sizeof(wchar_t),
                                .rest = cbDest % sizeof(wchar_t)});
}

HRESULT WINAPI StringCbPrintfW(STRSAFE_LPWSTR pszDest,
                               size_t cbDest,
                               STRSAFE_LPCWSTR pszFormat,
                               ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result =
        print_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszFormat, arguments, {});
    va_end(arguments);
    return result;
}

HRESULT WINAPI StringCbPrintfExW(STRSAFE_LPWSTR pszDest,
                                 size_t cbDest,
                                 STRSAFE_LPWSTR* ppszDestEnd,
                                 size_t* pcbRemaining,
                                 DWORD dwFlags,
                                 STRSAFE_LPCWSTR pszFormat,
                                 ...) {
    va_list arguments;
    va_start(arguments, pszFormat);
    const HRESULT result =
        print_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszFormat, arguments,
                            {.extended = true,
                             .end = ppszDestEnd,
                             .remaining = pcbRemaining,
                             .flags = dwFlags,
                             .unit = sizeof(wchar_t),
                             .rest = cbDest % sizeof(wchar_t)});
    va_end(arguments);
    return result;
}
