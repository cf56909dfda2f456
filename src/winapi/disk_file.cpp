#include "disk_file.hpp"

#include "last_error.hpp"
#include "mapped_file.hpp"
#include "posix/descriptor.hpp"
#include "posix/file_growth.hpp"
#include "posix/quiet_write.hpp"

#include <isthmus/winapi/winbase.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace isthmus::winapi {

namespace {

DWORD type_of(int fd) noexcept {
    struct ::stat status {};
    if (::fstat(fd, &status) != 0) {
        return FILE_TYPE_UNKNOWN;
    }
    const bool pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
    return pipe ? FILE_TYPE_PIPE : S_ISCHR(status.st_mode) ? FILE_TYPE_CHAR : FILE_TYPE_DISK;
}

DWORD last_errno() noexcept {
    return win32_code_of_errno(errno);
}

constexpr std::uint64_t largest_position = std::numeric_limits<std::int64_t>::max();

} // namespace

disk_file::disk_file(int fd, traits how, file_sharing sharing)
    : fd_(fd), how_(std::move(how)), type_(type_of(fd)), sharing_(std::move(sharing)) {}

disk_file::~disk_file() {
    sharing_.end();
    if (how_.owns_descriptor) {
        ::close(fd_);
    }
}

void disk_file::last_handle_closed() noexcept {
    if (how_.delete_on_close) {
        struct ::stat mine {};
        struct ::stat named {};
        if (::fstat(fd_, &mine) == 0 && ::lstat(how_.path.c_str(), &named) == 0 &&
            mine.st_dev == named.st_dev && mine.st_ino == named.st_ino) {
            ::unlink(how_.path.c_str());
        }
    }
    sharing_.end();
}

DWORD disk_file::read(std::span<std::byte> buffer,
                      std::optional<std::uint64_t> offset,
                      DWORD& transferred) {
    if (buffer.empty()) {
        return ERROR_SUCCESS;
    }
    const bool has_position = type_ == FILE_TYPE_DISK;
    std::unique_lock exclusive(position_, std::defer_lock);
    if (has_position) {
        exclusive.lock();
        if (offset && (*offset > largest_position ||
                       ::lseek(fd_, static_cast<off_t>(*offset), SEEK_SET) < 0)) {
            return ERROR_INVALID_PARAMETER;
        }
    }
    const ssize_t got = posix::retry([&] { return ::read(fd_, buffer.data(), buffer.size()); });
    if (got < 0) {
        return last_errno();
    }
    transferred = static_cast<DWORD>(got);
    if (got > 0 || type_ == FILE_TYPE_CHAR) {
        return ERROR_SUCCESS;
    }
    return has_position ? ERROR_HANDLE_EOF : ERROR_BROKEN_PIPE;
}

DWORD disk_file::write_all(std::span<const std::byte> data, DWORD& transferred) const {
    while (transferred < data.size()) {
        const auto rest = data.subspan(transferred);
        const ssize_t written =
            type_ == FILE_TYPE_PIPE
                ? posix::quiet_write(fd_, rest.data(), rest.size())
                : posix::retry([&] { return ::write(fd_, rest.data(), rest.size()); });
        if (written < 0) {
            return last_errno();
        }
        transferred += static_cast<DWORD>(written);
    }
    return ERROR_SUCCESS;
}

DWORD disk_file::write(std::span<const std::byte> data,
                       std::optional<std::uint64_t> offset,
                       DWORD& transferred) {
    if (type_ != FILE_TYPE_DISK) {
        return write_all(data, transferred);
    }
    constexpr std::uint64_t where_it_is = ~std::uint64_t{1}; // FILE_USE_FILE_POINTER_POSITION
    const std::lock_guard exclusive(position_);
    off_t from = ::lseek(fd_, 0, SEEK_CUR);
    if (how_.appends || offset == end_of_file) {
        from = ::lseek(fd_, 0, SEEK_END);
    } else if (offset && *offset != where_it_is) {
        if (*offset > largest_position) {
            return ERROR_INVALID_PARAMETER;
        }
        from = ::lseek(fd_, static_cast<off_t>(*offset), SEEK_SET);
    }
    if (from < 0) {
        return last_errno();
    }
    if (data.empty()) {
        return ERROR_SUCCESS;
    }
    if (static_cast<std::uint64_t>(from) > largest_position - data.size()) {
        return ERROR_INVALID_PARAMETER;
    }
    if (!posix::may_grow_to(from + static_cast<off_t>(data.size()))) {
        return ERROR_DISK_FULL;
    }
    return write_all(data, transferred);
}

DWORD disk_file::flush() {
    // What has nothing to be flushed (a pipe, a device) says EINVAL.
    return ::fsync(fd_) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS
               ? ERROR_SUCCESS
               : last_errno();
}

DWORD disk_file::move(std::int64_t distance, DWORD method, std::uint64_t& position) {
    if (type_ != FILE_TYPE_DISK) {
        return ERROR_INVALID_FUNCTION;
    }
    const std::lock_guard exclusive(position_);
    std::int64_t from = 0;
    if (method == FILE_CURRENT) {
        from = ::lseek(fd_, 0, SEEK_CUR);
    } else if (method == FILE_END) {
        std::uint64_t end = 0;
        if (const DWORD code = size(end); code != ERROR_SUCCESS) {
            return code;
        }
        from = static_cast<std::int64_t>(end);
    } else if (method != FILE_BEGIN) {
        return ERROR_INVALID_PARAMETER;
    }
    if (distance > std::numeric_limits<std::int64_t>::max() - from) {
        return ERROR_INVALID_PARAMETER;
    }
    if (from + distance < 0) {
        return ERROR_NEGATIVE_SEEK;
    }
    const off_t result = ::lseek(fd_, static_cast<off_t>(from + distance), SEEK_SET);
    if (result < 0) {
        return last_errno();
    }
    position = static_cast<std::uint64_t>(result);
    return ERROR_SUCCESS;
}

DWORD disk_file::cut_or_extend() {
    if (type_ != FILE_TYPE_DISK) {
        return ERROR_INVALID_FUNCTION;
    }
    const std::lock_guard exclusive(position_);
    const off_t end = ::lseek(fd_, 0, SEEK_CUR);
    struct ::stat status {};
    if (end < 0 || ::fstat(fd_, &status) != 0) {
        return last_errno();
    }
    if (end < status.st_size) {
        return cut_file(fd_, status, end);
    }
    return posix::extend(fd_, status.st_size, end) ? ERROR_SUCCESS : last_errno();
}

DWORD disk_file::size(std::uint64_t& size) const {
    struct ::stat status {};
    if (type_ != FILE_TYPE_DISK) {
        return ERROR_INVALID_FUNCTION;
    }
    if (::fstat(fd_, &status) != 0) {
        return last_errno();
    }
    size = static_cast<std::uint64_t>(status.st_size);
    return ERROR_SUCCESS;
}

} // namespace isthmus::winapi
