#include "mapped_file.hpp"

#include "immortal.hpp"
#include "last_error.hpp"
#include "posix/file_growth.hpp"

#include <cerrno>
#include <map>
#include <mutex>
#include <utility>

namespace isthmus::winapi {

namespace {

using file_id = std::pair<dev_t, ino_t>;

struct mapped_files {
    std::mutex mutex;
    std::map<file_id, unsigned> holders;
};

mapped_files& all() noexcept {
    return detail::immortal<mapped_files>();
}

class holder {
public:
    explicit holder(file_id file) : file_(std::move(file)) {
        const std::lock_guard lock(all().mutex);
        ++all().holders[file_];
    }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    ~holder() {
        const std::lock_guard lock(all().mutex);
        const auto found = all().holders.find(file_);
        if (--found->second == 0) {
            all().holders.erase(found);
        }
    }

private:
    const file_id file_;
};

} // namespace

std::shared_ptr<const void> hold_mapped_file(const struct ::stat& file) {
    return std::make_shared<const holder>(file_id(file.st_dev, file.st_ino));
}

DWORD cut_file(int fd, const struct ::stat& file, off_t size) noexcept {
    const std::lock_guard lock(all().mutex);
    if (all().holders.contains(file_id(file.st_dev, file.st_ino))) {
        return ERROR_USER_MAPPED_FILE;
    }
    return posix::truncate_file(fd, size) == 0 ? ERROR_SUCCESS : win32_code_of_errno(errno);
}

} // namespace isthmus::winapi
