#include "sync_table.hpp"

#include "capabilities.hpp"
#include "park.hpp"
#include "sync_protocol.hpp"
#include "syscalls.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::posix {

namespace {

/// How many slots and records get their memory at a time: about a page.
constexpr std::uint32_t slots_at_once = 64;
constexpr std::uint32_t records_at_once = 16;

/// What this process has of tables, and its threads of records. Never destroyed: threads end later.
struct process_tables {
    std::mutex mutex;
    std::map<std::uint64_t, std::weak_ptr<sync_table>> all; ///< by serial
    std::vector<std::shared_ptr<sync_table>> kept; ///< without a handle: see keep_for_owner
    std::uint64_t last_serial = 0;
    pthread_key_t key{};
    int no_key = EAGAIN; ///< why there is none; 0: there is
};

process_tables& tables() {
    static auto* const all = new process_tables;
    return *all;
}

/// The records that a thread has claimed, and its lives. Belongs to the thread.
struct thread_context {
    struct claim {
        std::uint64_t table;
        identity me;
    };
    std::uint64_t process = 0;  ///< its stamp
    std::vector<life_id> lives; ///< one for each place
    std::vector<claim> claims;
};

/// Runs when a thread ends: what it owns is abandoned, what it has claimed is free.
void end_thread(void* pointer) {
    const std::unique_ptr<thread_context> context(static_cast<thread_context*>(pointer));
    forget_thread(); // what other destructors of the thread do now, they do as somebody new
    if (context->process != process_stamp())
        return; // a forked child's copy of its parent's
    for (const auto& claim : context->claims) {
        std::shared_ptr<sync_table> table;
        {
            const std::lock_guard lock(tables().mutex);
            const auto found = tables().all.find(claim.table);
            if (found != tables().all.end())
                table = found->second.lock();
        }
        if (table)
            table->release_record(sync_table::index_of(claim.me));
    }
    std::ranges::for_each(context->lives, end_life);
}

/// The calling thread's; null with errno.
thread_context* context_of_thread() {
    if (tables().no_key != 0) {
        errno = tables().no_key;
        return nullptr;
    }
    auto* context = static_cast<thread_context*>(::pthread_getspecific(tables().key));
    if (context && context->process == process_stamp())
        return context;
    auto fresh = std::make_unique<thread_context>();
    fresh->process = process_stamp();
    if (const int failed = ::pthread_setspecific(tables().key, fresh.get()); failed != 0) {
        errno = failed;
        return nullptr;
    }
    delete context;
    return fresh.release();
}

/// The calling thread's in this place; null with errno.
const life_id* life_in(thread_context& context, const life_place& place) {
    const auto known = std::ranges::find(context.lives, place, &life_id::place);
    if (known != context.lives.end())
        return &*known;
    life_id fresh;
    return own_life(place, fresh) ? &context.lives.emplace_back(fresh) : nullptr;
}

/// They would stay behind as files.
void let_go_of_kept() {
    std::vector<std::shared_ptr<sync_table>> kept; // which end when the lock is free again
    const std::lock_guard lock(tables().mutex);
    kept.swap(tables().kept);
}

std::uint64_t next_serial() {
    const std::lock_guard lock(tables().mutex);
    return ++tables().last_serial;
}

} // namespace

sync_table::sync_table(object_file&& file, mapping&& memory, std::string&& key) noexcept
    : file_(std::move(file)),
      memory_(std::move(memory)),
      key_(std::move(key)),
      layout_(*reinterpret_cast<table_layout*>(memory_.data())),
      lives_(place_of_lives(domain().base, !is_private())),
      serial_(next_serial()) {}

void sync_table::remember(const std::shared_ptr<sync_table>& table) {
    const std::lock_guard lock(tables().mutex);
    std::erase_if(tables().all, [](const auto& entry) { return entry.second.expired(); });
    tables().all.emplace(table->serial(), table);
}

void sync_table::ready_for_forks() noexcept {
    static const int registered = [] {
        ready_lives_for_forks();
        tables().no_key = ::pthread_key_create(&tables().key, end_thread);
        return ::pthread_atfork([] { tables().mutex.lock(); }, [] { tables().mutex.unlock(); },
                                [] { tables().mutex.unlock(); });
    }();
    static_cast<void>(registered);
}

void sync_table::keep_for_owner(const std::shared_ptr<sync_table>& table,
                                std::uint32_t index,
                                std::uint64_t id) {
    const auto& slot = table->slot(index);
    const identity owner = slot.state.load(std::memory_order_acquire) & object_slot::owner;
    life_id life;
    if (slot.id.load(std::memory_order_acquire) != id || owner == 0 ||
        !table->life_of(owner, life) || !is_own_process(life.process)) {
        return;
    }
    const std::lock_guard lock(tables().mutex); // which forks wait for
    static const int registered = std::atexit(let_go_of_kept);
    static_cast<void>(registered);
    if (std::ranges::find(tables().kept, table) == tables().kept.end())
        tables().kept.push_back(table);
}

bool sync_table::is_private() const noexcept {
    return domain().who == access::owner && domain().user == ::geteuid();
}

/// The process holds no object any longer, so none of its threads waits, or owns a mutex that
/// somebody else holds.
sync_table::~sync_table() {
    const auto attaching = exclude_attaching();
    // Attached anew meanwhile: then these are the records of the other as well.
    if (is_attached(key_))
        return;
    const std::uint32_t used = layout_.records_used.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < std::min(used, table_layout::most_records); ++i) {
        if (is_own_process(record(i).process.load(std::memory_order_acquire)))
            release_record(i);
    }
    forget_lives();
}

// --- records

bool sync_table::life_of(identity who, life_id& life) const noexcept {
    const std::uint32_t index = index_of(who);
    if (index >= std::min(layout_.records_used.load(std::memory_order_acquire),
                          table_layout::most_records)) {
        return false;
    }
    const auto& owner = record(index);
    const auto generation = static_cast<std::uint32_t>(who >> 32U);
    if (owner.generation.load(std::memory_order_acquire) != generation)
        return false;
    // Acquire, all of them: the generation that is read last is not older than any.
    life = {.process = owner.process.load(std::memory_order_acquire),
            .thread = owner.thread.load(std::memory_order_acquire),
            .generation = owner.life_generation.load(std::memory_order_acquire),
            .place = lives_.with(owner.home.load(std::memory_order_acquire))};
    return life.process != 0 && owner.generation.load(std::memory_order_relaxed) == generation;
}

bool sync_table::alive(identity who) const noexcept {
    life_id life;
    return life_of(who, life) && is_alive(life);
}

identity sync_table::find_self() noexcept {
    auto& known = known_threads[static_cast<std::size_t>(serial_ % known_threads.size())];
    if (known.table == serial_) {
        known_thread = known;
        return known.me;
    }
    auto* const context = context_of_thread();
    if (!context)
        return 0;
    for (const auto& claim : context->claims) {
        if (claim.table == serial_) {
            known_thread = known = {.table = serial_, .me = claim.me};
            return claim.me;
        }
    }
    const life_id* const life = life_in(*context, lives_);
    std::uint32_t index = 0;
    if (!life || !claim_record(*life, index))
        return 0;
    const identity me = identity_of(index, record(index).generation.load());
    // Former tables are gone, or another thread's; one entry for each is enough.
    std::erase_if(context->claims, [](const auto& claim) {
        const std::lock_guard lock(tables().mutex);
        const auto found = tables().all.find(claim.table);
        return found == tables().all.end() || found->second.expired();
    });
    context->claims.push_back({.table = serial_, .me = me});
    known_thread = known = {.table = serial_, .me = me};
    return me;
}

bool sync_table::claim_record(const life_id& life, std::uint32_t& index) noexcept {
    auto& used = layout_.records_used;
    for (;;) {
        const std::uint32_t count =
            std::min(used.load(std::memory_order_acquire), table_layout::most_records);
        for (const bool also_dead : {false, true}) {
            for (index = 0; index < count; ++index) {
                auto process = record(index).process.load(std::memory_order_acquire);
                if (process != 0 && !also_dead)
                    continue;
                if (try_claim(index, life))
                    return true;
            }
            // Looking for dead ones is slow: before the table grows by thousands, not always.
            if (count < 64)
                break;
        }
        if (count >= table_layout::most_records) {
            errno = EAGAIN;
            return false;
        }
        if (!extend(used, count, records_at_once, &record(count), sizeof(thread_record)))
            return false;
    }
}

bool sync_table::is_unused(std::uint32_t index) const noexcept {
    const auto& wanted = record(index);
    return wanted.process.load(std::memory_order_acquire) == 0 ||
           !alive(identity_of(index, wanted.generation.load(std::memory_order_acquire)));
}

/// One at a time claims a record. That a claimant has died is certain once it is seen: its number
/// never comes back.
bool sync_table::try_claim(std::uint32_t index, const life_id& life) noexcept {
    auto& wanted = record(index);
    auto claimant = wanted.claimant.load(std::memory_order_acquire);
    if ((claimant != 0 && is_process_alive(claimant, lives_.base)) || !is_unused(index) ||
        !wanted.claimant.compare_exchange_strong(claimant, life.process)) {
        return false;
    }
    const bool unused = is_unused(index); // still: somebody may have been quicker
    if (unused) {
        wanted.process.store(0, std::memory_order_relaxed);
        wanted.waiting.store(waiting_for::nothing, std::memory_order_relaxed);
        wanted.generation.fetch_add(1, std::memory_order_release);
        wanted.thread.store(life.thread, std::memory_order_release);
        wanted.life_generation.store(life.generation, std::memory_order_release);
        wanted.home.store(life.place.home(), std::memory_order_release);
        wanted.process.store(life.process, std::memory_order_release);
    }
    wanted.claimant.store(0, std::memory_order_release);
    return unused;
}

void sync_table::release_record(std::uint32_t index) noexcept {
    auto& mine = record(index);
    mine.waiting.store(waiting_for::nothing, std::memory_order_relaxed);
    mine.process.store(0, std::memory_order_release);
}

/// Gives memory to further slots or records: a full file system is an error then, and no fault when
/// they are touched.
bool sync_table::extend(std::atomic<std::uint32_t>& used,
                        std::uint32_t from,
                        std::uint32_t by,
                        const void* first,
                        std::size_t size) noexcept {
    // Nobody has the table's lock before it has a record. Where memory is had by writing zeros, a
    // second one who extends it must not do so when the first one's is in use already. Other users
    // have other namespace locks: what is shared with them has all its memory from the beginning
    // then (prepare_table).
    std::optional<namespace_lock> alone;
    if (is_private() && !alone.emplace())
        return false;
    if (used.load(std::memory_order_acquire) != from)
        return true;
    const auto offset = static_cast<const std::byte*>(first) - memory_.data();
    if ((is_private() || capability::harmless_allocation) &&
        !allocate(file_.fd(), content_offset + static_cast<std::uint64_t>(offset), by * size)) {
        return false;
    }
    used.compare_exchange_strong(from, from + by, std::memory_order_release);
    return true;
}

// --- slots

bool sync_table::allocate_slot(std::uint64_t id, const std::function<bool(std::uint32_t)>& before) {
    auto& used = layout_.slots_used;
    for (;;) {
        const std::uint32_t count =
            std::min(used.load(std::memory_order_acquire), table_layout::most_slots);
        for (std::uint32_t tried = 0; tried < count; ++tried) {
            const std::uint32_t index = (layout_.next_slot + tried) % count;
            auto& free = slot(index);
            if (free.id.load(std::memory_order_acquire) != 0)
                continue;
            if (!before(index))
                return false;
            layout_.next_slot = index + 1;
            free.id.store(id, std::memory_order_release);
            return true;
        }
        if (count >= table_layout::most_slots) {
            errno = ENOSPC;
            return false;
        }
        if (!extend(used, count, slots_at_once, &slot(count), sizeof(object_slot)))
            return false;
    }
}

void sync_table::free_slot(std::uint32_t index, std::uint64_t id) noexcept {
    if (index <
        std::min(layout_.slots_used.load(std::memory_order_acquire), table_layout::most_slots)) {
        slot(index).id.compare_exchange_strong(id, 0);
    }
}

void forget_slot(const object_domain& domain, const object_header& header) noexcept {
    if (header.kind < static_cast<std::uint32_t>(detail::object_kind::mutex) ||
        header.kind > static_cast<std::uint32_t>(detail::object_kind::event)) {
        return;
    }
    if (const auto table = sync_table::attach_existing(domain))
        table->free_slot(header.slot, header.id);
}

// --- the lock

table_lock::table_lock(sync_table& table, identity self) noexcept
    : table_(table), mine_(word_of(self)) {
    std::uint32_t free = 0;
    if (!table_.layout().lock.compare_exchange_strong(free, mine_, std::memory_order_acquire) &&
        !try_acquire(table_, self)) {
        acquire_slowly();
    }
}

table_lock::table_lock(sync_table& table, identity self, std::adopt_lock_t) noexcept
    : table_(table), mine_(word_of(self)) {}

bool table_lock::try_acquire(sync_table& table, identity self) noexcept {
    auto& word = table.layout().lock;
    constexpr int spins = 100; // a section is shorter than going to sleep
    for (int i = 0; i < spins; ++i) {
        std::uint32_t seen = word.load(std::memory_order_relaxed);
        if (seen == 0 &&
            word.compare_exchange_weak(seen, word_of(self), std::memory_order_acquire)) {
            return true;
        }
    }
    return false;
}

bool table_lock::is_held_by_living(const sync_table& table, std::uint32_t word) noexcept {
    const std::uint32_t index = (word & holder) - 1;
    if (index >= std::min(table.layout().records_used.load(std::memory_order_acquire),
                          table_layout::most_records)) {
        return false;
    }
    const auto now = table.record(index).generation.load(std::memory_order_acquire);
    return word_of(index, now) == (word & ~contended) &&
           table.alive(sync_table::identity_of(index, now));
}

void table_lock::acquire_slowly() noexcept {
    auto& word = table_.layout().lock;
    for (;;) {
        std::uint32_t seen = word.load(std::memory_order_relaxed);
        if (seen == 0) {
            // Others may be asleep: whoever was woken cannot know.
            if (word.compare_exchange_strong(seen, mine_ | contended, std::memory_order_acquire))
                return;
            continue;
        }
        if ((seen & contended) == 0 &&
            !word.compare_exchange_strong(seen, seen | contended, std::memory_order_relaxed)) {
            continue;
        }
        seen |= contended;
        constexpr std::chrono::milliseconds long_for_a_section(2);
        if (park(word, seen, long_for_a_section) == parked::woken ||
            is_held_by_living(table_, seen)) {
            continue;
        }
        if (word.compare_exchange_strong(seen, mine_ | contended, std::memory_order_acquire)) {
            complete_grant(table_);
            return;
        }
    }
}

table_lock::~table_lock() {
    auto& word = table_.layout().lock;
    if ((word.exchange(0, std::memory_order_release) & contended) != 0)
        unpark(word, 1);
}

} // namespace isthmus::posix
