#pragma once

#include "kernel_object.hpp"

#include <isthmus/winapi/winerror.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

/// \file
/// What CreateFile opens: pipes, mailslots, ordinary files, the standard streams. Each is one open
/// file, which all duplicates of its handle share. The calls return Win32 codes.

namespace isthmus::winapi {

class file_object : public kernel_object {
public:
    static constexpr rights_mapping rights{.read = FILE_GENERIC_READ,
                                           .write = FILE_GENERIC_WRITE,
                                           .execute = FILE_GENERIC_EXECUTE,
                                           .all = FILE_ALL_ACCESS};
    /// An offset to write at: wherever the file ends then.
    static constexpr std::uint64_t end_of_file = ~std::uint64_t{0};

    const rights_mapping& mapping() const noexcept final { return rights; }
    bool rights_may_grow() const noexcept final { return false; }
    bool ends_with_its_last_handle() const noexcept final { return true; }

    /// ReadFile. `offset`: where an OVERLAPPED says to read, for what has positions. Bytes may be
    /// transferred with an error, too (ERROR_MORE_DATA). The end of what has positions is
    /// ERROR_HANDLE_EOF.
    virtual DWORD read(std::span<std::byte> buffer,
                       std::optional<std::uint64_t> offset,
                       DWORD& transferred) = 0;
    /// WriteFile.
    virtual DWORD write(std::span<const std::byte> data,
                        std::optional<std::uint64_t> offset,
                        DWORD& transferred) = 0;
    /// FlushFileBuffers.
    virtual DWORD flush() = 0;
    /// FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE or FILE_TYPE_UNKNOWN (GetFileType).
    virtual DWORD type() const noexcept = 0;
};

/// What CreateFile was asked for.
struct open_request {
    ACCESS_MASK wanted = 0; ///< specific rights: what the handle will have
    DWORD share_mode = 0;
    DWORD disposition = 0;
    DWORD flags = 0; ///< and attributes
    const SECURITY_ATTRIBUTES* attributes = nullptr;
};

// Each opens its kind of path, and says by the code what came of it. (The last error is 0 before;
// a disk file that was there already sets ERROR_ALREADY_EXISTS, with success.)

/// `\\.\pipe\x`, `\\host\pipe\x` (pipe_client.cpp).
bool is_pipe_path(const char* path) noexcept;
DWORD open_pipe(const char* path,
                const open_request& request,
                std::shared_ptr<file_object>& opened);

/// `\\.\mailslot\x`, `\\*\mailslot\x` and so on (mailslot.cpp).
bool is_mailslot_path(const char* path) noexcept;
DWORD open_mailslot(const char* path,
                    const open_request& request,
                    std::shared_ptr<file_object>& opened);

/// All other paths (disk_file.cpp).
DWORD open_disk_file(const char* path,
                     const open_request& request,
                     std::shared_ptr<file_object>& opened);

} // namespace isthmus::winapi
