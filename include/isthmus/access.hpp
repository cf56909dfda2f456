#pragma once

/// \file
/// Who may open an object, and what for.

namespace isthmus {

/// Who may open an object, beside its creator's own user.
///
/// Win32: the security descriptor given at creation
/// (https://learn.microsoft.com/windows/win32/secauthz/access-control). POSIX: the mode of the
/// object's files (0600, 0660, 0666), whatever the umask. There a `Local\` object is its user's own
/// in any case.
enum class access {
    owner,    ///< only the user who created it
    group,    ///< also the members of the creator's primary group
    everyone, ///< every user of this machine
};

/// What an opener asks for. Opening is refused (`access_denied`) if it may not have it.
enum class rights {
    read_only,  ///< Win32 GENERIC_READ
    write_only, ///< Win32 GENERIC_WRITE
    read_write, ///< both
};

/// What an opener of a mutex, semaphore or event asks for.
enum class sync_rights {
    wait,            ///< Win32 SYNCHRONIZE (for a mutex that includes releasing it)
    modify,          ///< set, reset, pulse, release: EVENT_MODIFY_STATE, SEMAPHORE_MODIFY_STATE
    wait_and_modify, ///< both
};

} // namespace isthmus
