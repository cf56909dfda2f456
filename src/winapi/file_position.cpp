#include "disk_file.hpp"
#include "handle_table.hpp"
#include "last_error.hpp"

#include <isthmus/winapi/fileapi.h>
#include <isthmus/winapi/winbase.h>

#include <cstdint>
#include <limits>
#include <memory>

/// \file
/// Position and size of files. What has neither (a pipe, a mailslot, a device):
/// ERROR_INVALID_FUNCTION.

using isthmus::winapi::disk_file;
using isthmus::winapi::fail;
using isthmus::winapi::file_object;
using isthmus::winapi::no_throw;
using isthmus::winapi::reference;
using isthmus::winapi::report;

namespace {

constexpr DWORD all_bits = std::numeric_limits<DWORD>::max();

/// `call(disk_file)`, if the handle is one's.
template <class Call>
DWORD with_disk_file(HANDLE handle, ACCESS_MASK needed, Call call) {
    return no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto file = reference<file_object>(handle, needed, code);
        auto* const disk = dynamic_cast<disk_file*>(file.get());
        return code != ERROR_SUCCESS ? code
               : disk == nullptr     ? DWORD{ERROR_INVALID_FUNCTION}
                                     : call(*disk);
    });
}

DWORD low_half(std::uint64_t value) noexcept {
    return static_cast<DWORD>(value & all_bits);
}

DWORD high_half(std::uint64_t value) noexcept {
    return static_cast<DWORD>(value >> 32U);
}

/// The low half of a result: where it looks like a failure, the last error tells that it is none.
DWORD succeed_with(DWORD low) noexcept {
    if (low == all_bits) {
        SetLastError(ERROR_SUCCESS);
    }
    return low;
}

} // namespace

DWORD WINAPI SetFilePointer(HANDLE hFile,
                            LONG lDistanceToMove,
                            PLONG lpDistanceToMoveHigh,
                            DWORD dwMoveMethod) {
    const std::int64_t distance =
        lpDistanceToMoveHigh != nullptr
            ? static_cast<std::int64_t>(
                  static_cast<std::uint64_t>(static_cast<DWORD>(*lpDistanceToMoveHigh)) << 32U |
                  static_cast<DWORD>(lDistanceToMove))
            : lDistanceToMove;
    std::uint64_t position = 0;
    const DWORD code = with_disk_file(hFile, 0, [&](disk_file& file) -> DWORD {
        std::uint64_t before = 0;
        DWORD result = file.move(0, FILE_CURRENT, before);
        if (result == ERROR_SUCCESS) {
            result = file.move(distance, dwMoveMethod, position);
        }
        if (result == ERROR_SUCCESS && lpDistanceToMoveHigh == nullptr &&
            high_half(position) != 0) {
            // It cannot be told, so nothing is done.
            file.move(static_cast<std::int64_t>(before), FILE_BEGIN, position);
            result = ERROR_INVALID_PARAMETER;
        }
        return result;
    });
    if (code != ERROR_SUCCESS) {
        return fail(code, INVALID_SET_FILE_POINTER);
    }
    if (lpDistanceToMoveHigh != nullptr) {
        *lpDistanceToMoveHigh = static_cast<LONG>(high_half(position));
    }
    return succeed_with(low_half(position));
}

BOOL WINAPI SetFilePointerEx(HANDLE hFile,
                             LARGE_INTEGER liDistanceToMove,
                             PLARGE_INTEGER lpNewFilePointer,
                             DWORD dwMoveMethod) {
    std::uint64_t position = 0;
    const DWORD code = with_disk_file(hFile, 0, [&](disk_file& file) {
        return file.move(liDistanceToMove.QuadPart, dwMoveMethod, position);
    });
    if (code == ERROR_SUCCESS && lpNewFilePointer != nullptr) {
        lpNewFilePointer->QuadPart = static_cast<LONGLONG>(position);
    }
    return report(code);
}

BOOL WINAPI SetEndOfFile(HANDLE hFile) {
    return report(with_disk_file(hFile, FILE_WRITE_DATA,
                                 [](disk_file& file) { return file.cut_or_extend(); }));
}

DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh) {
    std::uint64_t size = 0;
    const DWORD code =
        with_disk_file(hFile, 0, [&](const disk_file& file) { return file.size(size); });
    if (code != ERROR_SUCCESS) {
        return fail(code, INVALID_FILE_SIZE);
    }
    if (lpFileSizeHigh != nullptr) {
        *lpFileSizeHigh = high_half(size);
    }
    return succeed_with(low_half(size));
}

BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize) {
    std::uint64_t size = 0;
    const DWORD code = with_disk_file(hFile, 0, [&](const disk_file& file) -> DWORD {
        return lpFileSize != nullptr ? file.size(size) : DWORD{ERROR_INVALID_PARAMETER};
    });
    if (code == ERROR_SUCCESS) {
        lpFileSize->QuadPart = static_cast<LONGLONG>(size);
    }
    return report(code);
}
