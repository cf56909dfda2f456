#include "share_modes.hpp"

#include "immortal.hpp"

#include <isthmus/winapi/winerror.h>
#include <isthmus/winapi/winnt.h>

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

namespace isthmus::winapi {

struct share_entry {
    dev_t device;
    ino_t inode;
    DWORD uses;   ///< FILE_SHARE_* that it needs of the others
    DWORD shares; ///< FILE_SHARE_* that it allows
    int fd;
};

namespace {

struct open_files {
    std::mutex mutex;
    std::vector<const share_entry*> entries;
};

open_files& all_open_files() noexcept {
    return detail::immortal<open_files>();
}

DWORD uses_of(ACCESS_MASK rights) noexcept {
    DWORD uses = (rights & (FILE_READ_DATA | FILE_EXECUTE)) != 0 ? FILE_SHARE_READ : 0;
    uses |= (rights & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0 ? FILE_SHARE_WRITE : 0;
    uses |= (rights & DELETE) != 0 ? FILE_SHARE_DELETE : 0;
    return uses;
}

bool is_of(const share_entry& entry, const struct ::stat& file) noexcept {
    return entry.device == file.st_dev && entry.inode == file.st_ino;
}

} // namespace

file_sharing::file_sharing() noexcept = default;
file_sharing::file_sharing(file_sharing&&) noexcept = default;
file_sharing& file_sharing::operator=(file_sharing&& other) noexcept {
    if (this != &other) {
        end();
        entry_ = std::move(other.entry_);
    }
    return *this;
}
file_sharing::~file_sharing() {
    end();
}

DWORD file_sharing::begin(
    int fd, const struct ::stat& file, ACCESS_MASK rights, DWORD mode, file_sharing& sharing) {
    const DWORD uses = uses_of(rights);
    if (uses == 0) {
        return ERROR_SUCCESS; // who asks for the attributes alone disturbs nobody
    }
    auto entry = std::make_unique<share_entry>(share_entry{
        .device = file.st_dev, .inode = file.st_ino, .uses = uses, .shares = mode, .fd = fd});
    auto& open = all_open_files();
    const std::lock_guard lock(open.mutex);
    for (const auto* const each : open.entries) {
        const bool agree = (uses & ~each->shares) == 0 && (each->uses & ~mode) == 0;
        if (is_of(*each, file) && !agree) {
            return ERROR_SHARING_VIOLATION;
        }
    }
    // (A file system without such locks leaves it at that.)
    if (::flock(fd, (mode == 0 ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return ERROR_SHARING_VIOLATION;
    }
    open.entries.push_back(entry.get());
    sharing.end();
    sharing.entry_ = std::move(entry);
    return ERROR_SUCCESS;
}

void file_sharing::end() noexcept {
    if (!entry_) {
        return;
    }
    auto& open = all_open_files();
    const std::lock_guard lock(open.mutex);
    std::erase(open.entries, entry_.get());
    // A view of the file, or a forked child, would keep it.
    ::flock(entry_->fd, LOCK_UN);
    entry_.reset();
}

bool may_be_deleted(const struct ::stat& file) noexcept {
    auto& open = all_open_files();
    const std::lock_guard lock(open.mutex);
    return std::all_of(open.entries.begin(), open.entries.end(), [&](const share_entry* each) {
        return !is_of(*each, file) || (each->shares & FILE_SHARE_DELETE) != 0;
    });
}

} // namespace isthmus::winapi
