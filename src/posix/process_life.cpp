#include "process_life.hpp"

#include "capabilities.hpp"
#include "file_lock.hpp"
#include "mapping.hpp"
#include "object_file.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace isthmus::posix {

namespace {

/// What the kernel writes into a robust futex.
constexpr std::uint32_t futex_waiters = 0x80000000U;
constexpr std::uint32_t futex_owner_died = 0x40000000U;
constexpr std::uint32_t futex_owner = 0x3fffffffU;

/// The word that others look at is the first member of the mutex, in every ABI of Linux; the rest
/// of the mutex is its own process's affair.
struct alignas(128) life_word {
    union {
        std::atomic<std::uint32_t> word;
        pthread_mutex_t mutex;
    };
    alignas(64) std::atomic<std::uint32_t> generation;
};
static_assert(sizeof(life_word) == 128 && sizeof(pthread_mutex_t) <= 64 &&
              offsetof(life_word, word) == 0 && offsetof(life_word, generation) == 64);

constexpr std::uint32_t most_threads = 8192;
constexpr std::size_t file_size = content_offset + most_threads * sizeof(life_word);
constexpr std::uint32_t threads_per_page = 4096 / sizeof(life_word);

life_word* words_of(const mapping& file) noexcept {
    return reinterpret_cast<life_word*>(file.data() + content_offset);
}

// --- this process

struct own_process {
    pid_t process = 0;
    std::uint64_t id = 0;
    object_file file;
    mapping memory; ///< for ever: the threads' robust lists run through it
    std::vector<bool> used;
};

/// One lock for all that is below. Forking waits for it.
std::mutex mutex;
own_process* own = nullptr;

struct foreign_life {
    mapping memory;
    descriptor file; ///< where the lock has to be asked
};
std::map<std::uint64_t, std::shared_ptr<foreign_life>>& foreign() {
    static auto* const lives = new std::map<std::uint64_t, std::shared_ptr<foreign_life>>;
    return *lives;
}

void forget_in_child() {
    own = nullptr; // the parent's: its descriptor is gone, its words are not ours
    mutex.unlock();
}

void remove_own_file() {
    const std::lock_guard lock(mutex);
    if (own && own->process == ::getpid())
        own->file.close();
}

bool make_own() {
    auto made = std::make_unique<own_process>();
    made->process = ::getpid();
    made->id = make_id();
    object_header header;
    header.id = made->id;
    header.kind = life_kind;
    header.size = os.robust_futexes() ? 1 : 0;
    made->file = object_file::create(
        area::local, hidden_file("life", made->id), header,
        [](int fd, object_header&) { return os.ftruncate(fd, file_size) == 0; });
    if (!made->file)
        return false;
    // After the file's own guard: what is registered later is locked earlier by a fork.
    static const int registered =
        ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, forget_in_child) +
        std::atexit(remove_own_file);
    static_cast<void>(registered);
    const descriptor memory = made->file.reopen(O_RDWR);
    if (!memory)
        return false;
    made->memory = mapping::shared(memory.get(), 0, file_size, PROT_READ | PROT_WRITE);
    if (!made->memory)
        return false;
    own = made.release();
    return true;
}

/// Makes the word the calling thread's. False if its former thread is still ending.
bool claim_word(life_word& word) {
    if (!own->file.header().size) {
        word.word.store(1, std::memory_order_relaxed);
    } else {
        if (word.generation.load(std::memory_order_relaxed) == 0) {
            pthread_mutexattr_t attributes;
            ::pthread_mutexattr_init(&attributes);
            ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
            ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
            ::pthread_mutex_init(&word.mutex, &attributes);
            ::pthread_mutexattr_destroy(&attributes);
        }
        const int result = ::pthread_mutex_trylock(&word.mutex);
        if (result == EOWNERDEAD) {
            ::pthread_mutex_consistent(&word.mutex);
        } else if (result != 0) {
            return false;
        }
        // Nobody else writes here, so nobody else can say that there are sleepers.
        word.word.fetch_or(futex_waiters, std::memory_order_relaxed);
    }
    word.generation.fetch_add(1, std::memory_order_release);
    return true;
}

} // namespace

bool own_life(life_id& result) {
    const std::lock_guard lock(mutex);
    if (!own && !make_own())
        return false;
    for (std::uint32_t i = 0; i < most_threads; ++i) {
        if (i == own->used.size()) {
            // The page must be there before it is touched: a full file system is an error, no
            // fault.
            if (i % threads_per_page == 0 &&
                !allocate(own->file.fd(), content_offset + i * sizeof(life_word), 4096)) {
                return false;
            }
            own->used.push_back(false);
        }
        if (own->used[i] || !claim_word(words_of(own->memory)[i]))
            continue;
        own->used[i] = true;
        result = {.process = own->id,
                  .thread = i,
                  .generation = words_of(own->memory)[i].generation.load()};
        return true;
    }
    errno = EAGAIN;
    return false;
}

void end_life(const life_id& mine) noexcept {
    const std::lock_guard lock(mutex);
    if (!own || own->id != mine.process)
        return;
    auto& word = words_of(own->memory)[mine.thread];
    word.generation.fetch_add(1, std::memory_order_release);
    own->used[mine.thread] = false;
}

void forget_lives() noexcept {
    const std::lock_guard lock(mutex);
    foreign().clear();
}

namespace {

/// How many processes are remembered.
constexpr std::size_t most_known = 64;

/// Another process's life; null with errno, ENOENT if it is over and tidied up.
std::shared_ptr<foreign_life> find_foreign(std::uint64_t process) {
    const auto known = foreign().find(process);
    if (known != foreign().end())
        return known->second;
    descriptor file = object_file::look(area::local, hidden_file("life", process));
    struct ::stat status {};
    if (!file || os.fstat(file.get(), &status) != 0)
        return nullptr;
    if (status.st_size < static_cast<off_t>(file_size)) {
        errno = ENOENT; // its maker died while making it
        return nullptr;
    }
    // Most of them are dead by now, perhaps; who is alive and needed is soon found again.
    if (foreign().size() >= most_known)
        foreign().clear();
    auto life = std::make_shared<foreign_life>();
    life->memory = mapping::shared(file.get(), 0, file_size, PROT_READ);
    if (!life->memory)
        return nullptr;
    if (reinterpret_cast<const object_header*>(life->memory.data())->size == 0)
        life->file = std::move(file);
    foreign().emplace(process, life);
    return life;
}

enum class vital { alive, dead, unknown };

vital look_at(const life_id& who, std::shared_ptr<foreign_life>& life) {
    if (who.thread >= most_threads)
        return vital::dead;
    if (own && own->id == who.process) {
        const auto& word = words_of(own->memory)[who.thread];
        return word.generation.load(std::memory_order_acquire) == who.generation ? vital::alive
                                                                                 : vital::dead;
    }
    life = find_foreign(who.process);
    if (!life)
        return errno == ENOENT ? vital::dead : vital::unknown;
    const auto& word = words_of(life->memory)[who.thread];
    bool dead = word.generation.load(std::memory_order_acquire) != who.generation;
    if (!dead && life->file) {
        dead = test_unlocked(life->file.get());
    } else if (!dead) {
        const auto value = word.word.load(std::memory_order_acquire);
        dead = (value & futex_owner_died) != 0 || (value & futex_owner) == 0;
    }
    if (dead)
        foreign().erase(who.process); // it may have been its last thread
    return dead ? vital::dead : vital::alive;
}

} // namespace

bool is_alive(const life_id& who) noexcept {
    const int reason = errno;
    const std::lock_guard lock(mutex);
    std::shared_ptr<foreign_life> life;
    const bool alive = look_at(who, life) != vital::dead;
    errno = reason;
    return alive;
}

bool is_process_alive(std::uint64_t process) noexcept {
    if (is_own_process(process))
        return true;
    const int reason = errno;
    const descriptor file = object_file::look(area::local, hidden_file("life", process));
    const bool dead = file ? test_unlocked(file.get()) : errno == ENOENT;
    errno = reason;
    return !dead;
}

bool is_own_process(std::uint64_t process) noexcept {
    const std::lock_guard lock(mutex);
    return own && own->id == process;
}

life_watch watch_life(const life_id& who) noexcept {
    life_watch result;
    const int reason = errno;
    const std::lock_guard lock(mutex);
    std::shared_ptr<foreign_life> life;
    if (look_at(who, life) == vital::alive) {
        const mapping* memory = life ? &life->memory : &own->memory;
        const bool robust = reinterpret_cast<const object_header*>(memory->data())->size != 0;
        if (robust) {
            result.word = &words_of(*memory)[who.thread].word;
            result.value = result.word->load(std::memory_order_acquire);
            if (life)
                result.mapping = std::shared_ptr<const void>(life, memory->data());
        }
    }
    errno = reason;
    return result;
}

} // namespace isthmus::posix
