// The rows of the comparison with what Linux offers by itself. Other systems have no futex that
// processes share: there is nothing to compare with, and every part is empty.

#include "support/sync_rows.hpp"

#include <filesystem>
#include <string>

#if __has_include(<linux/futex.h>)

#    include <climits>

#    include <fcntl.h>
#    include <linux/futex.h>
#    include <pthread.h>
#    include <semaphore.h>
#    include <sys/mman.h>
#    include <sys/syscall.h>
#    include <unistd.h>

#    include <array>
#    include <atomic>
#    include <cerrno>
#    include <cstdint>
#    include <ctime>
#    include <memory>
#    include <stdexcept>
#    include <system_error>
#    include <utility>
#    include <vector>

namespace isthmus::bench {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void demand(int error, const char* what) {
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), what);
    }
}

// A file of the run's directory, mapped by both processes.
template <class Content>
class shared_memory {
public:
    shared_memory(sync_role role, const std::string& path) {
        const int flags = role == sync_role::leader ? O_CREAT | O_EXCL : 0;
        const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
        if (fd < 0 || (flags != 0 && ftruncate(fd, sizeof(Content)) != 0)) {
            fail("make shared memory");
        }
        void* const memory =
            mmap(nullptr, sizeof(Content), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        if (memory == MAP_FAILED) {
            fail("mmap");
        }
        content_.reset(static_cast<Content*>(memory));
    }
    Content* operator->() const { return content_.get(); }

private:
    struct unmap {
        void operator()(Content* content) const { munmap(content, sizeof(Content)); }
    };
    std::unique_ptr<Content, unmap> content_;
};

template <class Content, class Work>
sync_part part_of(shared_memory<Content> memory, Work work) {
    return [shared = std::make_shared<shared_memory<Content>>(std::move(memory)),
            work](std::uint64_t count) { work(*shared->operator->(), count); };
}

// An event of one word: 1 is set. The least that keeps its promise between processes; who sets it
// makes a system call only if somebody waits.
struct alignas(64) raw_event {
    std::atomic<std::uint32_t> word;
    std::atomic<std::uint32_t> waiters;

    bool take() { return word.exchange(0) != 0; }
    void set() {
        word.store(1);
        if (waiters.load() != 0) {
            syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
        }
    }
    void wait() {
        if (take()) {
            return;
        }
        waiters.fetch_add(1);
        while (!take()) {
            syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
        }
        waiters.fetch_sub(1);
    }
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

constexpr std::size_t most_events = 64;

// As the kernel has it (struct futex_waitv); older headers lack it.
struct wait_entry {
    std::uint64_t value = 0;
    std::uint64_t address = 0;
    std::uint32_t flags = 2; // 32-bit word, shared
    std::uint32_t reserved = 0;
};
constexpr long futex_waitv_number = 449; // on every architecture but Alpha

bool has_futex_waitv() {
    return syscall(futex_waitv_number, nullptr, 0, 0, nullptr, 0) < 0 && errno != ENOSYS;
}

struct ping_pong {
    std::array<raw_event, most_events> there;
    raw_event back;
};

// The one of the first `width` events that was set.
std::size_t wait_any_of(ping_pong& with, const std::vector<wait_entry>& entries) {
    for (;;) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (with.there[i].word.load() != 0 && with.there[i].take()) {
                return i;
            }
        }
        syscall(futex_waitv_number, entries.data(), entries.size(), 0, nullptr, CLOCK_MONOTONIC);
    }
}

sync_part ping_pong_part(std::size_t width, sync_role role, const std::string& address) {
    shared_memory<ping_pong> memory(role, address);
    if (role == sync_role::leader) {
        // Who waits for many does not count itself in every one of them.
        for (std::size_t i = 0; width > 1 && i < width; ++i) {
            memory->there[i].waiters.store(1);
        }
        return part_of(std::move(memory), [width](ping_pong& with, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                with.there[i % width].set();
                with.back.wait();
            }
        });
    }
    if (width == 1) {
        return part_of(std::move(memory), [](ping_pong& with, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                with.there[0].wait();
                with.back.set();
            }
        });
    }
    std::vector<wait_entry> entries(width);
    for (std::size_t i = 0; i < width; ++i) {
        entries[i].address = reinterpret_cast<std::uintptr_t>(&memory->there[i].word);
    }
    return part_of(std::move(memory), [entries](ping_pong& with, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            if (wait_any_of(with, entries) != i % entries.size()) {
                throw std::runtime_error("futex_waitv gave another word than the one set");
            }
            with.back.set();
        }
    });
}

sync_part mutex_part(const std::string& address) {
    shared_memory<pthread_mutex_t> memory(sync_role::leader, address);
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    demand(pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED), "process-shared mutex");
    demand(pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST), "robust mutex");
    demand(pthread_mutex_init(memory.operator->(), &kind), "pthread_mutex_init");
    pthread_mutexattr_destroy(&kind);
    return part_of(std::move(memory), [](pthread_mutex_t& lock, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            demand(pthread_mutex_lock(&lock), "pthread_mutex_lock");
            demand(pthread_mutex_unlock(&lock), "pthread_mutex_unlock");
        }
    });
}

sync_part semaphore_part(const std::string& address) {
    shared_memory<sem_t> memory(sync_role::leader, address);
    if (sem_init(memory.operator->(), 1, 0) != 0) {
        fail("sem_init");
    }
    return part_of(std::move(memory), [](sem_t& slots, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            sem_post(&slots);
            sem_wait(&slots);
        }
    });
}

sync_part region_part(std::size_t size, const std::string& address) {
    const std::filesystem::path path(address);
    const std::string name =
        "/" + path.parent_path().filename().string() + "-" + path.filename().string();
    return [name, size](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const int fd = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
            if (fd < 0) {
                fail("shm_open");
            }
            demand(posix_fallocate(fd, 0, static_cast<off_t>(size)), "posix_fallocate");
            void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (memory == MAP_FAILED) {
                fail("mmap");
            }
            munmap(memory, size);
            close(fd);
            shm_unlink(name.c_str());
        }
    };
}

} // namespace

sync_part raw_part(const sync_row& row, sync_role role, const std::string& address) {
    switch (row.what) {
    case sync_row::kind::mutex:
        return mutex_part(address);
    case sync_row::kind::idle_event:
        return part_of(shared_memory<raw_event>(role, address),
                       [](raw_event& signal, std::uint64_t count) {
                           for (std::uint64_t i = 0; i < count; ++i) {
                               signal.set();
                               signal.wait();
                           }
                       });
    case sync_row::kind::idle_semaphore:
        return semaphore_part(address);
    case sync_row::kind::event:
        return ping_pong_part(1, role, address);
    case sync_row::kind::wait_any:
        return has_futex_waitv() ? ping_pong_part(row.size, role, address) : sync_part{};
    case sync_row::kind::region:
        break;
    }
    return region_part(row.size, address);
}

} // namespace isthmus::bench

#else

namespace isthmus::bench {

sync_part raw_part(const sync_row&, sync_role, const std::string&) {
    return {};
}

} // namespace isthmus::bench

#endif
