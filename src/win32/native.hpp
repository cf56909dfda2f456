#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>
#include <string>

namespace isthmus::win32 {

/// What only the native interface tells: FilePipeLocalInformation, GrantedAccess. It has been the
/// same since Windows NT, and the documented functions stand on it.
struct pipe_local_information {
    enum : ULONG { inbound = 0, outbound = 1, duplex = 2 };
    enum : ULONG { disconnected = 1, listening = 2, connected = 3, closing = 4 };

    ULONG type;
    ULONG configuration;
    ULONG maximum_instances;
    ULONG current_instances;
    ULONG inbound_quota;
    ULONG read_data_available;
    ULONG outbound_quota;
    ULONG write_quota_available;
    ULONG state;
    ULONG end;
};

/// False if the system does not tell.
bool query_pipe(HANDLE pipe, pipe_local_information& result) noexcept;

/// The rights that a handle was opened with; 0 if the system does not tell.
ACCESS_MASK granted_access(HANDLE object) noexcept;

/// True if the calls on a file, pipe or mailslot block, whether or not they are given an
/// OVERLAPPED.
bool is_synchronous(HANDLE file) noexcept;

/// What kind of object a handle is of ("Section", "Mutant", "Semaphore", "Event"); empty if it is
/// no handle.
std::wstring object_type(HANDLE object);

/// A section's size as the system knows it, rounded up to whole pages where no file is behind it.
/// Nothing if the handle lacks SECTION_QUERY.
std::optional<std::uint64_t> section_size(HANDLE section) noexcept;

} // namespace isthmus::win32
