#include "handle_table.hpp"
#include "last_error.hpp"
#include "thread.hpp"

#include <isthmus/winapi/handleapi.h>

/// \file
/// Handles of any type.

using isthmus::winapi::fail;
using isthmus::winapi::handle_table;
using isthmus::winapi::no_throw;
using isthmus::winapi::process_object;
using isthmus::winapi::reference;
using isthmus::winapi::report;

BOOL WINAPI CloseHandle(HANDLE hObject) {
    return report(handle_table::instance().close(hObject));
}

BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags) {
    DWORD flags = 0;
    const DWORD code = handle_table::instance().flags_of(hObject, flags);
    if (code == ERROR_SUCCESS && lpdwFlags == nullptr) {
        return fail(ERROR_NOACCESS, FALSE);
    }
    if (code == ERROR_SUCCESS) {
        *lpdwFlags = flags;
    }
    return report(code);
}

BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags) {
    constexpr DWORD known = HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE;
    if ((dwMask & ~known) != 0) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    return report(handle_table::instance().change_flags(hObject, dwMask, dwFlags));
}

BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle) {
    return report(no_throw([&]() -> DWORD {
        auto& table = handle_table::instance();
        const auto first = table.find(hFirstObjectHandle);
        const auto second = table.find(hSecondObjectHandle);
        if (!first || !second) {
            return ERROR_INVALID_HANDLE;
        }
        return first.object == second.object ? ERROR_SUCCESS : ERROR_NOT_SAME_OBJECT;
    }));
}

BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle,
                            HANDLE hSourceHandle,
                            HANDLE hTargetProcessHandle,
                            LPHANDLE lpTargetHandle,
                            DWORD dwDesiredAccess,
                            BOOL bInheritHandle,
                            DWORD dwOptions) {
    return report(no_throw([&]() -> DWORD {
        auto& table = handle_table::instance();
        for (const HANDLE each : {hSourceProcessHandle, hTargetProcessHandle}) {
            DWORD code = ERROR_SUCCESS;
            if (!reference<process_object>(each, PROCESS_DUP_HANDLE, code)) {
                return code; // all that there are are the calling process's
            }
        }
        const auto source = table.find(hSourceHandle);
        if (!source) {
            return ERROR_INVALID_HANDLE;
        }
        const ACCESS_MASK granted =
            (dwOptions & DUPLICATE_SAME_ACCESS) != 0
                ? source.granted
                : isthmus::winapi::specific_rights(dwDesiredAccess, source.object->mapping());
        const bool grows = (granted & ~source.granted) != 0;
        DWORD code =
            grows && !source.object->rights_may_grow() ? ERROR_ACCESS_DENIED : ERROR_SUCCESS;
        if (code == ERROR_SUCCESS && lpTargetHandle != nullptr) {
            *lpTargetHandle = table.insert(source.object, granted,
                                           bInheritHandle != FALSE ? HANDLE_FLAG_INHERIT : 0);
            code = *lpTargetHandle != nullptr ? ERROR_SUCCESS : GetLastError();
        }
        // Whatever came of it, says the documentation.
        if ((dwOptions & DUPLICATE_CLOSE_SOURCE) != 0) {
            table.close(hSourceHandle);
        }
        return code;
    }));
}
