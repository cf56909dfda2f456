#include "process_life.hpp"

#include "capabilities.hpp"
#include "file_lock.hpp"
#include "fork_guard.hpp"
#include "mapping.hpp"
#include "object_file.hpp"
#include "object_seen.hpp"
#include "runtime_directory.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <tuple>
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
    life_place place;
    std::uint64_t id = 0;
    object_file file;
    mapping memory; ///< for ever: the threads' robust lists run through it
    std::vector<bool> used;
};

/// One lock for all that is below. Forking waits for it.
std::mutex mutex;

/// Never destroyed: threads end later.
std::vector<own_process*>& all_own() {
    static auto* const all = new std::vector<own_process*>;
    return *all;
}

own_process* find_own(std::uint64_t id) noexcept {
    const auto& all = all_own();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto* each) { return each->id == id; });
    return found == all.end() ? nullptr : *found;
}

own_process* find_own(const life_place& place) noexcept {
    const auto& all = all_own();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto* each) { return each->place == place; });
    return found == all.end() ? nullptr : *found;
}

/// The runtime directories that this process has come to, by their numbers.
std::vector<std::string>& bases() {
    static auto* const all = new std::vector<std::string>;
    return *all;
}

/// Another process's life, or that of a thread of this one's parent.
struct foreign_life {
    mapping memory;  ///< of a file of this user's
    descriptor file; ///< where the lock has to be asked, or the words of another user's
    bool robust = false;
};
using life_key = std::tuple<std::uint32_t, uid_t, bool, std::uint64_t>;
life_key key_of(const life_id& who) noexcept {
    return {who.place.base, who.place.user, who.place.hidden, who.process};
}
std::map<life_key, std::shared_ptr<foreign_life>>& foreign() {
    static auto* const lives = new std::map<life_key, std::shared_ptr<foreign_life>>;
    return *lives;
}

/// The one of them that was looked at last: who signals looks at whom it wakes, and that is often
/// the same one. Null, or in foreign().
struct {
    life_id who; ///< of any of its threads
    const foreign_life* life = nullptr;
} last_foreign;

void forget_foreign() noexcept {
    last_foreign.life = nullptr;
    foreign().clear();
}

void forget_in_child() {
    all_own().clear(); // the parent's: their descriptors are gone, their words are not ours
    mutex.unlock();
}

void remove_own_files() {
    const std::lock_guard lock(mutex);
    for (auto* const each : all_own())
        each->file.close();
}

own_process* make_own(const life_place& place) {
    auto made = std::make_unique<own_process>();
    made->place = place;
    made->id = make_id();
    object_header header;
    header.id = made->id;
    header.kind = life_kind;
    header.size = os.robust_futexes() ? 1 : 0;
    made->file = object_file::create(
        own_directory(place.hidden ? area::local : area::global, bases()[place.base]),
        hidden_file("life", made->id), header, {.mode = place.hidden ? 0600U : 0644U, .sole = true},
        [](int fd, object_header&) { return os.ftruncate(fd, file_size) == 0; });
    if (!made->file)
        return nullptr;
    static const int registered = std::atexit(remove_own_files);
    static_cast<void>(registered);
    const descriptor memory = made->file.reopen(O_RDWR);
    if (!memory)
        return nullptr;
    made->memory = mapping::shared(memory.get(), 0, file_size, PROT_READ | PROT_WRITE);
    if (!made->memory)
        return nullptr;
    all_own().push_back(made.get());
    return made.release();
}

/// Makes the word the calling thread's. False if its former thread is still ending.
bool claim_word(const own_process& own, life_word& word) {
    if (!own.file.header().size) {
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

void ready_lives_for_forks() noexcept {
    static const int registered = [] {
        { const fork_delay guards_first; } // over before this: some systems register under a lock
        ready_directories_for_forks();
        return ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, forget_in_child);
    }();
    static_cast<void>(registered);
}

namespace {

[[maybe_unused]] const bool ready_at_start =
    (ready_lives_for_forks(), true); // as in fork_guard.cpp

} // namespace

life_place place_of_lives(const std::string& base, bool for_others) {
    ready_lives_for_forks();
    const std::lock_guard lock(mutex);
    auto& all = bases();
    auto found = std::find(all.begin(), all.end(), base);
    if (found == all.end())
        found = all.insert(all.end(), base);
    return {.base = static_cast<std::uint32_t>(found - all.begin()),
            .user = ::geteuid(),
            .hidden = !for_others};
}

bool own_life(const life_place& place, life_id& result) {
    const std::lock_guard lock(mutex);
    own_process* own = find_own(place);
    if (!own)
        own = make_own(place);
    if (!own)
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
        auto& word = words_of(own->memory)[i];
        if (own->used[i] || !claim_word(*own, word))
            continue;
        own->used[i] = true;
        result = {
            .process = own->id, .thread = i, .generation = word.generation.load(), .place = place};
        return true;
    }
    errno = EAGAIN;
    return false;
}

std::uint64_t own_process_life(const life_place& place) {
    const std::lock_guard lock(mutex);
    const own_process* own = find_own(place);
    if (!own)
        own = make_own(place);
    return own ? own->id : 0;
}

void end_life(const life_id& mine) noexcept {
    const std::lock_guard lock(mutex);
    own_process* const own = find_own(mine.process);
    if (!own)
        return;
    words_of(own->memory)[mine.thread].generation.fetch_add(1, std::memory_order_release);
    own->used[mine.thread] = false;
}

// --- others

void forget_lives() noexcept {
    const std::lock_guard lock(mutex);
    forget_foreign();
}

namespace {

/// How many processes are remembered.
constexpr std::size_t most_known = 64;

/// The life file of a process, or empty with errno: ENOENT if it is over and tidied up, or never
/// was a life file.
descriptor open_life(const life_place& place, std::uint64_t process, bool& own_user) noexcept {
    const std::string& base = bases()[place.base];
    const area where = place.hidden ? area::local : area::global;
    own_user = place.user == ::geteuid();
    const auto directory =
        own_user ? own_directory(where, base) : directory_of(place.user, where, base);
    if (!directory) {
        if (errno == EPERM && !own_user) // not trusted, as it was when the life began
            errno = ENOENT;
        return {};
    }
    constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    descriptor file(retry([&] {
        return os.openat(directory->fd.get(), hidden_file("life", process).c_str(), flags, 0);
    }));
    struct ::stat status {};
    if (!file || os.fstat(file.get(), &status) != 0)
        return {};
    if (!is_plain_file_of(*directory, status) || status.st_size < static_cast<off_t>(file_size)) {
        errno = ENOENT; // its maker died while making it
        return {};
    }
    return file;
}

bool is_unlocked(const descriptor& file) noexcept {
    return test_lock(file.get()) == lock_state::free;
}

/// Null with errno.
std::shared_ptr<foreign_life> find_foreign(const life_id& who) {
    const life_key key = key_of(who);
    const auto known = foreign().find(key);
    if (known != foreign().end())
        return known->second;
    bool own_user = false;
    descriptor file = open_life(who.place, who.process, own_user);
    object_header header;
    if (!file)
        return nullptr;
    if (!read_header(file.get(), header)) {
        if (errno == EAGAIN || errno == EPROTO)
            errno = ENOENT;
        return nullptr;
    }
    // Most of them are dead by now, perhaps; who is alive and needed is soon found again.
    if (foreign().size() >= most_known)
        forget_foreign();
    auto life = std::make_shared<foreign_life>();
    life->robust = header.size != 0;
    if (own_user) {
        life->memory = mapping::shared(file.get(), 0, file_size, PROT_READ);
        if (!life->memory)
            return nullptr;
    }
    if (!own_user || !life->robust)
        life->file = std::move(file);
    foreign().emplace(key, life);
    return life;
}

struct life_state {
    std::uint32_t word = 0;
    std::uint32_t generation = 0;
};

/// What a word says now; a file that has become shorter says that all is over.
life_state read_life(const foreign_life& life, std::uint32_t thread) noexcept {
    if (life.memory) {
        const auto& word = words_of(life.memory)[thread];
        const auto generation = word.generation.load(std::memory_order_acquire);
        return {.word = word.word.load(std::memory_order_acquire), .generation = generation};
    }
    std::array<std::byte, sizeof(life_word)> copy{};
    const auto offset = static_cast<off_t>(content_offset + thread * sizeof(life_word));
    if (retry([&] { return os.pread(life.file.get(), copy.data(), copy.size(), offset); }) < 0)
        return {};
    life_state result;
    std::memcpy(&result.word, copy.data() + offsetof(life_word, word), sizeof result.word);
    std::memcpy(&result.generation, copy.data() + offsetof(life_word, generation),
                sizeof result.generation);
    return result;
}

bool is_over(const foreign_life& life, const life_id& who) noexcept {
    const auto state = read_life(life, who.thread);
    if (state.generation != who.generation)
        return true;
    if (!life.robust)
        return is_unlocked(life.file);
    return (state.word & futex_owner_died) != 0 || (state.word & futex_owner) == 0;
}

enum class vital { alive, dead, unknown };

vital look_at(const life_id& who, std::shared_ptr<foreign_life>& life) {
    if (who.thread >= most_threads)
        return vital::dead;
    if (const own_process* const own = find_own(who.process)) {
        const auto& word = words_of(own->memory)[who.thread];
        return word.generation.load(std::memory_order_acquire) == who.generation ? vital::alive
                                                                                 : vital::dead;
    }
    life = find_foreign(who);
    if (!life)
        return errno == ENOENT ? vital::dead : vital::unknown;
    if (!is_over(*life, who))
        return vital::alive;
    last_foreign.life = nullptr;
    foreign().erase(key_of(who)); // it may have been its last thread
    return vital::dead;
}

/// Whether it is sure at a glance: it belongs to the process that was looked at last.
bool is_alive_at_a_glance(const life_id& who) noexcept {
    return last_foreign.life && last_foreign.who.process == who.process &&
           last_foreign.who.place == who.place && who.thread < most_threads &&
           !is_over(*last_foreign.life, who);
}

} // namespace

bool is_alive(const life_id& who) noexcept {
    const int reason = errno;
    const std::lock_guard lock(mutex);
    std::shared_ptr<foreign_life> life;
    const bool alive = is_alive_at_a_glance(who) || look_at(who, life) != vital::dead;
    if (alive && life)
        last_foreign = {.who = who, .life = life.get()};
    errno = reason;
    return alive;
}

bool is_process_alive(std::uint64_t process, std::uint32_t base) noexcept {
    const int reason = errno;
    const std::lock_guard lock(mutex);
    std::vector<life_place> places{{.base = base, .user = ::geteuid(), .hidden = true},
                                   {.base = base, .user = ::geteuid(), .hidden = false}};
    const auto users = other_users(bases()[base]);
    for (const uid_t user : users.value_or(std::vector<uid_t>()))
        places.push_back({.base = base, .user = user, .hidden = false});
    const bool alive = find_own(process) != nullptr || !users ||
                       std::any_of(places.begin(), places.end(), [&](const life_place& place) {
                           bool own_user = false;
                           const descriptor file = open_life(place, process, own_user);
                           return file ? !is_unlocked(file) : errno != ENOENT;
                       });
    errno = reason;
    return alive;
}

bool is_own_process(std::uint64_t process) noexcept {
    const std::lock_guard lock(mutex);
    return find_own(process) != nullptr;
}

life_watch watch_life(const life_id& who) noexcept {
    life_watch result;
    const int reason = errno;
    const std::lock_guard lock(mutex);
    std::shared_ptr<foreign_life> life;
    if (look_at(who, life) == vital::alive) {
        const mapping* memory = nullptr;
        if (life) {
            memory = life->robust ? &life->memory : nullptr;
        } else if (const own_process* const own = find_own(who.process)) {
            memory = own->file.header().size != 0 ? &own->memory : nullptr;
        }
        if (memory && *memory) {
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
