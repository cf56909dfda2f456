#include "convert.hpp"
#include "last_error.hpp"
#include "message_text.hpp"
#include "system_messages.hpp"

#include <isthmus/winapi/winbase.h>

#include <algorithm>
#include <cstring>
#include <utility>

/// \file
/// FormatMessage. (That for `char` is here because its inserts may be texts of `wchar_t`.)

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

/// What FormatMessage is asked for, but the buffer.
struct message_request {
    DWORD flags;
    const void* source;
    DWORD id;
    DWORD language;
    std::va_list* arguments;
};

std::string text_at(const void* source, char /*type*/) {
    return static_cast<const char*>(source);
}

std::string text_at(const void* source, wchar_t /*type*/) {
    const auto* const text = static_cast<const wchar_t*>(source);
    return narrowed(text, length_of(text));
}

std::string result_text(std::string text, char /*type*/) {
    return text;
}

wide_text result_text(const std::string& text, wchar_t /*type*/) {
    return widened(text);
}

/// Where the text comes from: a Win32 code.
template <class Char>
DWORD find_text(const message_request& request, std::string& text) {
    if ((request.flags & FORMAT_MESSAGE_FROM_STRING) != 0) {
        if (request.source == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        text = text_at(request.source, Char());
        return ERROR_SUCCESS;
    }
    if ((request.flags & FORMAT_MESSAGE_FROM_SYSTEM) == 0) {
        // A module: there is none that has messages.
        return (request.flags & FORMAT_MESSAGE_FROM_HMODULE) != 0 ? ERROR_RESOURCE_DATA_NOT_FOUND
                                                                  : ERROR_INVALID_PARAMETER;
    }
    const WORD language = PRIMARYLANGID(request.language);
    if (language != LANG_NEUTRAL && language != LANG_ENGLISH) {
        return ERROR_RESOURCE_LANG_NOT_FOUND;
    }
    const auto message = system_message(request.id);
    if (message.empty()) {
        return ERROR_MR_MID_NOT_FOUND;
    }
    text = message;
    text += "\r\n";
    return ERROR_SUCCESS;
}

/// A Win32 code, and the number of characters in `length`.
template <class Char>
DWORD format_message(const message_request& request,
                     Char* buffer,
                     std::size_t size,
                     DWORD& length) {
    const bool allocates = (request.flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0;
    if (allocates) {
        if (buffer == nullptr) {
            return sizeof(Char) == 1 ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER;
        }
        constexpr void* none = nullptr;
        std::memcpy(buffer, &none, sizeof(none)); // it is the address of a pointer
    }
    constexpr std::size_t largest = 0x8000;
    if (buffer == nullptr || size >= largest) {
        return ERROR_INVALID_PARAMETER;
    }
    std::string text;
    if (const DWORD code = find_text<Char>(request, text); code != ERROR_SUCCESS) {
        return code;
    }
    message_inserts inserts{.ignored = (request.flags & FORMAT_MESSAGE_IGNORE_INSERTS) != 0,
                            .wide = sizeof(Char) != 1};
    if ((request.flags & FORMAT_MESSAGE_ARGUMENT_ARRAY) != 0) {
        inserts.array = reinterpret_cast<const DWORD_PTR*>(request.arguments);
    } else {
        inserts.list = request.arguments;
    }
    std::string message;
    if (const DWORD code =
            build_message(text, inserts, request.flags & FORMAT_MESSAGE_MAX_WIDTH_MASK, message);
        code != ERROR_SUCCESS) {
        return code;
    }
    const auto result = result_text(std::move(message), Char());
    if (result.empty()) {
        return ERROR_NO_WORK_DONE;
    }
    const std::size_t needed = result.size() + 1;
    void* to = buffer;
    if (allocates) {
        to = LocalAlloc(LMEM_ZEROINIT, std::max(needed, size) * sizeof(Char));
        if (to == nullptr) {
            return ERROR_NOT_ENOUGH_MEMORY;
        }
        std::memcpy(buffer, &to, sizeof(to));
    } else if (needed > size) {
        return ERROR_INSUFFICIENT_BUFFER;
    }
    std::memcpy(to, result.c_str(), needed * sizeof(Char));
    length = static_cast<DWORD>(result.size());
    return ERROR_SUCCESS;
}

} // namespace

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

DWORD WINAPI FormatMessageA(DWORD dwFlags,
                            LPCVOID lpSource,
                            DWORD dwMessageId,
                            DWORD dwLanguageId,
                            LPSTR lpBuffer,
                            DWORD nSize,
                            va_list* Arguments) {
    DWORD length = 0;
    report(no_throw([&] {
        return format_message({dwFlags, lpSource, dwMessageId, dwLanguageId, Arguments}, lpBuffer,
                              nSize, length);
    }));
    return length;
}

DWORD WINAPI FormatMessageW(DWORD dwFlags,
                            LPCVOID lpSource,
                            DWORD dwMessageId,
                            DWORD dwLanguageId,
                            LPWSTR lpBuffer,
                            DWORD nSize,
                            va_list* Arguments) {
    DWORD length = 0;
    report(no_throw([&] {
        return format_message({dwFlags, lpSource, dwMessageId, dwLanguageId, Arguments}, lpBuffer,
                              nSize, length);
    }));
    return length;
}
