#include "mailslot.hpp"

#include "fork_guard.hpp"
#include "mapping.hpp"
#include "named_object.hpp"
#include "native_error.hpp"
#include "park.hpp"
#include "slot_lock.hpp"
#include "slot_queue.hpp"

#include <climits>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <utility>

/// \file
/// Slots: a file that the reader alone keeps alive, with the messages in it.

namespace isthmus::detail {

namespace {

using namespace std::chrono_literals;
using posix::slot_geometry;

/// Who can write to a slot can see the lives of all that do. (Even of a slot that its owner keeps
/// for itself: root can write to it as well.)
posix::life_place lives_of(const posix::object_domain& domain) {
    // Where programs that crashed may have left theirs.
    posix::reap_dead_objects(posix::area::global);
    return posix::place_of_lives(domain.base, true);
}

posix::mapping map_slot(int fd, const slot_geometry& geometry) noexcept {
    return posix::mapping::shared(fd, posix::content_offset,
                                  static_cast<std::size_t>(geometry.total()),
                                  PROT_READ | PROT_WRITE);
}

} // namespace

// --- the reader

struct mailslot::impl {
    impl(posix::object_file the_file, const slot_geometry& geometry, posix::mapping mapped)
        : file(std::move(the_file)),
          memory(geometry, std::move(mapped), file.fd()),
          lock(memory.control().lock, lives_of(file.domain())),
          queue(memory, lock) {}

    posix::object_file file;
    posix::slot_memory memory;
    posix::slot_lock lock;
    std::mutex mutex; ///< of the queue
    posix::slot_queue_reader queue;
    std::atomic<std::uint64_t> cancellations = 0;
    const std::uint32_t forks = posix::forks_so_far();

    /// A forked child: the slot is its parent's, who reads it. And another thread of the parent's
    /// may have had the mutex.
    bool is_parents(std::error_code& ec) const noexcept {
        ec.clear();
        if (forks != posix::forks_so_far())
            ec = win32_error(operation::read_slot, win32_code::invalid_handle);
        return static_cast<bool>(ec);
    }

    /// Waits for a message, with the mutex locked when there is one.
    std::unique_lock<std::mutex> wait(const deadline& until, std::error_code& ec);
};

std::unique_lock<std::mutex> mailslot::impl::wait(const deadline& until, std::error_code& ec) {
    if (is_parents(ec))
        return {};
    std::unique_lock exclusive(mutex);
    if (queue.next())
        return exclusive;
    const auto generation = cancellations.load();
    auto& control = memory.control();
    for (;;) {
        queue.repair();
        queue.tidy_when_idle();
        if (until.expired()) {
            ec = win32_error(operation::read_slot, win32_code::semaphore_timeout);
            return {};
        }
        const std::uint32_t bell = control.bell.load();
        control.sleepers.store(1);
        if (queue.next())
            return exclusive;
        if (cancellations.load() != generation) {
            ec = win32_error(operation::read_slot, win32_code::operation_aborted);
            return {};
        }
        exclusive.unlock();
        // A writer may be killed before it wakes anybody.
        std::chrono::nanoseconds longest = 50ms;
        if (!until.is_never())
            longest = std::min<std::chrono::nanoseconds>(longest, until.remaining());
        posix::park(control.bell, bell, longest);
        exclusive.lock();
        if (queue.next())
            return exclusive;
    }
}

mailslot::mailslot(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}

mailslot::~mailslot() {
    if (impl_->forks != posix::forks_so_far())
        return;
    impl_->memory.control().closed.store(1);
    // Until the file is gone, who wants to open it or to make another must not take it for one.
    impl_->file.condemn();
    // A writer may keep the file for long.
    impl_->memory.give_back_all();
}

std::unique_ptr<mailslot> mailslot::create(const slot_address& address,
                                           const mailslot_settings& settings,
                                           std::error_code& ec) {
    const slot_geometry geometry(settings.quota);
    auto file = posix::make_slot(
        {.key = address.key(), .size = geometry.quota(), .who = settings.who},
        [&](int fd, posix::object_header&) {
            return posix::slot_memory::prepare(fd, geometry, settings.max_message);
        },
        ec);
    if (ec)
        return nullptr;
    // By another description: a mapping keeps the one that it was made by, and its lock.
    const posix::descriptor other = file.reopen(O_RDWR);
    auto mapped = other ? map_slot(other.get(), geometry) : posix::mapping();
    if (!mapped) {
        ec = posix_error(operation::create_slot, errno);
        file.condemn();
        return nullptr;
    }
    return std::unique_ptr<mailslot>(
        new mailslot(std::make_unique<impl>(std::move(file), geometry, std::move(mapped))));
}

std::size_t mailslot::read(std::span<std::byte> buffer,
                           const deadline& until,
                           std::error_code& ec) {
    const auto exclusive = impl_->wait(until, ec);
    if (ec)
        return 0;
    const std::size_t size = *impl_->queue.next();
    if (size > buffer.size()) {
        ec = win32_error(operation::read_slot, win32_code::insufficient_buffer);
        return 0;
    }
    impl_->queue.take(buffer.data());
    return size;
}

std::vector<std::byte> mailslot::read_message(const deadline& until, std::error_code& ec) {
    std::vector<std::byte> message;
    const auto exclusive = impl_->wait(until, ec);
    if (!ec) {
        message.resize(*impl_->queue.next());
        impl_->queue.take(message.data());
    }
    return message;
}

mailslot_content mailslot::content(std::error_code& ec) const {
    if (impl_->is_parents(ec))
        return {};
    const std::lock_guard exclusive(impl_->mutex);
    const auto next = impl_->queue.next();
    return {.next = next, .count = impl_->queue.count()};
}

void mailslot::cancel() noexcept {
    std::error_code ec;
    if (impl_->is_parents(ec))
        return;
    impl_->cancellations.fetch_add(1);
    auto& control = impl_->memory.control();
    control.bell.fetch_add(1);
    posix::unpark(control.bell, INT_MAX);
}

// --- writers

struct mailslot_writer::impl {
    impl(posix::visited_object the_slot, const slot_geometry& geometry, posix::mapping mapped)
        : slot(std::move(the_slot)),
          memory(geometry, std::move(mapped), slot.file.get()),
          lock(memory.control().lock, lives_of(slot.domain)),
          queue(memory, lock) {}

    posix::visited_object slot;
    posix::slot_memory memory;
    posix::slot_lock lock;
    posix::slot_queue_writer queue;

    using clock = std::chrono::steady_clock;
    std::atomic<clock::rep> seen_alive = 0;

    /// Asking the system costs more than the rest of a write: so what was true a tenth of a
    /// millisecond ago is taken for true.
    bool has_reader() noexcept {
        if (memory.control().closed.load() != 0)
            return false;
        const auto now = clock::now();
        if (now <
            clock::time_point(clock::duration(seen_alive.load(std::memory_order_relaxed))) + 100us)
            return true;
        if (!slot.is_held()) {
            // It has crashed. A writer may keep the file for long.
            memory.control().closed.store(1);
            memory.give_back_all();
            return false;
        }
        seen_alive.store(now.time_since_epoch().count(), std::memory_order_relaxed);
        return true;
    }
};

mailslot_writer::mailslot_writer(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}

mailslot_writer::~mailslot_writer() = default;

std::unique_ptr<mailslot_writer> mailslot_writer::open(const slot_address& address,
                                                       std::error_code& ec) {
    auto slot = posix::find_slot(address.key(), ec);
    if (ec)
        return nullptr;
    const slot_geometry geometry(slot.header.size);
    // Of another user's, which says what it likes: what is not there must not be touched.
    struct ::stat status {};
    const bool whole =
        posix::os.fstat(slot.file.get(), &status) == 0 &&
        static_cast<std::uint64_t>(status.st_size) >= posix::content_offset + geometry.total();
    auto mapped = whole ? map_slot(slot.file.get(), geometry) : posix::mapping();
    if (!mapped) {
        ec = posix_error(operation::open_slot, errno);
        return nullptr;
    }
    return std::unique_ptr<mailslot_writer>(
        new mailslot_writer(std::make_unique<impl>(std::move(slot), geometry, std::move(mapped))));
}

void mailslot_writer::write(std::span<const std::byte> message, std::error_code& ec) {
    using result = posix::slot_queue_writer::result;
    constexpr auto what = operation::write_slot;
    ec.clear();
    if (!impl_->has_reader()) {
        ec = win32_error(what, win32_code::handle_eof);
        return;
    }
    switch (impl_->queue.write(message)) {
    case result::done:
        break;
    case result::too_large:
        ec = win32_error(what, win32_code::invalid_parameter);
        break;
    case result::quota_exceeded:
        ec = win32_error(what, win32_code::not_enough_quota);
        break;
    case result::failed:
        ec = posix_error(what, errno);
        break;
    }
}

} // namespace isthmus::detail
