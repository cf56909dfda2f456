#include "strsafe.hpp"

#include "stream.hpp"

/// \file
/// strsafe.h for `wchar_t`.

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

namespace {

/// The next one of standard input. (One that two `wchar_t` take comes as U+FFFD.)
std::optional<wide_text::value_type> next_character() noexcept {
    const auto character = read_character(stdin);
    return character ? std::optional(static_cast<wide_text::value_type>(
                           wide_length(*character) == 1 ? *character : replacement))
                     : std::nullopt;
}

} // namespace

HRESULT WINAPI StringCchCopyW(STRSAFE_LPWSTR pszDest, size_t cchDest, STRSAFE_LPCWSTR pszSrc) {
    return copy_text<wchar_t>(pszDest, cchDest, pszSrc, endless, {});
}

HRESULT WINAPI StringCchCopyExW(STRSAFE_LPWSTR pszDest,
                                size_t cchDest,
                                STRSAFE_LPCWSTR pszSrc,
                                STRSAFE_LPWSTR* ppszDestEnd,
                                size_t* pcchRemaining,
                                DWORD dwFlags) {
    return copy_text<wchar_t>(pszDest, cchDest, pszSrc, endless,
                              {.extended = true,
                               .end = ppszDestEnd,
                               .remaining = pcchRemaining,
                               .flags = dwFlags,
                               .unit = 1});
}

HRESULT WINAPI StringCchCopyNW(STRSAFE_LPWSTR pszDest,
                               size_t cchDest,
                               STRSAFE_LPCWSTR pszSrc,
                               size_t cchToCopy) {
    return copy_text<wchar_t>(pszDest, cchDest, pszSrc, cchToCopy, {});
}

HRESULT WINAPI StringCchCopyNExW(STRSAFE_LPWSTR pszDest,
                                 size_t cchDest,
                                 STRSAFE_LPCWSTR pszSrc,
                                 size_t cchToCopy,
                                 STRSAFE_LPWSTR* ppszDestEnd,
                                 size_t* pcchRemaining,
                                 DWORD dwFlags) {
    return copy_text<wchar_t>(pszDest, cchDest, pszSrc, cchToCopy,
                              {.extended = true,
                               .end = ppszDestEnd,
                               .remaining = pcchRemaining,
                               .flags = dwFlags,
                               .unit = 1});
}

HRESULT WINAPI StringCchCatW(STRSAFE_LPWSTR pszDest, size_t cchDest, STRSAFE_LPCWSTR pszSrc) {
    return append_text<wchar_t>(pszDest, cchDest, pszSrc, endless, {});
}

HRESULT WINAPI StringCchCatExW(STRSAFE_LPWSTR pszDest,
                               size_t cchDest,
                               STRSAFE_LPCWSTR pszSrc,
                               STRSAFE_LPWSTR* ppszDestEnd,
                               size_t* pcchRemaining,
                               DWORD dwFlags) {
    return append_text<wchar_t>(pszDest, cchDest, pszSrc, endless,
                                {.extended = true,
                                 .end = ppszDestEnd,
                                 .remaining = pcchRemaining,
                                 .flags = dwFlags,
                                 .unit = 1});
}

HRESULT WINAPI StringCchCatNW(STRSAFE_LPWSTR pszDest,
                              size_t cchDest,
                              STRSAFE_LPCWSTR pszSrc,
                              size_t cchToAppend) {
    return append_text<wchar_t>(pszDest, cchDest, pszSrc, cchToAppend, {});
}

HRESULT WINAPI StringCchCatNExW(STRSAFE_LPWSTR pszDest,
                                size_t cchDest,
                                STRSAFE_LPCWSTR pszSrc,
                                size_t cchToAppend,
                                STRSAFE_LPWSTR* ppszDestEnd,
                                size_t* pcchRemaining,
                                DWORD dwFlags) {
    return append_text<wchar_t>(pszDest, cchDest, pszSrc, cchToAppend,
                                {.extended = true,
                                 .end = ppszDestEnd,
                                 .remaining = pcchRemaining,
                                 .flags = dwFlags,
                                 .unit = 1});
}

HRESULT WINAPI StringCchGetsW(STRSAFE_LPWSTR pszDest, size_t cchDest) {
    return read_line(pszDest, cchDest, next_character);
}

HRESULT WINAPI StringCchLengthW(STRSAFE_LPCWSTR psz, size_t cchMax, size_t* pcchLength) {
    return measure<wchar_t>(psz, cchMax, pcchLength, 1);
}

HRESULT WINAPI StringCbCopyW(STRSAFE_LPWSTR pszDest, size_t cbDest, STRSAFE_LPCWSTR pszSrc) {
    return copy_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc, endless, {});
}

HRESULT WINAPI StringCbCopyExW(STRSAFE_LPWSTR pszDest,
                               size_t cbDest,
                               STRSAFE_LPCWSTR pszSrc,
                               STRSAFE_LPWSTR* ppszDestEnd,
                               size_t* pcbRemaining,
                               DWORD dwFlags) {
    return copy_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc, endless,
                              {.extended = true,
                               .end = ppszDestEnd,
                               .remaining = pcbRemaining,
                               .flags = dwFlags,
                               .unit = sizeof(wchar_t),
                               .rest = cbDest % sizeof(wchar_t)});
}

HRESULT WINAPI StringCbCopyNW(STRSAFE_LPWSTR pszDest,
                              size_t cbDest,
                              STRSAFE_LPCWSTR pszSrc,
                              size_t cbToCopy) {
    return copy_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc, cbToCopy / sizeof(wchar_t),
                              {});
}

HRESULT WINAPI StringCbCopyNExW(STRSAFE_LPWSTR pszDest,
                                size_t cbDest,
                                STRSAFE_LPCWSTR pszSrc,
                                size_t cbToCopy,
                                STRSAFE_LPWSTR* ppszDestEnd,
                                size_t* pcbRemaining,
                                DWORD dwFlags) {
    return copy_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc, cbToCopy / sizeof(wchar_t),
                              {.extended = true,
                               .end = ppszDestEnd,
                               .remaining = pcbRemaining,
                               .flags = dwFlags,
                               .unit = sizeof(wchar_t),
                               .rest = cbDest % sizeof(wchar_t)});
}

HRESULT WINAPI StringCbCatW(STRSAFE_LPWSTR pszDest, size_t cbDest, STRSAFE_LPCWSTR pszSrc) {
    return append_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc, endless, {});
}

HRESULT WINAPI StringCbCatExW(STRSAFE_LPWSTR pszDest,
                              size_t cbDest,
                              STRSAFE_LPCWSTR pszSrc,
                              STRSAFE_LPWSTR* ppszDestEnd,
                              size_t* pcbRemaining,
                              DWORD dwFlags) {
    return append_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc, endless,
                                {.extended = true,
                                 .end = ppszDestEnd,
                                 .remaining = pcbRemaining,
                                 .flags = dwFlags,
                                 .unit = sizeof(wchar_t),
                                 .rest = cbDest % sizeof(wchar_t)});
}

HRESULT WINAPI StringCbCatNW(STRSAFE_LPWSTR pszDest,
                             size_t cbDest,
                             STRSAFE_LPCWSTR pszSrc,
                             size_t cbToAppend) {
    return append_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc,
                                cbToAppend / sizeof(wchar_t), {});
}

HRESULT WINAPI StringCbCatNExW(STRSAFE_LPWSTR pszDest,
                               size_t cbDest,
                               STRSAFE_LPCWSTR pszSrc,
                               size_t cbToAppend,
                               STRSAFE_LPWSTR* ppszDestEnd,
                               size_t* pcbRemaining,
                               DWORD dwFlags) {
    return append_text<wchar_t>(pszDest, cbDest / sizeof(wchar_t), pszSrc,
                                cbToAppend / sizeof(wchar_t),
                                {.extended = true,
                                 .end = ppszDestEnd,
                                 .remaining = pcbRemaining,
                                 .flags = dwFlags,
                                 .unit = sizeof(wchar_t),
                                 .rest = cbDest % sizeof(wchar_t)});
}

HRESULT WINAPI StringCbGetsW(STRSAFE_LPWSTR pszDest, size_t cbDest) {
    return read_line(pszDest, cbDest / sizeof(wchar_t), next_character);
}

HRESULT WINAPI StringCbLengthW(STRSAFE_LPCWSTR psz, size_t cbMax, size_t* pcbLength) {
    return measure<wchar_t>(psz, cbMax / sizeof(wchar_t), pcbLength, sizeof(wchar_t));
}
