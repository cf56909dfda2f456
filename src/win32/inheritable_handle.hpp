#pragma once

#include "handle.hpp"
#include "native_error.hpp"
#include "object.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

/// \file
/// Handing handles to child processes: a handle has the same number in a child that inherits it.

namespace isthmus::win32 {

/// An inheritable duplicate with the same rights.
std::unique_ptr<detail::inheritable_handle> share(HANDLE object,
                                                  detail::operation what,
                                                  std::error_code& ec);

/// The handle that a token names, not yet known to be one. Nothing if it cannot be one, and sets
/// `ec`.
std::optional<HANDLE> handle_of_token(std::string_view token,
                                      detail::operation what,
                                      std::error_code& ec);

/// Takes an inherited handle over: this process's children do not get it too.
handle take_over(HANDLE inherited) noexcept;

} // namespace isthmus::win32
