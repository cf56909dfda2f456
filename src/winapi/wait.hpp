#pragma once

#include <isthmus/deadline.hpp>
#include <isthmus/winapi/minwindef.h>

#include <span>

namespace isthmus::winapi {

/// INFINITE is never.
deadline deadline_of(DWORD milliseconds) noexcept;

/// WaitForMultipleObjects: WAIT_OBJECT_0 and so on, or WAIT_FAILED with the last error set.
DWORD wait_for(std::span<const HANDLE> handles, bool all, DWORD milliseconds) noexcept;

} // namespace isthmus::winapi
