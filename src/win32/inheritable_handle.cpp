#include "inheritable_handle.hpp"

#include <windows.h>

#include <charconv>
#include <cstdint>

namespace isthmus {

namespace win32 {

using detail::operation;
using detail::win32_error;

std::unique_ptr<detail::inheritable_handle> share(HANDLE object,
                                                  operation what,
                                                  std::error_code& ec) {
    ec.clear();
    handle duplicate;
    if (DuplicateHandle(GetCurrentProcess(), object, GetCurrentProcess(), duplicate.out(), 0, TRUE,
                        DUPLICATE_SAME_ACCESS) == 0) {
        ec = win32_error(what, GetLastError());
        return nullptr;
    }
    auto result = std::make_unique<detail::inheritable_handle>(
        reinterpret_cast<std::intptr_t>(duplicate.get()));
    duplicate.release();
    return result;
}

std::optional<HANDLE> handle_of_token(std::string_view token, operation what, std::error_code& ec) {
    ec.clear();
    std::uintptr_t value = 0;
    const char* const end = token.data() + token.size();
    const auto [stop, failure] = std::from_chars(token.data(), end, value);
    if (stop != end || failure != std::errc()) {
        ec = win32_error(what, ERROR_INVALID_PARAMETER);
        return std::nullopt;
    }
    // The highest values are no handles but names for "this process" and the like.
    if (value == 0 || static_cast<std::intptr_t>(value) < 0) {
        ec = win32_error(what, ERROR_INVALID_HANDLE);
        return std::nullopt;
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): handles are small numbers in pointers' clothes
    return reinterpret_cast<HANDLE>(value);
}

handle take_over(HANDLE inherited) noexcept {
    SetHandleInformation(inherited, HANDLE_FLAG_INHERIT, 0);
    return handle(inherited);
}

} // namespace win32

namespace detail {

inheritable_handle::~inheritable_handle() {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
    CloseHandle(reinterpret_cast<HANDLE>(native_));
}

} // namespace detail

} // namespace isthmus
