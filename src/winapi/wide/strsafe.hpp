#pragma once

#include "text_functions.hpp"

#include <isthmus/winapi/strsafe.h>

#include <cstddef>
#include <cstring>

/// \file
/// What the functions of strsafe.h do, for `char` and `wchar_t`.

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

/// What the Ex forms have beside.
template <class Char>
struct safe_options {
    bool extended = false;
    Char** end = nullptr;
    std::size_t* remaining = nullptr;
    DWORD flags = 0;
    std::size_t unit = 1; ///< of what is counted in `remaining`
    std::size_t rest = 0; ///< bytes of the buffer that are no whole character
};

constexpr bool has(DWORD flags, DWORD flag) noexcept {
    return (flags & flag) != 0;
}

/// A buffer, and where in it its terminator is.
template <class Char>
struct safe_buffer {
    Char* text = nullptr;
    std::size_t size = 0;
    std::size_t at = 0;

    void fill(std::size_t from, const safe_options<Char>& options) noexcept {
        std::memset(text + from, static_cast<int>(options.flags & 0xFFU),
                    (size - from) * sizeof(Char) + options.rest);
    }
};

/// Null where the flags allow it is an empty text.
template <class Char>
const Char* source_of(const Char* text, DWORD flags) noexcept {
    static constexpr Char empty = 0;
    return text == nullptr && has(flags, STRSAFE_IGNORE_NULLS) ? &empty : text;
}

template <class Char>
HRESULT check(const safe_buffer<Char>& buffer,
              const Char* source,
              std::size_t count,
              const safe_options<Char>& options) noexcept {
    constexpr DWORD known = 0xFF | STRSAFE_IGNORE_NULLS | STRSAFE_FILL_BEHIND_NULL |
                            STRSAFE_FILL_ON_FAILURE | STRSAFE_NULL_ON_FAILURE |
                            STRSAFE_NO_TRUNCATION;
    const bool sound = buffer.size <= STRSAFE_MAX_CCH && (options.flags & ~known) == 0 &&
                       (buffer.size != 0 || options.extended) &&
                       (count <= STRSAFE_MAX_CCH || count == endless) && source != nullptr &&
                       (buffer.text != nullptr || buffer.size == 0);
    return sound ? S_OK : STRSAFE_E_INVALID_PARAMETER;
}

/// Writes at `buffer.at`, where the terminator will be afterwards.
template <class Char>
HRESULT write(safe_buffer<Char>& buffer,
              const Char* source,
              std::size_t count,
              const safe_options<Char>& options) noexcept {
    if (buffer.size == 0) {
        return *source == 0 || count == 0 ? S_OK
               : buffer.text == nullptr   ? STRSAFE_E_INVALID_PARAMETER
                                          : STRSAFE_E_INSUFFICIENT_BUFFER;
    }
    const std::size_t room = buffer.size - buffer.at;
    const std::size_t length = text_length(source, count < room ? count : room);
    const bool fits = length < room;
    const std::size_t start = buffer.at;
    if (fits || !has(options.flags, STRSAFE_NO_TRUNCATION)) {
        buffer.at += fits ? length : room - 1;
        std::memmove(buffer.text + start, source, (buffer.at - start) * sizeof(Char));
    }
    buffer.text[buffer.at] = 0;
    if (fits && has(options.flags, STRSAFE_FILL_BEHIND_NULL)) {
        buffer.fill(buffer.at + 1, options);
    }
    return fits ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

/// What the flags say about a failure, and what the caller wants to know.
template <class Char>
HRESULT finish(safe_buffer<Char> buffer,
               HRESULT result,
               const safe_options<Char>& options) noexcept {
    if (FAILED(result) && buffer.text != nullptr && buffer.size != 0 &&
        buffer.size <= STRSAFE_MAX_CCH) {
        if (has(options.flags, STRSAFE_FILL_ON_FAILURE)) {
            buffer.fill(0, options);
            buffer.at = (options.flags & 0xFFU) == 0 ? 0 : buffer.size - 1;
            buffer.text[buffer.at] = 0;
        }
        if (has(options.flags, STRSAFE_NULL_ON_FAILURE)) {
            buffer.at = 0;
            buffer.text[0] = 0;
        }
    }
    if (SUCCEEDED(result) || result == STRSAFE_E_INSUFFICIENT_BUFFER) {
        if (options.end != nullptr) {
            *options.end = buffer.text + buffer.at;
        }
        if (options.remaining != nullptr) {
            *options.remaining = (buffer.size - buffer.at) * options.unit + options.rest;
        }
    }
    return result;
}

template <class Char>
HRESULT copy_text(Char* to,
                  std::size_t size,
                  const Char* from,
                  std::size_t count,
                  const safe_options<Char>& options) noexcept {
    const Char* const source = source_of(from, options.flags);
    safe_buffer<Char> buffer{.text = to, .size = size};
    HRESULT result = check(buffer, source, count, options);
    if (SUCCEEDED(result)) {
        result = write(buffer, source, count, options);
    }
    return finish(buffer, result, options);
}

template <class Char>
HRESULT append_text(Char* to,
                    std::size_t size,
                    const Char* from,
                    std::size_t count,
                    const safe_options<Char>& options) noexcept {
    const Char* const source = source_of(from, options.flags);
    safe_buffer<Char> buffer{.text = to, .size = size};
    HRESULT result = check(buffer, source, count, options);
    if (SUCCEEDED(result) && to != nullptr) {
        buffer.at = text_length(to, size);
        if (buffer.at == size) { // what is to be appended to has no end
            buffer.at = 0;
            result = STRSAFE_E_INVALID_PARAMETER;
        }
    }
    if (SUCCEEDED(result)) {
        result = write(buffer, source, count, options);
    }
    return finish(buffer, result, options);
}

/// StringCchLength.
template <class Char>
HRESULT measure(const Char* text,
                std::size_t most,
                std::size_t* length,
                std::size_t unit) noexcept {
    const bool sound = text != nullptr && most <= STRSAFE_MAX_CCH;
    const std::size_t found = sound ? text_length(text, most) : most;
    if (length != nullptr) {
        *length = found < most ? found * unit : 0;
    }
    return found < most ? S_OK : STRSAFE_E_INVALID_PARAMETER;
}

/// StringCchGets: `next` gives characters, and nothing at the end. What of a line has no room is
/// there for the next call.
template <class Char, class Next>
HRESULT read_line(Char* to, std::size_t size, Next next) noexcept {
    if (to == nullptr || size == 0 || size > STRSAFE_MAX_CCH) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    if (size == 1) {
        to[0] = 0;
        return STRSAFE_E_INSUFFICIENT_BUFFER;
    }
    std::size_t length = 0;
    for (; length + 1 < size; ++length) {
        const auto character = next();
        if (!character && length == 0) {
            to[0] = 0;
            return STRSAFE_E_END_OF_FILE;
        }
        if (!character || *character == '\n') {
            to[length] = 0;
            return S_OK;
        }
        to[length] = *character;
    }
    to[length] = 0;
    return S_OK;
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
