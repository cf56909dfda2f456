#include "object_directory.hpp"

#include "syscalls.hpp"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <utility>

namespace isthmus::posix {

namespace {

directory_pointer make_own(area where, std::string base) {
    descriptor fd = open_own_directory(where, base);
    if (!fd)
        return nullptr;
    return std::make_shared<const object_directory>(object_directory{.fd = std::move(fd),
                                                                     .base = std::move(base),
                                                                     .user = ::geteuid(),
                                                                     .where = where,
                                                                     .own = true});
}

class directory_cache {
public:
    directory_pointer get(area where) {
        const std::lock_guard lock(mutex_);
        return find(where).directory;
    }

    bool is_new(area where) {
        const std::lock_guard lock(mutex_);
        return std::exchange(find(where).unvisited, false);
    }

    std::mutex& mutex() noexcept { return mutex_; }

    void forget(const directory_pointer& former) {
        const std::lock_guard lock(mutex_);
        for (auto& each : entries_) {
            if (each.directory == former)
                each = {};
        }
    }

private:
    struct entry {
        directory_pointer directory{};
        std::string chosen{}; ///< ISTHMUS_RUNTIME_DIR
        bool unvisited = false;
    };

    /// Without a directory, and with errno, if it cannot be had.
    entry& find(area where) {
        auto& known = entries_[static_cast<std::size_t>(where)];
        const char* const variable = std::getenv("ISTHMUS_RUNTIME_DIR");
        const std::string_view chosen = variable ? variable : "";
        if (known.directory && known.chosen == chosen && known.directory->user == ::geteuid())
            return known;
        known = {};
        if (auto made = make_own(where, runtime_base())) {
            known = {
                .directory = std::move(made), .chosen = std::string(chosen), .unvisited = true};
        }
        return known;
    }

    std::mutex mutex_;
    std::array<entry, 4> entries_; ///< by area
};

directory_cache& directories() {
    static auto* const cache = new directory_cache; // for static objects' destructors as well
    return *cache;
}

} // namespace

directory_pointer own_directory(area where) {
    return directories().get(where);
}

directory_pointer own_directory(area where, const std::string& base) {
    return base == runtime_base() ? directories().get(where) : make_own(where, base);
}

directory_pointer renewed(const directory_pointer& former) {
    struct ::stat status {};
    if (os.fstat(former->fd.get(), &status) != 0)
        return nullptr;
    if (status.st_nlink > 0)
        return former;
    directories().forget(former);
    return own_directory(former->where, former->base);
}

directory_pointer directory_of(uid_t user, area where, const std::string& base) {
    descriptor fd = open_directory_of(user, where, base);
    if (!fd)
        return nullptr;
    return std::make_shared<const object_directory>(object_directory{.fd = std::move(fd),
                                                                     .base = base,
                                                                     .user = user,
                                                                     .where = where,
                                                                     .own = user == ::geteuid()});
}

void ready_directories_for_forks() noexcept {
    static const int registered = ::pthread_atfork([] { directories().mutex().lock(); },
                                                   [] { directories().mutex().unlock(); },
                                                   [] { directories().mutex().unlock(); });
    static_cast<void>(registered);
}

bool is_first_visit(area where) {
    return directories().is_new(where);
}

} // namespace isthmus::posix
