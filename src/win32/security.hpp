#pragma once

#include "handle.hpp"

#include <isthmus/access.hpp>

#include <string>
#include <string_view>

namespace isthmus::win32 {

/// What an object's owner and the others whom `access` admits may do with it.
struct object_rights {
    ACCESS_MASK owner = 0;
    ACCESS_MASK others = 0;
};

/// For pipes. Others get FILE_GENERIC_READ and FILE_GENERIC_WRITE without FILE_APPEND_DATA, which
/// for pipes is FILE_CREATE_PIPE_INSTANCE: who has it may pose as the server. (So GENERIC_WRITE is
/// refused to them; channel::connect asks for the rights that it needs.)
inline constexpr object_rights pipe_rights{
    .owner = FILE_ALL_ACCESS,
    // NOLINTNEXTLINE(misc-redundant-expression): the two have rights in common
    .others = (FILE_GENERIC_READ | FILE_GENERIC_WRITE) & ~ACCESS_MASK{FILE_APPEND_DATA},
};

/// For mailslots. Others may write, and a plain program asks for GENERIC_WRITE to do so; a mailslot
/// has no instances that anybody could add.
inline constexpr object_rights mailslot_rights{
    .owner = FILE_ALL_ACCESS,
    .others = FILE_GENERIC_WRITE,
};

/// Who may open an object, as the system wants it (SECURITY_ATTRIBUTES).
///
/// Explicit always: the default descriptor of a named pipe lets everyone, anonymous users included,
/// read from it.
class security {
public:
    /// False on failure; the last error tells. `remark` is a further entry as SDDL has it.
    static bool build(access who,
                      const object_rights& allowed,
                      security& result,
                      std::wstring_view remark = {});

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
