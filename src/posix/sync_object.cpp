#include "sync_object.hpp"

#include "inheritable_handle.hpp"
#include "named_object.hpp"
#include "native_error.hpp"
#include "object_call.hpp"
#include "patience.hpp"
#include "sync_protocol.hpp"
#include "sync_table.hpp"
#include "syscalls.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

/// \file
/// Handles of mutexes, semaphores and events: a file that keeps the object alive, and a slot in the
/// table that is the object.

namespace isthmus::detail {

using posix::object_domain;
using posix::object_file;
using posix::object_header;
using posix::object_slot;
using posix::sync_table;

struct sync_object::impl {
    std::shared_ptr<sync_table> table; ///< outlives the file, whose end frees the slot
    object_file file;
    std::uint32_t slot = 0;
    object_slot* state = nullptr;

    /// In the table that the file belongs to. False with errno, EAGAIN if the object has died in
    /// the meantime.
    bool find_slot();
};

namespace {

std::uint64_t initial_state(const sync_options& options, posix::identity self) noexcept {
    switch (options.kind) {
    case object_kind::mutex:
        return options.initially ? self : 0;
    case object_kind::semaphore:
        return static_cast<std::uint64_t>(options.initial) * object_slot::one;
    default:
        return options.initially ? object_slot::signaled : 0;
    }
}

/// Gives a new object its slot. The file names the slot before the slot is taken: whoever finds
/// only a dead file can free it.
bool place_in_table(sync_table& table, const sync_options& options, int fd, object_header& header) {
    const auto self = table.self();
    if (self == 0)
        return false;
    const posix::table_lock lock(table, self);
    return table.allocate_slot(header.id, [&](std::uint32_t index) {
        header.slot = index;
        auto& slot = table.slot(index);
        slot.kind = static_cast<std::uint32_t>(options.kind);
        slot.manual_reset = options.manual_reset ? 1 : 0;
        slot.maximum = static_cast<std::uint32_t>(options.maximum);
        slot.recursion.store(1);
        slot.state.store(initial_state(options, self));
        return posix::write_draft(fd, header);
    });
}

/// What the file says of its slot could be anything.
bool slot_is(const sync_table& table, const object_header& header) noexcept {
    return header.slot < table.layout().slots_used.load() &&
           header.slot < posix::table_layout::most_slots &&
           table.slot(header.slot).id.load() == header.id &&
           table.slot(header.slot).kind == header.kind;
}

} // namespace

bool sync_object::impl::find_slot() {
    if (!table || table->domain() != file.domain())
        table = sync_table::attach(file.domain());
    if (!table && (errno != ENOENT || file.domain().user == ::geteuid()))
        return false;
    if (!table || !slot_is(*table, file.header())) {
        // Its last holder went, and the table with it, when the file was open here already. Others
        // may be in the same place: nobody is to have it any more.
        file.condemn();
        file.close();
        errno = EAGAIN;
        return false;
    }
    slot = file.header().slot;
    state = &table->slot(slot);
    return true;
}

sync_object::sync_object(object_kind kind,
                         sync_rights granted,
                         std::string name,
                         std::unique_ptr<impl> state)
    : kind_(kind), granted_(granted), name_(std::move(name)), impl_(std::move(state)) {}

sync_object::~sync_object() {
    impl_->file.close();
    if (kind_ == object_kind::mutex)
        sync_table::keep_for_owner(impl_->table, impl_->slot, impl_->file.header().id);
}

std::unique_ptr<sync_object> sync_object::make(const object_name* name,
                                               creation how,
                                               const sync_options& options,
                                               sync_rights wanted,
                                               bool& created,
                                               std::error_code& ec) {
    const auto& what = operations_of(options.kind);
    const auto now = how == creation::open ? what.open : what.create;
    const bool global = name && name->where() == object_name::scope::global;
    const auto domain = object_domain::own(global ? options.who : access::owner);
    auto made = std::make_unique<impl>();
    posix::patience again(2000); // two seconds: other users could go on for ever
    do {
        // Beforehand, if it is known: so it cannot go between the file and the table.
        if (domain && !global)
            made->table = sync_table::attach(*domain);
        if (!domain || (!global && !made->table))
            break;
        made->file = posix::make_object(
            {.name = name,
             .how = how,
             .kind = options.kind,
             .who = options.who,
             .create = what.create,
             .open = what.open},
            [&](int fd, object_header& header) {
                if (!made->table || made->table->domain() != *domain)
                    made->table = sync_table::attach(*domain);
                return made->table && place_in_table(*made->table, options, fd, header);
            },
            created, ec);
        if (ec)
            return nullptr;
        if (made->find_slot()) {
            return std::unique_ptr<sync_object>(
                new sync_object(options.kind, wanted, posix::shown_name(name), std::move(made)));
        }
    } while (errno == EAGAIN && again.wait());
    ec = errno == EPERM ? library_error(now, errc::insecure_directory) : posix_error(now, errno);
    return nullptr;
}

std::unique_ptr<sync_object> sync_object::from_token(std::string_view token,
                                                     object_kind kind,
                                                     std::error_code& ec) {
    const auto what = operations_of(kind).open;
    const auto from = posix::parse_token(token, what, ec);
    if (ec)
        return nullptr;
    auto made = std::make_unique<impl>();
    made->file = posix::take_over(from, kind, what, ec);
    if (ec)
        return nullptr;
    if (!made->find_slot()) {
        ec = errno == EAGAIN ? win32_error(what, win32_code::invalid_handle)
                             : posix_error(what, errno);
        return nullptr;
    }
    posix::end_keeping_table(from, made->table->file());
    const auto granted = from.rights == 'w'   ? sync_rights::wait
                         : from.rights == 'm' ? sync_rights::modify
                                              : sync_rights::wait_and_modify;
    std::string name(made->file.header().name_text());
    return std::unique_ptr<sync_object>(
        new sync_object(kind, granted, std::move(name), std::move(made)));
}

std::unique_ptr<inheritable_handle> sync_object::share(std::error_code& ec) const {
    const char rights = granted_ == sync_rights::wait     ? 'w'
                        : granted_ == sync_rights::modify ? 'm'
                                                          : 'b';
    return posix::make_inheritable(impl_->file, impl_->table->file(), rights,
                                   operations_of(kind_).share, ec);
}

// --- waiting

bool sync_object::lock_at_once() noexcept {
    const auto self = impl_->table->known_self();
    std::uint64_t free = 0;
    if (self == 0 || granted_ == sync_rights::modify ||
        !impl_->state->state.compare_exchange_strong(free, self, std::memory_order_acquire,
                                                     std::memory_order_relaxed)) {
        return false;
    }
    impl_->state->recursion.store(1, std::memory_order_relaxed);
    return true;
}

bool sync_object::unlock_at_once() noexcept {
    auto self = impl_->table->known_self();
    return self != 0 && impl_->state->recursion.load(std::memory_order_relaxed) == 1 &&
           impl_->state->state.compare_exchange_strong(self, 0, std::memory_order_release,
                                                       std::memory_order_relaxed);
}

wait_status sync_object::wait(const deadline& until, std::error_code& ec) {
    const posix::wait_target only{.table = impl_->table.get(), .slot = impl_->slot};
    const auto ending = posix::wait_for_objects({&only, 1}, false, until);
    if (ending.failure == 0) {
        ec.clear();
    } else {
        ec = posix_error(operations_of(kind_).wait, ending.failure);
    }
    return ending.status;
}

wait_result sync_object::wait_many(std::span<sync_object* const> objects,
                                   bool all,
                                   const deadline& until,
                                   std::error_code& ec) {
    const auto what = all ? operation::wait_all : operation::wait_any;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing would cost every wait
    std::array<posix::wait_target, max_wait_objects> targets;
    for (std::size_t i = 0; i < objects.size(); ++i)
        targets[i] = {.table = objects[i]->impl_->table.get(), .slot = objects[i]->impl_->slot};
    if (all) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing would cost every wait
        std::array<std::uint64_t, max_wait_objects> sorted;
        const auto end = std::transform(
            targets.begin(), targets.begin() + static_cast<std::ptrdiff_t>(objects.size()),
            sorted.begin(),
            [](const auto& each) { return each.table->serial() << 32U | each.slot; });
        std::sort(sorted.begin(), end);
        if (std::adjacent_find(sorted.begin(), end) != end) {
            ec = win32_error(what, win32_code::invalid_parameter);
            return {};
        }
    }
    const auto ending = posix::wait_for_objects({targets.data(), objects.size()}, all, until);
    if (ending.failure == 0) {
        ec.clear();
    } else {
        ec = posix_error(what, ending.failure);
    }
    return {.status = ending.status, .index = all ? 0 : ending.index};
}

// --- changing

namespace {

std::error_code code_of(operation what, posix::release_result result) noexcept {
    switch (result) {
    case posix::release_result::done:
        return {};
    case posix::release_result::not_owner:
        return win32_error(what, win32_code::not_owner);
    case posix::release_result::past_maximum:
        return win32_error(what, win32_code::too_many_posts);
    default:
        return posix_error(what, errno);
    }
}

} // namespace

void sync_object::unlock(std::error_code& ec) {
    const auto result = posix::unlock_mutex(*impl_->table, impl_->slot);
    if (result == posix::release_result::done) {
        ec.clear();
    } else {
        ec = code_of(operation::unlock_mutex, result);
    }
}

std::int32_t sync_object::release(std::int32_t update, std::error_code& ec) {
    std::int32_t previous = 0;
    ec = code_of(operation::release_semaphore,
                 posix::release_semaphore(*impl_->table, impl_->slot, update, previous));
    return ec ? 0 : previous;
}

void sync_object::set(std::error_code& ec) {
    ec = code_of(operation::set_event, posix::set_event(*impl_->table, impl_->slot));
}

void sync_object::reset(std::error_code& ec) {
    ec = code_of(operation::reset_event, posix::reset_event(*impl_->table, impl_->slot));
}

void sync_object::pulse(std::error_code& ec) {
    ec = code_of(operation::pulse_event, posix::pulse_event(*impl_->table, impl_->slot));
}

} // namespace isthmus::detail
