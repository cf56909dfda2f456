#pragma once

#include "handle.hpp"

#include <isthmus/access.hpp>

#include <string>

namespace isthmus::win32 {

/// Who may open an object, as the system wants it (SECURITY_ATTRIBUTES).
///
/// Explicit always: the default descriptor of a named pipe lets everyone, anonymous users included,
/// read from it.
class security {
public:
    /// Null on failure; the last error tells.
    static bool build(access who, security& result);

    SECURITY_ATTRIBUTES* attributes() noexcept { return &attributes_; }

private:
    local_memory<void> descriptor_;
    SECURITY_ATTRIBUTES attributes_ = {sizeof(SECURITY_ATTRIBUTES), nullptr, FALSE};
};

/// The user of a token as text ("S-1-5-..."); empty on failure, and the last error tells.
std::wstring user_of(HANDLE token);

/// The user that a process runs as; empty on failure, and the last error tells.
std::wstring user_of_process(DWORD process_id);

} // namespace isthmus::win32
