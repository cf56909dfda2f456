#include "capabilities.hpp"
#include "logging.hpp"
#include "sync_table.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <string>
#include <utility>

/// \file
/// Finding and making tables: a file for each, which lives as long as its users.

namespace isthmus::posix {

namespace {

constexpr std::size_t layout_size = sizeof(table_layout);
constexpr std::size_t file_size = content_offset + layout_size;

struct table_file {
    area where = area::local;
    std::string name;
    mode_t mode = 0600;
};

/// Among the user's own files, or where its objects for others are.
table_file file_of(const object_domain& domain) {
    const std::string prefix(table_prefix);
    switch (domain.who) {
    case access::owner:
        return {.where = area::local, .name = prefix, .mode = 0600};
    case access::group:
        return {.where = area::global,
                .name = prefix + '-' + std::to_string(domain.group),
                .mode = 0660};
    case access::everyone:
        break;
    }
    return {.where = area::global, .name = prefix + "-everyone", .mode = 0666};
}

/// Gives memory to what every table needs.
bool prepare(int fd, const object_domain& domain) {
    const bool in_parts = domain.who == access::owner || capability::harmless_allocation;
    return os.ftruncate(fd, static_cast<off_t>(file_size)) == 0 &&
           allocate(fd, content_offset, in_parts ? offsetof(table_layout, slots) : layout_size);
}

/// The tables of this process. They belong to directories, which tests and children of a fork
/// change.
struct attached_tables {
    std::mutex mutex;
    std::map<std::string, std::weak_ptr<sync_table>> all;
};

attached_tables& attached() {
    static auto* const only = new attached_tables;
    return *only;
}

/// A forked child is somebody else, also to the objects that its parent had open.
void begin_child() {
    attached().mutex.unlock();
    forget_thread();
}

std::string key_of(const object_domain& domain) {
    const auto file = file_of(domain);
    return domain.base + '/' + std::to_string(domain.user) + '/' + file.name + ' ' +
           std::to_string(process_stamp()) + ' ' + std::to_string(::geteuid());
}

object_file open_table(const object_domain& domain, bool create) {
    const auto file = file_of(domain);
    if (domain.user != ::geteuid()) {
        const auto directory = directory_of(domain.user, file.where, domain.base);
        return directory ? object_file::look(directory, file.name) : object_file();
    }
    object_header header;
    header.kind = table_kind;
    header.id = make_id();
    header.size = layout_size;
    bool created = false;
    const auto directory = own_directory(file.where, domain.base);
    return create ? object_file::open_or_create(
                        directory, file.name, header, {.mode = file.mode},
                        [&](int fd, object_header&) { return prepare(fd, domain); }, created)
                  : object_file::open(directory, file.name);
}

/// Of another user's file everything could be wrong.
bool is_table(const object_file& file, const descriptor& memory, const object_domain& domain) {
    struct ::stat status {};
    if (os.fstat(memory.get(), &status) != 0)
        return false;
    if (file.header().kind == table_kind && file.header().size == layout_size &&
        file.domain() == domain && status.st_size >= static_cast<off_t>(file_size)) {
        return true;
    }
    detail::log(spdlog::level::err,
                "the table of user {} is not one, or of another version of this library",
                domain.user);
    errno = EPROTO;
    return false;
}

} // namespace

bool sync_table::ready_to_attach() noexcept {
    static const int registered = [] {
        ready_for_forks();
        return ::pthread_atfork([] { attached().mutex.lock(); }, [] { attached().mutex.unlock(); },
                                begin_child);
    }();
    return registered == 0;
}

const bool sync_table::ready_at_start = ready_to_attach(); // as in fork_guard.cpp

std::shared_ptr<sync_table> sync_table::find(const object_domain& domain, bool create) {
    ready_to_attach();
    std::string key = key_of(domain);
    const std::lock_guard lock(attached().mutex);
    auto& all = attached().all;
    if (const auto known = all.find(key); known != all.end()) {
        if (auto table = known->second.lock())
            return table;
    }
    object_file file = open_table(domain, create);
    const descriptor memory = file ? file.reopen(O_RDWR) : descriptor();
    if (!memory || !is_table(file, memory, domain))
        return nullptr;
    auto mapped =
        mapping::shared(memory.get(), content_offset, layout_size, PROT_READ | PROT_WRITE);
    if (!mapped)
        return nullptr;
    auto table = std::make_shared<sync_table>(std::move(file), std::move(mapped), std::string(key));
    std::erase_if(all, [](const auto& entry) { return entry.second.expired(); });
    all.emplace(std::move(key), table);
    remember(table);
    return table;
}

std::shared_ptr<sync_table> sync_table::attach(const object_domain& domain) {
    if (domain.user == ::geteuid())
        reap_dead_objects(file_of(domain).where);
    return find(domain, true);
}

std::shared_ptr<sync_table> sync_table::attach_existing(const object_domain& domain) {
    return find(domain, false);
}

std::unique_lock<std::mutex> exclude_attaching() {
    return std::unique_lock(attached().mutex);
}

bool is_attached(const std::string& key) {
    const auto known = attached().all.find(key);
    return known != attached().all.end() && !known->second.expired();
}

} // namespace isthmus::posix
