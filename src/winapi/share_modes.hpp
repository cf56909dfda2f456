#pragma once

#include <isthmus/winapi/minwindef.h>

#include <sys/stat.h>

#include <memory>

/// \file
/// What those who have a file open let others do with it. Between the opens of this process as on
/// Windows; for other processes there is only flock, as .NET on Unix has it: who shares the file
/// with nobody locks it for himself, everybody else shares a lock.

namespace isthmus::winapi {

struct share_entry;

/// One open file's part in it. Ends with it, at the latest.
class file_sharing {
public:
    file_sharing() noexcept;
    file_sharing(file_sharing&&) noexcept;
    file_sharing& operator=(file_sharing&&) noexcept;
    ~file_sharing();

    /// ERROR_SHARING_VIOLATION if somebody does not allow it.
    static DWORD begin(
        int fd, const struct ::stat& file, ACCESS_MASK rights, DWORD mode, file_sharing& sharing);

    void end() noexcept;

private:
    std::unique_ptr<share_entry> entry_;
};

/// Whether everybody who has the file open lets others delete it.
bool may_be_deleted(const struct ::stat& file) noexcept;

} // namespace isthmus::winapi
