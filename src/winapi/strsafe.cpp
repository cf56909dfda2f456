#include "wide/strsafe.hpp"

#include <cstdio>
#include <optional>

/// \file
/// strsafe.h for `char`.

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

namespace {

std::optional<char> next_character() noexcept {
    const int byte = std::getc(stdin);
    return byte == EOF ? std::nullopt : std::optional(static_cast<char>(byte));
}

} // namespace

HRESULT WINAPI StringCchCopyA(STRSAFE_LPSTR pszDest, size_t cchDest, STRSAFE_LPCSTR pszSrc) {
    return copy_text<char>(pszDest, cchDest, pszSrc, endless, {});
}

HRESULT WINAPI StringCchCopyExA(STRSAFE_LPSTR pszDest,
                                size_t cchDest,
                                STRSAFE_LPCSTR pszSrc,
                                STRSAFE_LPSTR* ppszDestEnd,
                                size_t* pcchRemaining,
                                DWORD dwFlags) {
    return copy_text<char>(pszDest, cchDest, pszSrc, endless,
                           {.extended = true,
                            .end = ppszDestEnd,
                            .remaining = pcchRemaining,
                            .flags = dwFlags,
                            .unit = 1});
}

HRESULT WINAPI StringCchCopyNA(STRSAFE_LPSTR pszDest,
                               size_t cchDest,
                               STRSAFE_LPCSTR pszSrc,
                               size_t cchToCopy) {
    return copy_text<char>(pszDest, cchDest, pszSrc, cchToCopy, {});
}

HRESULT WINAPI StringCchCopyNExA(STRSAFE_LPSTR pszDest,
                                 size_t cchDest,
                                 STRSAFE_LPCSTR pszSrc,
                                 size_t cchToCopy,
                                 STRSAFE_LPSTR* ppszDestEnd,
                                 size_t* pcchRemaining,
                                 DWORD dwFlags) {
    return copy_text<char>(pszDest, cchDest, pszSrc, cchToCopy,
                           {.extended = true,
                            .end = ppszDestEnd,
                            .remaining = pcchRemaining,
                            .flags = dwFlags,
                            .unit = 1});
}

HRESULT WINAPI StringCchCatA(STRSAFE_LPSTR pszDest, size_t cchDest, STRSAFE_LPCSTR pszSrc) {
    return append_text<char>(pszDest, cchDest, pszSrc, endless, {});
}

HRESULT WINAPI StringCchCatExA(STRSAFE_LPSTR pszDest,
                               size_t cchDest,
                               STRSAFE_LPCSTR pszSrc,
                               STRSAFE_LPSTR* ppszDestEnd,
                               size_t* pcchRemaining,
                               DWORD dwFlags) {
    return append_text<char>(pszDest, cchDest, pszSrc, endless,
                             {.extended = true,
                              .end = ppszDestEnd,
                              .remaining = pcchRemaining,
                              .flags = dwFlags,
                              .unit = 1});
}

HRESULT WINAPI StringCchCatNA(STRSAFE_LPSTR pszDest,
                              size_t cchDest,
                              STRSAFE_LPCSTR pszSrc,
                              size_t cchToAppend) {
    return append_text<char>(pszDest, cchDest, pszSrc, cchToAppend, {});
}

HRESULT WINAPI StringCchCatNExA(STRSAFE_LPSTR pszDest,
                                size_t cchDest,
                                STRSAFE_LPCSTR pszSrc,
                                size_t cchToAppend,
                                STRSAFE_LPSTR* ppszDestEnd,
                                size_t* pcchRemaining,
                                DWORD dwFlags) {
    return append_text<char>(pszDest, cchDest, pszSrc, cchToAppend,
                             {.extended = true,
                              .end = ppszDestEnd,
                              .remaining = pcchRemaining,
                              .flags = dwFlags,
                              .unit = 1});
}

HRESULT WINAPI StringCchGetsA(STRSAFE_LPSTR pszDest, size_t cchDest) {
    return read_line(pszDest, cchDest, next_character);
}

HRESULT WINAPI StringCchLengthA(STRSAFE_LPCSTR psz, size_t cchMax, size_t* pcchLength) {
    return measure<char>(psz, cchMax, pcchLength, 1);
}

HRESULT WINAPI StringCbCopyA(STRSAFE_LPSTR pszDest, size_t cbDest, STRSAFE_LPCSTR pszSrc) {
    return copy_text<char>(pszDest, cbDest, pszSrc, endless, {});
}

HRESULT WINAPI StringCbCopyExA(STRSAFE_LPSTR pszDest,
                               size_t cbDest,
                               STRSAFE_LPCSTR pszSrc,
                               STRSAFE_LPSTR* ppszDestEnd,
                               size_t* pcbRemaining,
                               DWORD dwFlags) {
    return copy_text<char>(pszDest, cbDest, pszSrc, endless,
                           {.extended = true,
                            .end = ppszDestEnd,
                            .remaining = pcbRemaining,
                            .flags = dwFlags,
                            .unit = 1});
}

HRESULT WINAPI StringCbCopyNA(STRSAFE_LPSTR pszDest,
                              size_t cbDest,
                              STRSAFE_LPCSTR pszSrc,
                              size_t cbToCopy) {
    return copy_text<char>(pszDest, cbDest, pszSrc, cbToCopy, {});
}

HRESULT WINAPI StringCbCopyNExA(STRSAFE_LPSTR pszDest,
                                size_t cbDest,
                                STRSAFE_LPCSTR pszSrc,
                                size_t cbToCopy,
                                STRSAFE_LPSTR* ppszDestEnd,
                                size_t* pcbRemaining,
                                DWORD dwFlags) {
    return copy_text<char>(pszDest, cbDest, pszSrc, cbToCopy,
                           {.extended = true,
                            .end = ppszDestEnd,
                            .remaining = pcbRemaining,
                            .flags = dwFlags,
                            .unit = 1});
}

HRESULT WINAPI StringCbCatA(STRSAFE_LPSTR pszDest, size_t cbDest, STRSAFE_LPCSTR pszSrc) {
    return append_text<char>(pszDest, cbDest, pszSrc, endless, {});
}

HRESULT WINAPI StringCbCatExA(STRSAFE_LPSTR pszDest,
                              size_t cbDest,
                              STRSAFE_LPCSTR pszSrc,
                              STRSAFE_LPSTR* ppszDestEnd,
                              size_t* pcbRemaining,
                              DWORD dwFlags) {
    return append_text<char>(pszDest, cbDest, pszSrc, endless,
                             {.extended = true,
                              .end = ppszDestEnd,
                              .remaining = pcbRemaining,
                              .flags = dwFlags,
                              .unit = 1});
}

HRESULT WINAPI StringCbCatNA(STRSAFE_LPSTR pszDest,
                             size_t cbDest,
                             STRSAFE_LPCSTR pszSrc,
                             size_t cbToAppend) {
    return append_text<char>(pszDest, cbDest, pszSrc, cbToAppend, {});
}

HRESULT WINAPI StringCbCatNExA(STRSAFE_LPSTR pszDest,
                               size_t cbDest,
                               STRSAFE_LPCSTR pszSrc,
                               size_t cbToAppend,
                               STRSAFE_LPSTR* ppszDestEnd,
                               size_t* pcbRemaining,
                               DWORD dwFlags) {
    return append_text<char>(pszDest, cbDest, pszSrc, cbToAppend,
                             {.extended = true,
                              .end = ppszDestEnd,
                              .remaining = pcbRemaining,
                              .flags = dwFlags,
                              .unit = 1});
}

HRESULT WINAPI StringCbGetsA(STRSAFE_LPSTR pszDest, size_t cbDest) {
    return read_line(pszDest, cbDest, next_character);
}

HRESULT WINAPI StringCbLengthA(STRSAFE_LPCSTR psz, size_t cbMax, size_t* pcbLength) {
    return measure<char>(psz, cbMax, pcbLength, 1);
}
