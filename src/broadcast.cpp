#include "broadcast.hpp"

#include "logging.hpp"
#include "native_error.hpp"

#include <isthmus/error.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace isthmus::detail {

namespace {

/// As in an object's name: 16 digits.
std::string hex(std::uint64_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4)
        text += digits[value >> static_cast<unsigned>(shift) & 15U];
    return text;
}

/// Slot names may hold what names of objects may not, and be longer.
std::uint64_t hash_of(std::string_view key) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    for (const char each : key)
        hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
    return hash;
}

std::uint64_t make_reader_id() {
    std::random_device random;
    const std::uint64_t id = std::uint64_t{random()} << 32U | random();
    return std::max<std::uint64_t>(id, 1);
}

/// Takes out who is gone, if there is no room.
void reap(broadcast_directory& directory) {
    for (auto& each : directory.table().readers) {
        const std::uint64_t id = each.load();
        std::error_code ec;
        if (id != 0 && !mailslot_writer::open(broadcast_directory::address_of(id), ec) &&
            ec == errc::not_found) {
            directory.remove(id);
        }
    }
}

} // namespace

object_name broadcast_directory::name_of(std::string_view key, object_name::scope where) {
    const bool global = where == object_name::scope::global;
    return object_name::parse(std::string(global ? "Global\\" : "Local\\") + "isthmus.broadcast." +
                              hex(hash_of(key)));
}

std::unique_ptr<broadcast_directory> broadcast_directory::make(std::string_view key,
                                                               object_name::scope where,
                                                               creation how,
                                                               std::error_code& ec) {
    const auto name = name_of(key, where);
    const bool global = where == object_name::scope::global;
    bool created = false;
    auto region = region_object::make(&name, how, sizeof(layout),
                                      {.who = global ? access::everyone : access::owner},
                                      rights::read_write, created, ec);
    if (ec)
        return nullptr;
    if (region->size() < sizeof(layout)) {
        ec = library_error(operation::open_region, errc::protocol_error);
        return nullptr;
    }
    auto view = region->map(view_mode::read_write, 0, sizeof(layout), ec);
    if (ec)
        return nullptr;
    return std::unique_ptr<broadcast_directory>(
        new broadcast_directory(std::move(region), std::move(view)));
}

bool broadcast_directory::add(std::uint64_t id) noexcept {
    for (auto& each : table().readers) {
        std::uint64_t nobody = 0;
        if (each.compare_exchange_strong(nobody, id)) {
            table().version.fetch_add(1);
            return true;
        }
    }
    return false;
}

void broadcast_directory::remove(std::uint64_t id) noexcept {
    for (auto& each : table().readers) {
        std::uint64_t expected = id;
        if (each.compare_exchange_strong(expected, 0))
            return;
    }
}

slot_address broadcast_directory::address_of(std::uint64_t id) {
    return slot_address::parse(R"(\\.\mailslot\isthmus.broadcast\)" + hex(id));
}

broadcast_mailslot make_broadcast_mailslot(const slot_address& name,
                                           const mailslot_settings& settings,
                                           std::error_code& ec) {
    const auto where =
        settings.who == access::owner ? object_name::scope::local : object_name::scope::global;
    broadcast_mailslot result;
    result.directory = broadcast_directory::make(name.key(), where, creation::open_or_create, ec);
    if (!result.directory) {
        ec = as_failure_of(operation::create_slot, ec);
        return {};
    }
    const std::uint64_t id = make_reader_id();
    result.address = broadcast_directory::address_of(id);
    // In this order: who finds the entry finds the mailslot, or knows that it is gone.
    result.slot = mailslot::create(result.address, settings, ec);
    if (!result.slot)
        return {};
    if (!result.directory->add(id)) {
        reap(*result.directory);
        if (!result.directory->add(id)) {
            ec = win32_error(operation::create_slot, win32_code::not_enough_quota);
            return {};
        }
    }
    return result;
}

} // namespace isthmus::detail
