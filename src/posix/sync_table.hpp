#pragma once

#include "mapping.hpp"
#include "object_file.hpp"
#include "process_life.hpp"

#include <isthmus/wait.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

/// \file
/// The table that the synchronization objects of one user share: a slot for each object, a record
/// for each thread that waits or owns. docs/synchronization.md explains the protocol,
/// tests/model/sync.pml is its model, name for name.
///
/// The layout is the same for 32-bit and 64-bit processes. Everything in it can be written by the
/// user's other processes: what is read is checked before it is used as an index.

namespace isthmus::posix {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// A record by its index and generation, as a mutex's state names its owner.
using identity = std::uint64_t;

/// One object. While nobody attends to it, its state changes by compare-and-swap, by whoever has it
/// open. Who wants to wait first sets `attended`: from then on only the holder of the table's lock
/// changes the state, and clears `attended` again when nobody waits any longer.
struct alignas(64) object_slot {
    static constexpr std::uint64_t attended = 1;
    static constexpr std::uint64_t signaled = 2;                  ///< an event
    static constexpr std::uint64_t abandoned = 2;                 ///< a mutex without owner
    static constexpr std::uint64_t one = std::uint64_t{1} << 32U; ///< of a semaphore's count
    static constexpr std::uint64_t owner = ~std::uint64_t{0xff};  ///< of a mutex: an identity

    std::atomic<std::uint64_t> state;
    std::atomic<std::uint64_t> id;        ///< of its file; 0: free
    std::atomic<std::uint32_t> recursion; ///< of a mutex: written by its owner only
    std::uint32_t kind;
    std::uint32_t manual_reset;
    std::uint32_t maximum;
};
static_assert(sizeof(object_slot) == 64 && offsetof(object_slot, id) == 8 &&
              offsetof(object_slot, recursion) == 16 && offsetof(object_slot, kind) == 20 &&
              offsetof(object_slot, manual_reset) == 24 && offsetof(object_slot, maximum) == 28);

enum class waiting_for : std::uint16_t {
    nothing,
    any,
    all,
    /// All, and for objects of other tables as well: it is told to look again when those of this
    /// table are ready, and takes by itself.
    part_of_all,
};

/// One thread that waits, or owns a mutex. Only its thread and the holder of the table's lock write
/// to it.
struct alignas(64) thread_record {
    // What the thread sleeps on.
    static constexpr std::uint32_t asleep = 0;
    static constexpr std::uint32_t look_again = 1;
    static constexpr std::uint32_t granted = 0x80000000U; ///< plus index and abandonment
    static constexpr std::uint32_t granted_abandoned = 0x100U;

    std::atomic<std::uint32_t> wake;
    std::atomic<waiting_for> waiting;
    std::uint16_t count;                ///< how many objects
    std::atomic<std::uint64_t> filter;  ///< a bit for each object, by its slot modulo 64
    std::uint64_t ticket;               ///< the order of arrival
    std::int64_t since;                 ///< when it began to wait: nanoseconds, monotonic clock
    std::atomic<std::uint64_t> process; ///< whose life file; 0: the record is free
    std::atomic<std::uint32_t> thread;
    std::atomic<std::uint32_t> life_generation;
    std::atomic<std::uint32_t> generation; ///< another one with each claim
    std::atomic<std::uint32_t> home;       ///< where the life file is: of a life_place
    std::atomic<std::uint64_t> claimant;   ///< the process of who is claiming the record, or 0
    std::array<std::uint32_t, max_wait_objects> objects; ///< slots
};
static_assert(sizeof(thread_record) == 320 && offsetof(thread_record, waiting) == 4 &&
              offsetof(thread_record, count) == 6 && offsetof(thread_record, filter) == 8 &&
              offsetof(thread_record, ticket) == 16 && offsetof(thread_record, since) == 24 &&
              offsetof(thread_record, process) == 32 && offsetof(thread_record, thread) == 40 &&
              offsetof(thread_record, life_generation) == 44 &&
              offsetof(thread_record, generation) == 48 && offsetof(thread_record, home) == 52 &&
              offsetof(thread_record, claimant) == 56 && offsetof(thread_record, objects) == 64);

/// What is about to be granted to a waiter: written before the first change, so that whoever finds
/// the table locked by a dead thread can complete it. All values are absolute: twice is once.
struct grant_journal {
    struct entry {
        std::uint32_t slot;
        std::uint32_t recursion;
        std::uint64_t state;
    };
    std::atomic<std::uint32_t> count; ///< 0: nothing is under way
    std::uint32_t record;
    std::uint32_t wake;
    std::uint32_t reserved;
    std::array<entry, max_wait_objects> entries;
};
static_assert(sizeof(grant_journal::entry) == 16 &&
              offsetof(grant_journal::entry, recursion) == 4 &&
              offsetof(grant_journal::entry, state) == 8);
static_assert(sizeof(grant_journal) == 16 + max_wait_objects * 16 &&
              offsetof(grant_journal, record) == 4 && offsetof(grant_journal, wake) == 8 &&
              offsetof(grant_journal, entries) == 16);

struct table_layout {
    static constexpr std::uint32_t most_slots = 65536;
    static constexpr std::uint32_t most_records = 16384;

    alignas(64) std::atomic<std::uint32_t> lock;       ///< 0, or its holder: see table_lock
    alignas(64) std::atomic<std::uint32_t> slots_used; ///< all further ones have no memory yet
    std::atomic<std::uint32_t> records_used;
    std::uint32_t next_slot;              ///< where the search for a free one begins
    alignas(8) std::uint64_t next_ticket; ///< which some 32-bit systems would place elsewhere
    alignas(64) grant_journal journal;
    /// A bit for each record that may be waiting.
    alignas(64) std::array<std::atomic<std::uint64_t>, most_records / 64> waiters;
    alignas(64) std::array<object_slot, most_slots> slots;
    alignas(64) std::array<thread_record, most_records> records;
};
static_assert(offsetof(table_layout, lock) == 0 && offsetof(table_layout, slots_used) == 64 &&
              offsetof(table_layout, records_used) == 68 &&
              offsetof(table_layout, next_slot) == 72 &&
              offsetof(table_layout, next_ticket) == 80 && offsetof(table_layout, journal) == 128 &&
              offsetof(table_layout, waiters) == 1216 && offsetof(table_layout, slots) == 3264 &&
              offsetof(table_layout, records) == 3264 + 65536 * 64 &&
              sizeof(table_layout) == 3264 + 65536 * 64 + 16384 * 320);

/// What a thread remembers of the table that it used last, and of a few others: at the place of
/// their serial.
struct thread_memory {
    std::uint64_t table = 0;
    identity me = 0;
};
inline constinit thread_local thread_memory known_thread;
inline constinit thread_local std::array<thread_memory, 4> known_threads{};
inline void forget_thread() noexcept {
    known_thread = {};
    known_threads = {};
}

/// A table, mapped while this process holds objects of it. There is one for each object_domain: a
/// user's own, one for each group that its objects are open to, and one for everyone. So who may
/// write to a table may open all objects in it.
class sync_table {
public:
    /// The table in use; a new one if there is none and it is the calling user's. Null with errno,
    /// ENOENT if there is none.
    static std::shared_ptr<sync_table> attach(const object_domain& domain);
    /// The table in use, if there is one.
    static std::shared_ptr<sync_table> attach_existing(const object_domain& domain);

    /// A thread owns the mutex `id` also when its process has closed the last handle: then the
    /// table stays, until the process ends, if others still hold the mutex.
    static void keep_for_owner(const std::shared_ptr<sync_table>& table,
                               std::uint32_t index,
                               std::uint64_t id);

    /// `key`: by which attach() knows it.
    sync_table(object_file&& file, mapping&& memory, std::string&& key) noexcept;
    sync_table(const sync_table&) = delete;
    sync_table& operator=(const sync_table&) = delete;
    ~sync_table();

    const object_file& file() const noexcept { return file_; }
    const object_domain& domain() const noexcept { return file_.domain(); }
    table_layout& layout() const noexcept { return layout_; }
    object_slot& slot(std::uint32_t index) const noexcept { return layout_.slots[index]; }
    thread_record& record(std::uint32_t index) const noexcept { return layout_.records[index]; }

    /// The calling thread's record, claimed at its first use. 0 with errno: none left, or no
    /// memory.
    identity self() noexcept {
        const identity known = known_self();
        return known != 0 ? known : find_self();
    }
    /// The same if it is at hand, else 0.
    identity known_self() const noexcept {
        return known_thread.table == serial_ ? known_thread.me : 0;
    }

    static std::uint32_t index_of(identity who) noexcept {
        return static_cast<std::uint32_t>((who >> 8U) & 0xffffffU) - 1;
    }
    static identity identity_of(std::uint32_t index, std::uint32_t generation) noexcept {
        return std::uint64_t{generation} << 32U | std::uint64_t{index + 1} << 8U;
    }
    /// The life of who has this identity; false if nobody has it any more.
    bool life_of(identity who, life_id& life) const noexcept;
    bool alive(identity who) const noexcept;

    /// Finds a free slot and gives it to `id`, after `before` has noted its number (false: errno
    /// tells). The caller holds the table's lock. False with errno.
    bool allocate_slot(std::uint64_t id, const std::function<bool(std::uint32_t)>& before);
    void free_slot(std::uint32_t index, std::uint64_t id) noexcept;

    std::uint64_t serial() const noexcept { return serial_; }
    /// The same in all processes.
    std::uint64_t id() const noexcept { return file_.header().id; }
    /// The end of a thread, or of a table's use.
    void release_record(std::uint32_t index) noexcept;

private:
    static std::shared_ptr<sync_table> find(const object_domain& domain, bool create);
    /// See ready_lives_for_forks.
    static void ready_for_forks() noexcept;
    static bool ready_to_attach() noexcept;
    static const bool ready_at_start;
    /// To be found by the threads that have claimed records of it.
    static void remember(const std::shared_ptr<sync_table>& table);
    /// Whether only processes of the calling user use it.
    bool is_private() const noexcept;
    identity find_self() noexcept;
    bool claim_record(const life_id& life, std::uint32_t& index) noexcept;
    bool try_claim(std::uint32_t index, const life_id& life) noexcept;
    /// For who claims it: no living thread has it.
    bool is_unused(std::uint32_t index) const noexcept;
    bool extend(std::atomic<std::uint32_t>& used,
                std::uint32_t from,
                std::uint32_t by,
                const void* first,
                std::size_t size) noexcept;

    object_file file_;
    mapping memory_;
    const std::string key_;
    table_layout& layout_;
    const life_place lives_;     ///< of those of this process's threads that use it
    const std::uint64_t serial_; ///< tells the tables of this process apart, for ever
};

/// The lock of a table: for sections of a microsecond. Who finds that its holder has died completes
/// what that one had begun.
///
/// The word names the holder by its record, as index + 1, and as much of the record's generation as
/// there is room for: when a dead holder's record is somebody else's, the word still names the
/// dead.
class table_lock {
public:
    static constexpr std::uint32_t contended = 0x80000000U; ///< in the word: somebody sleeps
    static constexpr std::uint32_t holder_bits = 15;
    static constexpr std::uint32_t holder = (1U << holder_bits) - 1;
    static constexpr std::uint32_t generation = ~(contended | holder);
    static_assert(table_layout::most_records <= holder);

    table_lock(sync_table& table, identity self) noexcept;
    /// After try_acquire().
    table_lock(sync_table& table, identity self, std::adopt_lock_t) noexcept;
    table_lock(const table_lock&) = delete;
    table_lock& operator=(const table_lock&) = delete;
    ~table_lock();

    /// False if somebody else has it, for longer than a section usually lasts.
    static bool try_acquire(sync_table& table, identity self) noexcept;

private:
    static std::uint32_t word_of(std::uint32_t index, std::uint32_t its_generation) noexcept {
        return (its_generation << holder_bits & generation) | (index + 1);
    }
    static std::uint32_t word_of(identity who) noexcept {
        return word_of(sync_table::index_of(who), static_cast<std::uint32_t>(who >> 32U));
    }
    static bool is_held_by_living(const sync_table& table, std::uint32_t word) noexcept;
    void acquire_slowly() noexcept;

    sync_table& table_;
    const std::uint32_t mine_;
};

/// Frees the slot of an object whose file is removed, if there still is a table.
void forget_slot(const object_domain& domain, const object_header& header) noexcept;

/// While it lives, nobody attaches a table.
std::unique_lock<std::mutex> exclude_attaching();
/// To be called meanwhile.
bool is_attached(const std::string& key);

} // namespace isthmus::posix
